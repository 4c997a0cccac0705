"""Keep the words by which accounts are found up to what is kept of them."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from itertools import islice
from typing import Any

from keytally.accounts.models import AccountAncestor, AccountCode, AccountNode, Contact, SearchEntry
from keytally.accounts.queries.reach import node_word, owner_word
from keytally.accounts.rules.codes import phone_words
from keytally.core.search import index_words

AT_ONCE = 500
_waiting: ContextVar[set[int] | None] = ContextVar("accounts waiting to be indexed", default=None)


@contextmanager
def indexed_later() -> Iterator[None]:
    """Put the indexing of many accounts off to the end, when each is indexed once."""
    waiting: set[int] = set()
    token = _waiting.set(waiting)
    try:
        yield
    finally:
        _waiting.reset(token)
    index_accounts(waiting)


def index_accounts(numbers: Iterable[int]) -> int:
    """Write the words of these accounts anew; answers how many."""
    later = _waiting.get()
    if later is not None:
        later.update(numbers)
        return 0
    done = 0
    waiting = iter(sorted(set(numbers)))
    while some := list(islice(waiting, AT_ONCE)):
        done += _index(some)
    return done


def _index(numbers: Sequence[int]) -> int:
    nodes = list(AccountNode.objects.filter(pk__in=numbers).select_related("legal_party"))
    codes = _gathered(AccountCode.objects.filter(node__in=numbers).values_list("node", "code"))
    above = _gathered(AccountAncestor.objects.filter(node__in=numbers).values_list("node", "ancestor"))
    people: dict[int, list[str]] = defaultdict(list)
    phones: dict[int, list[str]] = defaultdict(list)
    for node, name, phone in Contact.objects.filter(node__in=numbers).values_list("node", "name", "phone_plain"):
        people[node].append(name)
        phones[node] += phone_words(phone)
    entries = [
        SearchEntry(
            node=node,
            words=" ".join(
                (
                    index_words(
                        node.code,
                        node.gln,
                        node.phone,
                        *phone_words(node.phone),
                        node.legal_party.tax_id if node.legal_party else "",
                        *codes[node.pk],
                        *phones[node.pk],
                        names=(node.name_zh, node.name_en, *people[node.pk]),
                    ),
                    *((owner_word(node.owner_id),) if node.owner_id else ()),
                    *map(node_word, above[node.pk]),
                )
            ),
        )
        for node in nodes
    ]
    SearchEntry.objects.bulk_create(
        entries, update_conflicts=True, unique_fields=["node"], update_fields=["words"], batch_size=AT_ONCE
    )
    return len(entries)


def _gathered(pairs: Iterable[tuple[int, Any]]) -> dict[int, list[Any]]:
    found: dict[int, list[Any]] = defaultdict(list)
    for node, value in pairs:
        found[node].append(value)
    return found
