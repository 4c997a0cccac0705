"""Words of deadlines as people say them."""

from datetime import datetime
from typing import TYPE_CHECKING

from django import template
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from keytally.worklist.rules import Clock, Urgency

if TYPE_CHECKING:
    from keytally.worklist.views import Row

register = template.Library()


@register.filter
def due_words(row: "Row", clock: Clock) -> str:
    """Say how late something is, or until when there is time."""
    deadline = row.waiting.deadline
    if deadline is None:
        return ""
    if row.urgency is Urgency.OVERDUE:
        return _late(row, deadline=deadline, clock=clock)
    local = deadline.astimezone(clock.zone)
    if row.urgency is Urgency.TODAY:
        return _("by %(time)s") % {"time": f"{local:%H:%M}"}
    if row.urgency is Urgency.WEEK:
        return f"{date_format(local, 'D')} {local:%m-%d}"
    return f"{local:%Y-%m-%d}"


def _late(row: "Row", *, deadline: datetime, clock: Clock) -> str:
    days = row.working_days_late
    if days:
        return ngettext("%(days)s working day late", "%(days)s working days late", days) % {"days": days}
    hours = int((clock.now - deadline).total_seconds() // 3600)
    if hours:
        return ngettext("%(hours)s hour late", "%(hours)s hours late", hours) % {"hours": hours}
    return _("just now")
