"""Change several accounts in one transaction, their parties too: all of them or none."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING

from django.db import transaction

from keytally.accounts.labels import KINDS, Status
from keytally.accounts.models import AccountNode
from keytally.accounts.refusals import UnableToKeepAccount
from keytally.accounts.rules.parties import NodeKind
from keytally.accounts.services.classes import classify
from keytally.accounts.services.keepers import give_over
from keytally.accounts.services.nodes import set_status
from keytally.accounts.services.parties import set_parties

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from keytally.core.models import User


@dataclass(frozen=True, slots=True)
class Bulk:
    """What is changed of several accounts; blank is left as it is."""

    status: Status | None = None
    owner: "User | None" = None
    axis: str = ""
    value: str = ""
    ship_to: NodeKind | None = None
    bill_to: NodeKind | None = None
    starts_on: date | None = None

    @property
    def is_empty(self) -> bool:
        """Tell whether nothing is to be changed."""
        return not (self.status or self.owner or self.value or self.ship_to or self.bill_to)


@transaction.atomic
def change_many(nodes: Sequence[AccountNode], *, wanted: Bulk, by: "User", on: date, now: datetime) -> int:
    """Change all these accounts, or none and raise `UnableToKeepAccount` with the reasons of all; answers how many."""
    reasons: list[tuple[str, Mapping[str, Any]]] = []
    for node in nodes:
        try:
            _change(node, wanted=wanted, by=by, on=on, now=now)
        except UnableToKeepAccount as refusal:
            reasons += [("OF_ACCOUNT", {"name": node.name, "sentence": sentence}) for sentence in refusal.sentences()]
    if reasons:
        raise UnableToKeepAccount(*reasons[:20])
    return len(nodes)


def _change(node: AccountNode, *, wanted: Bulk, by: "User", on: date, now: datetime) -> None:
    if wanted.owner:
        give_over(node, to=wanted.owner, by=by, now=now, reason="bulk")
    if wanted.value:
        classify(node, axis=wanted.axis, values=[wanted.value], by=by, now=now)
    if wanted.ship_to or wanted.bill_to:
        _settle(node, wanted=wanted, by=by, now=now)
    if wanted.status:
        set_status(node, status=wanted.status, by=by, on=on, now=now)


def _settle(store: AccountNode, *, wanted: Bulk, by: "User", now: datetime) -> None:
    """Set who receives and who pays for a store: itself, or the one head office or DC of its chain."""
    if not (wanted.ship_to and wanted.bill_to and wanted.starts_on):
        raise UnableToKeepAccount("PARTIES_INCOMPLETE")
    ship_to, bill_to = _party(store, wanted.ship_to), _party(store, wanted.bill_to)
    buyer = bill_to if wanted.ship_to is not NodeKind.STORE else store
    set_parties(store, buyer=buyer, ship_to=ship_to, bill_to=bill_to, starts_on=wanted.starts_on, by=by, now=now)


def _party(store: AccountNode, kind: NodeKind) -> AccountNode:
    if kind is NodeKind.STORE:
        return store
    found = list(AccountNode.objects.filter(chain=store.chain_id, kind=kind, merged_into=None)[:2])
    if len(found) != 1:
        raise UnableToKeepAccount(("PARTY_NOT_ONE", {"kind": KINDS[kind]}))
    return found[0]
