"""Operations about opportunities: find them, look at one with its gates, open, prove, move, override and end them."""

from datetime import UTC, date, datetime
from typing import Annotated, Any

from django.http import Http404, HttpRequest
from django.utils.translation import gettext_lazy as _
from ninja import Query, Router, Schema
from pydantic import Field

from keytally.accounts.queries.reach import visible_to as visible_accounts
from keytally.core.access import day_of, person_of
from keytally.funnel import api_measures
from keytally.funnel.labels import TYPED_SOURCES, EndReason, Source, SourceKind
from keytally.funnel.models import GateEvidence, Opportunity
from keytally.funnel.queries import lists, pages, proofs
from keytally.funnel.queries.reach import CHANGE, OVERRIDE, VIEW, visible_opportunity
from keytally.funnel.refusals import UnableToKeepOpportunity
from keytally.funnel.rule_data import gate_profile
from keytally.funnel.rules.stages import CustomerSize, Stage
from keytally.funnel.services import ending, moving, opening
from keytally.funnel.services.evidence import NewEvidence, record_evidence
from keytally.identity.operations import Money, Page, PageQuery, Problem, StateName, operation, page_of

router = Router(tags=["funnel"])
api_measures.add_to(router)

Id = Annotated[int, Field(ge=1, lt=2**63)]
Text = Annotated[str, Field(max_length=500)]


class OpportunityOut(Schema):
    """A possible sale; an empty stage stands before the funnel."""

    id: int
    name: str
    account: int | None
    product: str
    amount: Money | None
    customer_size: str
    stage: str
    state: str
    is_qualified: bool
    qualifies_before: date | None
    overrides: int
    owner: int | None
    opened_on: date
    expected_on: date | None
    closed_on: date | None
    source: str
    earlier: int | None


class GateOut(Schema):
    """A gate: whether it is open, what is met and what is not."""

    stage: str
    weight: int
    passed: bool
    met: list[str]
    unmet: list[str]


class OpportunityWithGatesOut(OpportunityOut):
    """An opportunity with the gate of its stage and of the next one."""

    gates: list[GateOut]


class EvidenceOut(Schema):
    """A piece of evidence as it is kept."""

    id: int
    criterion: str
    happened_on: date
    ends_before: date | None


class OpportunitiesQuery(PageQuery):
    """Which opportunities."""

    text: str = Field("", max_length=120)
    state: StateName | None = Field(None, description="OPEN unless given; ALL for every one.")
    stage: StateName | None = None
    account: Id | None = None
    owner: Id | None = None


class EvidenceIn(Schema):
    """What happened and what it shows."""

    criterion: str = Field(max_length=40)
    happened_on: date
    note: Text
    source_kind: SourceKind = SourceKind.OTHER
    holds_through: date | None = None


class OpportunityIn(Schema):
    """An opportunity to be opened; the owner is the caller."""

    account: Id
    name: str = Field(min_length=1, max_length=120)
    product: str = Field("", max_length=80)
    amount: Money | None = None
    customer_size: CustomerSize | None = None
    opened_on: date | None = None
    expected_on: date | None = None
    source: Source = Source.OTHER
    evidence: list[EvidenceIn] = Field(default_factory=list, max_length=20)


class MoveIn(Schema):
    """Where to, and where it was seen."""

    to: Stage
    seen_in: str | None = Field(None, max_length=16)
    reason: Text = ""


class OverrideIn(Schema):
    """Where to, and why it may pass a closed gate."""

    to: Stage
    reason: Text


class EndIn(Schema):
    """How it ends: won, lost or stopped, with the reason of what was not won."""

    how: Annotated[str, Field(pattern="^(WON|LOST|STOPPED)$")]
    reason: EndReason = EndReason.OTHER
    note: Text = ""
    lost_to: str = Field("", max_length=80)
    lesson: Text = ""
    look_again_on: date | None = None


@operation(
    router,
    "GET",
    "/opportunities",
    permission=VIEW,
    response=Page[OpportunityOut],
    summary="List the opportunities I may see",
)
def opportunities(request: HttpRequest, query: Query[OpportunitiesQuery]) -> dict[str, Any]:
    asked = {name: str(getattr(query, name) or "") for name in ("text", "state", "stage", "account", "owner")}
    found = lists.filtered(person_of(request), lists.wanted_of(asked), as_of=day_of(request))
    return page_of(found, query=query, show=_shown)


@operation(
    router,
    "GET",
    "/opportunities/{int:number}",
    permission=VIEW,
    response=OpportunityWithGatesOut,
    summary="Look at one opportunity and its gates",
)
def opportunity(request: HttpRequest, number: int) -> dict[str, Any]:
    return _with_gates(_found(request, number, permission=VIEW), as_of=day_of(request))


@operation(
    router,
    "POST",
    "/opportunities",
    permission=CHANGE,
    response=OpportunityOut,
    summary="Open an opportunity",
    is_create=True,
)
def open_opportunity(request: HttpRequest, payload: OpportunityIn) -> dict[str, Any]:
    person, now, today = person_of(request), datetime.now(UTC), day_of(request)
    account = visible_accounts(person, as_of=today).filter(pk=payload.account).first()
    if account is None:
        raise Http404
    if payload.source not in TYPED_SOURCES:
        raise Problem(
            422, "SOURCE_FOLLOWS", _("This source follows from how an opportunity is opened; choose another.")
        )
    wanted = opening.NewOpportunity(
        account=account,
        name=_text(payload.name),
        owner=person,
        opened_on=payload.opened_on or today,
        product=_text(payload.product),
        amount_minor=payload.amount.minor if payload.amount else None,
        currency=payload.amount.currency if payload.amount else "CNY",
        customer_size=payload.customer_size,
        expected_on=payload.expected_on,
        source=payload.source,
        evidence=[_evidence(one) for one in payload.evidence],
    )
    try:
        return _shown(opening.open_opportunity(wanted=wanted, by=person, now=now))
    except UnableToKeepOpportunity as refusal:
        raise _problem(refusal) from refusal


@operation(
    router,
    "POST",
    "/opportunities/{int:number}/evidence",
    permission=CHANGE,
    response=EvidenceOut,
    summary="Record evidence for a gate",
    is_create=True,
)
def add_evidence(request: HttpRequest, number: int, payload: EvidenceIn) -> dict[str, Any]:
    found = _found(request, number, permission=CHANGE)
    try:
        kept = record_evidence(
            opportunity_id=found.pk, evidence=_evidence(payload), by=person_of(request), now=datetime.now(UTC)
        )
    except UnableToKeepOpportunity as refusal:
        raise _problem(refusal) from refusal
    return _kept(kept)


@operation(
    router,
    "POST",
    "/opportunities/{int:number}/move",
    permission=CHANGE,
    response=OpportunityOut,
    summary="Move an opportunity to a stage whose gate is open, or back",
)
def move(request: HttpRequest, number: int, payload: MoveIn) -> dict[str, Any]:
    found = _found(request, number, permission=CHANGE)
    try:
        moved = moving.move(
            opportunity_id=found.pk,
            to=payload.to,
            by=person_of(request),
            now=datetime.now(UTC),
            seen_in=payload.seen_in,
            reason=_text(payload.reason),
        )
    except UnableToKeepOpportunity as refusal:
        raise _problem(refusal) from refusal
    return _shown(moved)


@operation(
    router,
    "POST",
    "/opportunities/{int:number}/override",
    permission=OVERRIDE,
    response=OpportunityOut,
    summary="Let an opportunity past a closed gate, with a reason",
)
def override(request: HttpRequest, number: int, payload: OverrideIn) -> dict[str, Any]:
    found = _found(request, number, permission=OVERRIDE)
    try:
        return _shown(
            moving.override(
                opportunity_id=found.pk,
                to=payload.to,
                reason=_text(payload.reason),
                by=person_of(request),
                now=datetime.now(UTC),
            )
        )
    except UnableToKeepOpportunity as refusal:
        raise _problem(refusal) from refusal


@operation(
    router,
    "POST",
    "/opportunities/{int:number}/end",
    permission=CHANGE,
    response=OpportunityOut,
    summary="Win, lose or stop an opportunity",
)
def end(request: HttpRequest, number: int, payload: EndIn) -> dict[str, Any]:
    found, now = _found(request, number, permission=CHANGE), datetime.now(UTC)
    said = ending.Ending(payload.reason, _text(payload.note), _text(payload.lost_to), _text(payload.lesson))
    try:
        if payload.how == "WON":
            done = ending.close_won(opportunity_id=found.pk, by=person_of(request), now=now, note=_text(payload.note))
        elif payload.how == "LOST":
            done = ending.close_lost(opportunity_id=found.pk, ending=said, by=person_of(request), now=now)
        else:
            day = payload.look_again_on or day_of(request)
            done = ending.stop(opportunity_id=found.pk, ending=said, look_again_on=day, by=person_of(request), now=now)
    except UnableToKeepOpportunity as refusal:
        raise _problem(refusal) from refusal
    return _shown(done)


def _found(request: HttpRequest, number: int, *, permission: str) -> Opportunity:
    found = visible_opportunity(number, person=person_of(request), as_of=day_of(request), permission=permission)
    if found is None:
        raise Http404
    return found


def _evidence(given: EvidenceIn) -> NewEvidence:
    return NewEvidence(
        given.criterion, given.happened_on, given.source_kind, _text(given.note), holds_through=given.holds_through
    )


def _kept(kept: GateEvidence) -> dict[str, Any]:
    names = ("criterion", "happened_on", "ends_before")
    return {"id": kept.pk, **{name: getattr(kept, name) for name in names}}


def _problem(refusal: UnableToKeepOpportunity) -> Problem:
    return Problem(422, refusal.codes[0], " ".join(refusal.sentences()), codes=list(refusal.codes))


def _text(text: str) -> str:
    return text.replace("\x00", "").strip()


def _with_gates(found: Opportunity, *, as_of: date) -> dict[str, Any]:
    shown, profile = proofs.evidence_shown(found, as_of=as_of), gate_profile(as_of=as_of)
    gates = [
        {
            "stage": one.rule.stage,
            "weight": one.rule.weight,
            "passed": one.verdict.passed,
            "met": list(one.verdict.met),
            "unmet": list(one.verdict.unmet),
        }
        for one in pages.gates_of(found, shown=shown, profile=profile, as_of=as_of)
    ]
    return {**_shown(found), "gates": gates}


def _shown(one: Opportunity) -> dict[str, Any]:
    names = ("name", "product", "customer_size", "stage", "state", "is_qualified", "qualifies_before", "source")
    days = ("opened_on", "expected_on", "closed_on")
    amount = None if one.amount_minor is None else {"minor": one.amount_minor, "currency": one.currency}
    return {
        **{name: getattr(one, name) for name in (*names, *days)},
        "id": one.pk,
        "account": one.account_id,
        "amount": amount,
        "overrides": one.override_count,
        "owner": one.owner_id,
        "earlier": one.earlier_id,
    }
