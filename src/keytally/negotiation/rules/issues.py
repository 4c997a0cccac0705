"""What is a level of an issue worth to each side, and where can both agree? (specification 04)"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from fractions import Fraction

MOST_LEVELS = 13


class Side(StrEnum):
    """Who sits at the table."""

    US = "US"
    THEM = "THEM"


@dataclass(frozen=True, slots=True)
class Stand:
    """Where a side begins, what it wants, and where it gets up; levels are whole numbers."""

    opening: int
    target: int
    walk_away: int


@dataclass(frozen=True, slots=True)
class Issue:
    """Something on the table; a choice gives the points of each option for both sides, a number has none."""

    code: str
    ours: Stand
    theirs: Stand
    our_weight: int = 1
    their_weight: int = 1
    step: int = 1
    points: Mapping[int, tuple[int, int]] = field(default_factory=dict)

    @property
    def is_choice(self) -> bool:
        """Tell whether it is chosen from options."""
        return bool(self.points)


@dataclass(frozen=True, slots=True)
class Zone:
    """What both can live with: from `low` to `high`, or a gap between the walk-aways."""

    low: int
    high: int
    is_empty: bool
    levels: tuple[int, ...] = ()
    is_coarse: bool = False

    @property
    def gap(self) -> int:
        """Say how far the walk-aways lie apart; nothing where there is a zone."""
        return self.high - self.low if self.is_empty else 0


def faults(issue: Issue) -> tuple[str, ...]:
    """List every reason why an issue cannot be scored.

    >>> faults(Issue("PRICE", Stand(100, 95, 100), Stand(80, 85, 96)))
    ('OUR_ENDS_EQUAL',)
    """
    found = [*_stand_faults(issue, Side.US), *_stand_faults(issue, Side.THEM)]
    if issue.our_weight < 0 or issue.their_weight < 0:
        found.append("WEIGHT_NEGATIVE")
    if issue.step < 1:
        found.append("STEP_TOO_SMALL")
    return tuple(found)


def value(issue: Issue, level: int, *, side: Side) -> Fraction:
    """Value a level for a side: 0 at its walk-away, 1 at its opening, straight between and beyond.

    >>> value(Issue("PRICE", Stand(100, 95, 90), Stand(80, 85, 96)), 95, side=Side.US)
    Fraction(1, 2)
    """
    stand = _stand(issue, side)
    least, best = _points(issue, stand.walk_away, side), _points(issue, stand.opening, side)
    return Fraction(_points(issue, level, side) - least, best - least)


def is_beyond(issue: Issue, level: int, *, side: Side = Side.US) -> bool:
    """Tell whether a level lies beyond a side's walk-away."""
    return value(issue, level, side=side) < 0


def zone(issue: Issue) -> Zone:
    """Find the zone of possible agreement of an issue, with the levels that are tried in it.

    >>> zone(Issue("PRICE", Stand(100, 97, 94), Stand(90, 93, 96))).levels
    (94, 95, 96)
    >>> zone(Issue("PRICE", Stand(100, 97, 94), Stand(80, 85, 90))).gap
    4
    """
    if issue.is_choice:
        return _zone_of_choice(issue)
    ours, theirs = issue.ours.walk_away, issue.theirs.walk_away
    low, high = min(ours, theirs), max(ours, theirs)
    if _wants_more(issue.ours) == _wants_more(issue.theirs):
        return _common_zone(issue)
    if is_beyond(issue, theirs):
        return Zone(low, high, is_empty=True)
    levels, is_coarse = _levels(issue, low, high)
    return Zone(low, high, is_empty=False, levels=levels, is_coarse=is_coarse)


def is_opening_modest(issue: Issue) -> bool:
    """Tell whether they would go further than our opening asks: it gives away what nobody wanted."""
    return not issue.is_choice and value(issue, issue.theirs.walk_away, side=Side.US) > 1


def _stand(issue: Issue, side: Side) -> Stand:
    return issue.ours if side is Side.US else issue.theirs


def _points(issue: Issue, level: int, side: Side) -> int:
    if not issue.is_choice:
        stand = _stand(issue, side)
        return level if _wants_more(stand) else -level
    return issue.points[level][0 if side is Side.US else 1]


def _wants_more(stand: Stand) -> bool:
    return stand.opening > stand.walk_away


def _stand_faults(issue: Issue, side: Side) -> list[str]:
    name, stand = "OUR" if side is Side.US else "THEIR", _stand(issue, side)
    if issue.is_choice and not {stand.opening, stand.target, stand.walk_away} <= issue.points.keys():
        return [f"{name}_OPTION_UNKNOWN"]
    least, middle, best = (_points(issue, one, side) for one in (stand.walk_away, stand.target, stand.opening))
    if least == best:
        return [f"{name}_ENDS_EQUAL"]
    if least > best:
        return [f"{name}_ENDS_TURNED"]
    return [] if least <= middle <= best else [f"{name}_TARGET_OUTSIDE"]


def _zone_of_choice(issue: Issue) -> Zone:
    fitting = tuple(sorted(one for one in issue.points if not any(is_beyond(issue, one, side=side) for side in Side)))
    if not fitting:
        return Zone(0, 0, is_empty=True)
    return Zone(fitting[0], fitting[-1], is_empty=False, levels=fitting)


def _common_zone(issue: Issue) -> Zone:
    """Both want the same direction: everything from the stricter walk-away to the further opening."""
    more = _wants_more(issue.ours)
    ends = (issue.ours, issue.theirs)
    near = (max if more else min)(one.walk_away for one in ends)
    far = (max if more else min)(one.opening for one in ends)
    low, high = min(near, far), max(near, far)
    levels, is_coarse = _levels(issue, low, high)
    return Zone(low, high, is_empty=False, levels=levels, is_coarse=is_coarse)


def _levels(issue: Issue, low: int, high: int) -> tuple[tuple[int, ...], bool]:
    """Lay out the levels of a zone: its ends, both openings and targets, and even steps between, not too many."""
    stands = (issue.ours, issue.theirs)
    named = {low, high, *(one.opening for one in stands), *(one.target for one in stands)}
    kept = {one for one in named if low <= one <= high}
    room = MOST_LEVELS - len(kept)
    step, is_coarse = issue.step, False
    if (high - low) // step > room:
        step, is_coarse = step * -(-(high - low) // (step * (room + 1))), True
    return tuple(sorted(kept | set(range(low, high + 1, step)))), is_coarse


def coded(issues: Sequence[Issue]) -> dict[str, Issue]:
    """List issues by their code."""
    return {issue.code: issue for issue in issues}
