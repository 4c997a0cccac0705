"""What will be won in a period: by the stage weights, by our own history, and by simulation?"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from keytally.funnel.rules.survival import MILLION, Incidence, rounded
from keytally.kernel.periods import Period


@dataclass(frozen=True, slots=True)
class Candidate:
    """An open opportunity that qualifies, as the three figures need it."""

    opportunity: int
    stage: str
    amount_minor: int
    weight_ppm: int
    calibrated_ppm: int
    # By its own date it closes in the period.
    is_due: bool
    # If it is won at all, so likely it is won in the period.
    timing_ppm: int

    @property
    def chances(self) -> tuple[int, int, int]:
        """The chance to be won in the period by each figure, in parts per million."""
        due = MILLION if self.is_due else 0
        return (
            rounded(self.weight_ppm * due, MILLION),
            rounded(self.calibrated_ppm * due, MILLION),
            rounded(self.calibrated_ppm * self.timing_ppm, MILLION),
        )


@dataclass(frozen=True, slots=True)
class Spread:
    """What a simulation came to: in a tenth, half and nine tenths of the draws no more than this is won."""

    p10_minor: int
    p50_minor: int
    p90_minor: int
    mean_minor: int
    draws: int


def weighted_minor(candidates: Sequence[Candidate]) -> int:
    """Sum amount x stage weight over what closes in the period by its own date, rounded half up once."""
    return rounded(sum(one.amount_minor * one.weight_ppm for one in candidates if one.is_due), MILLION)


def calibrated_minor(candidates: Sequence[Candidate]) -> int:
    """Sum the same with the weights that our own history gives."""
    return rounded(sum(one.amount_minor * one.calibrated_ppm for one in candidates if one.is_due), MILLION)


def calibrated_ppm(won: Incidence, *, prior_ppm: int, prior_cases: int) -> int:
    """Draw a stage's weight towards what became of those that entered it; the fewer, the less.

    >>> from keytally.funnel.rules.survival import Spell, incidence
    >>> calibrated_ppm(incidence([Spell(5, "WON", 20), Spell(5, "LOST", 60)], ending="WON"), prior_ppm=500_000,
    ...     prior_cases=20)
    300000
    """
    own, cases = won.eventual_ppm, won.this_way + won.other_ways
    if own is None:
        return prior_ppm
    return rounded(cases * own + prior_cases * prior_ppm, cases + prior_cases)


def timing_ppm(
    won: Incidence,
    *,
    entered_on: date,
    expected_on: date | None,
    as_of: date,
    period: Period,
    slips: Sequence[int],
    prior_cases: int,
) -> int:
    """Tell how likely a win falls into the period, from how long wins took and from the date its owner expects.

    Wins that took longer than this one has waited vote by when they came; the owner's own date, slipped by each of
    `slips` days and never before today, is worth `prior_cases` of them. Without a date only the wins vote.
    """
    age = max(0, (as_of - entered_on).days)
    later, inside = won_later(won, age_days=age, as_of=as_of, period=period)
    own = _slipped_ppm(expected_on, slips=slips, as_of=as_of, period=period)
    if own is None:
        return inside
    return rounded(later * inside + prior_cases * own, later + prior_cases) if later + prior_cases else own


def won_later(won: Incidence, *, age_days: int, as_of: date, period: Period) -> tuple[int, int]:
    """Count the wins later than an age, and give the share of them that would fall into the period."""
    at_age = won.share_by(age_days)
    rest = won.ended_by[-1] - at_age if won.days else 0
    if rest <= 0:
        return 0, 0
    begins = age_days + max(0, (period.starts_on - as_of).days - 1)
    ends = age_days + max(0, (period.ends_before - as_of).days - 1)
    inside = max(0, won.share_by(ends) - won.share_by(begins))
    cases = rounded(won.this_way * rest, won.ended_by[-1])
    return cases, rounded(inside * MILLION, rest)


def is_due(expected_on: date | None, *, as_of: date, period: Period) -> bool:
    """Tell whether an opportunity closes in the period by its own date; one that has passed counts as today."""
    return expected_on is not None and period.contains(max(expected_on, as_of))


def spread_of(totals: Sequence[int]) -> Spread:
    """Read the percentiles off the draws, by nearest rank.

    >>> spread_of(list(range(1, 11)))
    Spread(p10_minor=1, p50_minor=5, p90_minor=9, mean_minor=6, draws=10)
    """
    ordered, count = sorted(totals), len(totals)
    p10, p50, p90 = (ordered[max(0, -(-count * percent // 100) - 1)] for percent in (10, 50, 90))
    return Spread(p10, p50, p90, mean_minor=rounded(sum(ordered), count), draws=count)


def by_stage(candidates: Sequence[Candidate]) -> Mapping[str, list[Candidate]]:
    """Group candidates by stage in the order in which they come."""
    groups: dict[str, list[Candidate]] = {}
    for one in candidates:
        groups.setdefault(one.stage, []).append(one)
    return groups


def _slipped_ppm(expected_on: date | None, *, slips: Sequence[int], as_of: date, period: Period) -> int | None:
    if expected_on is None:
        return None
    days = [max(as_of, expected_on + timedelta(days=slip)) for slip in slips or (0,)]
    return rounded(sum(period.contains(day) for day in days) * MILLION, len(days))
