"""Find accounts by the words people type, in the order they mean them, on both databases."""

import json
import unicodedata
from collections.abc import Sequence
from datetime import date
from typing import TYPE_CHECKING

from django.db import connection

from keytally.accounts.models import AccountNode, Contact
from keytally.accounts.queries.reach import AccountReach, account_reach, node_word, owner_word, visible_to
from keytally.core.once import once
from keytally.core.search import index_words, query_words

if TYPE_CHECKING:
    from keytally.core.models import User

LOOKED_AT = 60
# So many people's accounts are told apart by the index of words; those of more by the accounts that it finds.
FEW = 24

_SHOWN = (
    *("kind", "code", "name_zh", "name_en", "name_sort", "status", "merged_into_id"),
    *("chain__name_zh", "chain__name_en"),
)

_FOUND = {
    "sqlite": "select rowid from accounts_words where accounts_words match %s limit %s",
    "postgresql": (
        "select node_id from accounts_search"
        " where array_to_tsvector(string_to_array(words, ' ')) @@ cast(%s as tsquery) limit %s"
    ),
}
_FOUND_IN_REACH = {
    "sqlite": (
        "select node.id from accounts_words cross join accounts_accountnode node on node.id = accounts_words.rowid"
        " where accounts_words match %s and (node.owner_id in (select value from json_each(%s)) or exists ("
        "select 1 from accounts_accountancestor above where above.node_id = node.id"
        " and above.ancestor_id in (select value from json_each(%s)))) limit %s"
    ),
    "postgresql": (
        "with found as materialized (select node_id from accounts_search"
        " where array_to_tsvector(string_to_array(words, ' ')) @@ cast(%s as tsquery))"
        " select node.id from found join accounts_accountnode node on node.id = found.node_id"
        " where node.owner_id in (select cast(value as bigint) from json_array_elements_text(cast(%s as json)))"
        " or exists (select 1 from accounts_accountancestor above where above.node_id = node.id"
        " and above.ancestor_id in (select cast(value as bigint) from json_array_elements_text(cast(%s as json))))"
        " limit %s"
    ),
}


def find_accounts(person: "User", text: str, *, as_of: date, most: int) -> list[AccountNode]:
    """Find the accounts that a person may see and that a text means best: the very code first, then names."""
    text = text.strip()
    return once(("found_accounts", person.pk, text, as_of), lambda: _found(person, text, as_of=as_of))[:most]


def _found(person: "User", text: str, *, as_of: date) -> list[AccountNode]:
    words, reach = query_words(text), account_reach(person, as_of=as_of)
    if not words or (reach is not None and not len(reach)):
        return []
    exact = _ids(words, reach=reach, is_whole=True)
    begun = _ids(words, reach=reach, is_whole=False) if len(exact) < LOOKED_AT else []
    nodes = AccountNode.objects.select_related("chain").only(*_SHOWN)
    seen = visible_to(person, as_of=as_of, queryset=nodes.filter(pk__in={*exact, *begun}))
    return sorted(seen, key=lambda node: _order(node, text=text, exact=exact))


def contacts_meant(nodes: Sequence[AccountNode], text: str) -> dict[int, str]:
    """Name the contacts by whom accounts were found, where it was not by their own name or code; by account."""
    words = query_words(text)
    others = [node.pk for node in nodes if not _says(index_words(node.code, names=(node.name_zh, node.name_en)), words)]
    if not others:
        return {}
    found: dict[int, list[str]] = {}
    for number, name, phone in Contact.objects.filter(node__in=others).values_list("node", "name", "phone_plain"):
        if _says(index_words(phone, names=[name]), words):
            found.setdefault(number, []).append(name)
    return {number: ", ".join(names[:3]) for number, names in found.items()}


def _says(kept: str, words: Sequence[str]) -> bool:
    """Tell whether each of these words begins one of those that are kept."""
    return all(f" {word}" in f" {kept}" for word in words)


def condition(text: str) -> tuple[str, str] | None:
    """Write a subquery of the accounts whose words begin with those of a text; None where the text says nothing."""
    words = query_words(text)
    if not words:
        return None
    return _FOUND[connection.vendor].removesuffix(" limit %s"), _asked(words, (), is_whole=False)


def _order(node: AccountNode, *, text: str, exact: Sequence[int]) -> tuple[object, ...]:
    """Put first what was meant: the code itself, a name that begins so, the chain before its stores."""
    plain = unicodedata.normalize("NFKC", text).casefold()
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


def _ids(words: Sequence[str], *, reach: AccountReach | None, is_whole: bool) -> list[int]:
    is_wide = reach is not None and len(reach) > FEW
    asked = [_asked(words, () if is_wide else _reach_words(reach), is_whole=is_whole)]
    if reach and is_wide:
        asked += [json.dumps(reach.owners), json.dumps(reach.granted)]
    sql = (_FOUND_IN_REACH if is_wide else _FOUND)[connection.vendor]
    with connection.cursor() as cursor:
        cursor.execute(sql, (*asked, LOOKED_AT))
        return [number for (number,) in cursor.fetchall()]


def _reach_words(reach: AccountReach | None) -> list[str]:
    return [*map(owner_word, reach.owners), *map(node_word, reach.granted)] if reach else []


def _asked(words: Sequence[str], reach: Sequence[str], *, is_whole: bool) -> str:
    """Write the question to the index: all of the words, whole or as beginnings, and one of those of a reach."""
    quote, joint, other, star = (
        ('"', " AND ", " OR ", " *") if connection.vendor == "sqlite" else ("'", " & ", " | ", ":*")
    )
    asked = joint.join(f"{quote}{word}{quote}{'' if is_whole else star}" for word in words)
    allowed = other.join(f"{quote}{word}{quote}" for word in reach)
    return f"({asked}){joint}({allowed})" if allowed else asked
