"""Operations about leads: find them, look at one, add one, and write down how it was touched."""

from datetime import UTC, date, datetime
from typing import Annotated, Any

from django.http import Http404, HttpRequest
from ninja import Query, Router, Schema
from pydantic import AwareDatetime, Field

from keytally.core.access import day_of, person_of
from keytally.core.clock import business_date
from keytally.core.sensitivity import shown
from keytally.identity.operations import Money, Page, PageQuery, Problem, StateName, operation, page_of
from keytally.prospecting.labels import ActionKind
from keytally.prospecting.models import Lead
from keytally.prospecting.queries import leads as lists
from keytally.prospecting.queries.facts import fit_of
from keytally.prospecting.queries.reach import VIEW, WORK, visible_lead
from keytally.prospecting.refusals import UnableToProspect
from keytally.prospecting.rules.cadence import Outcome, TouchKind
from keytally.prospecting.rules.sources import LeadSource
from keytally.prospecting.services import leads as services
from keytally.prospecting.services import touches

router = Router(tags=["prospecting"])
Id = Annotated[int, Field(ge=1, lt=2**63)]


class LeadOut(Schema):
    """A company that may become an account."""

    id: int
    name: str
    state: str
    owner: int
    source: str
    segment: int | None
    campaign: int | None
    contact_name: str
    phone: str | None
    email: str | None
    country: str
    city: str
    fit_points: int
    fit_advice: str
    deal: Money | None
    found_on: date
    account: int | None
    opportunity: int | None


class FitPartOut(Schema):
    """A part of the fit."""

    part: str
    points: int
    of: int
    code: str


class LeadWithFitOut(LeadOut):
    """A lead with the reasons of its fit."""

    known: int
    reasons: list[FitPartOut]


class LeadsQuery(PageQuery):
    """Which leads."""

    text: str = Field("", max_length=120)
    state: StateName | None = None
    source: StateName | None = None


class NextIn(Schema):
    """What is done next, on which day."""

    kind: ActionKind
    due_on: date
    note: str = Field("", max_length=200)


class LeadIn(Schema):
    """A lead that was found; it is the caller's."""

    name: str = Field(min_length=1, max_length=80)
    source: LeadSource
    contact_name: str = Field("", max_length=60)
    phone: str = Field("", max_length=40)
    email: str = Field("", max_length=120)
    website: str = Field("", max_length=200)
    tax_id: str = Field("", max_length=18)
    country: str = Field("", max_length=2)
    city: str = Field("", max_length=60)
    note: str = Field("", max_length=500)
    is_another: bool = False
    first: NextIn


class TouchIn(Schema):
    """A call, a visit or a letter, and what comes next."""

    kind: TouchKind
    happened_at: AwareDatetime
    contact_name: str = Field(max_length=60)
    outcome: Outcome
    text: str = Field(min_length=1, max_length=4000)
    may_write: bool | None = None
    exception_reason: str = Field("", max_length=200)
    following: NextIn


class TouchOut(Schema):
    """What was kept of a touch."""

    id: int
    lead: int
    kind: str
    happened_at: datetime
    outcome: str
    are_notes_prompt: bool


@operation(router, "GET", "/leads", permission=VIEW, response=Page[LeadOut], summary="List the leads I may see")
def leads(request: HttpRequest, query: Query[LeadsQuery]) -> dict[str, Any]:
    asked = {"text": query.text, "state": query.state or "ALL", "source": query.source or ""}
    found = lists.filtered(person_of(request), lists.wanted_of(asked), as_of=day_of(request))
    return page_of(found, query=query, show=lambda one: _shown(request, one))


@operation(
    router,
    "GET",
    "/leads/{int:number}",
    permission=VIEW,
    response=LeadWithFitOut,
    summary="Look at one lead and its fit",
)
def lead(request: HttpRequest, number: int) -> dict[str, Any]:
    kept = _lead(request, number, permission=VIEW)
    fit = fit_of(kept, as_of=day_of(request))
    reasons = [{"part": one.part, "points": one.points, "of": one.of, "code": one.code} for one in fit.reasons]
    return {**_shown(request, kept), "known": fit.known, "reasons": reasons}


@operation(
    router,
    "POST",
    "/leads",
    permission=WORK,
    response=LeadOut,
    summary="Add a lead with its first action",
    is_create=True,
)
def add_lead(request: HttpRequest, payload: LeadIn) -> dict[str, Any]:
    person, now = person_of(request), datetime.now(UTC)
    facts = payload.dict(exclude={"source", "is_another", "first"})
    wanted = services.NewLead(
        facts={name: value.replace("\x00", "") for name, value in facts.items()},
        source=payload.source,
        owner=person,
        first=_plan(request, payload.first),
        is_another=payload.is_another,
    )
    try:
        kept = services.add_lead(wanted, by=person, on=business_date(now), now=now)
    except UnableToProspect as refusal:
        raise _problem(refusal) from refusal
    return _shown(request, kept)


@operation(
    router,
    "POST",
    "/leads/{int:number}/touches",
    permission=WORK,
    response=TouchOut,
    summary="Write down a call, a visit or a letter, and what comes next",
    is_create=True,
)
def add_touch(request: HttpRequest, number: int, payload: TouchIn) -> dict[str, Any]:
    kept = _lead(request, number, permission=WORK)
    said = touches.Said(
        kind=payload.kind,
        happened_at=payload.happened_at.astimezone(UTC),
        contact_name=payload.contact_name.replace("\x00", ""),
        outcome=payload.outcome,
        text=payload.text.replace("\x00", ""),
        following=_plan(request, payload.following),
        may_write=payload.may_write,
        exception_reason=payload.exception_reason.replace("\x00", ""),
    )
    try:
        written = touches.record_touch(kept, said=said, by=person_of(request), now=datetime.now(UTC))
    except UnableToProspect as refusal:
        raise _problem(refusal) from refusal
    return {
        "id": written.pk,
        "lead": kept.pk,
        "kind": written.kind,
        "happened_at": written.happened_at,
        "outcome": written.outcome,
        "are_notes_prompt": written.are_notes_prompt,
    }


def _lead(request: HttpRequest, number: int, *, permission: str) -> Lead:
    kept = visible_lead(number, person=person_of(request), as_of=day_of(request), permission=permission)
    if kept is None:
        raise Http404
    return kept


def _plan(request: HttpRequest, following: NextIn) -> services.Plan:
    note = following.note.replace("\x00", "")
    return services.Plan(kind=following.kind, due_on=following.due_on, owner=person_of(request), note=note)


def _problem(refusal: UnableToProspect) -> Problem:
    return Problem(422, refusal.codes[0], " ".join(refusal.sentences()), codes=list(refusal.codes))


def _shown(request: HttpRequest, lead: Lead) -> dict[str, Any]:
    person = person_of(request)
    names = ("name", "state", "source", "contact_name", "country", "city", "fit_points", "fit_advice", "found_on")
    guarded = {
        name: value
        if isinstance(value := shown(getattr(lead, name), person=person, kind="lead", field=name), str)
        else None
        for name in ("phone", "email")
    }
    links = {name: getattr(lead, f"{name}_id") for name in ("owner", "segment", "campaign", "account", "opportunity")}
    deal = None if lead.deal_minor is None else {"minor": lead.deal_minor, "currency": lead.currency}
    return {"id": lead.pk, **{name: getattr(lead, name) for name in names}, **guarded, **links, "deal": deal}
