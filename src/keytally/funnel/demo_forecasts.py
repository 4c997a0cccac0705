"""What would the demo company have foretold? Its last whole months, as the funnel stood then, and scored."""

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.conf import settings

from keytally.core.clock import business_date
from keytally.funnel.models import ForecastRun, Opportunity, StageEntry
from keytally.funnel.queries.measures_slice import slice_of
from keytally.funnel.rules.stages import State
from keytally.funnel.services.forecasts import make_forecast, score_forecasts
from keytally.kernel.periods import Period

MONTHS = 4
STOOD = ("stage", "stage_since", "state", "closed_on", "end_reason", "is_qualified", "qualifies_before")


def lay_out_forecasts(*, now: datetime) -> int:
    """Tell the company's forecasts of the last months as they would have been told, and score them."""
    for first in _months_before(business_date(now)):
        true = list(Opportunity.objects.filter(is_history=False))
        kept = {one.pk: {name: getattr(one, name) for name in STOOD} for one in true}
        _as_it_stood(true, day=first)
        morning = datetime.combine(first, time(8), tzinfo=ZoneInfo(settings.TIME_ZONE))
        period = Period.month(f"{first:%Y-%m}")
        make_forecast(slice_of({}, today=first), period=period, by=None, now=morning)
        for one in true:
            for name, value in kept[one.pk].items():
                setattr(one, name, value)
        Opportunity.objects.bulk_update(true, STOOD, batch_size=200)
    score_forecasts(now=now)
    return ForecastRun.objects.filter(owner=None).count()


def _months_before(today: date) -> Iterator[date]:
    first = today.replace(day=1)
    for _month in range(MONTHS):
        first = (first - timedelta(days=1)).replace(day=1)
        yield first


def _as_it_stood(opportunities: list[Opportunity], *, day: date) -> None:
    """Write how opportunities stood on a day, all qualified; what had not begun or was over stays out of the funnel."""
    entries = StageEntry.objects.filter(opportunity__in=opportunities, entered_on__lte=day).order_by("number")
    last = {entry.opportunity_id: entry for entry in entries}
    for one in opportunities:
        entry = last.get(one.pk)
        if one.closed_on and one.closed_on <= day:
            continue
        one.state, one.closed_on, one.end_reason = State.OPEN, None, ""
        one.stage, one.stage_since = (entry.stage, entry.entered_on) if entry else ("", one.opened_on)
        one.is_qualified, one.qualifies_before = True, None
    Opportunity.objects.bulk_update(opportunities, STOOD, batch_size=200)
