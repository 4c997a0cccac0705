"""Tell owners in time: an opportunity no longer qualifies, is stale, or was to be looked at again."""

from collections.abc import Iterable
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.conf import settings

from keytally.core.clock import business_date
from keytally.core.subjects import Subject
from keytally.funnel.models import Opportunity
from keytally.funnel.queries.board import needs_attention
from keytally.funnel.queries.stale import stale, waiting_subjects
from keytally.funnel.rules.stages import State
from keytally.funnel.services.ending import LOOK_AGAIN, NO_LONGER, STALE
from keytally.funnel.services.judging import refresh_all
from keytally.funnel.services.locking import named
from keytally.funnel.subjects import OPPORTUNITY
from keytally.funnel.subjects import opportunity as subject_of
from keytally.worklist.services import close_item, open_item


def watch(*, now: datetime) -> int:
    """Gather and judge everything, then let what needs somebody wait for its owner; answers how many wait."""
    refresh_all(now=now)
    today = business_date(now)
    opportunities = Opportunity.objects.filter(state=State.OPEN, is_history=False).select_related("owner", "account")
    waiting = _wait(NO_LONGER, "EXPIRED", opportunities.filter(needs_attention(today)), now=now)
    waiting += _wait(STALE, "STALE", stale(opportunities, as_of=today), now=now)
    stopped = Opportunity.objects.filter(state=State.STOPPED, look_again_on__lte=today, is_history=False)
    return waiting + _wait(LOOK_AGAIN, "LOOK", stopped.select_related("owner", "account"), now=now)


def _wait(kind: str, code: str, found: Iterable[Opportunity], *, now: datetime) -> int:
    """Open an item for each, and end those of opportunities that need nobody any more."""
    kept = set()
    for one in found:
        if one.owner is None or not one.owner.is_active:
            continue
        kept.add(one.pk)
        open_item(
            kind=kind,
            subject=subject_of(one.pk),
            owner=one.owner,
            deadline=_deadline(one, kind),
            reason_code=code,
            parameters={**named(one), "day": one.touched_on.isoformat()},
            now=now,
        )
    for number in waiting_subjects(kind, subject_kind=OPPORTUNITY) - kept:
        close_item(kind=kind, subject=Subject(OPPORTUNITY, number), now=now)
    return len(kept)


def _deadline(one: Opportunity, kind: str) -> datetime | None:
    day = {NO_LONGER: one.qualifies_before, LOOK_AGAIN: one.look_again_on}.get(kind)
    return _end_of(day + timedelta(days=7)) if day else None


def _end_of(day: date) -> datetime:
    return datetime.combine(day, time(18), tzinfo=ZoneInfo(settings.TIME_ZONE))
