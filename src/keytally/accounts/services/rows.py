"""What does one row of a file of accounts, contacts or measures become?"""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from keytally.accounts.models import AccountMeasure, AccountNode, Contact
from keytally.accounts.queries import matching
from keytally.accounts.queries.pages import tier_of
from keytally.accounts.queries.snapshots import contact_snapshot, snapshot
from keytally.accounts.refusals import UnableToKeepAccount
from keytally.accounts.rules.decision_map import DecisionRole, Stance
from keytally.accounts.rules.parties import NodeKind
from keytally.accounts.rules.tiers import Tier
from keytally.accounts.services import classes, contacts, figures, nodes
from keytally.accounts.services.chunks import Became, Given
from keytally.kernel.periods import Period

if TYPE_CHECKING:
    from keytally.core.models import User

Facts = Mapping[str, Any]


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
        if parent and known.parent_id != parent.pk:
            became.warnings.append("PARENT_DIFFERS")
        # A name in law is that of a tax id.
        said = law if law["tax_id"] else {}
        nodes.change_account(known, facts=kept, owner=owner, **said, by=given.by, now=given.now)
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
    unsaid = {"decision_role": DecisionRole.INFLUENCER, "stance": Stance.NEUTRAL}
    added = contacts.add_contact(node, facts={**unsaid, **kept}, holder=node.owner, by=given.by, now=given.now)
    return Became(node, is_new=True, before={"contact": added.pk}, after={"facts": contact_snapshot(added)})


def keep_measure(_row: int, facts: Facts, *, given: Given, touched: set[int]) -> Became:
    """Keep a measure of an account for a month by a row, or raise `UnableToKeepAccount`."""
    node = _node(facts.get("account") or "")
    _check_reach(node, given)
    try:
        period = Period.month(str(facts.get("month") or ""))
    except ValueError:
        raise UnableToKeepAccount(("NO_MONTH", {"value": facts.get("month") or ""})) from None
    # A file without the column holds sales; a cell left blank in one that has it says nothing.
    measure = matching.measure(str(facts.get("measure", "SALES") or ""))
    currency = str(facts.get("currency") or "CNY").upper() if measure in matching.MONEY else ""
    read = matching.figure(str(facts.get("figure") or ""), currency=currency)
    figure = read.scaled
    same = AccountMeasure.objects.filter(
        node=node, measure=measure, starts_on=period.starts_on, ends_before=period.ends_before, currency=currency
    )
    if pushed := same.exclude(source=figures.IMPORTED).first():
        raise UnableToKeepAccount(("MEASURE_PUSHED", {"value": facts.get("month"), "source": pushed.source}))
    before = same.values_list("figure", flat=True).first()
    measured = figures.Measured(node.pk, measure, period, figure, figures.IMPORTED, currency)
    figures.record_measures([measured], now=given.now)
    return Became(
        node,
        is_new=before is None,
        before={"measure": same.get().pk, "figure": before},
        after={"figure": figure},
        warnings=["FIGURE_ROUNDED"] if read.rounded else [],
    )


def _tier(node: AccountNode, facts: Facts, *, given: Given) -> None:
    tier = str(facts.get("account_tier") or "").upper()
    if tier and tier not in set(Tier):
        raise UnableToKeepAccount(("NO_TIER", {"value": tier}))
    # A file says the tier in force: what a store has from its chain is not written onto the store.
    if tier and tier != tier_of(node, year=given.on.year)[0]:
        classes.set_tier(node, year=given.on.year, tier=Tier(tier), by=given.by, now=given.now)


def _node(text: str) -> AccountNode:
    found = matching.node(text)
    if found is None:
        raise UnableToKeepAccount(("NO_ACCOUNT", {"value": text}))
    return found


def _check_reach(node: AccountNode, given: Given) -> None:
    """Refuse what the importer may not change."""
    if not matching.may_change(given.by, node, as_of=given.on):
        raise UnableToKeepAccount(("NOT_YOURS", {"name": node.name}))


def _check_owner(node: AccountNode, owner: "User | None", given: Given) -> None:
    """Refuse another owner where the importer may not give accounts over; the page of one account asks the same."""
    if owner and owner.pk != node.owner_id and not matching.may_give(given.by, node, as_of=given.on):
        raise UnableToKeepAccount(("NOT_YOURS_TO_GIVE", {"name": node.name, "owner": owner.name}))
