"""Make a forecast and keep it; score it when its period is over."""

import random
import zlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import count
from typing import TYPE_CHECKING

from django.db import transaction

from keytally.core.clock import business_date
from keytally.core.services import record_audit
from keytally.core.subjects import Subject
from keytally.funnel.forecast_rules import MeasureRules, measure_rules
from keytally.funnel.models import ForecastChance, ForecastRun, Opportunity
from keytally.funnel.queries import forecasts as kept
from keytally.funnel.queries.measures_slice import Slice, measured, slice_of, sliced
from keytally.funnel.rule_data import gate_profile
from keytally.funnel.rules.calibration import Outcome, nearest, score
from keytally.funnel.rules.forecast import (
    Candidate,
    Spread,
    calibrated_minor,
    calibrated_ppm,
    is_due,
    spread_of,
    timing_ppm,
    weighted_minor,
)
from keytally.funnel.rules.forecast_draws import simulate
from keytally.funnel.rules.stages import STAGES, Stage
from keytally.funnel.rules.survival import Incidence
from keytally.kernel.periods import Period

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from keytally.core.models import User

FORECAST = "forecast"
PERCENT_PPM = 10_000


# Hears which step the work is in, its number, and how many of how many opportunities are done.
Tell = Callable[[str, int, int, int], None]


def silent(_step: str, _number: int, _done: int, _total: int) -> None:
    """Tell nobody how far the work is."""


class UnableToForecast(Exception):
    """A forecast cannot be made; the argument is the code of the reason."""


@dataclass(frozen=True, slots=True)
class Basis:
    """What a stage is worth: its weight, the weight by our own history, and the cases that this rests on."""

    stage: Stage
    weight_ppm: int
    calibrated_ppm: int
    cases: int
    won: Incidence


@dataclass(frozen=True, slots=True)
class Told:
    """What a forecast tells before it is kept."""

    waiting: Sequence[kept.Waiting]
    candidates: Sequence[Candidate]
    bases: Mapping[Stage, Basis]
    spread: Spread
    unqualified: int
    seed: int


def make_forecast(
    wanted: Slice,
    *,
    period: Period,
    by: "User | None",
    now: datetime,
    seed: int | None = None,
    tell: Tell = silent,
) -> ForecastRun:
    """Tell three figures for a period and keep them with the chance of every opportunity, or raise `UnableToForecast`.

    Nobody makes the company's own forecast. The same seed on the same funnel draws the same again. `tell` hears how
    far the work is and may stop it.
    """
    if period.ends_before <= business_date(now):
        raise UnableToForecast("PERIOD_OVER")
    told = _work_out(wanted, period=period, by=by, today=business_date(now), seed=seed, tell=tell)
    tell("keep", 3, 0, len(told.waiting))
    return _keep(told, wanted, period=period, by=by, now=now)


def _work_out(wanted: Slice, *, period: Period, by: "User | None", today: date, seed: int | None, tell: Tell) -> Told:
    rules = measure_rules(as_of=today)
    found = part_of_funnel(wanted, by=by)
    tell("history", 1, 0, 0)
    bases = basis_of(found if wanted.is_filtered or by else None, as_of=today, rules=rules)
    waiting = kept.waiting(found, as_of=today)
    candidates = [_candidate(one, bases[one.stage], as_of=today, period=period, rules=rules) for one in waiting]
    chosen = seed if seed is not None else seed_of(wanted, period)
    drawn = [one for one in candidates if one.amount_minor]
    counter = count(1)
    totals = simulate(
        drawn,
        cases={stage.value: base.cases + rules.prior_cases for stage, base in bases.items()},
        ratios=kept.amount_ratios(),
        draws=rules.draws,
        bits=random.Random(chosen).getrandbits,  # noqa: S311 - draws that can be repeated, not secrets
        on_drawn=lambda: tell("draws", 2, next(counter), len(drawn)),
    )
    return Told(waiting, candidates, bases, spread_of(totals), kept.unqualified(found, as_of=today), chosen)


@transaction.atomic
def _keep(told: Told, wanted: Slice, *, period: Period, by: "User | None", now: datetime) -> ForecastRun:
    spread, waiting = told.spread, told.waiting
    run = ForecastRun.objects.create(
        owner=by,
        made_on=business_date(now),
        made_at=now,
        asked=wanted.asked(),
        starts_on=period.starts_on,
        ends_before=period.ends_before,
        currency=wanted.currency,
        seed=told.seed,
        draws=spread.draws,
        weighted_minor=weighted_minor(told.candidates),
        calibrated_minor=calibrated_minor(told.candidates),
        p10_minor=spread.p10_minor,
        p50_minor=spread.p50_minor,
        p90_minor=spread.p90_minor,
        mean_minor=spread.mean_minor,
        opportunity_count=len(waiting),
        without_amount=sum(not one.amount_minor for one in waiting),
        without_date=sum(one.expected_on is None for one in waiting),
        unqualified=told.unqualified,
        basis=[[one.stage, one.weight_ppm, one.calibrated_ppm, one.cases] for one in told.bases.values()],
    )
    _keep_chances(run, waiting, told.candidates)
    record_audit("funnel.forecast", by=by, at=now, subject=Subject(FORECAST, run.pk), after={"seed": told.seed})
    return run


def part_of_funnel(wanted: Slice, *, by: "User | None") -> "QuerySet[Opportunity]":
    """Keep what a forecast is made of: what a person may see of a slice; all of it for the company's own."""
    return measured(by, wanted) if by else sliced(Opportunity.objects.all(), wanted)


def basis_of(found: "QuerySet[Opportunity] | None", *, as_of: date, rules: MeasureRules) -> Mapping[Stage, Basis]:
    """Weigh every stage by its rule and by our own history."""
    history = kept.win_history(found, as_of=as_of, rules=rules)
    profile = gate_profile(as_of=as_of)
    bases = {}
    for stage in STAGES:
        weight, won = profile.stages[stage].weight * PERCENT_PPM, history[stage]
        own = calibrated_ppm(won, prior_ppm=weight, prior_cases=rules.prior_cases)
        bases[stage] = Basis(stage, weight, own, won.this_way + won.other_ways, won)
    return bases


def seed_of(wanted: Slice, period: Period) -> int:
    """Derive a seed from what is asked, so that asking the same again draws the same."""
    return zlib.crc32(f"{wanted.query()} {period.starts_on} {period.ends_before}".encode())


@transaction.atomic
def score_forecasts(*, now: datetime) -> int:
    """Score every forecast whose period is over; answers how many were scored."""
    today = business_date(now)
    runs = list(kept.to_score(today=today).select_for_update())
    for run in runs:
        _score(run, today=today)
    return len(runs)


def keep_company_forecast(*, now: datetime) -> ForecastRun | None:
    """Make the company's forecast of the month once in it; nothing where it is there, or the funnel is empty."""
    today = business_date(now)
    month = Period.month(f"{today:%Y-%m}")
    if ForecastRun.objects.filter(owner=None, starts_on=month.starts_on, ends_before=month.ends_before).exists():
        return None
    wanted = slice_of({}, today=today)
    if not kept.in_funnel(sliced(Opportunity.objects.all(), wanted)).exists():
        return None
    return make_forecast(wanted, period=month, by=None, now=now)


def _candidate(one: kept.Waiting, base: Basis, *, as_of: date, period: Period, rules: MeasureRules) -> Candidate:
    return Candidate(
        opportunity=one.opportunity,
        stage=one.stage,
        amount_minor=one.amount_minor or 0,
        weight_ppm=base.weight_ppm,
        calibrated_ppm=base.calibrated_ppm,
        is_due=is_due(one.expected_on, as_of=as_of, period=period),
        timing_ppm=timing_ppm(
            base.won,
            entered_on=one.stage_since,
            expected_on=one.expected_on,
            as_of=as_of,
            period=period,
            slips=rules.slips,
            prior_cases=rules.prior_cases,
        ),
    )


def _keep_chances(run: ForecastRun, waiting: Sequence[kept.Waiting], candidates: Sequence[Candidate]) -> None:
    rows = [
        ForecastChance(
            run=run,
            opportunity_id=one.opportunity,
            stage=one.stage,
            amount_minor=one.amount_minor,
            expected_on=asked.expected_on,
            weighted_ppm=one.chances[0],
            calibrated_ppm=one.chances[1],
            simulated_ppm=one.chances[2],
        )
        for asked, one in zip(waiting, candidates, strict=True)
    ]
    ForecastChance.objects.bulk_create(rows, batch_size=1000)


def _score(run: ForecastRun, *, today: date) -> None:
    """Say of every opportunity whether it was won in the period, and which of the three figures came nearest."""
    won = kept.won_in(Opportunity.objects.filter(chances__run=run), run)
    amounts = dict(won.values_list("pk", "amount_minor"))
    chances = list(run.chances.all())
    for one in chances:
        one.came_true = one.opportunity_id in amounts
        one.won_minor = amounts.get(one.opportunity_id)
    ForecastChance.objects.bulk_update(chances, ["came_true", "won_minor"], batch_size=500)
    run.scored_on, run.won_minor = today, sum(amount or 0 for amount in amounts.values())
    whole = sliced(Opportunity.objects.filter(is_history=False), slice_of(run.asked, today=run.made_on))
    run.besides_minor = max(0, kept.total_minor(kept.won_in(whole, run)) - run.won_minor)
    run.brier = _brier(chances)
    if chances:
        figures = (run.weighted_minor, run.calibrated_minor, run.p50_minor)
        run.nearest = list(kept.NAMES)[nearest(figures, run.won_minor)]
    run.save(update_fields=["scored_on", "won_minor", "besides_minor", "brier", "nearest"])


def _brier(chances: Sequence[ForecastChance]) -> dict[str, int]:
    found = {}
    for figure, column in kept.NAMES.items():
        told = [Outcome(getattr(one, column), bool(one.came_true)) for one in chances]
        if scored := score(told):
            found[figure] = scored.brier_ppm
            found["BASE"] = scored.base_brier_ppm
    return found
