"""What does one line of a book say, and what is the truth about it?"""

from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum

from keytally.reconciliation.demo_ledgers.company import HEAD_OFFICE


class Kind(StrEnum):
    """What kind of document a line belongs to."""

    GOODS = "goods"
    REVERSAL = "reversal"
    RETURN = "return"
    PAYMENT = "payment"
    FEE = "fee"


@dataclass(frozen=True, slots=True)
class Entry:
    """A line of a book; `truth` is its class, `thing` what it is about: lines of both sides share it.

    A `store_code` stands in their book instead of the code of the place.
    """

    thing: int
    kind: Kind
    number: str
    order: str
    place: int
    item: int | None
    day: date
    quantity: int
    price_minor: int
    amount_minor: int
    truth: str = "MATCHED"
    fault: str = ""
    currency: str = "CNY"
    amount_text: str | None = None
    is_central: bool = False
    store_code: str = ""

    def told(self, truth: str, fault: str) -> "Entry":
        """Say the truth about a line."""
        return replace(self, truth=truth, fault=fault)

    def resized(self, quantity: int) -> "Entry":
        """Change the quantity at the same price."""
        return replace(self, quantity=quantity, amount_minor=quantity * self.price_minor)

    def repriced(self, price_minor: int) -> "Entry":
        """Change the price of the same quantity."""
        return replace(self, price_minor=price_minor, amount_minor=self.quantity * price_minor)


@dataclass(frozen=True, slots=True)
class Dealing:
    """One thing that happened, as both sides booked it; `later` is what they book in the month after."""

    ours: tuple[Entry, ...]
    theirs: tuple[Entry, ...]
    later_ours: tuple[Entry, ...] = ()
    later_theirs: tuple[Entry, ...] = ()

    def told(self, truth: str, fault: str) -> "Dealing":
        """Say the truth about all lines of this month."""
        return replace(
            self,
            ours=tuple(one.told(truth, fault) for one in self.ours),
            theirs=tuple(one.told(truth, fault) for one in self.theirs),
        )


def head_office_line(*, thing: int, kind: Kind, number: str, order: str, day: date, amount_minor: int) -> Entry:
    """Write a line of the head office that is about no goods: a payment or a fee."""
    return Entry(
        thing=thing,
        kind=kind,
        number=number,
        order=order,
        place=HEAD_OFFICE,
        item=None,
        day=day,
        quantity=0,
        price_minor=0,
        amount_minor=amount_minor,
    )
