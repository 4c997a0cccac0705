"""Which pieces of evidence count on a day, does the opportunity qualify for its stage, and until when?"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from keytally.funnel.rules.gates import GateProfile, GateVerdict, StageGate, judge_gate
from keytally.funnel.rules.stages import CustomerSize, Stage


@dataclass(frozen=True, slots=True)
class Proof:
    """A piece of evidence as the rules see it: what it shows, since when, and the first day it does not any more."""

    criterion: str
    happened_on: date
    ends_before: date | None = None
    voided_on: date | None = None


@dataclass(frozen=True, slots=True)
class Qualification:
    """Whether an opportunity belongs where it stands, why, and the first day on which it will not any more."""

    is_qualified: bool
    ends_before: date | None
    verdict: GateVerdict | None


def counts(proof: Proof, *, as_of: date) -> bool:
    """Tell whether a piece of evidence counts on a day: it has happened, is not voided and has not expired."""
    if proof.happened_on > as_of or (proof.voided_on is not None and proof.voided_on <= as_of):
        return False
    return proof.ends_before is None or as_of < proof.ends_before


def shown_by(proofs: Iterable[Proof], *, as_of: date) -> frozenset[str]:
    """List the criteria that evidence shows on a day; neither order nor number of proofs matters."""
    return frozenset(proof.criterion for proof in proofs if counts(proof, as_of=as_of))


def holds_until(happened_on: date, valid_days: int | None) -> date | None:
    """Name the first day on which evidence does not hold any more; none where it holds for good.

    >>> holds_until(date(2026, 8, 3), 30)
    datetime.date(2026, 9, 2)
    """
    return None if valid_days is None else happened_on + timedelta(days=valid_days)


def qualification(
    stage: Stage | None,
    *,
    size: CustomerSize,
    profile: GateProfile,
    proofs: Sequence[Proof],
    is_let_in: bool,
    as_of: date,
) -> Qualification:
    """Judge whether an opportunity belongs in its stage: its gate is open, or somebody let it in with a reason."""
    if stage is None:
        return Qualification(is_qualified=False, ends_before=None, verdict=None)
    gate = profile.gate(stage, size=size)
    verdict = judge_gate(gate, shown_by(proofs, as_of=as_of))
    if is_let_in:
        return Qualification(is_qualified=True, ends_before=None, verdict=verdict)
    ends_before = closes_on(gate, proofs=proofs, as_of=as_of) if verdict.passed else None
    return Qualification(is_qualified=verdict.passed, ends_before=ends_before, verdict=verdict)


def closes_on(gate: StageGate, *, proofs: Sequence[Proof], as_of: date) -> date | None:
    """Name the first day after this one on which an open gate closes because evidence expires; none if it stays."""
    ends = {end for proof in proofs for end in (proof.ends_before, proof.voided_on) if end and end > as_of}
    days = sorted(ends)
    return next((day for day in days if not judge_gate(gate, shown_by(proofs, as_of=day)).passed), None)
