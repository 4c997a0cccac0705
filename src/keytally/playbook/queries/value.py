"""What did we give an account, over time? (K06)"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from django.db.models import QuerySet

from keytally.accounts.models import AccountAncestor, AccountNode, Contact
from keytally.accounts.queries.reach import visible_to as visible_accounts
from keytally.playbook.labels import ValueKind
from keytally.playbook.models import ValueGiven

if TYPE_CHECKING:
    from keytally.core.models import User


@dataclass(frozen=True, slots=True)
class Year:
    """How often each kind of value was given in a year."""

    year: int
    counts: Mapping[ValueKind, int]

    @property
    def total(self) -> int:
        """Count everything of the year."""
        return sum(self.counts.values())

    @property
    def cells(self) -> Sequence[int]:
        """List the counts in the order of the kinds."""
        return [self.counts.get(kind, 0) for kind in ValueKind]


def value_of(number: int) -> QuerySet[ValueGiven]:
    """List what was given to an account and to everything below it, the newest first."""
    below = AccountAncestor.objects.filter(ancestor=number).values("node")
    given = ValueGiven.objects.filter(node__in=below)
    return given.select_related("node", "contact", "given_by", "withdrawn_by").order_by("-given_on", "-pk")


def years_of(number: int) -> list[Year]:
    """Count what was given by year and kind, the newest year first; what was taken back does not count."""
    return _years(value_of(number).filter(withdrawn_at=None).values_list("given_on", "kind"))


def years_in(given: Iterable[ValueGiven]) -> list[Year]:
    """Count what was read of value given as `years_of` does."""
    return _years((one.given_on, one.kind) for one in given if one.withdrawn_at is None)


def _years(given: Iterable[tuple[date, str]]) -> list[Year]:
    counted: dict[int, Counter[ValueKind]] = {}
    for day, kind in given:
        counted.setdefault(day.year, Counter())[ValueKind(kind)] += 1
    return [Year(year, counted[year]) for year in sorted(counted, reverse=True)]


def visible_to(person: "User", as_of: date, *, permission: str = "accounts.view") -> QuerySet[ValueGiven]:
    """Keep what was given to the accounts that a person may see, or change."""
    nodes = visible_accounts(person, as_of=as_of, permission=permission)
    return ValueGiven.objects.filter(node__in=nodes).select_related("node", "contact", "given_by")


def contacts_of(node: AccountNode) -> QuerySet[Contact]:
    """List the contacts who are still at an account."""
    return Contact.objects.filter(node=node, left_on=None).order_by("-weight", "name")


def chains() -> dict[str, AccountNode]:
    """List every chain by its code."""
    return {node.code: node for node in AccountNode.objects.filter(kind="CHAIN", merged_into=None)}


def node_of(number: int, *, person: "User", as_of: date, permission: str) -> AccountNode | None:
    """Find an account that a person may see, or change."""
    return visible_accounts(person, as_of=as_of, permission=permission).filter(pk=number).first()
