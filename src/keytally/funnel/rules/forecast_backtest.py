"""Had we told at the beginning of each month who would be won in it, how good would that have been?

Only what was known on the first of a month is used for it: what had ended by then, and for how long the rest was open.
The yardstick is the base rate: the share of those open a month before that were won in that month.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from keytally.funnel.rules.calibration import Outcome, Score, score
from keytally.funnel.rules.survival import MILLION, OPEN, Spell, incidence, rounded
from keytally.kernel.periods import Period

WON = "WON"
# Below so many endings nothing is learnt, and nothing told.
FEWEST_ENDED = 30


@dataclass(frozen=True, slots=True)
class Life:
    """So many opportunities that were opened on a day and ended on another, or were last seen open on a day."""

    opened_on: date
    ended_on: date | None
    ending: str
    seen_on: date
    count: int = 1


@dataclass(frozen=True, slots=True)
class Fold:
    """A month that was told beforehand: how many were open, the base rate, and the score."""

    period: Period
    base_ppm: int
    score: Score
    outcomes: tuple[Outcome, ...]


def backtest(lives: Sequence[Life], *, prior_cases: int) -> tuple[Fold, ...]:
    """Tell every month whose end was seen and before which enough had ended, and score it."""
    ends = sorted({one.ended_on for one in lives if one.ended_on})
    if not ends:
        return ()
    seen_until = max(one.seen_on for one in lives) + timedelta(days=1)
    found, month = [], _month_after(ends[0])
    while month.ends_before <= seen_until:
        if fold := _fold(lives, month, prior_cases=prior_cases):
            found.append(fold)
        month = _month_after(month.starts_on)
    return tuple(found)


def overall(folds: Sequence[Fold]) -> Score | None:
    """Score all months together; the yardstick keeps the base rate that was known before each."""
    outcomes = [one for fold in folds for one in fold.outcomes]
    whole = score(outcomes)
    if whole is None:
        return None
    errors = sum(fold.score.base_brier_ppm * fold.score.count for fold in folds)
    return Score(whole.count, whole.came_true, whole.brier_ppm, rounded(errors, whole.count), whole.bins)


def _fold(lives: Sequence[Life], month: Period, *, prior_cases: int) -> Fold | None:
    known = incidence(_known(lives, before=month.starts_on), ending=WON)
    if known.this_way + known.other_ways < FEWEST_ENDED:
        return None
    chances: dict[int, int] = {}
    outcomes: Counter[tuple[int, bool]] = Counter()
    for one in lives:
        if not _is_open(one, month.starts_on):
            continue
        age = (month.starts_on - timedelta(days=1) - one.opened_on).days
        if age not in chances:
            chances[age] = known.chance_ppm(age_days=age, within_days=month.days, weight=prior_cases)
        outcomes[chances[age], _is_won(one, month)] += one.count
    base = _base_ppm(lives, _month_before(month))
    told = tuple(Outcome(chance, came, count) for (chance, came), count in sorted(outcomes.items()))
    scored = score(told, base_ppm=base) if base is not None else None
    return Fold(month, base or 0, scored, told) if scored else None


def _known(lives: Sequence[Life], *, before: date) -> list[Spell]:
    """Write what was known before a day: what ended later was open then."""
    spells: Counter[tuple[int, str]] = Counter()
    eve = before - timedelta(days=1)
    for one in lives:
        if one.opened_on > eve:
            continue
        is_over = one.ended_on is not None and one.ended_on <= eve
        until = one.ended_on if is_over and one.ended_on else min(eve, one.seen_on if one.ended_on is None else eve)
        spells[(until - one.opened_on).days, one.ending if is_over else OPEN] += one.count
    return [Spell(days, ending, count) for (days, ending), count in spells.items()]


def _base_ppm(lives: Sequence[Life], month: Period) -> int | None:
    at_stake = sum(one.count for one in lives if _is_open(one, month.starts_on))
    won = sum(one.count for one in lives if _is_open(one, month.starts_on) and _is_won(one, month))
    return rounded(won * MILLION, at_stake) if at_stake else None


def _is_open(one: Life, day: date) -> bool:
    return one.opened_on < day and (one.ended_on is None or one.ended_on >= day)


def _is_won(one: Life, month: Period) -> bool:
    return one.ending == WON and one.ended_on is not None and month.contains(one.ended_on)


def _month_after(day: date) -> Period:
    first_on = (day.replace(day=1) + timedelta(days=31)).replace(day=1)
    return Period(first_on, (first_on + timedelta(days=31)).replace(day=1))


def _month_before(month: Period) -> Period:
    return Period((month.starts_on - timedelta(days=1)).replace(day=1), month.starts_on)
