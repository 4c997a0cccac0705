"""What does each store of a chain have on both sides of a run, and do the stores add up to the head office?"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

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

    @property
    def is_told(self) -> bool:
        """Tell whether what a store has on one side is told by the lines of the other."""
        return any(row.balance.ours_told_minor or row.balance.theirs_told_minor for row in self.rows)


class StoreSort(StrEnum):
    """By what sub-balances are sorted."""

    STORE = "store"
    OUR_LINES = "our_lines"
    THEIR_LINES = "their_lines"
    OURS = "ours"
    THEIRS = "theirs"
    GAP = "gap"


_KEYS: Mapping[StoreSort, Callable[[StoreRow], Any]] = {
    StoreSort.STORE: lambda row: (row.name, row.balance.store),
    StoreSort.OUR_LINES: lambda row: row.balance.ours_lines,
    StoreSort.THEIR_LINES: lambda row: row.balance.theirs_lines,
    StoreSort.OURS: lambda row: row.balance.ours_minor,
    StoreSort.THEIRS: lambda row: row.balance.theirs_minor,
    StoreSort.GAP: lambda row: abs(row.balance.gap_minor),
}


@dataclass(frozen=True, slots=True)
class StoreFilter:
    """Which sub-balances somebody wants to see, and in which order; as they come, the largest differences first."""

    text: str = ""
    only_gaps: bool = False
    sort: StoreSort | None = None
    is_descending: bool = True

    @property
    def asked(self) -> dict[str, str]:
        """Write it as the address does, without what is usual."""
        order = {"sort": self.sort.value, "direction": "desc" if self.is_descending else "asc"} if self.sort else {}
        wanted = {"text": self.text, "gaps": "1" if self.only_gaps else ""}
        return {name: value for name, value in {**wanted, **order}.items() if value}


def stores_asked_of(asked: Mapping[str, str]) -> StoreFilter:
    """Read which sub-balances an address asks for; what is not understood asks for everything."""
    sort = asked.get("sort", "")
    return StoreFilter(
        text=asked.get("text", "")[:80].replace("\x00", "").strip(),
        only_gaps=asked.get("gaps") == "1",
        sort=StoreSort(sort) if sort in set(StoreSort) else None,
        is_descending=asked.get("direction") != "asc",
    )


def stores_of(found: Reconciliation, *, wanted: StoreFilter | None = None) -> Stores:
    """List the sub-balances of the run that is shown; the sums are over all of them, whatever is filtered."""
    wanted = wanted or StoreFilter()
    balances = sub_balances(pages_folder(found)) if found.has_result else ()
    if not balances:
        return Stores((), ())
    names = names_of([one.store for one in balances])
    theirs = {one.ours: one.theirs for one in store_codes(found.account)} if found.account else {}
    rows = [_row(one, names=names, theirs=theirs) for one in balances]
    kept = [row for row in rows if _is_wanted(row, text=wanted.text, only_gaps=wanted.only_gaps)]
    if wanted.sort is not None:
        kept.sort(key=_KEYS[wanted.sort], reverse=wanted.is_descending)
    return Stores(kept, _sums(found, balances))


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
