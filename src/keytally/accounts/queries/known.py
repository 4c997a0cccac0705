"""What do the rows of a chunk name that is there already, read for all of them at once?"""

from collections import defaultdict
from collections.abc import Callable, Collection, Hashable, Iterable, Mapping, Sequence
from datetime import date
from typing import TYPE_CHECKING, Any, TypeVar, cast

from keytally.accounts.labels import CodeSide
from keytally.accounts.models import (
    AccountAncestor,
    AccountCode,
    AccountNode,
    AccountTier,
    ClassificationAxis,
    ClassificationValue,
    Contact,
    LegalParty,
)
from keytally.accounts.queries import matching
from keytally.accounts.queries.columns import further_axes
from keytally.accounts.queries.reach import CHANGE, GRANT, visible_to
from keytally.accounts.queries.snapshots import Holdings, holdings_of
from keytally.accounts.rules.attributes import Type
from keytally.accounts.rules.codes import plain_code
from keytally.accounts.rules.parties import NodeKind
from keytally.core.search import sort_key

if TYPE_CHECKING:
    from keytally.core.models import User

Facts = Mapping[str, Any]
Found = TypeVar("Found")


class Known:
    """The accounts that the rows of a chunk of S1 name, with what is kept with them; each is read once."""

    def __init__(self, rows: Sequence[Facts], *, by: "User", on: date) -> None:
        self.by, self.on = by, on
        self._kept: dict[Hashable, Any] = {}
        self.nodes: dict[int, AccountNode] = {}
        self.held: dict[int, Holdings] = {}
        self.by_code: dict[str, AccountNode] = {}
        self.ours: dict[str, AccountCode] = {}
        self.theirs: dict[tuple[int, str], list[AccountCode]] = defaultdict(list)
        self.named: dict[tuple[int, str], list[int]] = defaultdict(list)
        self.legal: dict[str, LegalParty] = {}
        self._may: dict[str, set[int]] = {}
        self._people: dict[int, list[Contact]] = {}
        self._read(rows)

    def _read(self, rows: Sequence[Facts]) -> None:
        """Read what many rows name, in about a dozen queries and one for each chain, company and person."""
        chains = {found.pk for name in _texts(rows, "chain") for found in self.chains(name) or ()}
        # Two imports into one chain come one after the other, chunk by chunk; no store is added twice.
        list(AccountNode.objects.select_for_update().filter(pk__in=chains).order_by("pk").values_list("pk"))
        codes = {plain_code(code) for code in _texts(rows, "code")}
        self.by_code = {one.code: one for one in self._all(AccountNode.objects.filter(code__in=codes))}
        ours = AccountCode.objects.filter(side=CodeSide.OURS, code_plain__in=codes).select_related("node")
        self.ours = {one.code_plain: one for one in ours}
        theirs = {plain_code(code)[:30] for code in _texts(rows, "their_code")}
        for one in AccountCode.objects.filter(
            side=CodeSide.THEIRS, code_plain__in=theirs, chain__in=chains
        ).select_related("node__merged_into"):
            self.theirs[one.chain_id or 0, one.code_plain].append(one)
        names = {str(one.get("name_zh") or "") for one in rows if not one.get("code")}
        alike = AccountNode.objects.filter(
            chain__in=chains, kind=NodeKind.STORE, name_sort__in={sort_key(name) for name in names}, merged_into=None
        )
        for node in self._all(alike.order_by("pk")):
            self.named[node.chain_id or 0, node.name_zh].append(node.pk)
        numbers = _texts(rows, "tax_id")
        self.legal = {one.tax_id: one for one in LegalParty.objects.filter(tax_id__in=numbers)}
        held_by = {matching.kept_of(one.node).pk for found in self.theirs.values() for one in found}
        self._all(AccountNode.objects.filter(pk__in=held_by - self.nodes.keys()))
        self.held = holdings_of(self.nodes)
        self._may = {CHANGE: self._visible(CHANGE, self.nodes)}

    def _all(self, nodes: Iterable[AccountNode]) -> list[AccountNode]:
        """Keep one object for each node, however it was found."""
        return [self.nodes.setdefault(node.pk, node) for node in cast("Any", nodes).select_related("legal_party")]

    def _visible(self, permission: str, numbers: Collection[int]) -> set[int]:
        nodes = AccountNode.objects.filter(pk__in=numbers)
        visible = visible_to(self.by, as_of=self.on, permission=permission, queryset=nodes)
        return set(visible.values_list("pk", flat=True)) if numbers else set()

    def read_again(self, number: int) -> AccountNode:
        """Read an account anew that an earlier row changed."""
        node = AccountNode.objects.select_related("legal_party").get(pk=number)
        self.nodes[number] = self.by_code[node.code] = node
        self.held[number] = holdings_of([number])[number]
        self._people.pop(number, None)
        for permission in self._may:
            self._may[permission] = (self._may[permission] - {number}) | self._visible(permission, [number])
        return node

    def forget(self) -> None:
        """Forget what was found by texts, because a row added or renamed what may be meant."""
        self._kept.clear()

    def may_change(self, node: AccountNode) -> bool:
        """Tell whether who imports may change an account."""
        return self._may_do(CHANGE, node)

    def may_give(self, node: AccountNode) -> bool:
        """Tell whether who imports may give an account to somebody."""
        if not self.by.may(GRANT):
            return False
        if GRANT not in self._may:
            self._may[GRANT] = self._visible(GRANT, self.nodes)
        return self._may_do(GRANT, node)

    def _may_do(self, permission: str, node: AccountNode) -> bool:
        if node.pk in self.nodes:
            return node.pk in self._may[permission]
        return bool(self._once(("may", permission, node.pk), lambda: bool(self._visible(permission, [node.pk]))))

    def chain(self, name: str) -> AccountNode | None:
        """Find a chain by its code, or by a name that only it has."""
        found = self.chains(name)
        return found[0] if found and len(found) == 1 else None

    def chains(self, name: str) -> list[AccountNode] | None:
        """Find the chain with a code, or all that have a name."""
        return self._once(("chains", name), lambda: matching.chains(name) or None)

    def company(self, name: str | None, *, chain: AccountNode) -> AccountNode | None:
        """Find a company of a chain."""
        return self._once(("company", chain.pk, name), lambda: matching.company(name, chain=chain))

    def person(self, text: str | None) -> "User | None":
        """Find somebody of ours."""
        return self._once(("person", text), lambda: matching.person(text))

    def node(self, text: str) -> AccountNode | None:
        """Find any account by its code or name."""
        return self._once(("node", text), lambda: matching.node(text))

    def party(self, text: str, *, store: AccountNode) -> AccountNode:
        """Find a party of a store."""
        if matching.is_store(text, store=store) or text == store.name_zh:
            return matching.party(text, store=store)
        found = self._once(("party", store.chain_id, text), lambda: matching.party(text, store=store))
        return found

    def supplier(self, text: str) -> LegalParty | None:
        """Find a distributor by its name or tax id."""
        return self._once(("supplier", text), lambda: matching.supplier(text))

    def value_code(self, axis: str, text: str) -> str | None:
        """Find the code of a value of an axis."""
        return self._once(("value", axis, text), lambda: matching.value_code(axis, text))

    def values(self, axis: str) -> dict[str, ClassificationValue]:
        """List the values of an axis that may be chosen, by code."""
        return self._once(("values", axis), lambda: _choice(axis))

    def several(self, axis: str, text: str) -> list[str]:
        """Cut a cell that holds several values; a mark that stands in the name of a value does not cut it."""
        whole = [one.strip() for one in text.split("、") if one.strip()]
        return whole if all(self.value_code(axis, one) for one in whole) else matching.several(text)

    def further_axes(self) -> tuple[tuple[str, bool], ...]:
        """List the axes that S1 names no column for, and whether an account has several values of each."""
        return self._once(("axes",), lambda: tuple((one.code, one.type is Type.CODES) for one in further_axes()))

    def axis(self, code: str) -> ClassificationAxis:
        """Find an axis."""
        return self._once(("axis", code), lambda: ClassificationAxis.objects.get(code=code))

    def chain_tiers(self, chain: int) -> dict[int, str]:
        """Read the tiers of a chain by year."""
        return self._once(("tiers", chain), lambda: _tiers(chain))

    def contacts(self, node: AccountNode) -> list[Contact]:
        """List who is known at an account and at what was merged into it; all that were found are asked for at once."""
        if node.pk is None:
            return []
        if node.pk not in self._people:
            wanted = {node.pk} | (self.nodes.keys() - self._people.keys())
            self._people |= contacts_of(wanted)
        return self._people[node.pk]

    def above(self, parent: AccountNode) -> list[tuple[int, int]]:
        """List what an account under a parent lies below, with the depth."""
        return self._once(("above", parent.pk), lambda: _above(parent))

    def _once(self, key: Hashable, read: Callable[[], Found]) -> Found:
        """Answer what was found under a key before; what was not found is looked for again."""
        if key in self._kept:
            return cast("Found", self._kept[key])
        found = read()
        if found is not None:
            self._kept[key] = found
        return found


def contacts_of(nodes: Collection[int]) -> dict[int, list[Contact]]:
    """Read who is known at many accounts and at what was merged into them, in a query for each depth of merging."""
    found: dict[int, list[Contact]] = {number: [] for number in nodes}
    kept = {number: number for number in nodes}
    newest: Mapping[int, int] = kept
    while newest:
        merged = AccountNode.objects.filter(merged_into__in=list(newest)).values_list("pk", "merged_into")
        newest = {alias: kept[into] for alias, into in merged if into}
        kept |= newest
    for contact in Contact.objects.filter(node__in=list(kept), left_on=None).order_by("-weight", "pk"):
        found[kept[contact.node_id]].append(contact)
    return found


def _choice(axis: str) -> dict[str, ClassificationValue]:
    values = ClassificationValue.objects.filter(axis__code=axis, is_active=True).select_related("axis")
    return {one.code: one for one in values}


def _tiers(chain: int) -> dict[int, str]:
    return dict(AccountTier.objects.filter(node=chain).values_list("year", "tier"))


def _above(parent: AccountNode) -> list[tuple[int, int]]:
    above = AccountAncestor.objects.filter(node=parent).values_list("ancestor", "depth")
    return [(ancestor, depth + 1) for ancestor, depth in above]


def _texts(rows: Sequence[Facts], name: str) -> set[str]:
    return {str(row[name]) for row in rows if row.get(name)}
