"""Reads of history: whom and what do its names mean, what was imported before, and what may a person see of it?"""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from django.db.models import Q, QuerySet

from keytally.accounts.models import AccountNode
from keytally.accounts.queries.reach import visible_to
from keytally.core.queries import people
from keytally.funnel.models import HistoryImport, Opportunity, StageEntry

if TYPE_CHECKING:
    from keytally.core.models import User

CHUNK = 500
KEY = "history:"


@dataclass(frozen=True, slots=True)
class Known:
    """The people and accounts that names of a file mean, by id."""

    owners: Mapping[str, int]
    accounts: Mapping[str, int]

    def gaps(self, facts: Mapping[str, Any]) -> tuple[str, ...]:
        """List the names of a row that mean nothing here."""
        gaps = []
        if facts.get("owner") and facts["owner"] not in self.owners:
            gaps.append("OWNER_UNKNOWN")
        if facts.get("account") and facts["account"] not in self.accounts:
            gaps.append("ACCOUNT_UNKNOWN")
        return tuple(gaps)


def known_names(*, owners: Collection[str], accounts: Collection[str], person: "User", as_of: date) -> Known:
    """Find the people and the accounts that a person may see, by names and codes that only they have."""
    found: dict[str, set[int]] = {}
    for names in _chunks(owners):
        rows = people().filter(Q(username__in=names) | Q(name__in=names)).values_list("pk", "username", "name")
        for number, *called in rows:
            _note(found, called, number)
    nodes: dict[str, set[int]] = {}
    seen = visible_to(person, as_of=as_of, queryset=AccountNode.objects.filter(merged_into=None))
    for names in _chunks(accounts):
        called_so = Q(code__in=names) | Q(name_zh__in=names) | Q(name_en__in=names)
        for number, *called in seen.filter(called_so).values_list("pk", "code", "name_zh", "name_en"):
            _note(nodes, called, number)
    return Known(_only(found), _only(nodes))


def key_of(reference: str) -> str:
    """Name an opportunity of history by its number there, so that no file brings it in twice."""
    return f"{KEY}{reference}"


def references_taken(references: Collection[str]) -> set[str]:
    """List the numbers of a file that were imported before."""
    taken: set[str] = set()
    for names in _chunks(references):
        keys = Opportunity.objects.filter(idempotency_key__in=[key_of(name) for name in names])
        taken |= {key.removeprefix(KEY) for key in keys.values_list("idempotency_key", flat=True) if key}
    return taken


def depends_on(brought: QuerySet[Opportunity]) -> bool:
    """Tell whether somebody worked on opportunities since they were brought: moved them, or opened the next cycle."""
    return (
        StageEntry.objects.filter(opportunity__in=brought).exists()
        or Opportunity.objects.filter(earlier__in=brought).exists()
    )


def imports_of(person: "User") -> QuerySet[HistoryImport]:
    """List a person's imports of history, newest first."""
    return HistoryImport.objects.filter(owner=person).select_related("batch").prefetch_related("batch__files")


def _note(found: dict[str, set[int]], called: Collection[str], number: int) -> None:
    for name in called:
        if name:
            found.setdefault(name, set()).add(number)


def _only(found: Mapping[str, set[int]]) -> dict[str, int]:
    return {name: next(iter(numbers)) for name, numbers in found.items() if len(numbers) == 1}


def _chunks(names: Collection[str]) -> Iterator[list[str]]:
    wanted = sorted(name for name in names if name)
    for start in range(0, len(wanted), CHUNK):
        yield wanted[start : start + CHUNK]
