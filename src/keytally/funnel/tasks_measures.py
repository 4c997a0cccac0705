"""What the worker does for forecasts by itself: make the company's own once a month, score what is over."""

from datetime import datetime, timedelta

from keytally.funnel.services.forecasts import keep_company_forecast, score_forecasts
from keytally.jobs.chores import chore


@chore("funnel.forecast", every=timedelta(hours=12))
def forecast(now: datetime) -> None:
    """Make the company's forecast of the month, if it is not there yet."""
    keep_company_forecast(now=now)


@chore("funnel.score", every=timedelta(hours=12))
def score(now: datetime) -> None:
    """Score the forecasts whose period is over."""
    score_forecasts(now=now)
