"""Nothing passes by itself: remind, tell managers, and record the silence of those who were only consulted."""

from collections.abc import Iterable
from datetime import datetime
from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import Q

from keytally.approvals.models import Request, Seat, Slot, Step
from keytally.approvals.queries import requests as queries
from keytally.approvals.rules.workflow import Mode
from keytally.approvals.services import telling
from keytally.approvals.services.deciding import finish
from keytally.approvals.services.routes import open_next
from keytally.core.clock import business_date
from keytally.core.services import record_audit
from keytally.people.queries.organisation import organisation

if TYPE_CHECKING:
    from keytally.core.models import User


def escalate_due(now: datetime) -> int:
    """Do what is due on every open step, each by itself; answers how many steps were touched."""
    due = Q(remind_at__lte=now, reminded_at=None)
    due |= Q(due_at__lte=now, manager_told_at=None) | Q(senior_at__lte=now, senior_told_at=None)
    open_steps = Step.objects.filter(due, state=Step.State.OPEN).order_by("due_at", "pk")
    numbers = list(open_steps.values_list("pk", "request_id"))
    return sum(_escalate(step_id, request_id, now=now) for step_id, request_id in numbers)


@transaction.atomic
def _escalate(step_id: int, request_id: int, *, now: datetime) -> int:
    request = queries.request_for_update(request_id)
    step = Step.objects.get(pk=step_id)
    if step.state != Step.State.OPEN:
        return 0
    if step.mode == Mode.CONSULT and step.due_at and step.due_at <= now:
        _take_silence(request, step, now=now)
        return 1
    touched = [_remind(request, step, now=now), _tell(request, step, now=now), _tell_seniors(request, step, now=now)]
    return int(any(touched))


def _remind(request: Request, step: Step, *, now: datetime) -> bool:
    if step.reminded_at or not step.remind_at or step.remind_at > now:
        return False
    if not step.due_at or step.due_at > now:
        telling.remind(request, step, _late(step), now=now)
    _mark(request, step, "reminded_at", now=now, told=[])
    return True


def _tell(request: Request, step: Step, *, now: datetime) -> bool:
    if step.manager_told_at or not step.due_at or step.due_at > now:
        return False
    told = _managers(_late(step), height=0, now=now)
    telling.tell_managers(request, step, told, now=now)
    _mark(request, step, "manager_told_at", now=now, told=told)
    return True


def _tell_seniors(request: Request, step: Step, *, now: datetime) -> bool:
    if step.senior_told_at or not step.senior_at or step.senior_at > now:
        return False
    told = _managers(_late(step), height=1, now=now)
    telling.tell_managers(request, step, told, now=now)
    _mark(request, step, "senior_told_at", now=now, told=told)
    return True


def _late(step: Step) -> "list[User]":
    seats = Seat.objects.filter(slot__step=step, is_waiting=True).select_related("person").order_by("person_id")
    return list({seat.person_id: seat.person for seat in seats}.values())


def _managers(people: "Iterable[User]", *, height: int, now: datetime) -> list[int]:
    """List the managers, or their managers, of those who are late."""
    whole = organisation(as_of=business_date(now))
    levels = [whole.managers_above(person.pk) for person in people]
    return sorted({manager for above in levels if height < len(above) for manager in above[height]})


def _take_silence(request: Request, step: Step, *, now: datetime) -> None:
    """Record that the consulted had no objection by their deadline."""
    silent = step.slots.filter(outcome="")
    people = sorted(Seat.objects.filter(slot__in=silent).values_list("person_id", flat=True))
    Seat.objects.filter(slot__in=silent).update(is_waiting=False)
    silent.update(outcome=Slot.Outcome.SILENT, decided_at=now, content_hash=request.content_hash)
    finish(step, now=now)
    record_audit(
        "approval.silent",
        by=None,
        at=now,
        subject=telling.subject_of(request),
        after={"step": step.code, "people": people},
    )
    telling.settle(request, by=None, now=now)
    open_next(request, by=None, now=now)


def _mark(request: Request, step: Step, field: str, *, now: datetime, told: list[int]) -> None:
    setattr(step, field, now)
    step.save(update_fields=[field])
    record_audit(
        f"approval.{field.removesuffix('_at')}",
        by=None,
        at=now,
        subject=telling.subject_of(request),
        after={"step": step.code, "told": told},
    )
