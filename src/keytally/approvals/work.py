"""What waits of approvals: decisions, delays of one's people, and requests that came back."""

from collections.abc import Iterator
from datetime import datetime
from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

from keytally.approvals.models import SUBJECT_KIND, Request
from keytally.approvals.queries.inbox import stood_in_for
from keytally.approvals.services.telling import DECISION, DELAY, OWN
from keytally.core.subjects import Subject
from keytally.worklist.kinds import Waiting, WorkKind, register_kind, register_source

if TYPE_CHECKING:
    from keytally.core.models import User

DECISIONS = register_kind(
    WorkKind(
        code=DECISION,
        label=_("Decisions"),
        icon="gavel",
        sentences={
            "DECIDE": _("Decide: %(title)s (%(person)s)"),
            "DO": _("%(step)s: %(title)s (%(person)s)"),
            "CONSULT": _("Say if you object: %(title)s (%(person)s)"),
        },
        weight=10,
        is_pressing=True,
        may_snooze=False,
        passes_over=False,
    )
)
register_kind(
    WorkKind(
        code=DELAY,
        label=_("Decisions that are late"),
        icon="clock-exclamation",
        sentences={"LATE": _("Late with one of your people: %(title)s, %(step)s")},
        weight=15,
        is_pressing=True,
        passes_over=False,
    )
)
register_kind(
    WorkKind(
        code=OWN,
        label=_("Requests that came back"),
        icon="arrow-back-up",
        sentences={Request.State.RETURNED: _("Change it and send it again: %(title)s")},
        weight=20,
        is_pressing=True,
        passes_over=False,
    )
)


def decisions_for_others(person: "User", now: datetime) -> Iterator[Waiting]:
    """Find what waits for those a person stands in for; it has no rows of its own."""
    for found in stood_in_for(person, now=now):
        step, request = found.slot.step, found.request
        yield Waiting(
            kind=DECISIONS,
            subject=Subject(SUBJECT_KIND, request.pk),
            reason_code=step.mode,
            opened_at=step.opened_at or request.submitted_at,
            deadline=step.due_at,
            parameters={
                "title": request.title,
                "person": request.requester.name,
                "step": {"zh": step.name_zh, "en": step.name_en},
            },
        )


register_source("approvals", decisions_for_others)
