"""Which mode follows from who receives and who pays, and which combination does not exist? (B02-B05)"""

from dataclasses import dataclass
from enum import StrEnum


class NodeKind(StrEnum):
    """What a node of the tree of accounts is."""

    CHAIN = "CHAIN"
    COMPANY = "COMPANY"
    HEAD_OFFICE = "HEAD_OFFICE"
    DC = "DC"
    STORE = "STORE"


class PartyKind(StrEnum):
    """The two sides of a chain that can order, receive or pay."""

    STORE = "STORE"
    HEAD_OFFICE = "HEAD_OFFICE"


class Mode(StrEnum):
    """The three ways in which goods and money go."""

    A = "A"
    B = "B"
    C = "C"


@dataclass(frozen=True, slots=True)
class Party:
    """A node in its part as buyer, ship-to or bill-to."""

    node: int
    kind: NodeKind
    chain: int | None


@dataclass(frozen=True, slots=True)
class ModeVerdict:
    """The mode, or every reason why there is none."""

    mode: Mode | None
    reasons: tuple[str, ...] = ()


_MODES: dict[tuple[PartyKind, PartyKind], Mode] = {
    (PartyKind.STORE, PartyKind.STORE): Mode.A,
    (PartyKind.STORE, PartyKind.HEAD_OFFICE): Mode.B,
    (PartyKind.HEAD_OFFICE, PartyKind.HEAD_OFFICE): Mode.C,
}


def party_kind(kind: NodeKind) -> PartyKind:
    """Tell on which side a node stands; everything above the store is the head-office side."""
    return PartyKind.STORE if kind is NodeKind.STORE else PartyKind.HEAD_OFFICE


def mode_of(*, ship_to: PartyKind, bill_to: PartyKind) -> Mode | None:
    """Derive the mode from the kinds of ship-to and bill-to; the forbidden combination has none (B02-B04).

    >>> mode_of(ship_to=PartyKind.STORE, bill_to=PartyKind.HEAD_OFFICE)
    <Mode.B: 'B'>
    """
    return _MODES.get((ship_to, bill_to))


def judge_parties(store: Party, *, buyer: Party, ship_to: Party, bill_to: Party) -> ModeVerdict:
    """Judge the parties of a store: the mode, or all that is wrong with them."""
    mode = mode_of(ship_to=party_kind(ship_to.kind), bill_to=party_kind(bill_to.kind))
    reasons = [] if mode else ["SHIP_TO_HEAD_OFFICE_BILL_TO_STORE"]
    if any(party.kind is NodeKind.STORE and party.node != store.node for party in (ship_to, bill_to)):
        reasons.append("PARTY_IS_ANOTHER_STORE")
    if any(party.chain != store.chain for party in (buyer, ship_to, bill_to)):
        reasons.append("PARTY_OF_ANOTHER_CHAIN")
    return ModeVerdict(None if reasons else mode, tuple(reasons))
