"""How thick is the funnel, what is it worth, and how fast does it sell? (F01: capacity, velocity)"""

from collections.abc import Sequence
from dataclasses import dataclass

from keytally.funnel.rules.survival import MILLION, Curve, rounded


@dataclass(frozen=True, slots=True)
class Load:
    """What stands in a stage: how many opportunities, worth how much, at which weight in parts per million."""

    stage: str
    weight_ppm: int
    count: int
    amount_minor: int

    @property
    def weighted_minor(self) -> int:
        """The amount times the weight of the stage, rounded half up once."""
        return rounded(self.amount_minor * self.weight_ppm, MILLION)


@dataclass(frozen=True, slots=True)
class Capacity:
    """The funnel's content in sums, and how far it covers the target that is still to be made."""

    count: int
    amount_minor: int
    weighted_minor: int
    target_minor: int | None
    # Weighted amount over target; nothing without a target, or where it has been made already.
    coverage_ppm: int | None


@dataclass(frozen=True, slots=True)
class SalesVelocity:
    """What the funnel sells in a day, with the four figures that it is made of."""

    count: int
    win_rate_ppm: int | None
    amount_minor: int | None
    cycle_days: int | None
    per_day_minor: int | None


def capacity(loads: Sequence[Load], *, target_minor: int | None) -> Capacity:
    """Sum the stages up; the target is what is still to be made, if anyone set one.

    >>> capacity([Load("target", 100_000, 2, 5_000), Load("intent", 200_000, 1, 1_000)], target_minor=1_400)
    Capacity(count=3, amount_minor=6000, weighted_minor=700, target_minor=1400, coverage_ppm=500000)
    """
    weighted = rounded(sum(load.amount_minor * load.weight_ppm for load in loads), MILLION)
    return Capacity(
        count=sum(load.count for load in loads),
        amount_minor=sum(load.amount_minor for load in loads),
        weighted_minor=weighted,
        target_minor=target_minor,
        coverage_ppm=rounded(weighted * MILLION, target_minor) if target_minor and target_minor > 0 else None,
    )


def sales_velocity(
    *, count: int, won: int, decided: int, won_minor: int, won_with_amount: int, cycle: Curve
) -> SalesVelocity:
    """Count open ones x win rate x mean amount won / median days of the whole cycle, rounded half up once.

    A cycle of less than a day counts as one day. Wins without an amount count for the rate, not for the mean.
    """
    median = cycle.median_days
    is_known = bool(decided and won_with_amount) and median is not None
    days = max(1, median or 0)
    return SalesVelocity(
        count=count,
        win_rate_ppm=rounded(won * MILLION, decided) if decided else None,
        amount_minor=rounded(won_minor, won_with_amount) if won_with_amount else None,
        cycle_days=median,
        per_day_minor=rounded(count * won * won_minor, decided * won_with_amount * days) if is_known else None,
    )
