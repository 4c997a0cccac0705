"""Nothing passes by itself: half the time a reminder, then the manager, a working day later the next (section 0)."""

from datetime import datetime
from typing import TYPE_CHECKING

from django.db import transaction

from keytally.core.clock import business_date
from keytally.core.queries import people
from keytally.core.services import record_audit
from keytally.people.queries.organisation import organisation
from keytally.playbook.models import SupportQuestion
from keytally.playbook.queries.support import due_to_escalate, question_for_update
from keytally.playbook.services import telling

if TYPE_CHECKING:
    from keytally.core.models import User


def escalate_due(now: datetime) -> int:
    """Do what is due on every open question, each by itself; answers how many were touched."""
    return sum(_escalate(number, now=now) for number in list(due_to_escalate(now).values_list("pk", flat=True)))


@transaction.atomic
def _escalate(number: int, *, now: datetime) -> bool:
    question = question_for_update(number)
    if not question.is_open:
        return False
    touched = [
        _remind(question, now=now),
        _tell(question, "manager_told_at", height=0, now=now),
        _tell(question, "senior_told_at", height=1, now=now),
    ]
    return any(touched)


def _remind(question: SupportQuestion, *, now: datetime) -> bool:
    if question.reminded_at or question.remind_at > now:
        return False
    if question.due_at > now:
        telling.ask_experts(question, now=now, reason_code="REMIND")
    _mark(question, "reminded_at", now=now, told=[])
    return True


def _tell(question: SupportQuestion, field: str, *, height: int, now: datetime) -> bool:
    due = question.senior_at if height else question.due_at
    if getattr(question, field) or due > now:
        return False
    told = _managers(question, height=height, now=now)
    telling.tell_managers(question, told, now=now)
    _mark(question, field, now=now, told=[person.pk for person in told])
    return True


def _managers(question: SupportQuestion, *, height: int, now: datetime) -> "list[User]":
    """List the managers, or their managers, of the experts who are late."""
    whole = organisation(as_of=business_date(now))
    levels = [whole.managers_above(person.pk) for person in telling.waiting_experts(question)]
    numbers = {manager for above in levels if height < len(above) for manager in above[height]}
    return list(people().filter(pk__in=numbers, is_active=True))


def _mark(question: SupportQuestion, field: str, *, now: datetime, told: list[int]) -> None:
    setattr(question, field, now)
    question.save(update_fields=[field])
    action = f"support.{field.removesuffix('_at')}"
    record_audit(action, by=None, at=now, subject=telling.subject_of(question), after={"told": told})
