"""Who decides at the account, and where are the gaps in what we know and hold?"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from keytally.accounts.rules.ladder import Rung

HEAVY = 30


class DecisionRole(StrEnum):
    """What a contact is in a decision."""

    DECISION_MAKER = "DECISION_MAKER"
    BUDGET_HOLDER = "BUDGET_HOLDER"
    PROJECT_LEAD = "PROJECT_LEAD"
    END_USER = "END_USER"
    BUYER = "BUYER"
    STORE_MANAGER = "STORE_MANAGER"
    SETTLEMENT_CLERK = "SETTLEMENT_CLERK"
    RECEIVING_CLERK = "RECEIVING_CLERK"
    INFLUENCER = "INFLUENCER"
    OPPONENT = "OPPONENT"


class Stance(StrEnum):
    """How a contact stands to us."""

    CHAMPION = "CHAMPION"
    SUPPORTS = "SUPPORTS"
    NEUTRAL = "NEUTRAL"
    AGAINST = "AGAINST"


@dataclass(frozen=True, slots=True)
class Voice:
    """A contact as the map sees one."""

    contact: int
    name: str
    role: DecisionRole
    weight: int
    stance: Stance
    rung: Rung | None
    is_held: bool


@dataclass(frozen=True, slots=True)
class Gap:
    """Something that is missing, by code, and the contact it is about if there is one."""

    code: str
    contact: int | None = None
    name: str = ""
    role: DecisionRole | None = None
    rung: Rung | None = None


def is_heavy(voice: Voice) -> bool:
    """Tell whether the account is lost without this contact."""
    return voice.weight >= HEAVY or voice.role in (DecisionRole.DECISION_MAKER, DecisionRole.BUDGET_HOLDER)


def gaps(voices: Sequence[Voice]) -> tuple[Gap, ...]:
    """List what is missing on a decision map, all of it, in the order of docs/rules/ladder.md."""
    heavy = [voice for voice in voices if is_heavy(voice)]
    roles = {voice.role for voice in voices}
    found: list[Gap] = []
    if DecisionRole.DECISION_MAKER not in roles:
        found.append(Gap("NO_DECISION_MAKER"))
    if DecisionRole.BUDGET_HOLDER not in roles:
        found.append(Gap("NO_BUDGET_HOLDER"))
    found += [_about("HEAVY_BELOW_TRUSTED", voice) for voice in heavy if (voice.rung or 0) < Rung.TRUSTED]
    found += [_about("HEAVY_AGAINST", voice) for voice in heavy if voice.stance is Stance.AGAINST]
    if not any(voice.stance is Stance.CHAMPION for voice in voices):
        found.append(Gap("NO_CHAMPION"))
    if sum(1 for voice in voices if (voice.rung or 0) >= Rung.RECOGNISED) == 1:
        found.append(Gap("ONE_LEG"))
    found += [_about("NOBODY_HOLDS", voice) for voice in heavy if not voice.is_held]
    if sum(voice.weight for voice in voices) > 100:
        found.append(Gap("WEIGHTS_OVER_100"))
    return tuple(found)


def _about(code: str, voice: Voice) -> Gap:
    return Gap(code, voice.contact, voice.name, voice.role, voice.rung)
