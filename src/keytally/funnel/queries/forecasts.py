"""What does a forecast rest on, which forecasts may a person see, and how right were they?"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING

from django.db.models import Case, CharField, Count, F, Q, QuerySet, Sum, Value, When

from keytally.core.scope import visible
from keytally.funnel.forecast_rules import MeasureRules
from keytally.funnel.models import ForecastChance, ForecastRun, Opportunity, StageEntry
from keytally.funnel.queries.measures import Days, again, day_value, qualifying
from keytally.funnel.queries.reach import VIEW, visible_to
from keytally.funnel.rules.calibration import Outcome, Score, score
from keytally.funnel.rules.stages import STAGES, Stage, State
from keytally.funnel.rules.survival import MILLION, OPEN, Incidence, Spell, incidence, rounded
from keytally.jobs.models import Job

if TYPE_CHECKING:
    from keytally.core.models import User

FEWEST_RATIOS = 40
RATIO_PARTS = 4
NAMES = {"WEIGHTED": "weighted_ppm", "CALIBRATED": "calibrated_ppm", "SIMULATED": "simulated_ppm"}


@dataclass(frozen=True, slots=True)
class Waiting:
    """An open opportunity that qualifies, with what a forecast needs of it."""

    opportunity: int
    stage: Stage
    amount_minor: int | None
    stage_since: date
    expected_on: date | None


@dataclass(frozen=True, slots=True)
class Record:
    """How right one of the three figures was over all the forecasts that were scored."""

    figure: str
    nearest: int
    score: Score | None


def waiting(found: QuerySet[Opportunity], *, as_of: date) -> list[Waiting]:
    """List what a forecast is made of: open, in the funnel, and qualified today."""
    rows = in_funnel(found).filter(qualifying(as_of)).order_by("pk")
    columns = ("pk", "stage", "amount_minor", "stage_since", "expected_on")
    return [
        Waiting(number, Stage(stage), amount, since, expected)
        for number, stage, amount, since, expected in rows.values_list(*columns).iterator(chunk_size=5000)
    ]


def unqualified(found: QuerySet[Opportunity], *, as_of: date) -> int:
    """Count what stands in the funnel without qualifying, and so counts in no forecast."""
    return in_funnel(found).exclude(qualifying(as_of)).count()


def in_funnel(found: QuerySet[Opportunity]) -> QuerySet[Opportunity]:
    """Keep what is open in a stage of the funnel."""
    return found.filter(state=State.OPEN, is_history=False).exclude(stage="")


def win_history(found: QuerySet[Opportunity] | None, *, as_of: date, rules: MeasureRules) -> dict[Stage, Incidence]:
    """Follow those that entered each stage until they were won, by days from the entry; nothing for everything."""
    since = as_of - timedelta(days=rules.history_days)
    ended = Q(opportunity__closed_on__lte=as_of)
    entries = StageEntry.objects.filter(entered_on__gte=since, entered_on__lte=as_of).exclude(again(since))
    if found is not None:
        entries = entries.filter(opportunity__in=found.order_by().values("pk"))
    until = Case(When(ended, then=F("opportunity__closed_on")), default=day_value(as_of))
    ending = Case(When(ended, then=F("opportunity__state")), default=Value(OPEN), output_field=CharField(max_length=8))
    rows = (
        entries.annotate(days=Days(until, F("entered_on")), ending=ending)
        .values_list("stage", "days", "ending")
        .annotate(count=Count("pk"))
        .order_by()
    )
    spells: dict[str, list[Spell]] = {}
    for stage, days, how, count in rows:
        spells.setdefault(stage, []).append(Spell(max(0, days), how, count))
    return {stage: incidence(spells.get(stage, []), ending=State.WON) for stage in STAGES}


def amount_ratios() -> tuple[int, ...]:
    """Say for which parts of their expected amount opportunities were won, from the forecasts that are kept.

    Four equally likely parts per million, each the middle of a quarter; the amount itself while too few were won.
    """
    rows = ForecastChance.objects.filter(came_true=True, amount_minor__gt=0, won_minor__gt=0)
    pairs = rows.values_list("won_minor", "amount_minor")
    ratios = sorted(rounded((won or 0) * MILLION, amount) for won, amount in pairs)
    if len(ratios) < FEWEST_RATIOS:
        return (MILLION,)
    middles = [(2 * part + 1) * len(ratios) // (2 * RATIO_PARTS) for part in range(RATIO_PARTS)]
    return tuple(ratios[middle] for middle in middles)


def visible_forecasts(person: "User", *, as_of: date) -> QuerySet[ForecastRun]:
    """Keep the forecasts a person may see: their own, those of their people, or all with the company's."""
    return visible(ForecastRun.objects.select_related("owner"), person=person, permission=VIEW, as_of=as_of)


def chances_of(run: ForecastRun, *, person: "User", as_of: date) -> QuerySet[ForecastChance]:
    """List the chances in a forecast, of opportunities that the person may see today."""
    seen = visible_to(person, as_of=as_of)
    chances = run.chances.select_related("run", "opportunity__account", "opportunity__owner")
    return chances.filter(opportunity__in=seen.order_by().values("pk"))


def job_of(number: int) -> Job:
    """Find the job that makes a forecast."""
    return Job.objects.select_related("owner").get(pk=number)


def to_score(*, today: date) -> QuerySet[ForecastRun]:
    """List the forecasts whose period is over and that were not scored yet."""
    return ForecastRun.objects.filter(scored_on=None, ends_before__lte=today).order_by("pk")


def won_in(found: QuerySet[Opportunity], run: ForecastRun) -> QuerySet[Opportunity]:
    """Keep what was won in the period of a forecast."""
    return found.filter(
        state=State.WON, closed_on__gte=run.starts_on, closed_on__lt=run.ends_before, currency=run.currency
    )


def total_minor(found: QuerySet[Opportunity]) -> int:
    """Sum the amounts."""
    return int(found.aggregate(total=Sum("amount_minor"))["total"] or 0)


def outcomes_of(runs: QuerySet[ForecastRun], figure: str) -> list[Outcome]:
    """Group the scored chances of one of the three figures."""
    column = NAMES[figure]
    rows = ForecastChance.objects.filter(run__in=runs.order_by().values("pk"), came_true__isnull=False)
    grouped = rows.values_list(column, "came_true").annotate(count=Count("pk")).order_by()
    return [Outcome(chance, came, count) for chance, came, count in grouped]


def records(runs: QuerySet[ForecastRun]) -> Sequence[Record]:
    """Sum up how right each figure was: how often it came nearest, its Brier score and its calibration."""
    scored = runs.exclude(scored_on=None)
    nearest = dict(scored.exclude(nearest="").order_by().values_list("nearest").annotate(count=Count("pk")))
    return [Record(figure, nearest.get(figure, 0), score(outcomes_of(scored, figure))) for figure in NAMES]
