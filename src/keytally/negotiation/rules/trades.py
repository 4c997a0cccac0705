"""What can we give for what, so that nobody loses? (specification 04: "give X for Y at no loss")"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import permutations

from keytally.negotiation.rules.issues import Issue, Side, value, zone
from keytally.negotiation.rules.packages import Levels


@dataclass(frozen=True, slots=True)
class Move:
    """An issue goes from one level to another."""

    issue: str
    before: int
    after: int


@dataclass(frozen=True, slots=True)
class Swap:
    """We give on one issue and take on another; both gains are utilities, none is below zero."""

    give: Move
    take: Move
    our_gain: Fraction
    their_gain: Fraction

    @property
    def total(self) -> Fraction:
        """Add both gains."""
        return self.our_gain + self.their_gain


def swaps(issues: Sequence[Issue], levels: Levels) -> tuple[Swap, ...]:
    """List for every pair of issues the best swap from a package, the fairest pairs first."""
    best = (_best_swap(issues, give, take, levels) for give, take in permutations(issues, 2))
    found = [one for one in best if one is not None]
    return tuple(sorted(found, key=_place))


def _best_swap(issues: Sequence[Issue], give: Issue, take: Issue, levels: Levels) -> Swap | None:
    found = list(_swaps_of_pair(issues, give, take, levels))
    return min(found, key=lambda one: (-one.total, -min(one.our_gain, one.their_gain), _place(one)), default=None)


def _swaps_of_pair(issues: Sequence[Issue], give: Issue, take: Issue, levels: Levels) -> Iterator[Swap]:
    gives, takes = _moves(issues, give, levels), _moves(issues, take, levels)
    for given, our_loss, their_win in gives:
        for taken, our_win, their_loss in takes:
            ours, theirs = our_win + our_loss, their_win + their_loss
            if our_loss < 0 < our_win and their_loss < 0 < their_win and min(ours, theirs) >= 0 < ours + theirs:
                yield Swap(given, taken, ours, theirs)


def _moves(issues: Sequence[Issue], issue: Issue, levels: Levels) -> list[tuple[Move, Fraction, Fraction]]:
    now = levels[issue.code]
    return [
        (
            Move(issue.code, now, level),
            _gain(issues, issue, now, level, Side.US),
            _gain(issues, issue, now, level, Side.THEM),
        )
        for level in zone(issue).levels
        if level != now
    ]


def _gain(issues: Sequence[Issue], issue: Issue, before: int, after: int, side: Side) -> Fraction:
    weights = {one.code: one.our_weight if side is Side.US else one.their_weight for one in issues}
    total = sum(weights.values())
    moved = value(issue, after, side=side) - value(issue, before, side=side)
    return Fraction(weights[issue.code], total) * moved if total else Fraction(0)


def _place(one: Swap) -> tuple[Fraction, Fraction, str, str, int, int]:
    fairness = -min(one.our_gain, one.their_gain)
    return (fairness, -one.total, one.give.issue, one.take.issue, one.give.after, one.take.after)
