"""Operations about measures and forecasts; `api` takes them in."""

from datetime import UTC, date, datetime
from typing import Annotated, Any

from django.http import Http404, HttpRequest
from ninja import Query, Router, Schema
from pydantic import Field

from keytally.core.access import day_of, person_of
from keytally.funnel.models import ForecastRun
from keytally.funnel.queries.forecasts import visible_forecasts
from keytally.funnel.queries.measures_page import StageMeasures, measures
from keytally.funnel.queries.measures_slice import Slice, slice_of
from keytally.funnel.queries.reach import VIEW
from keytally.funnel.services.asking import ask_for_forecast
from keytally.funnel.services.forecasts import UnableToForecast
from keytally.funnel.views.forecast import ERRORS
from keytally.identity.operations import Money, Page, PageQuery, Problem, operation, page_of
from keytally.kernel.periods import Period

Id = Annotated[int, Field(ge=1, lt=2**63)]


class SliceQuery(Schema):
    """Which part of the funnel is measured; without a window, the last year."""

    as_of: date | None = None
    starts_on: date | None = None
    owner: Id | None = None
    team: bool = False
    region: str = Field("", max_length=40)
    province: str = Field("", max_length=6)
    product: str = Field("", max_length=80)
    currency: str = Field("CNY", pattern="^[A-Z]{3}$")
    history: bool = True


class StageOut(Schema):
    """A stage in the four measures; rates and shares are parts per million."""

    stage: str
    weight_ppm: int
    count: int
    amount: Money
    weighted: Money
    unqualified: int
    entered: int
    moved_on: int
    undecided: int
    rate_ppm: int | None
    rate_low_ppm: int | None
    rate_high_ppm: int | None
    eventual_ppm: int | None
    median_days: int | None
    slow_days: int | None
    share_ppm: int
    needed_ppm: int | None


class MeasuresOut(Schema):
    """The four measures of a part of the funnel."""

    as_of: date
    starts_on: date
    stages: list[StageOut]
    count: int
    amount: Money
    weighted: Money
    entropy_ppm: int | None
    closeness_ppm: int | None
    hollow: str | None
    win_rate_ppm: int | None
    win_rate_low_ppm: int | None
    win_rate_high_ppm: int | None
    cycle_median_days: int | None
    cycle_slow_days: int | None
    sales_velocity_a_day: Money | None


class ForecastOut(Schema):
    """A forecast: three figures, and once its period is over what was won."""

    id: int
    made_on: date
    starts_on: date
    ends_before: date
    weighted: Money
    calibrated: Money
    p10: Money
    p50: Money
    p90: Money
    opportunity_count: int
    seed: int
    scored_on: date | None
    won: Money | None
    nearest: str


class ForecastMadeOut(Schema):
    """The forecast; or, where so much is forecast that it takes a while, the job that makes it."""

    forecast: ForecastOut | None
    job: int | None


class ForecastIn(SliceQuery):
    """For which days, and which part of the funnel, a forecast is made."""

    period_starts_on: date
    period_ends_before: date


def four_measures(request: HttpRequest, query: Query[SliceQuery]) -> dict[str, Any]:  # noqa: D103 - named by its summary
    wanted = _slice(request, query)
    found = measures(person_of(request), wanted)
    per_day, interval = found.velocity.per_day_minor, found.win_interval
    return {
        "as_of": wanted.as_of,
        "starts_on": wanted.starts_on,
        "stages": [_stage(one, wanted.currency) for one in found.stages],
        "count": found.capacity.count,
        "amount": _money(found.capacity.amount_minor, wanted.currency),
        "weighted": _money(found.capacity.weighted_minor, wanted.currency),
        "entropy_ppm": found.evenness.entropy_ppm,
        "closeness_ppm": found.evenness.closeness_ppm,
        "hollow": found.evenness.hollow,
        "win_rate_ppm": found.velocity.win_rate_ppm,
        "win_rate_low_ppm": interval.low_ppm if interval else None,
        "win_rate_high_ppm": interval.high_ppm if interval else None,
        "cycle_median_days": found.cycle.median_days,
        "cycle_slow_days": found.cycle.slow_days,
        "sales_velocity_a_day": None if per_day is None else _money(per_day, wanted.currency),
    }


def forecasts(request: HttpRequest, query: Query[PageQuery]) -> dict[str, Any]:  # noqa: D103 - named by its summary
    return page_of(visible_forecasts(person_of(request), as_of=day_of(request)), query=query, show=_forecast)


def forecast(request: HttpRequest, forecast_id: int) -> dict[str, Any]:  # noqa: D103 - named by its summary
    run = visible_forecasts(person_of(request), as_of=day_of(request)).filter(pk=forecast_id).first()
    if run is None:
        raise Http404
    return _forecast(run)


def add_forecast(request: HttpRequest, payload: ForecastIn) -> dict[str, Any]:  # noqa: D103 - named by its summary
    try:
        period = Period(payload.period_starts_on, payload.period_ends_before)
        wanted = _slice(request, payload, as_of=day_of(request))
        made = ask_for_forecast(wanted, period=period, by=person_of(request), now=datetime.now(UTC))
    except UnableToForecast as refusal:
        raise Problem(422, refusal.args[0], ERRORS[refusal.args[0]]) from refusal
    except ValueError as refusal:
        raise Problem(422, "PERIOD_WRONG", str(refusal)) from refusal
    if isinstance(made, ForecastRun):
        return {"forecast": _forecast(made), "job": None}
    return {"forecast": None, "job": made.pk}


def add_to(router: Router) -> None:
    """Let programs call the operations."""
    read = operation(
        router, "GET", "/funnel/measures", permission=VIEW, response=MeasuresOut, summary="Measure the funnel"
    )
    read(four_measures)
    listed = Page[ForecastOut]
    operation(router, "GET", "/forecasts", permission=VIEW, response=listed, summary="List the forecasts I may see")(
        forecasts
    )
    one = operation(
        router,
        "GET",
        "/forecasts/{int:forecast_id}",
        permission=VIEW,
        response=ForecastOut,
        summary="Look at one forecast",
    )
    one(forecast)
    make = operation(
        router,
        "POST",
        "/forecasts",
        permission="funnel.forecast",
        response=ForecastMadeOut,
        summary="Make a forecast and keep it, or ask a job to where it is large",
        is_create=True,
    )
    make(add_forecast)


def _slice(request: HttpRequest, query: SliceQuery, **changed: date) -> Slice:
    said = {
        "as_of": query.as_of,
        "starts_on": query.starts_on,
        "owner": query.owner,
        "team": "on" if query.team else "",
        "region": query.region,
        "province": query.province,
        "product": query.product,
        "currency": query.currency,
        "history": "" if query.history else "off",
        **changed,
    }
    return slice_of({name: str(value) for name, value in said.items() if value}, today=day_of(request))


def _stage(one: StageMeasures, currency: str) -> dict[str, Any]:
    interval = one.slope.interval
    return {
        "stage": one.stage,
        "weight_ppm": one.weight_ppm,
        "count": one.standing.count,
        "amount": _money(one.standing.amount_minor, currency),
        "weighted": _money(one.load.weighted_minor, currency),
        "unqualified": one.standing.unqualified,
        "entered": one.slope.entered,
        "moved_on": one.slope.moved_on,
        "undecided": one.slope.undecided,
        "rate_ppm": one.slope.rate_ppm,
        "rate_low_ppm": interval.low_ppm if interval else None,
        "rate_high_ppm": interval.high_ppm if interval else None,
        "eventual_ppm": one.slope.eventual_ppm,
        "median_days": one.stay.median_days,
        "slow_days": one.stay.slow_days,
        "share_ppm": one.share.observed_ppm,
        "needed_ppm": one.share.needed_ppm,
    }


def _forecast(run: ForecastRun) -> dict[str, Any]:
    figures = {
        "weighted": run.weighted_minor,
        "calibrated": run.calibrated_minor,
        "p10": run.p10_minor,
        "p50": run.p50_minor,
        "p90": run.p90_minor,
    }
    names = ("made_on", "starts_on", "ends_before", "opportunity_count", "seed", "scored_on", "nearest")
    return {
        "id": run.pk,
        **{name: getattr(run, name) for name in names},
        **{name: _money(minor, run.currency) for name, minor in figures.items()},
        "won": None if run.won_minor is None else _money(run.won_minor, run.currency),
    }


def _money(minor: int, currency: str) -> dict[str, Any]:
    return {"minor": minor, "currency": currency}
