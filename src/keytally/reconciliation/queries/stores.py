"""What does each store of a chain have on both sides of a run, and do the stores add up to the head office?"""

from collections.abc import Sequence
from dataclasses import dataclass

from keytally.reconciliation.engine.sub_balances import SubBalance, sub_balances
from keytally.reconciliation.models import Reconciliation
from keytally.reconciliation.queries.results import bridges, pages_folder
from keytally.reconciliation.queries.settlement import names_of, store_codes


@dataclass(frozen=True, slots=True)
class StoreRow:
    """A store's sub-balance with its name, its account, and the code the chain knows it by."""

    balance: SubBalance
    name: str
    account: int | None
    their_code: str


@dataclass(frozen=True, slots=True)
class Sum:
    """What all sub-balances of a currency add up to, beside the balances of the bridge."""

    currency: str
    stores: int
    ours_minor: int
    theirs_minor: int
    bridge_ours_minor: int
    bridge_theirs_minor: int

    @property
    def gap_minor(self) -> int:
        """Ours - theirs."""
        return self.ours_minor - self.theirs_minor

    @property
    def adds_up(self) -> bool:
        """Tell whether the stores and the head office are the balance, to the cent."""
        return (self.ours_minor, self.theirs_minor) == (self.bridge_ours_minor, self.bridge_theirs_minor)


@dataclass(frozen=True, slots=True)
class Stores:
    """The sub-balances of a run, and their sums."""

    rows: Sequence[StoreRow]
    sums: Sequence[Sum]


def stores_of(found: Reconciliation, *, text: str = "", only_gaps: bool = False) -> Stores:
    """List the sub-balances of the run that is shown; the sums are over all of them, whatever is filtered."""
    balances = sub_balances(pages_folder(found)) if found.has_result else ()
    if not balances:
        return Stores((), ())
    names = names_of([one.store for one in balances])
    theirs = {one.ours: one.theirs for one in store_codes(found.account)} if found.account else {}
    rows = [_row(one, names=names, theirs=theirs) for one in balances]
    wanted = [row for row in rows if _is_wanted(row, text=text, only_gaps=only_gaps)]
    return Stores(wanted, _sums(found, balances))


def _row(one: SubBalance, *, names: dict[str, tuple[int, str]], theirs: dict[str, str]) -> StoreRow:
    account, name = names.get(one.store, (None, ""))
    return StoreRow(one, name, account, theirs.get(one.store, ""))


def _is_wanted(row: StoreRow, *, text: str, only_gaps: bool) -> bool:
    words = f"{row.balance.store} {row.name} {row.their_code}".casefold()
    return text.casefold() in words and (not only_gaps or row.balance.gap_minor != 0)


def _sums(found: Reconciliation, balances: Sequence[SubBalance]) -> list[Sum]:
    known = {bridge.currency: bridge for bridge in bridges(found.summary)}
    sums = []
    for currency in sorted({one.currency for one in balances}):
        mine = [one for one in balances if one.currency == currency]
        bridge = known.get(currency)
        sums.append(
            Sum(
                currency,
                sum(one.is_store for one in mine),
                sum(one.ours_minor for one in mine),
                sum(one.theirs_minor for one in mine),
                bridge.ours_minor if bridge else 0,
                bridge.theirs_minor if bridge else 0,
            )
        )
    return sums
