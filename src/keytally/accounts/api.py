"""Operations about accounts: find, look, add, say who orders, receives and pays; visits and competitors."""

from datetime import UTC, date, datetime
from typing import Annotated, Any

from django.http import Http404, HttpRequest
from django.utils.translation import gettext_lazy as _
from ninja import Query, Router, Schema
from pydantic import Field

from keytally.accounts.models import AccountNode, CompetitorSighting, Contact, PartyRoles, Visit
from keytally.accounts.queries import lists, pages
from keytally.accounts.queries import visits as known
from keytally.accounts.queries.activation import parties_on
from keytally.accounts.queries.reach import CHANGE, RELATE, VIEW, visible_node, visible_to
from keytally.accounts.refusals import UnableToKeepAccount
from keytally.accounts.rules.parties import NodeKind
from keytally.accounts.rules.visits import VisitState
from keytally.accounts.services import nodes, parties, visits
from keytally.core.access import day_of, person_of
from keytally.core.clock import business_date
from keytally.identity.operations import Page, PageQuery, Problem, StateName, operation, page_of

router = Router(tags=["accounts"])

_SEEN = ("competitor", "offer", "strength", "weakness", "floor", "learned_from")
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


class VisitIn(Schema):
    """A visit of whose token it is."""

    state: VisitState
    on: date
    contacts: list[Id] = Field(default_factory=list, max_length=50)
    place: str = Field("", max_length=120)
    aim: str = Field("", max_length=200)
    notes: str = Field("", max_length=4000)
    reason: str = Field("", max_length=200)


class VisitAnswerIn(Schema):
    """What became of a planned visit."""

    state: VisitState
    contacts: list[Id] = Field(default_factory=list, max_length=50)
    notes: str = Field("", max_length=4000)
    reason: str = Field("", max_length=200)


class VisitOut(Schema):
    """A visit: who of ours, when, how far it is, whom they meet or met, and when its notes were written."""

    id: int
    account: int
    visitor: int
    on: date
    state: str
    contacts: list[int]
    place: str
    aim: str
    notes: str
    notes_at: datetime | None
    reason: str


class CompetitorIn(Schema):
    """What was seen of a competitor."""

    competitor: str = Field(min_length=1, max_length=80)
    seen_on: date
    offer: str = Field(min_length=1, max_length=300)
    strength: str = Field("", max_length=300)
    weakness: str = Field("", max_length=300)
    floor: str = Field("", max_length=300)
    learned_from: str = Field("", max_length=200)


class CompetitorOut(CompetitorIn):
    """What was seen of a competitor, at which account."""

    id: int
    account: int


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


@operation(
    router,
    "GET",
    "/accounts/{int:number}/visits",
    permission=VIEW,
    response=Page[VisitOut],
    summary="List the visits at an account",
)
def account_visits(request: HttpRequest, number: int, query: Query[PageQuery]) -> dict[str, Any]:
    node = _node(request, number, permission=VIEW)
    return page_of(known.visits(pages.one_and_aliases(node)), query=query, show=_visit)


@operation(
    router,
    "POST",
    "/accounts/{int:number}/visits",
    permission=RELATE,
    response=VisitOut,
    summary="Keep a visit of mine that is planned, was made or failed to take place",
    is_create=True,
)
def add_visit(request: HttpRequest, number: int, payload: VisitIn) -> dict[str, Any]:
    person, now, node = person_of(request), datetime.now(UTC), _node(request, number, permission=RELATE)
    texts = {name: _text(getattr(payload, name)) for name in ("place", "aim", "notes", "reason")}
    wanted = visits.NewVisit(
        visitor=person, on=payload.on, state=payload.state, contacts=_contacts(request, node, payload.contacts), **texts
    )
    try:
        return _visit(visits.record_visit(node, wanted=wanted, by=person, today=business_date(now), now=now))
    except UnableToKeepAccount as refusal:
        raise _problem(refusal) from refusal


@operation(
    router,
    "POST",
    "/visits/{int:visit}/answer",
    permission=RELATE,
    response=VisitOut,
    summary="Say what became of a planned visit",
)
def answer_visit(request: HttpRequest, visit: int, payload: VisitAnswerIn) -> dict[str, Any]:
    person, now = person_of(request), datetime.now(UTC)
    planned = known.visible_visits(person, as_of=day_of(request), permission=RELATE).filter(pk=visit).first()
    if planned is None:
        raise Http404
    met = _contacts(request, planned.node, payload.contacts)
    said = {"notes": _text(payload.notes), "reason": _text(payload.reason)}
    try:
        return _visit(
            visits.answer_visit(
                planned, state=payload.state, contacts=met, **said, by=person, today=business_date(now), now=now
            )
        )
    except UnableToKeepAccount as refusal:
        raise _problem(refusal) from refusal


@operation(
    router,
    "GET",
    "/accounts/{int:number}/competitors",
    permission=VIEW,
    response=Page[CompetitorOut],
    summary="List what was seen of competitors at an account",
)
def account_competitors(request: HttpRequest, number: int, query: Query[PageQuery]) -> dict[str, Any]:
    node = _node(request, number, permission=VIEW)
    return page_of(known.competitors(pages.one_and_aliases(node)), query=query, show=_competitor)


@operation(
    router,
    "POST",
    "/accounts/{int:number}/competitors",
    permission=RELATE,
    response=CompetitorOut,
    summary="Keep what was seen of a competitor at an account",
    is_create=True,
)
def add_competitor(request: HttpRequest, number: int, payload: CompetitorIn) -> dict[str, Any]:
    now, node = datetime.now(UTC), _node(request, number, permission=RELATE)
    texts: dict[str, Any] = {name: _text(getattr(payload, name)) for name in _SEEN}
    seen = visits.Sighting(seen_on=payload.seen_on, **texts)
    try:
        kept = visits.record_competitor(node, seen=seen, by=person_of(request), today=business_date(now), now=now)
    except UnableToKeepAccount as refusal:
        raise _problem(refusal) from refusal
    return _competitor(kept)


def _contacts(request: HttpRequest, node: AccountNode, numbers: list[int]) -> list[Contact]:
    """Find whom they meet among those who can be met here and whom the caller may see."""
    found = list(known.may_be_met(node, person=person_of(request), as_of=day_of(request)).filter(pk__in=numbers))
    if missing := sorted(set(numbers) - {one.pk for one in found}):
        raise Problem(
            422, "CONTACT_UNKNOWN", _("Nobody with the number %(number)s can be met here.") % {"number": missing[0]}
        )
    return found


def _node(request: HttpRequest, number: int, *, permission: str = CHANGE) -> AccountNode:
    node = visible_to(person_of(request), as_of=day_of(request), permission=permission).filter(pk=number).first()
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


def _visit(visit: Visit) -> dict[str, Any]:
    keys = {"id": visit.pk, "account": visit.node_id, "visitor": visit.visitor_id}
    names = ("on", "state", "place", "aim", "notes", "notes_at", "reason")
    contacts = sorted(one.pk for one in visit.contacts.all())
    return {**keys, "contacts": contacts, **{name: getattr(visit, name) for name in names}}


def _competitor(seen: CompetitorSighting) -> dict[str, Any]:
    texts = {name: getattr(seen, name) for name in _SEEN[1:]}
    return {
        "id": seen.pk,
        "account": seen.node_id,
        "competitor": seen.competitor.name_zh,
        "seen_on": seen.seen_on,
        **texts,
    }
