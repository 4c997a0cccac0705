"""What does the playbook offer at this moment: in a gate, a negotiation, a preparation?"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from django.db.models import Q

from keytally.playbook.models import PlaybookEntry
from keytally.playbook.queries.entries import visible_to
from keytally.playbook.rules.relevance import Candidate, Context, Match, matches
from keytally.playbook.rules.tags import Axis, Tag

if TYPE_CHECKING:
    from keytally.core.models import User

MOST = 5
LOOKED_AT = 500


@dataclass(frozen=True, slots=True)
class Suggested:
    """An entry that may help here, and why."""

    entry: PlaybookEntry
    match: Match


def suggestions(  # noqa: PLR0913 - the moment in the caller's own words
    person: "User",
    *,
    as_of: date,
    stage: str = "",
    tactics: Iterable[str] = (),
    difficulties: Iterable[str] = (),
    methods: Iterable[str] = (),
    categories: Iterable[str] = (),
    chain: int | None = None,
    most: int = MOST,
) -> list[Suggested]:
    """List the entries that help most where a person is, as far as they may read the playbook."""
    tags: frozenset[Tag] = frozenset(
        (
            *((Axis.STAGE, code) for code in (stage,) if code),
            *((Axis.TACTIC, str(code)) for code in tactics),
            *((Axis.DIFFICULTY, str(code)) for code in difficulties),
            *((Axis.METHOD, str(code)) for code in methods),
            *((Axis.CATEGORY, code) for code in categories),
        )
    )
    context = Context(tags, chain)
    found = {entry.pk: entry for entry in _candidates(person, context, as_of=as_of)}
    chosen = matches((_candidate(entry) for entry in found.values()), context, most=most)
    return [Suggested(found[match.entry], match) for match in chosen]


def _candidates(person: "User", context: Context, *, as_of: date) -> list[PlaybookEntry]:
    by_axis: dict[Axis, list[str]] = {}
    for axis, code in context.tags:
        by_axis.setdefault(axis, []).append(code)
    fits = Q(pk__in=[])
    for axis, codes in by_axis.items():
        fits |= Q(tags__axis=axis, tags__code__in=codes)
    if context.chain is not None:
        fits |= Q(node=context.chain) | Q(node__chain=context.chain)
    found = visible_to(person, as_of).filter(fits, retired_at=None).distinct()
    return list(found.select_related("node", "owner").prefetch_related("tags").order_by("-changed_at")[:LOOKED_AT])


def _candidate(entry: PlaybookEntry) -> Candidate:
    chain = (entry.node.chain_id or entry.node.pk) if entry.node else None
    return Candidate(entry.pk, frozenset(one.tag for one in entry.tags.all()), chain, entry.helped, entry.changed_at)
