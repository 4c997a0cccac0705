"""What waits of prospecting: leads without a next action, late or due today; they belong at the top of the day."""

from collections.abc import Iterator
from datetime import UTC, datetime, time
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from keytally.core.clock import business_date
from keytally.prospecting.labels import ACTIONS, ActionKind
from keytally.prospecting.queries.leads import Row, turn_now
from keytally.prospecting.queries.reach import WORK
from keytally.prospecting.subjects import lead
from keytally.worklist.kinds import Waiting, WorkKind, register_kind, register_source

if TYPE_CHECKING:
    from keytally.core.models import User

MOST = 30

LEADS = register_kind(
    WorkKind(
        code="lead",
        label=_("Leads to work on"),
        icon="phone",
        sentences={
            "NO_ACTION": _("%(name)s has no next action: set one"),
            "DUE": _("%(action)s: %(name)s"),
        },
        weight=40,
        is_pressing=True,
        passes_over=False,
    )
)


def leads_due(person: "User", now: datetime) -> Iterator[Waiting]:
    """List one's own leads without an action, late or due today, in the order in which they are called."""
    if person.may(WORK):
        yield from (_waiting(row) for row in turn_now(person, as_of=business_date(now), most=MOST))


def _waiting(row: Row) -> Waiting:
    due_on = getattr(row.lead, "due_on", None)
    kind = getattr(row.lead, "next_kind", None)
    zone = ZoneInfo(settings.TIME_ZONE)
    return Waiting(
        kind=LEADS,
        subject=lead(row.lead.pk),
        reason_code="DUE" if due_on else "NO_ACTION",
        opened_at=row.lead.created_at,
        deadline=datetime.combine(due_on, time.max, zone).astimezone(UTC) if due_on else None,
        parameters={"name": row.lead.name, "action": ACTIONS[ActionKind(kind)] if kind else ""},
    )


register_source("leads", leads_due)
