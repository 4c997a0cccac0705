"""Which packages are efficient, and which is the fairest? (specification 04; exact, in whole numbers)"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import lcm

from keytally.negotiation.rules.issues import Issue, Side, value, zone

Levels = Mapping[str, int]
PPM = 1_000_000


@dataclass(frozen=True, slots=True)
class Score:
    """What a package is worth to both sides."""

    us: Fraction
    them: Fraction

    @property
    def us_ppm(self) -> int:
        """Our utility in parts per million, rounded half up for showing."""
        return rounded_ppm(self.us)

    @property
    def them_ppm(self) -> int:
        """Their utility in parts per million, rounded half up for showing."""
        return rounded_ppm(self.them)


@dataclass(frozen=True, slots=True)
class Package:
    """A level for every issue, and what it is worth."""

    levels: tuple[tuple[str, int], ...]
    score: Score


@dataclass(frozen=True, slots=True)
class Alternatives:
    """What either side would reach without the other, as a utility."""

    us: Fraction = Fraction(0)
    them: Fraction = Fraction(0)


NONE = Alternatives()
# A package while it grows: utilities as whole numbers of one denominator, and the levels so far.
Partial = tuple[int, int, tuple[int, ...]]


def rounded_ppm(share: Fraction) -> int:
    """Round a utility to parts per million, half up.

    >>> rounded_ppm(Fraction(1, 3)), rounded_ppm(Fraction(-1, 2_000_000))
    (333333, 0)
    """
    return int((share * PPM + Fraction(1, 2)) // 1)


def score(issues: Sequence[Issue], levels: Levels) -> Score:
    """Add up what a package is worth to each side: the weighted mean of the values of its levels."""
    return Score(_utility(issues, levels, side=Side.US), _utility(issues, levels, side=Side.THEM))


def frontier(issues: Sequence[Issue], *, alternatives: Alternatives = NONE) -> tuple[Package, ...]:
    """List the efficient packages that both can accept, the best for us first; none where an issue has no zone."""
    if not issues or any(zone(issue).is_empty for issue in issues):
        return ()
    ours, theirs = _scale(issues, side=Side.US), _scale(issues, side=Side.THEM)
    partial: list[Partial] = [(0, 0, ())]
    for place, issue in enumerate(issues):
        steps = [(ours[place][level], theirs[place][level], level) for level in zone(issue).levels]
        grown = ((us + a, them + b, (*levels, level)) for us, them, levels in partial for a, b, level in steps)
        partial = list(_undominated(grown))
    found = (_package(issues, levels) for _us, _them, levels in partial)
    return tuple(one for one in found if _is_worth_it(one.score, alternatives))


def fairest(packages: Sequence[Package], *, alternatives: Alternatives = NONE) -> tuple[Package, ...]:
    """Choose the packages with the largest product of both gains (Nash); several where they tie."""
    if not packages:
        return ()
    best = max(_product(one.score, alternatives) for one in packages)
    return tuple(one for one in packages if _product(one.score, alternatives) == best)


def beyond(issues: Sequence[Issue], levels: Levels, *, side: Side = Side.US) -> tuple[str, ...]:
    """List the issues in which a package lies beyond a side's walk-away."""
    return tuple(one.code for one in issues if one.code in levels and value(one, levels[one.code], side=side) < 0)


def _utility(issues: Sequence[Issue], levels: Levels, *, side: Side) -> Fraction:
    total = sum(_weight(issue, side) for issue in issues)
    if not total:
        return Fraction(0)
    parts = (_weight(one, side) * value(one, levels[one.code], side=side) for one in issues)
    return sum(parts, Fraction(0)) / total


def _weight(issue: Issue, side: Side) -> int:
    return issue.our_weight if side is Side.US else issue.their_weight


def _scale(issues: Sequence[Issue], *, side: Side) -> list[dict[int, int]]:
    """Write every weighted value as a whole number of one common denominator, so that sums stay exact and fast."""
    worth = [
        {level: _weight(issue, side) * value(issue, level, side=side) for level in zone(issue).levels}
        for issue in issues
    ]
    common = lcm(*(part.denominator for each in worth for part in each.values()))
    return [{level: int(part * common) for level, part in each.items()} for each in worth]


def _undominated(partial: Iterator[Partial]) -> Iterator[Partial]:
    """Keep what nothing beats for both; of equals the first in the order of levels."""
    best: int | None = None
    for one in sorted(partial, key=lambda each: (-each[0], -each[1], each[2])):
        if best is None or one[1] > best:
            best = one[1]
            yield one


def _package(issues: Sequence[Issue], levels: Sequence[int]) -> Package:
    named = tuple((issue.code, level) for issue, level in zip(issues, levels, strict=True))
    return Package(named, score(issues, dict(named)))


def _is_worth_it(found: Score, alternatives: Alternatives) -> bool:
    return found.us >= alternatives.us and found.them >= alternatives.them


def _product(found: Score, alternatives: Alternatives) -> Fraction:
    return (found.us - alternatives.us) * (found.them - alternatives.them)
