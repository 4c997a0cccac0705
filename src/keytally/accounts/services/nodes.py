"""Add, change, place and close accounts."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.db.models import Max

from keytally.accounts.labels import CodeSide, Status
from keytally.accounts.models import (
    AccountAncestor,
    AccountCode,
    AccountNode,
    AccountPlacement,
    LegalParty,
    PartyRoles,
)
from keytally.accounts.queries.activation import missing_for, open_on
from keytally.accounts.queries.matching import supplier
from keytally.accounts.queries.snapshots import FACTS
from keytally.accounts.refusals import UnableToKeepAccount
from keytally.accounts.rules.codes import checked_number, plain_code
from keytally.accounts.rules.parties import NodeKind
from keytally.accounts.rules.regions import area, area_names, elsewhere, region_of
from keytally.accounts.services.words import index_accounts
from keytally.accounts.subjects import account
from keytally.core.search import sort_key
from keytally.core.services import record_audit

if TYPE_CHECKING:
    from keytally.core.models import User


OURSELVES = frozenset({"自有", "我方", "ourselves", "us"})


@dataclass(frozen=True, slots=True)
class NewAccount:
    """An account that is to be added."""

    kind: NodeKind
    name_zh: str
    parent: AccountNode | None = None
    code: str = ""
    owner: "User | None" = None
    facts: Mapping[str, Any] = field(default_factory=dict)
    legal_name: str = ""
    tax_id: str = ""
    key: str = ""


@transaction.atomic
def add_account(wanted: NewAccount, *, by: "User | None", on: date, now: datetime) -> AccountNode:
    """Add an account as a prospect, or raise `UnableToKeepAccount`; the same key again answers the same account."""
    known = AccountNode.objects.filter(idempotency_key=wanted.key).first() if wanted.key else None
    if known:
        return known
    facts = checked({**wanted.facts, "name_zh": wanted.name_zh})
    check_parent(wanted.kind, wanted.parent)
    code = plain_code(wanted.code)
    if code:
        _check_our_code(code)
    code = code or next_code(wanted.kind)
    node = AccountNode(
        kind=wanted.kind,
        code=code,
        parent=wanted.parent,
        chain=chain_of(wanted.kind, wanted.parent),
        owner=wanted.owner or (wanted.parent.owner if wanted.parent else None),
        legal_party=keep_legal_party(name=wanted.legal_name or wanted.name_zh, tax_id=wanted.tax_id),
        name_sort=sort_key(wanted.name_zh),
        idempotency_key=wanted.key or None,
        created_at=now,
        **facts,
    )
    node.save()
    if wanted.kind is NodeKind.CHAIN or wanted.parent is None:
        # What hangs under nothing is the chain of all that hangs under it.
        node.chain = node
        node.save(update_fields=["chain"])
    _hang(node, parent=wanted.parent)
    if wanted.parent:
        AccountPlacement.objects.create(node=node, parent=wanted.parent, starts_on=placed_on(node, on=on))
    record_audit("account.add", by=by, at=now, subject=account(node.pk), after=shown(node))
    index_accounts([node.pk])
    return node


@transaction.atomic
def change_account(
    node: AccountNode,
    *,
    facts: Mapping[str, Any],
    by: "User | None",
    now: datetime,
    reason: str = "",
    owner: "User | None" = None,
    tax_id: str | None = None,
    legal_name: str = "",
) -> AccountNode:
    """Change facts of an account, or raise `UnableToKeepAccount`; what is not named stays."""
    before = shown(node)
    for name, value in checked(facts, node=node).items():
        setattr(node, name, value)
    node.name_sort = sort_key(node.name_zh)
    node.owner = owner or node.owner
    if tax_id is not None or legal_name:
        node.legal_party = keep_legal_party(name=legal_name or node.name_zh, tax_id=tax_id or "") or node.legal_party
    after = shown(node)
    if after == before:
        return node
    node.save()
    changed = {name for name in after if after[name] != before[name]}
    record_audit(
        "account.change",
        by=by,
        at=now,
        subject=account(node.pk),
        reason=reason,
        before={name: before[name] for name in sorted(changed)},
        after={name: after[name] for name in sorted(changed)},
    )
    index_accounts([node.pk])
    return node


@transaction.atomic
def set_status(
    node: AccountNode, *, status: Status, by: "User | None", on: date, now: datetime, reason: str = ""
) -> None:
    """Activate, suspend or close an account; what must be known before a store is active is asked for here."""
    if status == node.status:
        return
    if status is Status.ACTIVE and node.kind == NodeKind.STORE and (columns := missing_for(node, as_of=on)):
        raise UnableToKeepAccount(("MISSING_BEFORE_ACTIVE", {"columns": columns}))
    before = node.status
    move_status(node, status=status, on=on)
    node.save(update_fields=["status", "closed_on"])
    record_audit(
        "account.status",
        by=by,
        at=now,
        subject=account(node.pk),
        reason=reason,
        before={"status": before},
        after={"status": status},
    )


def move_status(node: AccountNode, *, status: Status, on: date) -> None:
    """Give an account that is about to be written a state, with the day that goes with it."""
    node.status = status
    if status is Status.CLOSED and not node.closed_on:
        node.closed_on = max(on, node.opened_on or on)
    elif status is not Status.CLOSED and node.closed_on and node.closed_on <= on:
        node.closed_on = None


@transaction.atomic
def place_account(
    node: AccountNode, *, parent: AccountNode, starts_on: date, by: "User", on: date, now: datetime, reason: str
) -> None:
    """Hang an account with all below it under another parent from a day on; where it hung before stays readable."""
    _hold_tree(node, parent)
    check_parent(NodeKind(node.kind), parent)
    if AccountAncestor.objects.filter(ancestor=node, node=parent).exists():
        raise UnableToKeepAccount(("PARENT_IS_BELOW", {"name": parent.name}))
    latest = AccountPlacement.objects.filter(node=node).aggregate(latest=Max("starts_on"))["latest"]
    if starts_on > on or (latest and starts_on <= latest):
        raise UnableToKeepAccount(("PLACED_LATER", {"day": latest or ""}))
    AccountPlacement.objects.filter(node=node, ends_before=None).update(ends_before=starts_on)
    AccountPlacement.objects.create(node=node, parent=parent, starts_on=starts_on)
    before, left = node.parent_id, node.chain_id
    node.parent = parent
    node.save(update_fields=["parent"])
    moved = _rehang(node)
    if node.kind != NodeKind.CHAIN and left != (parent.chain or parent).pk:
        _leave_chain(node, left=left, on=starts_on)
    record_audit(
        "account.place",
        by=by,
        at=now,
        subject=account(node.pk),
        reason=reason,
        before={"parent": before},
        after={"parent": parent.pk, "from": starts_on.isoformat()},
    )
    index_accounts(moved)


def supplier_named(text: str) -> LegalParty | None:
    """Find the distributor with a name or tax id, or keep it; "ourselves" is none."""
    name = text.strip()
    if name.casefold() in OURSELVES:
        return None
    return supplier(name) or LegalParty.objects.create(name=name[:120])


@transaction.atomic
def set_servers(node: AccountNode, changes: Mapping[str, Any], *, by: "User | None", now: datetime) -> None:
    """Set which DC, distributor and promoter serve an account; what is not named stays."""
    before = {name: getattr(node, f"{name}_id") for name in changes}
    for name, value in changes.items():
        setattr(node, name, value)
    after = {name: getattr(node, f"{name}_id") for name in changes}
    if after == before:
        return
    node.save(update_fields=list(changes))
    record_audit("account.change", by=by, at=now, subject=account(node.pk), before=before, after=after)


def keep_legal_party(*, name: str, tax_id: str) -> LegalParty | None:
    """Find the company with a tax id, or keep it; without a tax id there is none."""
    number, fault = checked_number("TAX_ID", tax_id)
    if fault:
        raise UnableToKeepAccount((fault, {"value": tax_id}))
    if not number:
        return None
    return LegalParty.objects.get_or_create(tax_id=number, defaults={"name": name[:120]})[0]


def next_code(kind: NodeKind) -> str:
    """Give the next free code of a kind."""
    letter = {NodeKind.CHAIN: "K", NodeKind.STORE: "S", NodeKind.DC: "D"}.get(kind, "C")
    number = next_number()
    while taken_codes([f"{letter}{number:06d}"]):
        number += 1
    return f"{letter}{number:06d}"


def next_number() -> int:
    """Find the number from which free codes are looked for."""
    return (AccountNode.objects.aggregate(last=Max("pk"))["last"] or 0) + 1


def taken_codes(codes: Collection[str]) -> set[str]:
    """Tell which codes are an account's own or were, of many at once."""
    nodes = AccountNode.objects.filter(code__in=codes).values_list("code", flat=True)
    old = AccountCode.objects.filter(side=CodeSide.OURS, code_plain__in=codes).values_list("code_plain", flat=True)
    return {*nodes, *old}


def shown(node: AccountNode) -> dict[str, Any]:
    """Write an account's facts as the audit keeps them."""
    facts = {name: getattr(node, name) for name in FACTS}
    days = {name: value.isoformat() for name, value in facts.items() if isinstance(value, date)}
    keys = {"kind": node.kind, "code": node.code, "parent": node.parent_id, "owner": node.owner_id}
    return {**facts, **days, **keys, "legal_party": node.legal_party_id}


def checked(facts: Mapping[str, Any], *, node: AccountNode | None = None) -> dict[str, Any]:
    """Check what was given and read the region from the address where it was not given."""
    kept = {name: value for name, value in facts.items() if name in FACTS}
    reasons: list[tuple[str, Mapping[str, Any]]] = []
    if "name_zh" in kept and not str(kept["name_zh"]).strip():
        reasons.append(("NAME_MISSING", {}))
    if kept.get("gln"):
        kept["gln"], fault = checked_number("GLN", kept["gln"])
        reasons += [(fault, {"value": kept["gln"]})] if fault else []
    code = kept.get("area_code")
    if code and not area(code):
        reasons.append(("AREA_UNKNOWN", {"value": code}))
    elif code and kept.get("address") and (there := elsewhere(kept["address"], code=code)):
        names = {"there": " ".join(area_names(there)), "here": " ".join(area_names(code))}
        reasons.append(("ADDRESS_ELSEWHERE", names))
    elif kept.get("address"):
        within = code if code is not None else (node.area_code if node else "")
        kept["area_code"] = region_of(kept["address"], within=within or "").code or within or ""
    opened = kept.get("opened_on", node.opened_on if node else None)
    closed = kept.get("closed_on", node.closed_on if node else None)
    if opened and closed and closed < opened:
        reasons.append(("CLOSES_BEFORE_IT_OPENS", {}))
    if reasons:
        raise UnableToKeepAccount(*reasons)
    return kept


def check_parent(kind: NodeKind, parent: AccountNode | None) -> None:
    """Refuse a parent under which nothing of the kind may hang."""
    if kind is NodeKind.STORE and parent is None:
        raise UnableToKeepAccount("PARENT_MISSING")
    if parent and parent.kind == NodeKind.STORE:
        raise UnableToKeepAccount("PARENT_IS_STORE")


def _check_our_code(code: str) -> None:
    other = AccountCode.objects.filter(side=CodeSide.OURS, code_plain=code).select_related("node").first()
    taken = AccountNode.objects.filter(code=code).first() or (other.node if other else None)
    if taken:
        raise UnableToKeepAccount(("CODE_TAKEN", {"code": code, "name": taken.name}))


def placed_on(node: AccountNode, *, on: date) -> date:
    """Tell since when a new account hangs where it hangs: since it opened; one that is to open, since today."""
    return min(node.opened_on or on, on)


def chain_of(kind: NodeKind, parent: AccountNode | None) -> AccountNode | None:
    """Find the chain of what hangs under a parent."""
    return None if kind is NodeKind.CHAIN or parent is None else (parent.chain or parent)


def _hang(node: AccountNode, *, parent: AccountNode | None) -> None:
    above = AccountAncestor.objects.filter(node=parent).values_list("ancestor", "depth") if parent else []
    rows = [AccountAncestor(node=node, ancestor_id=ancestor, depth=depth + 1) for ancestor, depth in above]
    AccountAncestor.objects.bulk_create([AccountAncestor(node=node, ancestor=node, depth=0), *rows])


def _hold_tree(node: AccountNode, parent: AccountNode) -> None:
    """Hold what a move changes and all above its new place, so that two moves at once never close a circle."""
    above = AccountAncestor.objects.filter(node=parent).values_list("ancestor", flat=True)
    numbers = {node.pk, parent.pk, *above}
    list(AccountNode.objects.select_for_update().filter(pk__in=numbers).order_by("pk").values_list("pk"))
    for one in (node, parent):
        one.refresh_from_db(fields=["parent", "chain"])


def _rehang(node: AccountNode) -> list[int]:
    """Write what lies above a moved node and all below it anew; answers their ids."""
    below = list(AccountAncestor.objects.filter(ancestor=node).values_list("node", "depth"))
    inside = AccountAncestor.objects.filter(ancestor=node).values("node")
    AccountAncestor.objects.filter(node__in=inside).exclude(ancestor__in=inside).delete()
    above = AccountAncestor.objects.filter(node=node.parent_id).values_list("ancestor", "depth")
    AccountAncestor.objects.bulk_create(
        AccountAncestor(node_id=number, ancestor_id=ancestor, depth=up + 1 + down)
        for ancestor, up in above
        for number, down in below
    )
    return [number for number, _depth in below]


def _leave_chain(node: AccountNode, *, left: int | None, on: date) -> None:
    """Bring a moved node into its new chain, and end what held in the one that was left.

    Its codes for these accounts end, and parties who stayed behind in it; a chain that hangs below keeps its own.
    """
    parent = node.parent
    node.chain = (parent.chain or parent) if parent else None
    inside = AccountAncestor.objects.filter(ancestor=node).values("node")
    AccountNode.objects.filter(pk__in=inside, chain=left).exclude(kind=NodeKind.CHAIN).update(chain=node.chain)
    leaving = AccountNode.objects.filter(pk__in=inside, chain=node.chain).values("pk")
    codes = AccountCode.objects.filter(node__in=leaving, side=CodeSide.THEIRS).exclude(chain=node.chain)
    codes = codes.filter(open_on(on))
    codes.filter(starts_on__gte=on).delete()
    codes.update(ends_before=on)
    roles = PartyRoles.objects.filter(store__in=leaving).filter(open_on(on))
    behind = roles.exclude(buyer__in=inside, ship_to__in=inside, bill_to__in=inside)
    behind.filter(starts_on__gte=on).delete()
    behind.update(ends_before=on)
