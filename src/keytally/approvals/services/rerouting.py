"""People change position: what is not decided yet goes to whoever decides it now; what was decided stands."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from django.db import transaction

from keytally.approvals import definitions
from keytally.approvals.models import Request, RouteCheck, Seat, Slot, Step
from keytally.approvals.queries import requests as queries
from keytally.approvals.queries.organisation import organisation_mark, route_check
from keytally.approvals.rules.routing import Question, RouteStep, route_anew
from keytally.approvals.rules.workflow import FUNCTIONAL, Mode
from keytally.approvals.services import telling
from keytally.approvals.services.deciding import finish
from keytally.approvals.services.routes import lay, lay_slots, open_next, written
from keytally.core.clock import business_date
from keytally.core.events import AccessChanged
from keytally.core.services import record_audit
from keytally.people.events import HolderChanged, PositionChanged
from keytally.people.queries.organisation import organisation

# So many running requests are routed anew at once when somebody changes; of more, only those of that person, and the
# rest by the chore.
AT_ONCE = 200
COUNTED = frozenset({Slot.Outcome.APPROVED, Slot.Outcome.SKIPPED})


def reroute_changed(event: HolderChanged | PositionChanged) -> None:
    """Answer to a change of the organisation that holds from today or earlier."""
    if event.starts_on <= business_date(event.now):
        _reroute_for(event.person_id if isinstance(event, HolderChanged) else 0, now=event.now)


def reroute_access(event: AccessChanged) -> None:
    """Answer to somebody who may log in no longer, or again."""
    _reroute_for(event.person_id, now=event.now)


def _reroute_for(person: int, *, now: datetime) -> None:
    running = Request.objects.filter(state=Request.State.RUNNING)
    if running.count() > AT_ONCE:
        touched = Seat.objects.filter(person=person, slot__outcome="", request__state=Request.State.RUNNING)
        running = running.filter(pk__in=touched.values("request"))
    for number in list(running.order_by("pk").values_list("pk", flat=True)):
        reroute(number, now=now)


def reroute_all(now: datetime) -> int:
    """Route every running request anew if the organisation or the day is another; answers how many changed."""
    mark, today = organisation_mark(), business_date(now)
    check = route_check()
    if check is not None and (check.organisation_version, check.day) == (mark, today):
        return 0
    numbers = list(Request.objects.filter(state=Request.State.RUNNING).order_by("pk").values_list("pk", flat=True))
    changed = sum(reroute(number, now=now) for number in numbers)
    RouteCheck.objects.update_or_create(pk=1, defaults={"organisation_version": mark, "day": today})
    return changed


@transaction.atomic
def reroute(request_id: int, *, now: datetime) -> bool:
    """Give what is not decided yet to whoever decides it now; tells whether anything changed."""
    request = queries.request_for_update(request_id)
    if not request.is_running:
        return False
    question = Question(
        request.requester_id,
        request.position_id,
        request.subject_position_id,
        request.amount,
        queries.facts_of(request),
    )
    whole = organisation(as_of=business_date(now))
    found = route_anew(definitions.workflow_of(request.rules), question, organisation=whole)
    steps = [step for step in queries.route_of(request) if step.round == request.round]
    if not found.stands:
        return _stays(request, written(found.refusals), now=now)
    wanted = _undecided(found.steps, steps)
    before, after = _now(steps), _then(wanted)
    if sorted(before) == sorted(after):
        return False
    _lay_anew(request, wanted, steps, now=now)
    subject = telling.subject_of(request)
    record_audit("approval.reroute", by=None, at=now, subject=subject, before={"steps": before}, after={"steps": after})
    return True


def _stays(request: Request, refusals: Sequence[dict[str, Any]], *, now: datetime) -> bool:
    """Leave a request where it is because nobody else could decide it; the audit says so once a day."""
    record_audit(
        "approval.reroute_failed",
        by=None,
        at=now,
        subject=telling.subject_of(request),
        after={"reasons": list(refusals)},
    )
    return False


def _undecided(routed: Iterable[RouteStep], steps: Iterable[Step]) -> list[RouteStep]:
    """List the steps of a new route without what was decided or done in this round."""
    roles: set[str] = set()
    done: set[tuple[object, ...]] = set()
    for step in steps:
        for slot in step.slots.all():
            if slot.outcome and slot.outcome != Slot.Outcome.DROPPED:
                done.update(_said(step.code, tuple(slot.roles), [seat.person_id for seat in slot.seats.all()]))
                roles |= set(slot.roles) if step.mode == Mode.DECIDE and slot.outcome in COUNTED else set()
    left = []
    for wanted in routed:
        counted = roles if wanted.mode is Mode.DECIDE else set()
        slots = tuple(
            slot
            for slot in wanted.slots
            if done.isdisjoint(_said(wanted.step, slot.roles, slot.people)) and not counted.issuperset(slot.roles)
        )
        if slots and not wanted.by_submitting:
            left.append(replace(wanted, slots=slots))
    return left


def _said(step: str, roles: tuple[str, ...], people: Iterable[int]) -> set[tuple[object, ...]]:
    """Name what was said: by its roles, and where each dotted line speaks for itself by its people."""
    return {(step, person) for person in people} if roles == (FUNCTIONAL,) else {(step, roles)}


def _now(steps: Iterable[Step]) -> list[list[Any]]:
    return [
        [step.code, slot.roles, sorted(seat.person_id for seat in slot.seats.all())]
        for step in steps
        if step.state in (Step.State.OPEN, Step.State.WAITING)
        for slot in step.slots.all()
        if not slot.outcome
    ]


def _then(wanted: Iterable[RouteStep]) -> list[list[Any]]:
    return [[step.step, list(slot.roles), list(slot.people)] for step in wanted for slot in step.slots]


def _lay_anew(request: Request, wanted: list[RouteStep], steps: list[Step], *, now: datetime) -> None:
    waiting = Seat.objects.filter(request=request, is_waiting=True)
    known = set(waiting.values_list("person_id", flat=True))
    opened = {step.code: step for step in steps if step.state == Step.State.OPEN}
    Slot.objects.filter(step__in=steps, outcome="").delete()
    Step.objects.filter(pk__in=[step.pk for step in steps], state=Step.State.WAITING).delete()
    first = min((step.wave for step in wanted), default=0)
    kept = [(opened[step.step], step) for step in wanted if step.wave == first and step.step in opened]
    lay_slots([(row, slot) for row, step in kept for slot in step.slots])
    taken = {step.step for _row, step in kept}
    later = [step for step in wanted if not (step.wave == first and step.step in taken)]
    last = max(steps, key=lambda step: step.place)
    lay(request, later, first_place=last.place + 1, after_wave=max(step.wave for step in steps))
    for code, row in opened.items():
        if code not in taken:
            finish(row, now=now)
    telling.settle(request, by=None, now=now)
    telling.ask(request, [row for row, _step in kept], now=now, known=known)
    open_next(request, by=None, now=now)
