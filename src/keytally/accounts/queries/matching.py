"""Which account, person, party or value does a cell of a file mean?"""

import re
from collections.abc import Mapping
from datetime import date
from typing import TYPE_CHECKING, Any

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db.models import Q, QuerySet

from keytally.accounts.labels import DECISION_ROLES, KINDS, MEASURES, STANCES, STATUSES, Status, code_of
from keytally.accounts.models import AccountNode, ClassificationValue, LegalParty
from keytally.accounts.queries.base_file import STATES
from keytally.accounts.queries.reach import CHANGE, GRANT, visible_to
from keytally.accounts.refusals import UnableToKeepAccount
from keytally.accounts.rules.codes import plain_code
from keytally.accounts.rules.parties import NodeKind
from keytally.core.queries import people
from keytally.core.search import sort_key
from keytally.exchange.values import Figure, read_figure
from keytally.kernel.money import UnknownCurrency, minor_digits

if TYPE_CHECKING:
    from keytally.core.models import User

_SEPARATORS = re.compile(r"[、,，;；/|]+")
_STORE_WORDS = frozenset({"store", "门店", "本店", "分店"})
MONEY = frozenset({"SALES", "PROFIT", "REGISTERED_CAPITAL"})
_NEAR = 2_000


def chains(name: str) -> list[AccountNode]:
    """Find the chain with a code, or all that have a name; which of several is meant a person says."""
    named = AccountNode.objects.filter(kind=NodeKind.CHAIN).select_related("merged_into")
    named = named.filter(Q(code=plain_code(name)) | Q(name_zh=name) | Q(name_en__iexact=name)).order_by("pk")
    kept = {one.pk: one for one in map(kept_of, named)}
    by_code = next((one for one in named if one.code == plain_code(name)), None)
    return [kept_of(by_code)] if by_code else [*kept.values()]


def company(name: str | None, *, chain: AccountNode) -> AccountNode | None:
    """Find a company of a chain by its code or name."""
    if not name:
        return None
    kinds = [one.value for one in NodeKind if one is not NodeKind.STORE]
    within = AccountNode.objects.filter(chain=chain, kind__in=kinds)
    found = _the_one(within, name)
    if found is None:
        raise UnableToKeepAccount(("NO_ACCOUNT", {"value": name}))
    return found


def account(facts: Mapping[str, Any], *, kind: NodeKind, parent: AccountNode | None) -> AccountNode | None:
    """Find the account that a row means: by its code, else by kind, parent and name."""
    if facts.get("code"):
        return _kept(AccountNode.objects.filter(code=plain_code(str(facts["code"]))).first())
    name = facts.get("name_zh") or ""
    named = {one.pk for one in map(kept_of, AccountNode.objects.filter(kind=kind, parent=parent, name_zh=name))}
    if len(named) > 1:
        raise UnableToKeepAccount(("NO_ACCOUNT", {"value": name}))
    return AccountNode.objects.filter(pk__in=named).first()


def node(text: str) -> AccountNode | None:
    """Find any account by its code, or by a name that only it has."""
    by_code = AccountNode.objects.filter(code=plain_code(text)).first() if text else None
    kept = AccountNode.objects.filter(merged_into=None)
    named = list(_named(kept, text)[:2]) if text and not by_code else []
    return _kept(by_code or (named[0] if len(named) == 1 else None))


def party(text: str, *, store: AccountNode) -> AccountNode:
    """Find a party of a store: itself, or one of its chain by code or name."""
    if is_store(text, store=store):
        return store
    within = AccountNode.objects.filter(chain=store.chain_id).exclude(pk=store.pk)
    found = _the_one(within, text)
    if found is None:
        raise UnableToKeepAccount(("NO_PARTY", {"value": text}))
    return found


def is_store(text: str, *, store: AccountNode) -> bool:
    """Tell whether a cell means the store of its row: a word for it, or its code."""
    return text.casefold() in _STORE_WORDS or plain_code(text) == store.code


def supplier(text: str) -> LegalParty | None:
    """Find a distributor by its name or tax id."""
    return LegalParty.objects.filter(Q(tax_id=text) | Q(name=text)).order_by("pk").first()


def person(text: str | None) -> "User | None":
    """Find somebody of ours by user name, or by a name that only they have."""
    if not text:
        return None
    named = list(people().filter(Q(username=text) | Q(name=text))[:2])
    if len(named) != 1:
        raise UnableToKeepAccount(("NO_PERSON", {"value": text}))
    return named[0]


def value_code(axis: str, text: str) -> str | None:
    """Find the code of a value by its code or its name in either language."""
    values = ClassificationValue.objects.filter(axis__code=axis)
    found = values.filter(Q(code__iexact=text) | Q(name_zh=text) | Q(name_en__iexact=text)).first()
    return found.code if found else None


def several(text: str) -> list[str]:
    """Cut a cell that holds several values."""
    return [one.strip() for one in _SEPARATORS.split(text) if one.strip()]


def kind(text: str | None) -> NodeKind | None:
    """Read the kind of a node in either language."""
    found = code_of(text or "", KINDS)
    return NodeKind(found) if found else None


def status(text: str) -> Status | None:
    """Read the state of a store, in the words of S1 or of the pages."""
    known = {word: state for state, word in STATES.items()}
    found = code_of(text, STATUSES)
    return known.get(text) or (Status(found) if found else None)


def contact_facts(facts: Mapping[str, Any]) -> dict[str, Any]:
    """Read what a row says of a contact; what it does not say is left out."""
    kept = {name: facts[name] for name in ("name", "title", "phone", "email") if facts.get(name)}
    if facts.get("weight") is not None:
        kept["weight"] = facts["weight"]
    role = code_of(str(facts.get("decision_role") or ""), DECISION_ROLES)
    stance = code_of(str(facts.get("stance") or ""), STANCES)
    if facts.get("decision_role") and not role:
        raise UnableToKeepAccount(("NO_ROLE", {"value": facts["decision_role"]}))
    if facts.get("stance") and not stance:
        raise UnableToKeepAccount(("NO_STANCE", {"value": facts["stance"]}))
    if facts.get("email"):
        try:
            validate_email(facts["email"])
        except ValidationError:
            raise UnableToKeepAccount(("NO_EMAIL", {"value": facts["email"]})) from None
    return {**kept, **({"decision_role": role} if role else {}), **({"stance": stance} if stance else {})}


def figure(text: str, *, currency: str) -> Figure:
    """Read a figure: an amount in minor units of its currency, anything without one as a whole number."""
    try:
        found = read_figure(text, decimals=minor_digits(currency) if currency else 0, marks="¥|CNY")
    except UnknownCurrency:
        raise UnableToKeepAccount(("NO_CURRENCY", {"value": currency})) from None
    if not isinstance(found, Figure) or (found.rounded and not currency):
        raise UnableToKeepAccount(("NO_FIGURE", {"value": text}))
    return found


def measure(text: str) -> str:
    """Read the name of a measure in either language."""
    found = code_of(text, MEASURES)
    if found is None:
        raise UnableToKeepAccount(("NO_MEASURE", {"value": text, "known": ", ".join(MEASURES)}))
    return str(found)


def kept_of(node: AccountNode) -> AccountNode:
    """Follow the pointer of an alias to the account that was kept."""
    while node.merged_into is not None:
        node = node.merged_into
    return node


def is_there(known: AccountNode, facts: Mapping[str, Any]) -> bool:
    """Take a name for the same store only where the position, if both have one, is the same too."""
    latitude, longitude = known.latitude_micro, known.longitude_micro
    north, east = facts.get("lat"), facts.get("lng")
    if latitude is None or longitude is None or not isinstance(north, int) or not isinstance(east, int):
        return True
    return abs(latitude - north) <= _NEAR and abs(longitude - east) <= _NEAR


def may_give(person: "User", node: AccountNode, *, as_of: date) -> bool:
    """Tell whether a person may name the owner of an account."""
    return person.may(GRANT) and visible_to(person, as_of=as_of, permission=GRANT).filter(pk=node.pk).exists()


def may_change(person: "User", node: AccountNode, *, as_of: date) -> bool:
    """Tell whether a person may change an account."""
    return visible_to(person, as_of=as_of, permission=CHANGE).filter(pk=node.pk).exists()


def _the_one(within: QuerySet[AccountNode], text: str) -> AccountNode | None:
    """Find the account with a code, else the only one with a name; which of several is meant a person says."""
    by_code = within.filter(code=plain_code(text)).first()
    found = {one.pk: one for one in map(kept_of, [by_code] if by_code else _named(within, text)[:9])}
    return next(iter(found.values())) if len(found) == 1 else None


def _named(nodes: QuerySet[AccountNode], name: str) -> QuerySet[AccountNode]:
    """Keep the nodes of a name, in a way that an index answers; a code is asked for apart, or all would be read."""
    kinds = [one.value for one in NodeKind]
    return nodes.filter(kind__in=kinds, name_sort=sort_key(name), name_zh=name).order_by("pk")


def _kept(node: AccountNode | None) -> AccountNode | None:
    return kept_of(node) if node else None
