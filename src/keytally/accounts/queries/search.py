"""Find accounts by the words people type, in the order they mean them, on both databases."""

from collections.abc import Sequence
from datetime import date
from typing import TYPE_CHECKING

from django.db import connection

from keytally.accounts.models import AccountNode
from keytally.accounts.queries.reach import reach_words, visible_to
from keytally.core.search import query_words

if TYPE_CHECKING:
    from keytally.core.models import User

LOOKED_AT = 60

_SQLITE = "select rowid from accounts_words where accounts_words match %s limit %s"
_POSTGRESQL = (
    "select node_id from accounts_search"
    " where array_to_tsvector(string_to_array(words, ' ')) @@ cast(%s as tsquery) limit %s"
)


def find_accounts(person: "User", text: str, *, as_of: date, most: int) -> list[AccountNode]:
    """Find the accounts that a person may see and that a text means best: the very code first, then names."""
    words = query_words(text)
    reach = reach_words(person, as_of=as_of)
    if not words or reach == []:
        return []
    exact = _ids(words, reach=reach, is_whole=True, most=LOOKED_AT)
    begun = _ids(words, reach=reach, is_whole=False, most=LOOKED_AT) if len(exact) < LOOKED_AT else []
    nodes = AccountNode.objects.select_related("chain", "parent", "merged_into")
    seen = visible_to(person, as_of=as_of, queryset=nodes.filter(pk__in={*exact, *begun}))
    return sorted(seen, key=lambda node: _order(node, text=text.strip(), exact=exact))[:most]


def condition(text: str) -> tuple[str, str] | None:
    """Write a subquery of the accounts whose words begin with those of a text; None where the text says nothing."""
    words = query_words(text)
    if not words:
        return None
    if connection.vendor == "sqlite":
        return "select rowid from accounts_words where accounts_words match %s", _sqlite_words(
            words, None, is_whole=False
        )
    asked = _postgresql_words(words, None, is_whole=False)
    return (
        "select node_id from accounts_search"
        " where array_to_tsvector(string_to_array(words, ' ')) @@ cast(%s as tsquery)"
    ), asked


def _order(node: AccountNode, *, text: str, exact: Sequence[int]) -> tuple[object, ...]:
    """Put first what was meant: the code itself, a name that begins so, the chain before its stores."""
    plain = text.casefold()
    names = (node.name_zh.casefold(), node.name_en.casefold())
    is_begun = any(name.startswith(plain) for name in names if name)
    return (
        node.code.casefold() != plain,
        node.pk not in exact,
        plain not in names,
        not is_begun,
        node.kind == "STORE",
        node.status == "CLOSED",
        node.name_sort,
        node.pk,
    )


def _ids(words: Sequence[str], *, reach: Sequence[str] | None, is_whole: bool, most: int) -> list[int]:
    is_sqlite = connection.vendor == "sqlite"
    asked = (_sqlite_words if is_sqlite else _postgresql_words)(words, reach, is_whole=is_whole)
    with connection.cursor() as cursor:
        cursor.execute(_SQLITE if is_sqlite else _POSTGRESQL, [asked, most])
        return [number for (number,) in cursor.fetchall()]


def _sqlite_words(words: Sequence[str], reach: Sequence[str] | None, *, is_whole: bool) -> str:
    star = "" if is_whole else " *"
    asked = " AND ".join(f'"{word}"{star}' for word in words)
    allowed = " OR ".join(f'"{word}"' for word in reach or ())
    return f"({asked}) AND ({allowed})" if allowed else asked


def _postgresql_words(words: Sequence[str], reach: Sequence[str] | None, *, is_whole: bool) -> str:
    star = "" if is_whole else ":*"
    asked = " & ".join(f"'{word}'{star}" for word in words)
    allowed = " | ".join(f"'{word}'" for word in reach or ())
    return f"({asked}) & ({allowed})" if allowed else asked
