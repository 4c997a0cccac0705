"""Accounts are found from the box in the top bar."""

from collections.abc import Sequence
from datetime import date
from typing import TYPE_CHECKING

from django.urls import reverse

from keytally.accounts.labels import KINDS
from keytally.accounts.queries.search import find_accounts
from keytally.accounts.rules.parties import NodeKind
from keytally.core.search import Hit, register_finder

if TYPE_CHECKING:
    from keytally.core.models import User


def _find(person: "User", text: str, as_of: date, most: int) -> Sequence[Hit]:
    return [
        Hit(
            label=node.name,
            detail=" · ".join(
                filter(None, (node.code, node.chain.name if node.chain_id != node.pk and node.chain else ""))
            ),
            kind=KINDS[NodeKind(node.kind)],
            url=reverse("accounts:show", args=[node.merged_into_id or node.pk]),
        )
        for node in find_accounts(person, text, as_of=as_of, most=most)
    ]


register_finder("accounts", _find)
