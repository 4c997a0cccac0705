"""How long does it take, when some are not over yet, and how does it end? (F01, velocity)

Kaplan-Meier and Aalen-Johansen over whole days, in whole numbers. What is still open counts up to the day on which it
was looked at, and no further; a plain mean over what is over would call every funnel faster than it is.
"""

from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property

OPEN = ""
MILLION = 1_000_000
# Sums of products are kept to so many digits behind the point; comparisons are exact.
SCALE = 10**18


@dataclass(frozen=True, slots=True)
class Spell:
    """So many things lasted so many days and ended like this; an empty ending means that they last still."""

    days: int
    ending: str = OPEN
    count: int = 1

    def __post_init__(self) -> None:
        if self.days < 0 or self.count < 0:
            raise ValueError(f"a spell lasts no days or more, not {self.days}, and is counted, not {self.count}")


@dataclass(frozen=True, slots=True)
class Step:
    """A day on which something ended: how many were at risk, how many ended, and the exact share that goes on."""

    days: int
    at_risk: int
    ended: int
    numerator: int
    denominator: int

    @property
    def share_ppm(self) -> int:
        """The share that goes on after this day, in parts per million."""
        return rounded(self.numerator * MILLION, self.denominator)


@dataclass(frozen=True, slots=True)
class Curve:
    """The Kaplan-Meier curve of some spells; `last_days` is the longest that anything was seen."""

    steps: tuple[Step, ...]
    count: int
    ended: int
    last_days: int

    def days_until(self, *, ended_ppm: int) -> int | None:
        """Tell after how many days such a share has ended; nothing if it has not been seen yet.

        >>> kaplan_meier([Spell(3, "WON"), Spell(5, "LOST"), Spell(9)]).days_until(ended_ppm=500_000)
        5
        """
        left = MILLION - ended_ppm
        return next((step.days for step in self.steps if step.numerator * MILLION <= step.denominator * left), None)

    @property
    def open_count(self) -> int:
        """How many last still."""
        return self.count - self.ended

    @property
    def median_days(self) -> int | None:
        """The day by which half has ended."""
        return self.days_until(ended_ppm=500_000)

    @property
    def slow_days(self) -> int | None:
        """The day by which four of five have ended: the 80th percentile."""
        return self.days_until(ended_ppm=800_000)

    @property
    def mean_millidays(self) -> int | None:
        """The mean stay in thousandths of a day, up to the longest that was seen; nothing if nothing has ended."""
        if not self.steps:
            return None
        area, share, since = 0, SCALE, 0
        for step in self.steps:
            area += share * (step.days - since)
            share, since = step.numerator * SCALE // step.denominator, step.days
        area += share * (self.last_days - since)
        return rounded(area * 1000, SCALE)


@dataclass(frozen=True)
class Incidence:
    """The share that ends in one way by each day while other endings compete for it (Aalen-Johansen)."""

    days: tuple[int, ...]
    at_risk: tuple[int, ...]
    # Shares of the whole, times SCALE: still open after the day, and ended this way by the day.
    open_after: tuple[int, ...]
    ended_by: tuple[int, ...]
    this_way: int
    other_ways: int
    exposure_days: int

    @cached_property
    def eventual_ppm(self) -> int | None:
        """The share that ends this way in the end, if what is open ends as the rest did; nothing without endings."""
        if not self.days or self.open_after[-1] >= SCALE:
            return None
        return rounded(self.ended_by[-1] * MILLION, SCALE - self.open_after[-1])

    def share_by(self, days: int) -> int:
        """Tell which share has ended this way by a day of its age, times SCALE."""
        place = bisect_right(self.days, days)
        return self.ended_by[place - 1] if place else 0

    def chance_ppm(self, *, age_days: int, within_days: int, weight: int = 0) -> int:
        """Tell how likely something of an age ends this way within some days.

        The fewer were ever as old, the more the answer leans on the plain rate of endings in an open day; `weight`
        says how many cases the plain rate is worth.
        """
        plain = self._plain_ppm(within_days)
        before = bisect_right(self.days, age_days)
        known = self.at_risk[before] if before < len(self.days) else 0
        alive = self.open_after[before - 1] if before else SCALE
        if not known or not alive:
            return plain
        until = bisect_right(self.days, age_days + within_days)
        ended = (self.ended_by[until - 1] if until else 0) - (self.ended_by[before - 1] if before else 0)
        own = ended * MILLION // alive
        return min(MILLION, rounded(known * own + weight * plain, known + weight))

    def _plain_ppm(self, within_days: int) -> int:
        if not self.exposure_days:
            return 0
        return min(MILLION, rounded(self.this_way * within_days * MILLION, self.exposure_days))


def kaplan_meier(spells: Iterable[Spell]) -> Curve:
    """Draw the curve of what goes on, day by day.

    >>> curve = kaplan_meier([Spell(2, "LOST"), Spell(4), Spell(6, "WON", 2)])
    >>> [(step.days, step.at_risk, step.share_ppm) for step in curve.steps]
    [(2, 4, 750000), (6, 2, 0)]
    """
    gone, ended = _by_day(spells)
    at_risk = count = sum(gone.values())
    steps, numerator, denominator = [], 1, 1
    for days in sorted(gone):
        if endings := sum(ended.get(days, Counter()).values()):
            numerator, denominator = numerator * (at_risk - endings), denominator * at_risk
            steps.append(Step(days, at_risk, endings, numerator, denominator))
        at_risk -= gone[days]
    return Curve(tuple(steps), count, sum(step.ended for step in steps), max(gone, default=0))


def incidence(spells: Sequence[Spell], *, ending: str) -> Incidence:
    """Follow one ending among several.

    >>> incidence([Spell(2, "LOST"), Spell(4), Spell(6, "WON", 2)], ending="WON").eventual_ppm
    750000
    """
    gone, ended = _by_day(spells)
    at_risk, share, this_way = sum(gone.values()), SCALE, 0
    rows: list[tuple[int, int, int, int]] = []
    for days in sorted(gone):
        if endings := ended.get(days):
            this_way += share * endings[ending] // at_risk
            share -= share * endings.total() // at_risk
            rows.append((days, at_risk, share, this_way))
        at_risk -= gone[days]
    wanted = sum(day[ending] for day in ended.values())
    return Incidence(
        days=tuple(row[0] for row in rows),
        at_risk=tuple(row[1] for row in rows),
        open_after=tuple(row[2] for row in rows),
        ended_by=tuple(row[3] for row in rows),
        this_way=wanted,
        other_ways=sum(day.total() for day in ended.values()) - wanted,
        exposure_days=sum(days * count for days, count in gone.items()),
    )


def rounded(numerator: int, denominator: int) -> int:
    """Divide whole numbers, rounding half up.

    >>> rounded(5, 2), rounded(-5, 2), rounded(7, 3)
    (3, -2, 2)
    """
    return (2 * numerator + denominator) // (2 * denominator)


def _by_day(spells: Iterable[Spell]) -> tuple[dict[int, int], dict[int, Counter[str]]]:
    gone: dict[int, int] = {}
    ended: dict[int, Counter[str]] = {}
    for spell in spells:
        if not spell.count:
            continue
        gone[spell.days] = gone.get(spell.days, 0) + spell.count
        if spell.ending != OPEN:
            ended.setdefault(spell.days, Counter())[spell.ending] += spell.count
    return gone, ended
