"""Is a sale complete: signed, paid as agreed, shipped? (F11, G2)"""

from collections.abc import Collection
from dataclasses import dataclass

SIGNED, PAID, SHIPPED = "contract_signed", "paid_as_agreed", "shipped"
FACTS = (SIGNED, PAID, SHIPPED)


@dataclass(frozen=True, slots=True)
class Completeness:
    """Which of the three facts are shown; only all three make revenue closed."""

    shown: tuple[str, ...]

    @property
    def missing(self) -> tuple[str, ...]:
        """List what is still to come."""
        return tuple(fact for fact in FACTS if fact not in self.shown)

    @property
    def is_revenue_closed(self) -> bool:
        """Tell whether all three are shown."""
        return not self.missing


def completeness(evidence: Collection[str]) -> Completeness:
    """Say which of the three facts the evidence shows.

    >>> completeness({"contract_signed", "shipped"}).missing
    ('paid_as_agreed',)
    """
    return Completeness(tuple(fact for fact in FACTS if fact in evidence))
