"""Accounts are found from the box in the top bar."""

from collections.abc import Sequence
from datetime import date
from typing import TYPE_CHECKING

from django.urls import reverse

from keytally.accounts.labels import KINDS
from keytally.accounts.models import AccountNode
from keytally.accounts.queries.search import contacts_meant, find_accounts
from keytally.accounts.rules.parties import NodeKind
from keytally.core.search import Hit, register_finder

if TYPE_CHECKING:
    from keytally.core.models import User


def _find(person: "User", text: str, as_of: date, most: int) -> Sequence[Hit]:
    nodes = find_accounts(person, text, as_of=as_of, most=most)
    contacts = contacts_meant(nodes, text)
    return [
        Hit(
            label=node.name,
            detail=" · ".join(filter(None, (node.code, _chain(node), contacts.get(node.pk)))),
            kind=KINDS[NodeKind(node.kind)],
            url=reverse("accounts:show", args=[node.merged_into_id or node.pk]),
        )
        for node in nodes
    ]


def _chain(node: AccountNode) -> str:
    return node.chain.name if node.chain and node.chain_id != node.pk else ""


register_finder("accounts", _find)
