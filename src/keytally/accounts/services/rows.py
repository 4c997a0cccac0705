"""What does one row of a file of stores, accounts, contacts or measures become?"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any

from keytally.accounts.labels import CodeSide, Status
from keytally.accounts.models import AccountMeasure, AccountNode, ClassificationAxis, Contact
from keytally.accounts.queries import matching
from keytally.accounts.queries.pages import tier_of
from keytally.accounts.queries.snapshots import snapshot
from keytally.accounts.refusals import UnableToKeepAccount
from keytally.accounts.rules.doubts import doubts
from keytally.accounts.rules.parties import NodeKind
from keytally.accounts.rules.regions import MUNICIPALITIES, area_names, contradicts, depth_of, region_of
from keytally.accounts.rules.tiers import Tier
from keytally.accounts.services import classes, codes, contacts, figures, nodes, parties
from keytally.accounts.services.snapshots import contact_snapshot
from keytally.kernel.periods import Period

if TYPE_CHECKING:
    from keytally.core.models import User

Facts = Mapping[str, Any]
AXES = ("format", "store_class", "location", "operation", "region", "area", "office")
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


@dataclass(frozen=True, slots=True)
class Given:
    """What was given beside the file, and who imports when."""

    number: int
    by: "User"
    on: date
    now: datetime
    area: str = ""
    adds_chains: bool = False


@dataclass(slots=True)
class Became:
    """What a row became, and what a person should look at."""

    node: AccountNode | None = None
    is_new: bool = False
    before: dict[str, Any] | None = None
    after: dict[str, Any] | None = None
    warnings: list[str] = field(default_factory=list)


def keep_store(row: int, facts: Facts, *, given: Given, touched: set[int]) -> Became:
    """Add or change a store by a row of S1, or raise `UnableToKeepAccount`."""
    became = Became()
    chain = _chain(facts, given=given, became=became)
    company = matching.company(facts.get("company"), chain=chain)
    known = matching.store(facts, chain=chain, touched=touched)
    owner = matching.person(facts.get("sales_rep"))
    kept = {name: facts[name] for name in _STORE_FACTS if facts.get(name) is not None}
    kept |= {new: facts[old] for old, new in _RENAMED.items() if facts.get(old) is not None}
    kept["area_code"] = _area(facts, given=given, became=became, known=known)
    if known:
        _check_reach(known, given)
        _check_owner(known, owner, given)
        became.node, became.before = known, snapshot(known)
        if company and known.parent_id != company.pk:
            became.warnings.append("PARENT_DIFFERS")
        nodes.change_account(known, facts=kept, owner=owner, tax_id=facts.get("tax_id"), by=given.by, now=given.now)
    else:
        parent = company or chain
        _check_reach(parent, given, added=became.warnings)
        wanted = nodes.NewAccount(
            kind=NodeKind.STORE,
            name_zh=facts.get("name_zh") or "",
            parent=parent,
            code=facts.get("code") or "",
            owner=owner,
            facts=kept,
            tax_id=facts.get("tax_id") or "",
            key=f"import-{given.number}-{row}",
        )
        became.node = nodes.add_account(wanted, by=given.by, on=given.on, now=given.now)
        became.is_new = True
    names = (chain.name_zh, chain.name_en)
    became.warnings += [f"DOUBT_{one}" for one in doubts(became.node.name_zh, chain_names=names)]
    _complete(became.node, facts, given=given, became=became)
    became.after = snapshot(became.node)
    return became


def keep_account(row: int, facts: Facts, *, given: Given, touched: set[int]) -> Became:
    """Add or change a chain, company, head office or DC by a row, or raise `UnableToKeepAccount`."""
    kind = matching.kind(facts.get("kind")) if facts.get("kind") else NodeKind.CHAIN
    if kind is None:
        raise UnableToKeepAccount(("NO_KIND", {"value": facts.get("kind")}))
    parent = _node(facts["parent"]) if facts.get("parent") else None
    known = matching.account(facts, kind=kind, parent=parent)
    if known and known.kind != kind:
        raise UnableToKeepAccount(("CODE_TAKEN", {"code": facts.get("code"), "name": known.name}))
    kept = {
        name: facts[name] for name in ("name_zh", "name_en", "gln", "address", "area_code", "phone") if facts.get(name)
    }
    if facts.get("nka_data") is not None:
        kept["is_on_nka_list"] = facts["nka_data"]
    law = {"tax_id": facts.get("tax_id") or "", "legal_name": facts.get("legal_name") or ""}
    owner = matching.person(facts.get("owner"))
    if known:
        _check_reach(known, given)
        _check_owner(known, owner, given)
        became = Became(known, before=snapshot(known), warnings=["SAME_ACCOUNT_TWICE"] if known.pk in touched else [])
        nodes.change_account(known, facts=kept, owner=owner, tax_id=facts.get("tax_id"), by=given.by, now=given.now)
    else:
        if parent:
            _check_reach(parent, given)
        wanted = nodes.NewAccount(
            kind=kind,
            name_zh=facts.get("name_zh") or "",
            parent=parent,
            code=facts.get("code") or "",
            owner=owner or (None if parent else given.by),
            facts=kept,
            key=f"import-{given.number}-{row}",
            **law,
        )
        became = Became(nodes.add_account(wanted, by=given.by, on=given.on, now=given.now), is_new=True)
    if became.node:
        _tier(became.node, facts, given=given)
        became.after = snapshot(became.node)
    return became


def keep_contact(_row: int, facts: Facts, *, given: Given, touched: set[int]) -> Became:
    """Add or change a contact of an account by a row, or raise `UnableToKeepAccount`."""
    node = _node(facts.get("account") or "")
    _check_reach(node, given)
    if not facts.get("name"):
        raise UnableToKeepAccount("NAME_MISSING")
    kept = matching.contact_facts(facts)
    known = Contact.objects.filter(node=node, name=facts["name"], left_on=None).first()
    if known:
        before = {"contact": known.pk, "facts": contact_snapshot(known)}
        contacts.change_contact(known, facts=kept, holder=known.holder, by=given.by, now=given.now)
        return Became(node, before=before, after={"facts": contact_snapshot(known)})
    added = contacts.add_contact(node, facts=kept, holder=node.owner, by=given.by, now=given.now)
    return Became(node, is_new=True, before={"contact": added.pk}, after={"facts": contact_snapshot(added)})


def keep_measure(_row: int, facts: Facts, *, given: Given, touched: set[int]) -> Became:
    """Keep a measure of an account for a month by a row, or raise `UnableToKeepAccount`."""
    node = _node(facts.get("account") or "")
    _check_reach(node, given)
    try:
        period = Period.month(str(facts.get("month") or ""))
    except ValueError:
        raise UnableToKeepAccount(("NO_MONTH", {"value": facts.get("month") or ""})) from None
    measure = matching.measure(str(facts.get("measure") or "SALES"))
    currency = str(facts.get("currency") or "CNY").upper() if measure in matching.MONEY else ""
    figure = matching.figure(str(facts.get("figure") or ""), measure=measure)
    same = AccountMeasure.objects.filter(
        node=node, measure=measure, starts_on=period.starts_on, ends_before=period.ends_before, currency=currency
    )
    if pushed := same.exclude(source=figures.IMPORTED).first():
        raise UnableToKeepAccount(("MEASURE_PUSHED", {"value": facts.get("month"), "source": pushed.source}))
    before = same.values_list("figure", flat=True).first()
    measured = figures.Measured(node.pk, measure, period, figure, figures.IMPORTED, currency)
    figures.record_measures([measured], now=given.now)
    return Became(
        node, is_new=before is None, before={"measure": same.get().pk, "figure": before}, after={"figure": figure}
    )


def _complete(store: AccountNode, facts: Facts, *, given: Given, became: Became) -> None:
    """Keep what stands in tables of its own: codes, classes, tier, DC, supplier, promoter, parties, state."""
    if facts.get("their_code"):
        last = facts.get("their_code_to")
        codes.add_code(
            store,
            side=CodeSide.THEIRS,
            code=str(facts["their_code"]),
            starts_on=facts.get("their_code_from"),
            ends_before=last + timedelta(days=1) if last else None,
            by=given.by,
            now=given.now,
        )
    for axis in AXES:
        if facts.get(axis):
            _classify(store, axis, [str(facts[axis])], given=given)
    if facts.get("categories"):
        _classify(store, "categories", matching.several(str(facts["categories"])), given=given)
    _tier(store, facts, given=given)
    _people(store, facts, given=given)
    _parties(store, facts, given=given)
    if facts.get("state"):
        _state(store, str(facts["state"]), given=given, became=became)


def _people(store: AccountNode, facts: Facts, *, given: Given) -> None:
    """Keep who serves a store: the DC, the supplier and the promoter."""
    changes: dict[str, Any] = {}
    if facts.get("dc"):
        changes["served_from"] = _node(facts["dc"])
    if facts.get("promoter"):
        changes["promoter"] = matching.person(str(facts["promoter"]))
    if facts.get("supplier"):
        changes["supplied_by"] = nodes.supplier_named(str(facts["supplier"]))
    nodes.set_servers(store, changes, by=given.by, now=given.now)


def _classify(store: AccountNode, axis: str, texts: list[str], *, given: Given) -> None:
    values = [matching.value_code(axis, text) or text for text in texts]
    if axis in ("region", "area", "office"):
        # The company's own regions come in with its file.
        kept = ClassificationAxis.objects.get(code=axis)
        for value, text in zip(values, texts, strict=True):
            classes.add_value(kept, code=value[:40], name_zh=text[:60], name_en=text[:60], by=given.by, now=given.now)
    classes.classify(store, axis=axis, values=values, by=given.by, now=given.now)


def _tier(node: AccountNode, facts: Facts, *, given: Given) -> None:
    tier = str(facts.get("account_tier") or "").upper()
    if tier and tier not in set(Tier):
        raise UnableToKeepAccount(("NO_TIER", {"value": tier}))
    # A file says the tier in force: what a store has from its chain is not written onto the store.
    if tier and tier != tier_of(node, year=given.on.year)[0]:
        classes.set_tier(node, year=given.on.year, tier=Tier(tier), by=given.by, now=given.now)


def _parties(store: AccountNode, facts: Facts, *, given: Given) -> None:
    names = [facts.get(name) for name in ("buyer", "ship_to", "bill_to", "from")]
    if not any(names):
        return
    if not all(names):
        raise UnableToKeepAccount("PARTIES_INCOMPLETE")
    buyer, ship_to, bill_to = (matching.party(str(name), store=store) for name in names[:3])
    parties.set_parties(
        store, buyer=buyer, ship_to=ship_to, bill_to=bill_to, starts_on=facts["from"], by=given.by, now=given.now
    )


def _state(store: AccountNode, text: str, *, given: Given, became: Became) -> None:
    """Set the state; what must be known before a store is active blocks that, not its import (O14)."""
    status = matching.status(text)
    if status is None:
        raise UnableToKeepAccount(("NO_STATE", {"value": text}))
    if status is Status.PROSPECT:
        return
    try:
        nodes.set_status(store, status=status, by=given.by, on=given.on, now=given.now)
    except UnableToKeepAccount as refusal:
        if refusal.codes != ("MISSING_BEFORE_ACTIVE",):
            raise
        became.warnings.append("NOT_ACTIVATED")


def _chain(facts: Facts, *, given: Given, became: Became) -> AccountNode:
    name = str(facts.get("chain") or "")
    if not name:
        raise UnableToKeepAccount("CHAIN_MISSING")
    known = matching.chain(name)
    if known:
        return known
    if not given.adds_chains:
        raise UnableToKeepAccount(("NO_CHAIN", {"value": name}))
    became.warnings.append("CHAIN_ADDED")
    wanted = nodes.NewAccount(
        kind=NodeKind.CHAIN, name_zh=name, owner=given.by, key=f"import-{given.number}-{name}"[:64]
    )
    return nodes.add_account(wanted, by=given.by, on=given.on, now=given.now)


def _area(facts: Facts, *, given: Given, became: Became, known: AccountNode | None) -> str:
    """Read the region as far as the row says it; what it does not say is reported, not invented."""
    stated, address = str(facts.get("area_code") or ""), str(facts.get("address") or "")
    if stated and contradicts(address, code=stated):
        names = {"there": " ".join(area_names(region_of(address).code)), "here": " ".join(area_names(stated))}
        raise UnableToKeepAccount(("ADDRESS_ELSEWHERE", {"value": stated, **names}))
    within = stated or (known.area_code if known else "") or given.area
    found = region_of(address, within=within)
    if not found.code:
        became.warnings.append("PROVINCE_OPEN")
    elif depth_of(found.code) < 3:
        is_city = depth_of(found.code) == 2 or found.code[:2] in MUNICIPALITIES
        became.warnings.append("DISTRICT_OPEN" if is_city else "CITY_OPEN")
    return found.code or stated


def _node(text: str) -> AccountNode:
    found = matching.node(text)
    if found is None:
        raise UnableToKeepAccount(("NO_ACCOUNT", {"value": text}))
    return found


def _check_reach(node: AccountNode, given: Given, *, added: Collection[str] = ()) -> None:
    """Refuse what the importer may not change; a chain that this import added is theirs."""
    if "CHAIN_ADDED" not in added and not matching.may_change(given.by, node, as_of=given.on):
        raise UnableToKeepAccount(("NOT_YOURS", {"name": node.name}))


def _check_owner(node: AccountNode, owner: "User | None", given: Given) -> None:
    """Refuse another owner where the importer may not give accounts over; the page of one account asks the same."""
    if owner and owner.pk != node.owner_id and not matching.may_give(given.by, node, as_of=given.on):
        raise UnableToKeepAccount(("NOT_YOURS_TO_GIVE", {"name": node.name, "owner": owner.name}))
