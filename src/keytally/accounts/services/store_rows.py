"""What does one row of S1 become? It is gathered in a chunk, by what is known to all its rows."""

from collections.abc import Mapping
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from keytally.accounts.labels import CodeSide, Status
from keytally.accounts.models import AccountNode, AccountTier, Classification, LegalParty
from keytally.accounts.queries import matching
from keytally.accounts.queries.activation import missing_in
from keytally.accounts.queries.snapshots import Holdings, as_snapshot
from keytally.accounts.refusals import UnableToKeepAccount
from keytally.accounts.rules.codes import checked_number, plain_code
from keytally.accounts.rules.doubts import doubts
from keytally.accounts.rules.parties import NodeKind
from keytally.accounts.rules.regions import area_names, elsewhere, region_of
from keytally.accounts.rules.tiers import Tier
from keytally.accounts.services import classes, codes, nodes, parties
from keytally.accounts.services.chunks import Became, Chunk, Given, StoreRow
from keytally.accounts.services.contact_rows import keep_people
from keytally.accounts.services.meant import chain_of, store_of
from keytally.core.search import sort_key

if TYPE_CHECKING:
    from keytally.core.models import User

Facts = Mapping[str, Any]
AXES = ("format", "store_class", "location", "operation", "region", "area", "office")
# The company's own regions come in with its file.
OWN_AXES = ("region", "area", "office")
_STORE_FACTS = (
    "name_zh",
    "name_en",
    "gln",
    "address",
    "tills",
    "traffic",
    "opened_on",
    "closed_on",
    "supply_layers",
    "dock_hours",
    "order_days",
    "lead_days",
    "phone",
)
_RENAMED = {"lat": "latitude_micro", "lng": "longitude_micro", "nka_data": "is_on_nka_list", "floor_area": "floor_area"}


def begins_something(facts: Facts, *, chunk: Chunk) -> bool:
    """Tell whether a row brings in what other rows will share: a chain, a distributor, a region of ours."""
    known, chain, supplier = chunk.known, str(facts.get("chain") or ""), str(facts.get("supplier") or "").strip()
    return (
        bool(chain and chunk.given.adds_chains and known.chain(chain) is None)
        or bool(supplier and supplier.casefold() not in nodes.OURSELVES and known.supplier(supplier) is None)
        or any(facts.get(axis) and known.value_code(axis, str(facts[axis])) is None for axis in OWN_AXES)
    )


def keep_store(row: int, facts: Facts, *, chunk: Chunk) -> Became:
    """Gather how a store is added or changed by a row of S1, or raise `UnableToKeepAccount`."""
    became = Became()
    chain = chain_of(facts, chunk=chunk, became=became)
    company = chunk.known.company(facts.get("company"), chain=chain)
    known = store_of(facts, chain=chain, chunk=chunk)
    owner = chunk.known.person(facts.get("sales_rep"))
    kept = {name: facts[name] for name in _STORE_FACTS if facts.get(name) is not None}
    kept |= {new: facts[old] for old, new in _RENAMED.items() if facts.get(old) is not None}
    kept["area_code"] = _area(facts, given=chunk.given, became=became, known=known)
    if known:
        check_reach(known, chunk=chunk)
        _check_owner(known, owner, chunk=chunk)
        if company and known.parent_id != company.pk:
            became.warnings.append("PARENT_DIFFERS")
        store = _changed(row, known, kept, owner=owner, tax_id=facts.get("tax_id"), became=became, chunk=chunk)
    else:
        parent = company or chain
        check_reach(parent, chunk=chunk, added=became.warnings)
        store = _added(row, facts, kept, parent=parent, owner=owner, became=became, chunk=chunk)
    names = (chain.name_zh, chain.name_en)
    became.warnings += [f"DOUBT_{one}" for one in doubts(store.node.name_zh, chain_names=names)]
    _complete(store, facts, chunk=chunk)
    chunk.add(store)
    return became


def check_reach(node: AccountNode, *, chunk: Chunk, added: list[str] | None = None) -> None:
    """Refuse what the importer may not change; a chain that this import added is theirs."""
    if "CHAIN_ADDED" not in (added or ()) and not chunk.known.may_change(node):
        raise UnableToKeepAccount(("NOT_YOURS", {"name": node.name}))


def _check_owner(node: AccountNode, owner: "User | None", *, chunk: Chunk) -> None:
    """Refuse another owner where the importer may not give accounts over; the page of one account asks the same."""
    if owner and owner.pk != node.owner_id and not chunk.known.may_give(node):
        raise UnableToKeepAccount(("NOT_YOURS_TO_GIVE", {"name": node.name, "owner": owner.name}))


def _area(facts: Facts, *, given: Given, became: Became, known: AccountNode | None) -> str:
    """Read the region as far as the row says it; what it does not say is reported, not invented."""
    stated, address = str(facts.get("area_code") or ""), str(facts.get("address") or "")
    if stated and (there := elsewhere(address, code=stated)):
        names = {"there": " ".join(area_names(there)), "here": " ".join(area_names(stated))}
        raise UnableToKeepAccount(("ADDRESS_ELSEWHERE", {"value": stated, **names}))
    within = stated or (known.area_code if known else "") or given.area
    found = region_of(address, within=within)
    if found.open_reason:
        became.warnings.append(found.open_reason)
    return found.code or stated


def _added(
    row: int,
    facts: Facts,
    kept: dict[str, Any],
    *,
    parent: AccountNode,
    owner: "User | None",
    became: Became,
    chunk: Chunk,
) -> StoreRow:
    kept = nodes.checked({**kept, "name_zh": facts.get("name_zh") or ""})
    nodes.check_parent(NodeKind.STORE, parent)
    code = plain_code(facts.get("code") or "")
    if code and (taken := _holder(code, chunk=chunk)):
        raise UnableToKeepAccount(("CODE_TAKEN", {"code": code, "name": taken.name}))
    legal, is_new = _legal_party(kept["name_zh"], facts.get("tax_id") or "", chunk=chunk)
    node = AccountNode(
        kind=NodeKind.STORE.value,
        code=code or chunk.free_code(),
        parent=parent,
        chain=nodes.chain_of(NodeKind.STORE, parent),
        owner_id=owner.pk if owner else parent.owner_id,
        legal_party=legal,
        name_sort=sort_key(kept["name_zh"]),
        idempotency_key=f"import-{chunk.given.number}-{row}",
        created_at=chunk.given.now,
        **kept,
    )
    became.node, became.is_new = node, True
    store = StoreRow(row, node, Holdings(), became, is_found_otherwise=True)
    store.legal_party = legal if is_new else None
    first = nodes.shown(node)
    store.record("account.add", after=lambda: {**first, "legal_party": legal.pk if legal else None})
    return store


def _changed(
    row: int,
    node: AccountNode,
    kept: dict[str, Any],
    *,
    owner: "User | None",
    tax_id: str | None,
    became: Became,
    chunk: Chunk,
) -> StoreRow:
    held = chunk.known.held[node.pk]
    became.node, became.before = node, as_snapshot(node, held)
    store = StoreRow(row, node, held, became)
    before, legal, is_new = nodes.shown(node), None, False
    for name, value in nodes.checked(kept, node=node).items():
        setattr(node, name, value)
    node.name_sort = sort_key(node.name_zh)
    node.owner_id = owner.pk if owner else node.owner_id
    if tax_id is not None:
        legal, is_new = _legal_party(node.name_zh, tax_id, chunk=chunk)
        node.legal_party = legal or node.legal_party
    store.legal_party = legal if is_new else None
    after = nodes.shown(node)
    changed = sorted({name for name in after if after[name] != before[name]} | ({"legal_party"} if is_new else set()))
    if changed:
        store.is_found_otherwise = "name_zh" in changed
        store.changed |= {*changed, "name_sort"}
        store.record(
            "account.change",
            before={name: before[name] for name in changed},
            after=lambda: {name: legal.pk if name == "legal_party" and legal else after[name] for name in changed},
        )
    return store


def _holder(code: str, *, chunk: Chunk) -> AccountNode | None:
    """Find whose code it is, or was."""
    old = chunk.known.ours.get(code)
    return chunk.known.by_code.get(code) or (old.node if old else None)


def _legal_party(name: str, tax_id: str, *, chunk: Chunk) -> tuple[LegalParty | None, bool]:
    """Find the company with a tax id, or a new one of this name."""
    number, fault = checked_number("TAX_ID", tax_id)
    if fault:
        raise UnableToKeepAccount((fault, {"value": tax_id}))
    if not number:
        return None, False
    known = chunk.known.legal.get(number)
    return known or LegalParty(tax_id=number, name=name[:120]), known is None


def _complete(store: StoreRow, facts: Facts, *, chunk: Chunk) -> None:
    """Gather what stands in tables of its own: codes, classes, tier, DC, supplier, promoter, parties, state."""
    if facts.get("their_code"):
        _code(store, facts, chunk=chunk)
    for axis in AXES:
        if facts.get(axis):
            _classify(store, axis, [str(facts[axis])], chunk=chunk)
    for axis, is_several in (("categories", True), *chunk.known.further_axes()):
        if facts.get(axis):
            text = str(facts[axis])
            _classify(store, axis, chunk.known.several(axis, text) if is_several else [text], chunk=chunk)
    _tier(store, facts, chunk=chunk)
    _servers(store, facts, chunk=chunk)
    _parties(store, facts, chunk=chunk)
    if facts.get("contacts"):
        keep_people(store, facts["contacts"], chunk=chunk)
    if facts.get("state"):
        _state(store, str(facts["state"]), chunk=chunk)


def _code(store: StoreRow, facts: Facts, *, chunk: Chunk) -> None:
    last, node = facts.get("their_code_to"), store.node
    wanted = codes.new_code(
        node,
        side=CodeSide.THEIRS,
        code=str(facts["their_code"]),
        starts_on=facts.get("their_code_from"),
        ends_before=last + timedelta(days=1) if last else None,
    )
    if codes.held_already(wanted, chunk.known.theirs.get((node.chain_id or 0, wanted.code_plain), ())):
        return
    store.codes.append(wanted)
    store.held.codes.append(wanted)
    store.record("account.code", after=codes.shown(wanted))


def _classify(store: StoreRow, axis: str, texts: list[str], *, chunk: Chunk) -> None:
    given, known = chunk.given, chunk.known
    values = list(dict.fromkeys(known.value_code(axis, text) or text for text in texts))
    for text in texts:
        if axis in OWN_AXES and known.value_code(axis, text) is None:
            store.beside.append(
                classes.add_value(
                    known.axis(axis), code=text[:40], name_zh=text[:60], name_en=text[:60], by=given.by, now=given.now
                )
            )
            known.forget()
    held = [one for one in store.held.classes if one.value.axis.code == axis]
    before, after = sorted(one.value.code for one in held), sorted(values)
    if before == after:
        return
    choice = known.values(axis)
    unknown = [code for code in values if code not in choice and code not in before]
    if unknown:
        raise UnableToKeepAccount(("FORMAT_VALUE_UNKNOWN", {"value": ", ".join(unknown), "axis": axis}))
    gone = [one for one in held if one.value.code not in values]
    added = [Classification(node=store.node, value=choice[code]) for code in values if code not in before]
    store.classes_gone += gone
    store.classes += added
    store.held.classes = [*(one for one in store.held.classes if one not in gone), *added]
    store.record("account.classify", before={axis: before}, after={axis: after})


def _tier(store: StoreRow, facts: Facts, *, chunk: Chunk) -> None:
    tier, year = str(facts.get("account_tier") or "").upper(), chunk.given.on.year
    if tier and tier not in set(Tier):
        raise UnableToKeepAccount(("NO_TIER", {"value": tier}))
    own = store.held.tiers.get(year)
    # A file says the tier in force: what a store has from its chain is not written onto the store.
    if not tier or tier == (own or chunk.known.chain_tiers(store.node.chain_id or 0).get(year)):
        return
    store.tiers.append(AccountTier(node=store.node, year=year, tier=tier))
    store.held.tiers[year] = tier
    before = {"year": year, "tier": own} if own else None
    store.record("account.tier", before=before, after={"year": year, "tier": tier})


def _servers(store: StoreRow, facts: Facts, *, chunk: Chunk) -> None:
    """Gather who serves a store: the DC, the supplier and the promoter."""
    changes: dict[str, int | None] = {}
    if facts.get("dc"):
        found = chunk.found(str(facts["dc"]), chunk.known.node)
        if found is None:
            raise UnableToKeepAccount(("NO_ACCOUNT", {"value": facts["dc"]}))
        changes["served_from"] = found.pk
    if facts.get("promoter"):
        promoter = chunk.known.person(str(facts["promoter"]))
        changes["promoter"] = promoter.pk if promoter else None
    if facts.get("supplier"):
        name = str(facts["supplier"]).strip()
        is_ours = name.casefold() in nodes.OURSELVES
        supplier = None if is_ours else chunk.known.supplier(name)
        if supplier is None and not is_ours and (supplier := nodes.supplier_named(name)):
            store.beside.append(supplier)
        changes["supplied_by"] = supplier.pk if supplier else None
    before = {name: getattr(store.node, f"{name}_id") for name in changes}
    if before == changes:
        return
    for name, number in changes.items():
        setattr(store.node, f"{name}_id", number)
    store.changed |= changes.keys()
    store.record("account.change", before=before, after=changes)


def _parties(store: StoreRow, facts: Facts, *, chunk: Chunk) -> None:
    names = [facts.get(name) for name in ("buyer", "ship_to", "bill_to", "from")]
    if not any(names):
        return
    if not all(names):
        raise UnableToKeepAccount("PARTIES_INCOMPLETE")
    buyer, ship_to, bill_to = (_party(str(name), store.node, chunk=chunk) for name in names[:3])
    latest = max(store.held.parties, key=lambda one: one.starts_on, default=None)
    first = facts["from"]
    kept = parties.new_parties(
        store.node, buyer=buyer, ship_to=ship_to, bill_to=bill_to, starts_on=first, latest=latest
    )
    if kept is latest:
        return
    if latest and latest.ends_before is None:
        latest.ends_before = first
        store.parties_ended.append(latest)
    store.parties.append(kept)
    store.held.parties.append(kept)
    before = parties.shown(latest) if latest else None
    store.record("account.parties", before=before, after=lambda: parties.shown(kept))


def _party(text: str, store: AccountNode, *, chunk: Chunk) -> AccountNode:
    found = chunk.found(text, lambda name: chunk.known.party(name, store=store))
    if found is None:
        raise UnableToKeepAccount(("NO_PARTY", {"value": text}))
    return found


def _state(store: StoreRow, text: str, *, chunk: Chunk) -> None:
    """Set the state; what must be known before a store is active blocks that, not its import (O14)."""
    status, node, on = matching.status(text), store.node, chunk.given.on
    if status is None:
        raise UnableToKeepAccount(("NO_STATE", {"value": text}))
    if status == node.status:
        return
    tiers = chunk.known.chain_tiers(node.chain_id or 0)
    if status is Status.ACTIVE and missing_in(node, store.held, chain_tiers=tiers, as_of=on):
        store.became.warnings.append("NOT_ACTIVATED")
        return
    before = node.status
    nodes.move_status(node, status=status, on=on)
    store.changed |= {"status", "closed_on"}
    store.record("account.status", before={"status": before}, after={"status": status})
