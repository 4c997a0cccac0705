"""Writes of tasks that people ask of one another: ask, do, decline, withdraw, pass on."""

from collections.abc import Collection
from datetime import date, datetime
from typing import TYPE_CHECKING

from django.db import transaction

from keytally.core.clock import business_date
from keytally.core.services import record_audit
from keytally.core.subjects import Subject
from keytally.people.models import TeamTask
from keytally.people.queries import tasks as queries

if TYPE_CHECKING:
    from keytally.core.models import User

State = TeamTask.State


class UnableToTask(Exception):
    """A task is refused; the argument is the code of the reason."""


@transaction.atomic
def ask_task(*, title: str, text: str, owner: "User", due_on: date, by: "User", now: datetime) -> TeamTask:
    """Ask somebody, or oneself, to do something by a day, or raise `UnableToTask`."""
    if not owner.is_active:
        raise UnableToTask("RECEIVER_GONE")
    if due_on < business_date(now):
        raise UnableToTask("DUE_IN_THE_PAST")
    task = TeamTask.objects.create(title=title, text=text, owner=owner, due_on=due_on, asked_by=by, asked_at=now)
    subject = Subject(queries.TASK_KIND, task.pk)
    record_audit("task.ask", by=by, at=now, subject=subject, after={"owner": owner.pk, "due_on": str(due_on)})
    return task


@transaction.atomic
def end_task(number: int, *, state: TeamTask.State, by: "User", now: datetime, answer: str = "") -> TeamTask:
    """Say that one's task is done or declined, or withdraw what one asked for; or raise `UnableToTask`."""
    task = queries.task_for_update(number)
    if task.state != State.OPEN:
        raise UnableToTask("ENDED_ALREADY")
    whose = task.asked_by_id if state == State.WITHDRAWN else task.owner_id
    if whose != by.pk:
        raise UnableToTask("NOT_YOURS")
    if state == State.DECLINED and not answer:
        raise UnableToTask("NO_REASON")
    task.state, task.ended_at, task.answer = state, now, answer
    task.save(update_fields=["state", "ended_at", "answer"])
    subject = Subject(queries.TASK_KIND, task.pk)
    record_audit(f"task.{state.value.lower()}", by=by, at=now, subject=subject, reason=answer)
    return task


@transaction.atomic
def pass_tasks(numbers: Collection[int], /, *, giver: "User", receiver: "User", by: "User", now: datetime) -> None:
    """Give open tasks from their owner to another person."""
    for task in TeamTask.objects.select_for_update(of=("self",)).filter(pk__in=numbers, owner=giver, state=State.OPEN):
        task.owner = receiver
        task.save(update_fields=["owner"])
        subject = Subject(queries.TASK_KIND, task.pk)
        before, after = {"owner": giver.pk}, {"owner": receiver.pk}
        record_audit("task.pass", by=by, at=now, subject=subject, before=before, after=after)
