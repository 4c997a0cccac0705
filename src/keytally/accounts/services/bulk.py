"""Change several accounts in one transaction: all of them or none."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING

from django.db import transaction

from keytally.accounts.labels import Status
from keytally.accounts.models import AccountNode
from keytally.accounts.refusals import UnableToKeepAccount
from keytally.accounts.services.classes import classify
from keytally.accounts.services.keepers import give_over
from keytally.accounts.services.nodes import set_status

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from keytally.core.models import User


@dataclass(frozen=True, slots=True)
class Bulk:
    """What is changed of several accounts; blank is left as it is."""

    status: str = ""
    owner: "User | None" = None
    axis: str = ""
    value: str = ""

    @property
    def is_empty(self) -> bool:
        """Tell whether nothing is to be changed."""
        return not (self.status or self.owner or self.value)


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
        give_over(node, to=wanted.owner, by=by, now=now, reason="")
    if wanted.value:
        classify(node, axis=wanted.axis, values=[wanted.value], by=by, now=now)
    if wanted.status:
        set_status(node, status=Status(wanted.status), by=by, on=on, now=now)
