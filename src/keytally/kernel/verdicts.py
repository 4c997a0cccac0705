"""Does the evidence pass a gate, and if not, what is missing?"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Gate:
    """So many of these criteria must be met."""

    needed: int
    criteria: tuple[str, ...]

    def __post_init__(self) -> None:
        if len(set(self.criteria)) != len(self.criteria):
            raise ValueError(f"a gate names each criterion once: {', '.join(self.criteria)}")
        if not 1 <= self.needed <= len(self.criteria):
            raise ValueError(f"a gate of {len(self.criteria)} criteria cannot need {self.needed}")


@dataclass(frozen=True, slots=True)
class Verdict:
    """Passed or not, with what was met, what was not, and how many are still needed."""

    passed: bool
    met: tuple[str, ...]
    unmet: tuple[str, ...]
    short_by: int


def at_least(needed: int, *criteria: str) -> Gate:
    """Make a gate that needs some of the criteria."""
    return Gate(needed=needed, criteria=criteria)


def every(*criteria: str) -> Gate:
    """Make a gate that needs all the criteria."""
    return Gate(needed=len(criteria), criteria=criteria)


def judge(gate: Gate, evidence: Collection[str]) -> Verdict:
    """Judge the evidence on file against a gate.

    >>> judge(at_least(2, "visited", "evaluating", "need_stated"), {"visited"}).short_by
    1
    """
    met = tuple(criterion for criterion in gate.criteria if criterion in evidence)
    unmet = tuple(criterion for criterion in gate.criteria if criterion not in evidence)
    short_by = max(0, gate.needed - len(met))
    return Verdict(passed=not short_by, met=met, unmet=unmet, short_by=short_by)
