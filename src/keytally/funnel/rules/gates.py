"""Does the evidence on file open a stage's gate, and if not, what is missing? (F03-F11, G1-G4)"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from keytally.funnel.rules.stages import CustomerSize, Stage, TeamRole
from keytally.kernel.verdicts import Gate, Verdict, at_least, every, judge


@dataclass(frozen=True, slots=True)
class StageGate:
    """What a stage asks for: a set of which all are required, and so many of others; either may be absent (G4)."""

    required: tuple[str, ...] = ()
    needed: int = 0
    choices: tuple[str, ...] = ()

    @property
    def parts(self) -> tuple[Gate, ...]:
        """List the gates of the kernel that all have to pass."""
        all_of = (every(*self.required),) if self.required else ()
        some_of = (at_least(self.needed, *self.choices),) if self.choices else ()
        return all_of + some_of

    @property
    def criteria(self) -> tuple[str, ...]:
        """List every criterion that is looked at."""
        return self.required + self.choices


@dataclass(frozen=True, slots=True)
class Missing:
    """What is still needed: so many of these criteria."""

    short_by: int
    criteria: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class GateVerdict:
    """Open or not, which criteria are met, which are not, and what is missing."""

    passed: bool
    met: tuple[str, ...]
    unmet: tuple[str, ...]
    missing: tuple[Missing, ...]


@dataclass(frozen=True, slots=True)
class Criterion:
    """Something that evidence can show: its words, and for how many days its evidence holds (None: for good)."""

    code: str
    name_zh: str
    name_en: str
    valid_days: int | None = None


@dataclass(frozen=True, slots=True)
class StageRule:
    """What holds for a stage: its weight in percent, who leads it, its purpose, its gates, when it is stale."""

    stage: Stage
    weight: int
    led_by: tuple[TeamRole, ...]
    purpose_zh: str
    purpose_en: str
    stale_days: int
    gates: Mapping[CustomerSize, StageGate]


@dataclass(frozen=True, slots=True)
class GateProfile:
    """All rules of the funnel that were in force on a day."""

    stages: Mapping[Stage, StageRule]
    criteria: Mapping[str, Criterion] = field(default_factory=dict)
    # Which of the two lists of 50 % the negotiation gate follows: UNION, FIRST, SECOND or OWN (G1).
    negotiation_list: str = "UNION"

    def gate(self, stage: Stage, *, size: CustomerSize) -> StageGate:
        """Find the gate of a stage for a customer's size."""
        return self.stages[stage].gates[size]


def judge_gate(gate: StageGate, evidence: Collection[str]) -> GateVerdict:
    """Judge the evidence on file against a stage's gate: every part has to pass.

    >>> judge_gate(StageGate(required=("team", "need")), {"need"}).missing
    (Missing(short_by=1, criteria=('team',)),)
    """
    verdicts = [judge(part, evidence) for part in gate.parts]
    return GateVerdict(
        passed=all(verdict.passed for verdict in verdicts),
        met=tuple(criterion for criterion in gate.criteria if criterion in evidence),
        unmet=tuple(criterion for criterion in gate.criteria if criterion not in evidence),
        missing=tuple(_missing(verdict) for verdict in verdicts if not verdict.passed),
    )


def _missing(verdict: Verdict) -> Missing:
    return Missing(verdict.short_by, verdict.unmet)
