"""What waits of workflows: money limits that nobody has accepted or replaced."""

from collections.abc import Iterator
from datetime import datetime
from typing import TYPE_CHECKING

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from keytally.approvals.queries.workflows import to_accept
from keytally.core.clock import business_date
from keytally.core.subjects import Subject
from keytally.worklist.kinds import Waiting, WorkKind, register_kind, register_source

if TYPE_CHECKING:
    from keytally.core.models import User

LIMITS = register_kind(
    WorkKind(
        code="workflow_limits",
        label=_("Set-up"),
        icon="route",
        sentences={
            "ACCEPT": _(
                "Accept or replace the limits of %(n)s workflows; until then nobody can ask for these approvals"
            )
        },
        url=lambda _subject, _parameters: reverse("workflows:list"),
        weight=80,
    )
)


def limits_to_accept(person: "User", now: datetime) -> Iterator[Waiting]:
    """Find, for those who may, the limits that are still keytally's examples."""
    if not person.may("workflows.change"):
        return
    waiting = to_accept(as_of=business_date(now))
    if waiting:
        yield Waiting(LIMITS, Subject("workflow", 0), "ACCEPT", opened_at=now, parameters={"n": len(waiting)})


register_source("workflows", limits_to_accept)
