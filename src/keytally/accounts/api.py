"""Operations about accounts: find them, look at one, add one, and say who orders, receives and pays."""

from datetime import UTC, date, datetime
from typing import Annotated, Any

from django.http import Http404, HttpRequest
from django.utils.translation import gettext_lazy as _
from ninja import Query, Router, Schema
from pydantic import Field

from keytally.accounts.models import AccountNode, PartyRoles
from keytally.accounts.queries import lists
from keytally.accounts.queries.activation import parties_on
from keytally.accounts.queries.reach import CHANGE, VIEW, visible_node, visible_to
from keytally.accounts.refusals import UnableToKeepAccount
from keytally.accounts.rules.parties import NodeKind
from keytally.accounts.services import nodes, parties
from keytally.core.access import day_of, person_of
from keytally.core.clock import business_date
from keytally.identity.operations import Page, PageQuery, Problem, StateName, operation, page_of

router = Router(tags=["accounts"])

Id = Annotated[int, Field(ge=1, lt=2**63)]


class PartiesOut(Schema):
    """Who orders, receives and pays for a store from a day on, and the mode that follows."""

    buyer: int
    ship_to: int
    bill_to: int
    starts_on: date
    ends_before: date | None
    mode: str | None


class AccountOut(Schema):
    """A node of the tree of accounts."""

    id: int
    kind: str
    code: str
    name_zh: str
    name_en: str
    parent: int | None
    chain: int | None
    status: str
    owner: int | None
    area_code: str
    address: str
    gln: str
    opened_on: date | None
    closed_on: date | None


class AccountWithPartiesOut(AccountOut):
    """A node with its parties in force today; a chain or head office has none."""

    parties: PartiesOut | None


class AccountsQuery(PageQuery):
    """Which accounts."""

    text: str = Field("", max_length=120)
    kind: StateName | None = None
    status: StateName | None = None
    chain: Id | None = None


class AccountIn(Schema):
    """An account to be added."""

    kind: NodeKind
    name_zh: str = Field(min_length=1, max_length=80)
    name_en: str = Field("", max_length=80)
    parent: Id | None = None
    code: str = Field("", max_length=20)
    tax_id: str = Field("", max_length=18)
    gln: str = Field("", max_length=13)
    address: str = Field("", max_length=200)


class PartiesIn(Schema):
    """Who orders, receives and pays, by the numbers of their accounts, from a day on."""

    buyer: Id
    ship_to: Id
    bill_to: Id
    starts_on: date


@operation(
    router, "GET", "/accounts", permission=VIEW, response=Page[AccountOut], summary="List the accounts I may see"
)
def accounts(request: HttpRequest, query: Query[AccountsQuery]) -> dict[str, Any]:
    asked = {
        "text": query.text,
        "kind": query.kind or "",
        "status": query.status or "",
        "chain": str(query.chain or ""),
    }
    found = lists.filtered(person_of(request), lists.wanted_of(asked), as_of=day_of(request))
    return page_of(found, query=query, show=_shown)


@operation(
    router,
    "GET",
    "/accounts/{int:number}",
    permission=VIEW,
    response=AccountWithPartiesOut,
    summary="Look at one account",
)
def account(request: HttpRequest, number: int) -> dict[str, Any]:
    node = visible_node(number, person=person_of(request), as_of=day_of(request))
    if node is None:
        raise Http404
    in_force = parties_on(node.pk, as_of=day_of(request))
    return {**_shown(node), "parties": _parties(in_force) if in_force else None}


@operation(
    router,
    "POST",
    "/accounts",
    permission=CHANGE,
    response=AccountOut,
    summary="Add an account as a prospect",
    is_create=True,
)
def add_account(request: HttpRequest, payload: AccountIn) -> dict[str, Any]:
    person, now = person_of(request), datetime.now(UTC)
    parent = _node(request, payload.parent) if payload.parent else None
    wanted = nodes.NewAccount(
        kind=payload.kind,
        name_zh=_text(payload.name_zh),
        parent=parent,
        code=_text(payload.code),
        owner=None if parent else person,
        facts={"name_en": _text(payload.name_en), "gln": _text(payload.gln), "address": _text(payload.address)},
        tax_id=_text(payload.tax_id),
    )
    try:
        return _shown(nodes.add_account(wanted, by=person, on=business_date(now), now=now))
    except UnableToKeepAccount as refusal:
        raise _problem(refusal) from refusal


@operation(
    router,
    "POST",
    "/accounts/{int:number}/parties",
    permission=CHANGE,
    response=PartiesOut,
    summary="Say who orders, receives and pays from a day on",
)
def set_parties(request: HttpRequest, number: int, payload: PartiesIn) -> dict[str, Any]:
    store = _node(request, number)
    chosen = {name: _party(store, getattr(payload, name)) for name in ("buyer", "ship_to", "bill_to")}
    try:
        kept = parties.set_parties(
            store, **chosen, starts_on=payload.starts_on, by=person_of(request), now=datetime.now(UTC)
        )
    except UnableToKeepAccount as refusal:
        raise _problem(refusal) from refusal
    return _parties(kept)


def _node(request: HttpRequest, number: int) -> AccountNode:
    node = visible_to(person_of(request), as_of=day_of(request), permission=CHANGE).filter(pk=number).first()
    if node is None:
        raise Http404
    return node


def _party(store: AccountNode, number: int) -> AccountNode:
    """Find a party among the store and its chain; who it is has to be open to whoever may change the store."""
    party = AccountNode.objects.filter(pk=number, chain=store.chain_id).first()
    if party is None:
        raise Problem(
            422, "PARTY_OF_ANOTHER_CHAIN", _("A party belongs to another chain: choose one of this store's chain.")
        )
    return party


def _problem(refusal: UnableToKeepAccount) -> Problem:
    return Problem(422, refusal.codes[0], " ".join(refusal.sentences()), codes=list(refusal.codes))


def _text(text: str) -> str:
    return text.replace("\x00", "").strip()


def _shown(node: AccountNode) -> dict[str, Any]:
    keys = {"id": node.pk, "parent": node.parent_id, "chain": node.chain_id, "owner": node.owner_id}
    names = ("kind", "code", "name_zh", "name_en", "status", "area_code", "address", "gln", "opened_on", "closed_on")
    return {**keys, **{name: getattr(node, name) for name in names}}


def _parties(roles: PartyRoles) -> dict[str, Any]:
    keys = {"buyer": roles.buyer_id, "ship_to": roles.ship_to_id, "bill_to": roles.bill_to_id}
    return {**keys, "starts_on": roles.starts_on, "ends_before": roles.ends_before, "mode": roles.mode}
