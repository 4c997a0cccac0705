"""Do our concessions follow a good pattern: small, traded, never against ourselves? (specification 04, rounds)"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction
from itertools import groupby, pairwise

from keytally.negotiation.rules.issues import Issue, Side, value

LIMITS_BIG_STEP = Fraction(1, 2)
LIMITS_NEAR = Fraction(1, 5)
STANDSTILL_ROUNDS = 2


class Grade(StrEnum):
    """How grave a warning is."""

    STOPS = "STOPS"
    WARNS = "WARNS"
    TELLS = "TELLS"


GRADES: Mapping[str, Grade] = {
    "WALK_AWAY_PASSED": Grade.STOPS,
    "AGAINST_OURSELVES": Grade.WARNS,
    "UNCONDITIONAL": Grade.WARNS,
    "NOT_SHRINKING": Grade.WARNS,
    "TOTAL_NOT_SHRINKING": Grade.WARNS,
    "BIG_STEP": Grade.WARNS,
    "TOO_OFTEN": Grade.WARNS,
    "BELOW_TARGET": Grade.TELLS,
    "NEAR_WALK_AWAY": Grade.TELLS,
    "STANDSTILL": Grade.TELLS,
}


@dataclass(frozen=True, slots=True)
class Move:
    """What a side put on the table in a round on an issue, and what it asked or got in return."""

    round_no: int
    side: Side
    issue: str
    level: int
    in_return: str = ""


@dataclass(frozen=True, slots=True)
class Limits:
    """From when a step is big, the room is small, and concessions are too many."""

    big_step: Fraction = LIMITS_BIG_STEP
    near: Fraction = LIMITS_NEAR
    most_concessions: int = 3


@dataclass(frozen=True, slots=True)
class Warning:
    """Something about the pattern, the round it is about, the issue if there is one, and what it rests on."""

    code: str
    round_no: int
    issue: str = ""
    earlier_round: int | None = None
    size: Fraction | None = None
    earlier_size: Fraction | None = None

    @property
    def grade(self) -> Grade:
        """Say how grave it is."""
        return GRADES[self.code]


@dataclass(frozen=True, slots=True)
class Concession:
    """A step of ours away from our opening, in our own value of the issue."""

    move: Move
    size: Fraction
    weighted: Fraction


def concessions(moves: Sequence[Move], issues: Mapping[str, Issue]) -> tuple[Concession, ...]:
    """List our steps back, in order; what returns to an earlier level is none."""
    return tuple(_concessions(moves, issues))


def warnings(
    moves: Sequence[Move], issues: Mapping[str, Issue], *, limits: Limits | None = None
) -> tuple[Warning, ...]:
    """List everything that is wrong, or worth knowing, with a pattern of moves, in the order of the rounds."""
    known = [one for one in moves if one.issue in issues]
    steps, chosen = concessions(known, issues), limits or Limits()
    found = [
        *_per_level(known, issues, chosen),
        *_per_step(steps, chosen),
        *_not_shrinking(steps),
        *_total_not_shrinking(steps),
        *_against_ourselves(known, steps, issues),
        *_standstill(known),
    ]
    order = list(GRADES)
    return tuple(sorted(found, key=lambda one: (one.round_no, order.index(one.code), one.issue)))


def _concessions(moves: Sequence[Move], issues: Mapping[str, Issue]) -> Iterator[Concession]:
    total = sum(issue.our_weight for issue in issues.values()) or 1
    last = {code: Fraction(1) for code in issues}
    for move in moves:
        if move.side is not Side.US or move.issue not in issues:
            continue
        issue = issues[move.issue]
        now = value(issue, move.level, side=Side.US)
        size = last[move.issue] - now
        last[move.issue] = now
        if size > 0:
            yield Concession(move, size, size * Fraction(issue.our_weight, total))


def _per_level(moves: Sequence[Move], issues: Mapping[str, Issue], limits: Limits) -> Iterator[Warning]:
    for move in moves:
        if move.side is not Side.US:
            continue
        issue = issues[move.issue]
        now, target = value(issue, move.level, side=Side.US), value(issue, issue.ours.target, side=Side.US)
        if now < 0:
            yield Warning("WALK_AWAY_PASSED", move.round_no, move.issue, size=-now)
        elif now < limits.near:
            yield Warning("NEAR_WALK_AWAY", move.round_no, move.issue, size=now)
        if now < target:
            yield Warning("BELOW_TARGET", move.round_no, move.issue)


def _per_step(steps: Sequence[Concession], limits: Limits) -> Iterator[Warning]:
    counted: dict[str, int] = {}
    for step in steps:
        move = step.move
        counted[move.issue] = counted.get(move.issue, 0) + 1
        if not move.in_return.strip():
            yield Warning("UNCONDITIONAL", move.round_no, move.issue, size=step.size)
        if step.size > limits.big_step:
            yield Warning("BIG_STEP", move.round_no, move.issue, size=step.size)
        if counted[move.issue] > limits.most_concessions:
            yield Warning("TOO_OFTEN", move.round_no, move.issue, size=Fraction(counted[move.issue]))


def _not_shrinking(steps: Sequence[Concession]) -> Iterator[Warning]:
    before: dict[str, Concession] = {}
    for step in steps:
        earlier = before.get(step.move.issue)
        if earlier and step.size >= earlier.size:
            yield Warning(
                "NOT_SHRINKING",
                step.move.round_no,
                step.move.issue,
                earlier_round=earlier.move.round_no,
                size=step.size,
                earlier_size=earlier.size,
            )
        before[step.move.issue] = step


def _total_not_shrinking(steps: Sequence[Concession]) -> Iterator[Warning]:
    totals = [
        (number, sum((one.weighted for one in some), Fraction(0)))
        for number, some in groupby(steps, key=lambda one: one.move.round_no)
    ]
    for (earlier, before), (number, now) in pairwise(totals):
        if now >= before > 0:
            yield Warning("TOTAL_NOT_SHRINKING", number, earlier_round=earlier, size=now, earlier_size=before)


def _against_ourselves(
    moves: Sequence[Move], steps: Sequence[Concession], issues: Mapping[str, Issue]
) -> Iterator[Warning]:
    """Find concessions before which they have neither moved nor given anything since our last one."""
    conceded = {id(step.move) for step in steps}
    answers = {id(move) for move in _their_steps(moves, issues)}
    last: int | None = None
    answered = True
    for move in moves:
        answered = answered or id(move) in answers
        if id(move) not in conceded or move.round_no == last:
            continue
        if last is not None and not answered:
            yield Warning("AGAINST_OURSELVES", move.round_no, move.issue, earlier_round=last)
        last, answered = move.round_no, False


def _their_steps(moves: Sequence[Move], issues: Mapping[str, Issue]) -> Iterator[Move]:
    """Find the moves by which they came nearer, or first said where they stand."""
    last: dict[str, Fraction] = {}
    for move in moves:
        if move.side is Side.THEM:
            now = value(issues[move.issue], move.level, side=Side.US)
            if move.issue not in last or now > last[move.issue]:
                yield move
            last[move.issue] = now


def _standstill(moves: Sequence[Move]) -> Iterator[Warning]:
    last: dict[tuple[Side, str], int] = {}
    still: list[int] = []
    for number, some in groupby(moves, key=lambda one: one.round_no):
        moved = False
        for move in some:
            place = (move.side, move.issue)
            moved = moved or last.get(place) != move.level
            last[place] = move.level
        still = [] if moved else [*still, number]
        if len(still) == STANDSTILL_ROUNDS:
            yield Warning("STANDSTILL", number, earlier_round=still[0])
