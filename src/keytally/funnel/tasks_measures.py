"""What the worker does for forecasts: make a large one, the company's own once a month, score what is over."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from keytally.funnel.queries.forecasts import job_of
from keytally.funnel.services.asking import JOB_KIND, make_what_was_asked
from keytally.funnel.services.forecasts import keep_company_forecast, score_forecasts
from keytally.jobs.chores import chore
from keytally.jobs.registry import JobContext, JobStopped, task

STEPS = {
    "history": _("Reading how the past went"),
    "draws": _("Drawing what may be won"),
    "keep": pgettext_lazy("forecast", "Keeping the forecast"),
}


@task(JOB_KIND, label=_("Forecast of the funnel"), steps=STEPS)
def make_large_forecast(context: JobContext) -> Mapping[str, object]:
    """Make a forecast that was too large for a page; whoever asked finds it among the forecasts."""

    def tell(step: str, number: int, done: int, total: int) -> None:
        context.progress(step=step, number=number, of=len(STEPS), done=done, total=total)
        if context.is_stopped():
            raise JobStopped

    made = make_what_was_asked(job_of(context.job_id), parameters=context.parameters, tell=tell)
    return {"forecast": made.pk}


@chore("funnel.forecast", every=timedelta(hours=12))
def forecast(now: datetime) -> None:
    """Make the company's forecast of the month, if it is not there yet."""
    keep_company_forecast(now=now)


@chore("funnel.score", every=timedelta(hours=12))
def score(now: datetime) -> None:
    """Score the forecasts whose period is over."""
    score_forecasts(now=now)
