"""How does an account stand: its facts, keys, codes, parties, classes and tiers, as plain data?"""

from datetime import date
from typing import Any

from keytally.accounts.models import AccountNode

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
KEYS = ("parent_id", "chain_id", "owner_id", "promoter_id", "legal_party_id", "supplied_by_id", "served_from_id")


def snapshot(node: AccountNode) -> dict[str, Any]:
    """Write down how an account stands, in plain data that compares."""
    node = AccountNode.objects.get(pk=node.pk)
    return {
        "facts": {name: _plain(getattr(node, name)) for name in FACTS},
        "keys": {name: getattr(node, name) for name in KEYS},
        "status": node.status,
        "codes": [[one.pk, _plain(one.starts_on), _plain(one.ends_before)] for one in node.codes.order_by("pk")],
        "parties": [[one.pk, _plain(one.ends_before)] for one in node.party_roles.order_by("pk")],
        "classes": sorted(node.classifications.values_list("value", flat=True)),
        "tiers": {str(one.year): one.tier for one in node.tiers.order_by("year")},
    }


def _plain(value: Any) -> Any:  # noqa: ANN401 - any fact
    return value.isoformat() if isinstance(value, date) else value
