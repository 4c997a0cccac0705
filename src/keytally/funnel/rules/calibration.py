"""Did the forecasts come true, and which of them was right? (Brier score, calibration)"""

from collections.abc import Sequence
from dataclasses import dataclass

from keytally.funnel.rules.slope import Interval, wilson
from keytally.funnel.rules.survival import MILLION, rounded

BINS = 10


@dataclass(frozen=True, slots=True)
class Outcome:
    """A chance that was told so many times, in parts per million, and what came of it."""

    chance_ppm: int
    came_true: bool
    count: int = 1


@dataclass(frozen=True, slots=True)
class Bin:
    """The forecasts of about the same chance: what was told on average, and how often it came true."""

    count: int
    told_ppm: int
    came_ppm: int
    interval: Interval

    @property
    def is_calibrated(self) -> bool:
        """Tell whether what was told lies within what the outcomes allow."""
        return self.interval.low_ppm <= self.told_ppm <= self.interval.high_ppm


@dataclass(frozen=True, slots=True)
class Score:
    """How good chances were: the Brier score (0 is perfect), beside that of always telling the same base rate."""

    count: int
    came_true: int
    brier_ppm: int
    base_brier_ppm: int
    bins: tuple[Bin, ...]

    @property
    def skill_ppm(self) -> int | None:
        """How much of the base rate's error is gone; below zero the chances were worse than none."""
        if not self.base_brier_ppm:
            return None
        return rounded((self.base_brier_ppm - self.brier_ppm) * MILLION, self.base_brier_ppm)


def brier_ppm(outcomes: Sequence[Outcome]) -> int:
    """Average the squared distance between what was told and what came, in parts per million.

    >>> brier_ppm([Outcome(700_000, True), Outcome(400_000, False)])
    125000
    """
    squares = sum(one.count * (one.chance_ppm - MILLION * one.came_true) ** 2 for one in outcomes)
    return rounded(squares, MILLION * _count(outcomes))


def score(outcomes: Sequence[Outcome], *, base_ppm: int | None = None) -> Score | None:
    """Score chances; without a base rate told beforehand, that of the outcomes themselves is the yardstick."""
    count = _count(outcomes)
    if not count:
        return None
    came = _came(outcomes)
    base = rounded(came * MILLION, count) if base_ppm is None else base_ppm
    return Score(
        count=count,
        came_true=came,
        brier_ppm=brier_ppm(outcomes),
        base_brier_ppm=brier_ppm([Outcome(base, one.came_true, one.count) for one in outcomes]),
        bins=_bins(outcomes),
    )


def nearest(figures: Sequence[int], actual: int) -> int:
    """Tell which figure came nearest to what was won; of equals, the first.

    >>> nearest([100, 80, 60], 75)
    1
    """
    return min(range(len(figures)), key=lambda place: (abs(figures[place] - actual), place))


def _bins(outcomes: Sequence[Outcome]) -> tuple[Bin, ...]:
    """Cut the chances into tenths: 0 to below 10 %, and so on; 100 % belongs to the last."""
    groups: dict[int, list[Outcome]] = {}
    for one in (outcome for outcome in outcomes if outcome.count):
        groups.setdefault(min(BINS - 1, one.chance_ppm * BINS // MILLION), []).append(one)
    return tuple(_bin(groups[place]) for place in sorted(groups))


def _bin(group: Sequence[Outcome]) -> Bin:
    came, count = _came(group), _count(group)
    interval = wilson(came, of=count)
    if interval is None:
        raise ValueError("a bin holds something")
    return Bin(
        count=count,
        told_ppm=rounded(sum(one.chance_ppm * one.count for one in group), count),
        came_ppm=rounded(came * MILLION, count),
        interval=interval,
    )


def _count(outcomes: Sequence[Outcome]) -> int:
    return sum(one.count for one in outcomes)


def _came(outcomes: Sequence[Outcome]) -> int:
    return sum(one.count for one in outcomes if one.came_true)
