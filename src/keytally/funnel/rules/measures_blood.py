"""How many new targets a week keep the funnel's shape? (F12: keep the shape, add blood)"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from keytally.funnel.rules.survival import MILLION, rounded
from keytally.kernel.periods import Period

# Counts of a week are kept in hundredths.
HUNDRED = 100


@dataclass(frozen=True, slots=True)
class Yield:
    """What one new target is worth: its chance to be won, the mean amount of a win, the days until then."""

    win_ppm: int
    amount_minor: int
    cycle_days: int

    def __post_init__(self) -> None:
        if self.win_ppm <= 0 or self.amount_minor <= 0:
            raise ValueError("without wins and their amounts no target is worth anything")


@dataclass(frozen=True, slots=True)
class NewBlood:
    """What a target asks for in new targets a week, beside what comes in."""

    target_minor: int
    yields: Yield
    # To make such an amount in every period of this length.
    steady_per_week_hundredths: int
    # To close what the funnel leaves open of this target; nothing if it is too late for that.
    gap_minor: int
    useful_days: int
    gap_targets: int
    gap_per_week_hundredths: int | None
    comes_per_week_hundredths: int

    @property
    def is_enough(self) -> bool:
        """Tell whether what comes in keeps the shape."""
        return self.comes_per_week_hundredths >= self.steady_per_week_hundredths


def per_week_hundredths(count: int, *, within: Period) -> int:
    """Say how many came in a week, in hundredths.

    >>> per_week_hundredths(26, within=Period(date(2026, 10, 2), date(2027, 1, 1)))
    200
    """
    return rounded(count * 7 * HUNDRED, within.days)


def win_chance_ppm(on_ppm: Sequence[int | None]) -> int | None:
    """Multiply the slopes from the first stage to the sale; nothing if one of them is not known.

    >>> win_chance_ppm([500_000, 400_000]), win_chance_ppm([500_000, None])
    (200000, None)
    """
    chance, whole = 1, 1
    for share in on_ppm:
        if share is None:
            return None
        chance, whole = chance * share, whole * MILLION
    return rounded(chance * MILLION, whole)


def new_blood(
    yields: Yield, *, target_minor: int, in_funnel_minor: int, came_hundredths: int, period: Period, as_of: date
) -> NewBlood:
    """Work back from an amount to new targets a week.

    One target is worth its chance to be won times the mean amount won. `in_funnel_minor` is what the funnel is
    expected to yield for this target already. Targets that come in later than a cycle before the period ends are
    counted on for the next one only.
    """
    worth = yields.win_ppm * yields.amount_minor
    gap = max(0, target_minor - in_funnel_minor)
    gap_targets = -(-gap * MILLION // worth)
    useful = max(0, (period.ends_before - max(as_of, period.starts_on)).days - yields.cycle_days)
    return NewBlood(
        target_minor=target_minor,
        yields=yields,
        steady_per_week_hundredths=_up(target_minor * MILLION * 7 * HUNDRED, worth * period.days),
        gap_minor=gap,
        useful_days=useful,
        gap_targets=gap_targets,
        gap_per_week_hundredths=_up(gap_targets * 7 * HUNDRED, useful) if useful else (0 if not gap else None),
        comes_per_week_hundredths=came_hundredths,
    )


def _up(numerator: int, denominator: int) -> int:
    return -(-numerator // denominator)
