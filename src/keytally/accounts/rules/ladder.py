"""On which rung does a relationship stand today, and when does it fall? (F14)"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from enum import IntEnum, StrEnum


class Rung(IntEnum):
    """The six rungs, in order."""

    KNOWN = 1
    FAMILIAR = 2
    RECOGNISED = 3
    TRUSTED = 4
    FRIEND = 5
    PARTNER = 6


class EvidenceKind(StrEnum):
    """What can prove a rung."""

    VISIT = "VISIT"
    MEAL = "MEAL"
    PROJECT = "PROJECT"
    FAVOUR = "FAVOUR"
    OTHER = "OTHER"


FIRST_AT_MOST = Rung.FAMILIAR
DECAY_DAYS = 90
WARNING_DAYS = 14


@dataclass(frozen=True, slots=True)
class Decay:
    """After how many days without evidence a rung is lost, and how long before the owner hears of it."""

    days: int = DECAY_DAYS
    warning_days: int = WARNING_DAYS


@dataclass(frozen=True, slots=True)
class Proof:
    """A dated claim of a rung."""

    on: date
    rung: Rung


@dataclass(frozen=True, slots=True)
class Standing:
    """The rung held on a day, the last evidence for it, and the day of the next fall."""

    rung: Rung | None
    proved_on: date | None
    falls_on: date | None
    is_warned: bool
    fallen_by: int = 0


def standing(proofs: Iterable[Proof], *, as_of: date, decay: Decay = Decay()) -> Standing:
    """Tell the rung held on a day: what was proved, less one for each full span without evidence (F14)."""
    held: Rung | None = None
    proved_on: date | None = None
    for proof in sorted((proof for proof in proofs if proof.on <= as_of), key=lambda proof: (proof.on, proof.rung)):
        left = _decayed(held, proved_on, as_of=proof.on, days=decay.days)
        held, proved_on = _risen(left, proof.rung), proof.on
    if held is None or proved_on is None:
        return Standing(None, None, None, is_warned=False)
    now = _decayed(held, proved_on, as_of=as_of, days=decay.days)
    falls_on = _next_fall(now, held=held, proved_on=proved_on, days=decay.days)
    is_warned = falls_on is not None and falls_on - as_of <= timedelta(days=decay.warning_days)
    return Standing(now, proved_on, falls_on, is_warned, fallen_by=held - (now or held))


def claim_fault(held: Rung | None, *, claimed: Rung) -> str | None:
    """Refuse a claim of more than one rung above the one held; the first may claim familiar.

    >>> claim_fault(Rung.KNOWN, claimed=Rung.TRUSTED), claim_fault(None, claimed=Rung.FAMILIAR)
    ('RUNG_TOO_HIGH', None)
    """
    return "RUNG_TOO_HIGH" if claimed > highest_claim(held) else None


def highest_claim(held: Rung | None) -> Rung:
    """Name the highest rung that evidence may claim now."""
    return FIRST_AT_MOST if held is None else Rung(min(held + 1, Rung.PARTNER))


def _risen(held: Rung | None, claimed: Rung) -> Rung:
    """Count a claim for one rung at most; one below what is held proves what is held."""
    return min(claimed, highest_claim(held)) if held is None else max(held, min(claimed, highest_claim(held)))


def _decayed(held: Rung | None, proved_on: date | None, *, as_of: date, days: int) -> Rung | None:
    if held is None or proved_on is None:
        return None
    return Rung(max(Rung.KNOWN, held - (as_of - proved_on).days // days))


def _next_fall(now: Rung | None, *, held: Rung, proved_on: date, days: int) -> date | None:
    if now is None or now is Rung.KNOWN:
        return None
    return proved_on + timedelta(days=days * (held - now + 1))
