"""Operations about requests: what waits for the caller's decision, and what became of those they may see."""

from datetime import UTC, datetime
from typing import Any, Literal

from django.http import Http404, HttpRequest
from ninja import Query, Router, Schema
from pydantic import Field

from keytally.approvals import labels, services
from keytally.approvals.models import Request
from keytally.approvals.queries import inbox, requests
from keytally.core.access import day_of, person_of
from keytally.identity.operations import Money, Page, PageQuery, Problem, StateName, operation, page_of

router = Router(tags=["approvals"])


class RequestOut(Schema):
    """Something that people have to agree to, and where it stands."""

    id: int
    kind: str
    title: str
    state: str
    requester: int
    subject_kind: str
    subject_id: int
    amount: Money | None
    submitted_at: datetime
    ended_at: datetime | None


class WaitingOut(Schema):
    """A decision that waits for the caller; `for_person` is whose it is where they stand in."""

    slot: int
    due_at: datetime | None
    is_late: bool
    for_person: int | None
    request: RequestOut


class RequestsQuery(PageQuery):
    """Which requests."""

    state: StateName | None = None


@operation(
    router,
    "GET",
    "/approvals/inbox",
    permission="approvals.view",
    response=Page[WaitingOut],
    summary="List the decisions that wait for me",
)
def approvals_inbox(request: HttpRequest, query: Query[PageQuery]) -> dict[str, Any]:
    person, now = person_of(request), datetime.now(UTC)
    page = page_of(inbox.waiting_slots(person, now=now), query=query, show=lambda slot: {"slot": slot})
    found = inbox.explained([row["slot"] for row in page["items"]], person, now=now)
    return {"items": [_waiting(one, now=now) for one in found], "next": page["next"]}


@operation(
    router,
    "GET",
    "/approvals/requests",
    permission="approvals.view",
    response=Page[RequestOut],
    summary="List the requests I may see",
)
def approval_requests(request: HttpRequest, query: Query[RequestsQuery]) -> dict[str, Any]:
    found = requests.visible_to(person_of(request), day_of(request))
    if query.state:
        found = found.filter(state=query.state)
    return page_of(found, query=query, show=_shown)


@operation(
    router,
    "GET",
    "/approvals/requests/{int:request_id}",
    permission="approvals.view",
    response=RequestOut,
    summary="Look at one request",
)
def approval_request(request: HttpRequest, request_id: int) -> dict[str, Any]:
    found = requests.visible_to(person_of(request), day_of(request)).filter(pk=request_id).first()
    if found is None:
        raise Http404
    return _shown(found)


class DecisionIn(Schema):
    """What is decided, and why; a refusal, a return and an objection need a reason."""

    outcome: Literal["APPROVED", "REFUSED", "RETURNED", "DONE", "NO_OBJECTION", "OBJECTION", "SKIPPED"]
    reason: str = Field("", max_length=2_000)


@operation(
    router,
    "POST",
    "/approvals/inbox/{int:slot_id}",
    permission="approvals.decide",
    response=RequestOut,
    summary="Decide what waits for me; the same decision sent twice is made once",
)
def decide(request: HttpRequest, slot_id: int, given: DecisionIn) -> dict[str, Any]:
    person = person_of(request)
    if not requests.visible_to(person, day_of(request)).filter(steps__slots=slot_id).exists():
        raise Http404
    try:
        found = services.decide(slot_id, outcome=given.outcome, by=person, now=datetime.now(UTC), comment=given.reason)
    except services.UnableToDecide as refusal:
        sentence = labels.error_sentence(refusal.code, refusal.parameters)
        raise Problem(409, refusal.code.lower(), sentence) from None
    return _shown(found)


def _waiting(one: inbox.Waiting, *, now: datetime) -> dict[str, Any]:
    return {
        "slot": one.slot.pk,
        "due_at": one.slot.step.due_at,
        "is_late": one.is_late(now),
        "for_person": one.for_person.pk if one.for_person else None,
        "request": _shown(one.request),
    }


def _shown(found: Request) -> dict[str, Any]:
    amount = None
    if found.amount_minor is not None:
        amount = {"minor": found.amount_minor, "currency": found.currency}
    names = ("kind", "title", "state", "subject_kind", "subject_id", "submitted_at", "ended_at")
    shown = {name: getattr(found, name) for name in names}
    return {"id": found.pk, "requester": found.requester_id, "amount": amount, **shown}
