"""Which phase is a negotiation in, and which tactics fit? (N04, N05, G7)"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from fractions import Fraction

from keytally.playbook.rules.tags import BuyerMethod, Difficulty

__all__ = [
    "BuyerMethod",
    "Difficulty",
    "Phase",
    "PhaseFound",
    "Principle",
    "Record",
    "Suggestion",
    "Tactic",
    "phase_of",
    "suggestions",
]

NEAR_DEADLINE_DAYS = 7
USED_UP = Fraction(2, 3)


class Phase(StrEnum):
    """How far the talk has come."""

    EARLY = "EARLY"
    MIDDLE = "MIDDLE"
    LATE = "LATE"


class Principle(StrEnum):
    """What holds in every phase (N07)."""

    PEOPLE = "PEOPLE"
    INTERESTS = "INTERESTS"
    OPTIONS = "OPTIONS"
    STANDARDS = "STANDARDS"


@dataclass(frozen=True, slots=True)
class PhaseFound:
    """The phase that is proposed, and why."""

    phase: Phase
    reason: str


@dataclass(frozen=True, slots=True)
class Tactic:
    """One of the nine tactics: where it belongs and what it answers."""

    code: str
    number: int
    phases: Collection[Phase]
    difficulties: Collection[Difficulty] = ()
    methods: Collection[BuyerMethod] = ()


@dataclass(frozen=True, slots=True)
class Record:
    """How often a tactic was used with a known end, and how often it helped."""

    used: int = 0
    helped: int = 0

    @property
    def share(self) -> Fraction:
        """Say how often it helped; unknown counts as half, which neither recommends nor warns."""
        return Fraction(self.helped, self.used) if self.used else Fraction(1, 2)


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A tactic for now, and what it answers."""

    tactic: Tactic
    answers: tuple[str, ...]
    record: Record


def phase_of(*, has_offered: bool, used: Fraction, deadline: date | None, as_of: date) -> PhaseFound:
    """Propose a phase: by the deadline, by the room used up, by whether we have offered anything.

    >>> phase_of(has_offered=False, used=Fraction(0), deadline=None, as_of=date(2026, 11, 28)).phase
    <Phase.EARLY: 'EARLY'>
    """
    if deadline is not None and (deadline - as_of).days <= NEAR_DEADLINE_DAYS:
        return PhaseFound(Phase.LATE, "DEADLINE_NEAR")
    if used >= USED_UP:
        return PhaseFound(Phase.LATE, "ROOM_USED")
    if not has_offered:
        return PhaseFound(Phase.EARLY, "NO_OFFER")
    return PhaseFound(Phase.MIDDLE, "OFFERED")


def suggestions(
    tactics: Sequence[Tactic],
    *,
    phase: Phase,
    difficulties: Collection[Difficulty] = (),
    methods: Collection[BuyerMethod] = (),
    records: Mapping[str, Record] | None = None,
) -> tuple[Suggestion, ...]:
    """List the tactics of a phase: what answers the marked difficulties first, then what worked (G7)."""
    known = records or {}
    found = [
        Suggestion(
            tactic,
            (
                *(one for one in Difficulty if one in difficulties and one in tactic.difficulties),
                *(one for one in BuyerMethod if one in methods and one in tactic.methods),
            ),
            known.get(tactic.code, Record()),
        )
        for tactic in tactics
        if phase in tactic.phases
    ]
    return tuple(sorted(found, key=lambda one: (-len(one.answers), -one.record.share, one.tactic.number)))
