"""Which accounts may be one and the same, as far as a person may change them?"""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from django.db.models import QuerySet

from keytally.accounts.models import AccountMerge, AccountNode, Contact, NotDuplicate
from keytally.accounts.queries.reach import CHANGE, visible_to
from keytally.accounts.rules.codes import plain_phone
from keytally.accounts.rules.duplicates import Entry, Likeness, likely

if TYPE_CHECKING:
    from keytally.core.models import User

MOST_SHOWN = 100
MOST_COMPARED = 200_000


@dataclass(frozen=True, slots=True)
class Pair:
    """Two accounts that may be one, and why."""

    first: AccountNode
    second: AccountNode
    likeness: Likeness


def pairs(person: "User", *, as_of: date, chain: int | None = None) -> list[Pair]:
    """List the likeliest pairs, without those that a person said are two."""
    nodes = visible_to(person, as_of=as_of, permission=CHANGE).filter(merged_into=None)
    nodes = nodes.filter(chain=chain) if chain else nodes
    said = set(NotDuplicate.objects.values_list("first", "second"))
    found = [one for one in likely(_entries(nodes)) if (one.first, one.second) not in said][:MOST_SHOWN]
    numbers = {number for one in found for number in (one.first, one.second)}
    known = {node.pk: node for node in AccountNode.objects.filter(pk__in=numbers).select_related("chain", "owner")}
    return [Pair(known[one.first], known[one.second], one) for one in found]


def recent_merges(person: "User", *, as_of: date) -> QuerySet[AccountMerge]:
    """List the latest merges of accounts a person may change."""
    seen = visible_to(person, as_of=as_of, permission=CHANGE)
    return AccountMerge.objects.filter(kept__in=seen).select_related("kept", "alias", "merged_by")[:20]


def _entries(nodes: QuerySet[AccountNode]) -> list[Entry]:
    phones: dict[int, set[str]] = defaultdict(set)
    for node, phone in Contact.objects.exclude(phone_plain="").values_list("node", "phone_plain"):
        phones[node].add(phone)
    rows = nodes.order_by("pk").values_list(
        "pk", "kind", "chain", "name_zh", "legal_party__tax_id", "phone", "address", "latitude_micro", "longitude_micro"
    )
    return [
        Entry(
            node=number,
            kind=kind,
            chain=chain,
            name=name,
            tax_id=tax_id or "",
            phones=frozenset(phones[number] | ({plain_phone(phone)} if phone else set())),
            address=address,
            latitude=latitude,
            longitude=longitude,
        )
        for number, kind, chain, name, tax_id, phone, address, latitude, longitude in rows[:MOST_COMPARED]
    ]
