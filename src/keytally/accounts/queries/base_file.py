"""The customer base file S1 of some accounts, ready to be written row by row. (workflows 3.3)"""

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.db.models import BooleanField, ExpressionWrapper, F, Prefetch, Q, QuerySet

from keytally.accounts.labels import CodeSide, Status
from keytally.accounts.models import AccountCode, AccountNode, AccountTier, Classification, Contact, PartyRoles
from keytally.accounts.queries.contact_words import contact_word
from keytally.accounts.rules.contact_cells import Named, in_a_cell
from keytally.accounts.rules.parties import NodeKind

# The words that S1 has for the states of a store.
STATES: Mapping[Status, str] = {
    Status.PROSPECT: "筹备",
    Status.ACTIVE: "营业",
    Status.SUSPENDED: "停业",
    Status.CLOSED: "关闭",
}


def with_s1(nodes: QuerySet[AccountNode], *, as_of: date) -> QuerySet[AccountNode]:
    """Fetch with some accounts all that S1 says of them, in a constant number of queries for each thousand."""
    in_force = Q(ends_before=None) | Q(ends_before__gt=as_of)
    is_to_come = ExpressionWrapper(Q(starts_on__gt=as_of), output_field=BooleanField(null=True))
    codes = AccountCode.objects.filter(in_force, side=CodeSide.THEIRS).annotate(is_to_come=is_to_come)
    codes = codes.order_by(F("starts_on").asc(nulls_first=True), "pk")
    parties = PartyRoles.objects.filter(in_force, starts_on__lte=as_of).select_related("buyer", "ship_to", "bill_to")
    tiers = AccountTier.objects.filter(year=as_of.year)
    classes = Classification.objects.select_related("value__axis")
    contacts = Contact.objects.filter(left_on=None).order_by("-weight", "pk")
    return nodes.select_related(
        "parent", "chain", "owner", "promoter", "legal_party", "supplied_by", "served_from"
    ).prefetch_related(
        Prefetch("codes", queryset=codes),
        Prefetch("party_roles", queryset=parties),
        Prefetch("tiers", queryset=tiers),
        Prefetch("chain__tiers", queryset=tiers),
        Prefetch("classifications", queryset=classes),
        Prefetch("contacts", queryset=contacts),
    )


def s1_value(node: AccountNode, column: str) -> Any:  # noqa: ANN401 - a cell: text, number or day
    """Take one column of S1 of an account that was fetched by `with_s1`."""
    if column in _PLAIN:
        return getattr(node, _PLAIN[column])
    if column in _CODES:
        return _their_code(node, column)
    if column in _PARTIES:
        roles = next(iter(node.party_roles.all()), None)
        return (roles.starts_on if column == "from" else _party(node, getattr(roles, column))) if roles else None
    if column in _SCALED:
        scaled = getattr(node, _SCALED[column][0])
        return None if scaled is None else _decimal(scaled, places=_SCALED[column][1])
    found = _OTHERS.get(column)
    return found(node) if found else _classes(node, column)


_PLAIN: Mapping[str, str] = {
    "code": "code",
    "name_zh": "name_zh",
    "name_en": "name_en",
    "gln": "gln",
    "area_code": "area_code",
    "address": "address",
    "tills": "tills",
    "traffic": "traffic",
    "opened_on": "opened_on",
    "closed_on": "closed_on",
    "supply_layers": "supply_layers",
    "dock_hours": "dock_hours",
    "order_days": "order_days",
    "lead_days": "lead_days",
    "phone": "phone",
}
_SCALED: Mapping[str, tuple[str, int]] = {
    "lat": ("latitude_micro", 6),
    "lng": ("longitude_micro", 6),
    "floor_area": ("floor_area", 3),
}
_CODES = frozenset({"their_code", "their_code_from", "their_code_to"})
_PARTIES = frozenset({"buyer", "ship_to", "bill_to", "from"})
_OURSELVES = "自有"


def _their_code(node: AccountNode, column: str) -> object:
    """Take the code in force, the latest of several; where none is, the next one to come."""
    codes: list[Any] = list(node.codes.all())
    if not codes:
        return None
    chosen = next((one for one in reversed(codes) if not one.is_to_come), codes[0])
    # People exchange the last day; we keep the day after it.
    last = chosen.ends_before
    until = date.fromordinal(last.toordinal() - 1) if last else None
    return {"their_code": chosen.code, "their_code_from": chosen.starts_on, "their_code_to": until}[column]


def _party(store: AccountNode, party: AccountNode) -> str:
    return "门店" if party.pk == store.pk else party.code


def _tier(node: AccountNode) -> str:
    own = [one.tier for one in node.tiers.all()] or [one.tier for one in (node.chain.tiers.all() if node.chain else ())]
    return own[0] if own else ""


def _flag(node: AccountNode) -> str:
    return {True: "是", False: "否"}.get(node.is_on_nka_list or False, "") if node.is_on_nka_list is not None else ""


def _contacts(node: AccountNode) -> str:
    return in_a_cell(Named(one.name, contact_word(one)) for one in node.contacts.all())


def _company(node: AccountNode) -> str:
    return node.parent.name_zh if node.parent and node.parent.kind == NodeKind.COMPANY else ""


_OTHERS: Mapping[str, Any] = {
    "chain": lambda node: node.chain.name_zh if node.chain else "",
    "company": _company,
    "tax_id": lambda node: node.legal_party.tax_id if node.legal_party else "",
    "account_tier": _tier,
    "nka_data": _flag,
    "state": lambda node: STATES[Status(node.status)],
    "dc": lambda node: node.served_from.code if node.served_from else "",
    "supplier": lambda node: node.supplied_by.name if node.supplied_by else _OURSELVES,
    "sales_rep": lambda node: node.owner.username if node.owner else "",
    "promoter": lambda node: node.promoter.username if node.promoter else "",
    "contacts": _contacts,
}


def _classes(node: AccountNode, axis: str) -> str:
    held = [one.value for one in node.classifications.all() if one.value.axis.code == axis]
    return "、".join(value.name_zh for value in sorted(held, key=lambda value: (value.position, value.pk)))


def _decimal(scaled: int, *, places: int) -> str:
    whole, part = divmod(abs(scaled), 10**places)
    shown = f"{whole}.{part:0{places}d}".rstrip("0").rstrip(".")
    return f"-{shown}" if scaled < 0 else shown


def contacts_of(nodes: QuerySet[AccountNode]) -> QuerySet[Contact]:
    """List the contacts of some accounts."""
    return (
        Contact.objects.filter(node__in=nodes.order_by(), left_on=None)
        .select_related("node", "holder")
        .order_by("node", "-weight")
    )
