"""The sub-balances of a reconciliation as a list that may be taken away: a row for every store, in the page's order."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from keytally.core.exports import Column, Listing, Offer, offer_of
from keytally.kernel.money import Money
from keytally.reconciliation import queries
from keytally.reconciliation.models import Reconciliation
from keytally.reconciliation.queries.stores import StoreFilter, StoreRow, stores_of

if TYPE_CHECKING:
    from keytally.core.models import User


@dataclass(frozen=True, slots=True)
class _Rows:
    """The sub-balances, counted and read like the rows of any list."""

    rows: Sequence[StoreRow]

    def count(self) -> int:
        """Count the rows."""
        return len(self.rows)

    def iterator(self, *, chunk_size: int) -> Iterator[StoreRow]:
        """Read the rows one after another."""
        del chunk_size
        return iter(self.rows)


def offer_of_stores(found: Reconciliation, wanted: StoreFilter, *, person: "User") -> Offer:
    """Offer the sub-balances that a page shows; who takes them sees the reconciliation."""

    def rows(_person: "User", _as_of: date, _asked: Mapping[str, str]) -> _Rows:
        return _Rows(stores_of(found, wanted=wanted).rows)

    listing = Listing(
        code="sub_balances",
        label=_("Sub-balances of the stores"),
        permission="reconcile.view",
        kind=queries.SUBJECT_KIND,
        columns=[
            Column(_("Our code"), lambda row: row.balance.store),
            Column(pgettext_lazy("reconciliation", "Their code"), lambda row: row.their_code),
            Column(_("Store"), lambda row: row.name),
            Column(_("Our lines"), lambda row: row.balance.ours_lines),
            Column(_("Their lines"), lambda row: row.balance.theirs_lines),
            Column(_("Currency"), lambda row: row.balance.currency),
            Column(_("Our balance"), lambda row: Money(row.balance.ours_minor, row.balance.currency)),
            Column(_("Their balance"), lambda row: Money(row.balance.theirs_minor, row.balance.currency)),
            Column(_("Ours - theirs"), lambda row: Money(row.balance.gap_minor, row.balance.currency)),
        ],
        rows=rows,
    )
    offer = offer_of(listing, person=person, as_of=date.min, asked={})
    name = f"{offer.file_name} {found.name}"
    return replace(offer, file_name=name, subject=queries.subject_of(found.pk))
