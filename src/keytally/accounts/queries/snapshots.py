"""How does an account stand: its facts, keys, codes, parties, classes and tiers, as plain data?"""

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from keytally.accounts.models import AccountCode, AccountNode, AccountTier, Classification, Contact, PartyRoles

FACTS = (
    "name_zh",
    "name_en",
    "opened_on",
    "closed_on",
    "gln",
    "address",
    "area_code",
    "latitude_micro",
    "longitude_micro",
    "phone",
    "floor_area",
    "tills",
    "traffic",
    "dock_hours",
    "order_days",
    "lead_days",
    "supply_layers",
    "is_on_nka_list",
)
CONTACT_FACTS = ("name", "title", "decision_role", "weight", "stance", "phone", "email", "note", "left_on")
KEYS = ("parent_id", "chain_id", "owner_id", "promoter_id", "legal_party_id", "supplied_by_id", "served_from_id")


@dataclass(slots=True)
class Holdings:
    """What is kept with an account in tables of its own."""

    codes: list[AccountCode] = field(default_factory=list)
    parties: list[PartyRoles] = field(default_factory=list)
    classes: list[Classification] = field(default_factory=list)
    tiers: dict[int, str] = field(default_factory=dict)


def holdings_of(nodes: Collection[int]) -> dict[int, Holdings]:
    """Read what is kept with many accounts, in four queries."""
    found = {number: Holdings() for number in nodes}
    for code in AccountCode.objects.filter(node__in=nodes).order_by("pk"):
        found[code.node_id].codes.append(code)
    for roles in PartyRoles.objects.filter(store__in=nodes).order_by("pk"):
        found[roles.store_id].parties.append(roles)
    for one in Classification.objects.filter(node__in=nodes).select_related("value__axis").order_by("pk"):
        found[one.node_id].classes.append(one)
    for year, tier, node in AccountTier.objects.filter(node__in=nodes).values_list("year", "tier", "node"):
        found[node].tiers[year] = tier
    return found


def snapshot(node: AccountNode) -> dict[str, Any]:
    """Write down how an account stands, in plain data that compares."""
    return snapshots([node.pk])[node.pk]


def snapshots(nodes: Collection[int]) -> dict[int, dict[str, Any]]:
    """Write down how many accounts stand, in five queries."""
    held = holdings_of(nodes)
    return {node.pk: as_snapshot(node, held[node.pk]) for node in AccountNode.objects.filter(pk__in=nodes)}


def as_snapshot(node: AccountNode, held: Holdings) -> dict[str, Any]:
    """Write down how an account stands that was read with what is kept with it."""
    return {
        "facts": {name: _plain(getattr(node, name)) for name in FACTS},
        "keys": {name: getattr(node, name) for name in KEYS},
        "status": str(node.status),
        "codes": sorted([one.pk, _plain(one.starts_on), _plain(one.ends_before)] for one in held.codes),
        "parties": sorted([one.pk, _plain(one.ends_before)] for one in held.parties),
        "classes": sorted(one.value_id for one in held.classes),
        "tiers": {str(year): str(held.tiers[year]) for year in sorted(held.tiers)},
    }


def contact_snapshot(contact: Contact) -> dict[str, Any]:
    """Write down what is known of a contact."""
    facts = {name: _plain(getattr(contact, name)) for name in CONTACT_FACTS}
    return {**facts, "holder": contact.holder_id}


def _plain(value: Any) -> Any:  # noqa: ANN401 - any fact
    return value.isoformat() if isinstance(value, date) else value
