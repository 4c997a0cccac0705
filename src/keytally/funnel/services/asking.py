"""Ask for a forecast: a small one is told at once, a large one is left to a job."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from keytally.core.clock import business_date
from keytally.funnel.models import ForecastRun
from keytally.funnel.queries import forecasts as kept
from keytally.funnel.queries.measures_slice import Slice, slice_of
from keytally.funnel.services.forecasts import Tell, UnableToForecast, make_forecast, part_of_funnel, silent
from keytally.jobs.services import enqueue
from keytally.kernel.periods import Period

if TYPE_CHECKING:
    from keytally.core.models import User
    from keytally.jobs.models import Job

JOB_KIND = "funnel.forecast"
# So many open opportunities are drawn within a second; for more nobody waits in front of a page.
MOST_AT_ONCE = 500


def ask_for_forecast(wanted: Slice, *, period: Period, by: "User", now: datetime) -> "ForecastRun | Job":
    """Make a forecast of a small part of the funnel at once, and let a job make a large one.

    Raises `UnableToForecast` in either case before anything is begun.
    """
    if period.ends_before <= business_date(now):
        raise UnableToForecast("PERIOD_OVER")
    if kept.in_funnel(part_of_funnel(wanted, by=by)).count() <= MOST_AT_ONCE:
        return make_forecast(wanted, period=period, by=by, now=now)
    days = {"starts_on": period.starts_on.isoformat(), "ends_before": period.ends_before.isoformat()}
    parameters = {"asked": wanted.asked(), **days}
    return enqueue(kind=JOB_KIND, owner=by, parameters=parameters, now=now)


def make_what_was_asked(job: "Job", *, parameters: Mapping[str, Any], tell: Tell = silent) -> ForecastRun:
    """Make the forecast that a job was asked for, as of the day it was asked; a job that comes again makes it once."""
    made = ForecastRun.objects.filter(owner=job.owner, made_at=job.queued_at).first()
    if made:
        return made
    wanted = slice_of(parameters["asked"], today=business_date(job.queued_at))
    days = (date.fromisoformat(parameters[name]) for name in ("starts_on", "ends_before"))
    return make_forecast(wanted, period=Period(*days), by=job.owner, now=job.queued_at, tell=tell)
