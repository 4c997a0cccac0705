"""The tables of negotiation."""

from keytally.negotiation.models.negotiations import ComparisonCell, KeyPerson, Negotiation
from keytally.negotiation.models.table import (
    NegotiationIssue,
    NegotiationRound,
    RoundMove,
    TacticUse,
)

__all__ = [
    "ComparisonCell",
    "KeyPerson",
    "Negotiation",
    "NegotiationIssue",
    "NegotiationRound",
    "RoundMove",
    "TacticUse",
]
