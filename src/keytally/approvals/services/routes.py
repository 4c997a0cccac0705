"""A route as rows: lay it down, open what is next, end it."""

from collections.abc import Iterable, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.db.models import Max

from keytally.approvals.events import RequestDecided
from keytally.approvals.models import Request, Seat, Slot, Step
from keytally.approvals.queries.contents import current_hash
from keytally.approvals.rules.resolving import Reason
from keytally.approvals.rules.resolving import Slot as RoutedSlot
from keytally.approvals.rules.routing import Route, RouteStep
from keytally.approvals.rules.waiting import marks
from keytally.approvals.rules.workflow import Allowance, Mode
from keytally.approvals.services import telling
from keytally.approvals.services.passing import pass_on_if_gone
from keytally.core.calendars import company_calendar
from keytally.core.events import publish
from keytally.core.services import record_audit

if TYPE_CHECKING:
    from keytally.core.models import User


def written(reasons: Iterable[Reason]) -> list[dict[str, Any]]:
    """Write reasons as JSON keeps them."""
    return [{"code": reason.code, **dict(reason.parameters)} for reason in reasons]


def lay(request: Request, found: Sequence[RouteStep], *, first_place: int = 0, after_wave: int = 0) -> None:
    """Write the steps of a route with their people; nothing is open yet."""
    steps = Step.objects.bulk_create(
        [
            _step(request, routed, place=place, wave=after_wave + routed.wave)
            for place, routed in enumerate(found, start=first_place)
        ]
    )
    pairs = [(step, routed) for step, routed in zip(steps, found, strict=True)]
    lay_slots([(step, slot) for step, routed in pairs for slot in routed.slots])


def lay_slots(wanted: Sequence[tuple[Step, RoutedSlot]]) -> None:
    """Write decisions of steps with the people who may make them."""
    highest = (
        Slot.objects.filter(step__in={step.pk for step, _slot in wanted}).values("step").annotate(top=Max("place"))
    )
    places: dict[int, int] = {row["step"]: row["top"] for row in highest.order_by()}
    rows = []
    for step, slot in wanted:
        place = places[step.pk] = places.get(step.pk, 0) + 1
        rows.append(
            Slot(
                step=step,
                place=place,
                roles=list(slot.roles),
                authority=slot.authority,
                reasons=written(slot.reasons),
            )
        )
    made = Slot.objects.bulk_create(rows)
    Seat.objects.bulk_create(
        Seat(slot=row, request_id=row.step.request_id, person_id=person, is_waiting=row.step.state == Step.State.OPEN)
        for row, (_step_of, slot) in zip(made, wanted, strict=True)
        for person in slot.people
    )


def submit_steps(request: Request, found: Route, *, by: "User", now: datetime) -> None:
    """Write down what the requester did by submitting."""
    places = [place for place, routed in enumerate(found.steps) if routed.by_submitting]
    steps = Step.objects.filter(request=request, round=request.round, place__in=places)
    Slot.objects.filter(step__in=steps).update(
        outcome=Slot.Outcome.SUBMITTED, decided_by=by, decided_at=now, content_hash=request.content_hash
    )
    steps.update(state=Step.State.DONE, opened_at=now, ended_at=now)


def open_next(request: Request, *, by: "User | None", now: datetime) -> None:
    """Open the next steps until something waits; when every decision is made, the request is approved."""
    while True:
        steps = list(Step.objects.filter(request=request, round=request.round).order_by("place"))
        if any(step.state == Step.State.OPEN for step in steps):
            return
        waiting = [step for step in steps if step.state == Step.State.WAITING]
        if request.is_running and all(step.follows for step in waiting):
            end(request, state=_outcome(request), by=by, now=now)
            if request.state != Request.State.APPROVED:
                return
        if not waiting:
            return
        _open([step for step in waiting if step.wave == waiting[0].wave], request, now=now)


def end(request: Request, *, state: Request.State, by: "User | None", now: datetime, comment: str = "") -> None:
    """End a request: nothing of it waits any more but what follows an approval."""
    request.state, request.ended_at = state, now
    request.save(update_fields=["state", "ended_at"])
    left = Step.objects.filter(request=request, state__in=[Step.State.WAITING, Step.State.OPEN])
    if state == Request.State.APPROVED:
        left = left.filter(follows=False)
    drop(Slot.objects.filter(step__in=left, outcome="").values_list("pk", flat=True), now=now)
    left.update(state=Step.State.DROPPED, ended_at=now)
    telling.settle(request, by=by, now=now)
    record_audit(
        f"approval.{state.lower()}",
        by=by,
        at=now,
        subject=telling.subject_of(request),
        reason=comment,
        after={"round": request.round, "content_hash": request.content_hash},
    )
    if state == Request.State.RETURNED:
        pass_on_if_gone(request, by=by, now=now)
    if state != Request.State.WITHDRAWN:
        telling.tell_requester(request, now=now, comment=comment)
    publish(
        RequestDecided(
            request.pk,
            request.kind,
            request.subject_kind,
            request.subject_id,
            outcome=state,
            content_hash=request.content_hash,
            decided_by_id=by.pk if by else None,
            now=now,
        )
    )


def drop(slot_ids: Iterable[int], *, now: datetime) -> None:
    """Say of open decisions that nobody has to make them any more."""
    numbers = list(slot_ids)
    Seat.objects.filter(slot__in=numbers).update(is_waiting=False)
    Slot.objects.filter(pk__in=numbers, outcome="").update(outcome=Slot.Outcome.DROPPED, decided_at=now)


def _outcome(request: Request) -> Request.State:
    return Request.State.APPROVED if current_hash(request) == request.content_hash else Request.State.VOID


def _open(steps: Sequence[Step], request: Request, *, now: datetime) -> None:
    calendar = company_calendar()
    for step in steps:
        due = marks(now, Allowance(**step.allowance), calendar=calendar)
        step.state, step.opened_at = Step.State.OPEN, now
        if due:
            step.remind_at, step.due_at, step.senior_at = due.remind_at, due.due_at, due.senior_at
        step.save(update_fields=["state", "opened_at", "remind_at", "due_at", "senior_at"])
    Seat.objects.filter(slot__step__in=steps, slot__outcome="").update(is_waiting=True)
    for step in steps:
        if step.mode == Mode.INFORM:
            _inform(step, request, now=now)
    telling.ask(request, [step for step in steps if step.mode != Mode.INFORM], now=now)


def _inform(step: Step, request: Request, *, now: datetime) -> None:
    people = [seat.person for seat in Seat.objects.filter(slot__step=step).select_related("person")]
    telling.inform(request, step, people, now=now)
    Seat.objects.filter(slot__step=step).update(is_waiting=False)
    Slot.objects.filter(step=step).update(outcome=Slot.Outcome.INFORMED, decided_at=now)
    step.state, step.ended_at = Step.State.DONE, now
    step.save(update_fields=["state", "ended_at"])


def _step(request: Request, routed: RouteStep, *, place: int, wave: int) -> Step:
    return Step(
        request=request,
        round=request.round,
        place=place,
        wave=wave,
        code=routed.step,
        name_zh=routed.name_zh,
        name_en=routed.name_en,
        mode=routed.mode,
        is_optional=routed.optional,
        follows=routed.follows,
        allowance={key: value for key, value in asdict(routed.allowance).items() if value},
        reasons=written(routed.reasons),
    )
