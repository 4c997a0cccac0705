"""Who is told what: work items for those who decide and those who are told of a delay, and mails."""

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from keytally.approvals.models import SUBJECT_KIND, Request, Seat, Step
from keytally.approvals.queries.requests import people_by_id
from keytally.core.outbox import send_mail
from keytally.core.subjects import Subject
from keytally.worklist.queries import open_items_about
from keytally.worklist.services import close_item, open_item

if TYPE_CHECKING:
    from keytally.core.models import User

DECISION = "approval"
DELAY = "approval_late"
OWN = "approval_own"


def subject_of(request: Request) -> Subject:
    """Name a request as a subject."""
    return Subject(SUBJECT_KIND, request.pk)


def ask(request: Request, steps: Sequence[Step], *, now: datetime, known: Collection[int] = ()) -> None:
    """Let open steps wait for their people, and write to each of them once; who is asked already is left in peace."""
    seats = Seat.objects.filter(slot__step__in=steps, is_waiting=True).select_related("person", "slot__step")
    asked: dict[int, Seat] = {}
    for seat in seats.exclude(person__in=known).order_by("slot__step__place", "id"):
        asked.setdefault(seat.person_id, seat)
    for seat in asked.values():
        step = seat.slot.step
        open_item(
            kind=DECISION,
            subject=subject_of(request),
            owner=seat.person,
            deadline=step.due_at,
            reason_code=step.mode,
            parameters=_words(request, step),
            now=now,
        )
        _mail(request, step, to=seat.person, template="to_decide", now=now)


def inform(request: Request, step: Step, people: Iterable["User"], *, now: datetime) -> None:
    """Write to those who are only informed."""
    for person in people:
        _mail(request, step, to=person, template="informed", now=now)


def remind(request: Request, step: Step, people: Iterable["User"], *, now: datetime) -> None:
    """Write to those whose time is half over."""
    for person in people:
        _mail(request, step, to=person, template="reminder", now=now)


def tell_managers(request: Request, step: Step, managers: Iterable[int], *, now: datetime) -> None:
    """Let a delay wait for the managers of those who are late, and write to them."""
    for manager in people_by_id(managers).values():
        open_item(
            kind=DELAY,
            subject=subject_of(request),
            owner=manager,
            deadline=None,
            reason_code="LATE",
            parameters=_words(request, step),
            now=now,
        )
        _mail(request, step, to=manager, template="late", now=now)


def settle(request: Request, *, by: "User | None", now: datetime) -> None:
    """Close the work items of those for whom nothing waits any more."""
    waiting = set(Seat.objects.filter(request=request, is_waiting=True).values_list("person_id", flat=True))
    for item in open_items_about(subject_of(request)).filter(kind=DECISION).exclude(owner__in=waiting):
        close_item(kind=DECISION, subject=subject_of(request), owner=item.owner, by=by, now=now)
    if not Step.objects.filter(request=request, state=Step.State.OPEN, manager_told_at__isnull=False).exists():
        close_item(kind=DELAY, subject=subject_of(request), by=by, now=now)


def tell_requester(request: Request, *, now: datetime, comment: str = "") -> None:
    """Write to the requester how it ended; what came back for change waits for them."""
    context = {**_facts(request), "outcome": request.state, "comment": comment}
    send_mail(request.requester, template="approvals/mail/ended.txt", context=context, now=now)
    if request.state == Request.State.RETURNED:
        open_item(
            kind=OWN,
            subject=subject_of(request),
            owner=request.requester,
            deadline=None,
            reason_code=request.state,
            parameters={"title": request.title},
            now=now,
        )


def close_own(request: Request, *, by: "User | None", now: datetime) -> None:
    """Close what waited for the requester."""
    close_item(kind=OWN, subject=subject_of(request), by=by, now=now)


def _mail(request: Request, step: Step, *, to: "User", template: str, now: datetime) -> None:
    context = {**_facts(request), "step": {"zh": step.name_zh, "en": step.name_en}}
    context["due_at"] = step.due_at.isoformat() if step.due_at else ""
    send_mail(to, template=f"approvals/mail/{template}.txt", context=context, now=now)


def _words(request: Request, step: Step) -> dict[str, Any]:
    names = {"zh": step.name_zh, "en": step.name_en}
    return {"title": request.title, "person": request.requester.name, "step": names}


def _facts(request: Request) -> dict[str, Any]:
    return {
        "request_id": request.pk,
        "title": request.title,
        "account_name": request.account_name,
        "amount_minor": request.amount_minor,
        "currency": request.currency,
        "requester": request.requester.name,
    }
