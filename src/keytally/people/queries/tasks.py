"""Reads of tasks that people ask of one another."""

from datetime import date

from django.db.models import F, Q, QuerySet

from keytally.core import scope
from keytally.core.models import User
from keytally.people.models import TeamTask

TASK_KIND = "team_task"
VIEW, ASK = "tasks.view", "tasks.ask"
State = TeamTask.State


def visible_tasks(person: User, as_of: date) -> QuerySet[TeamTask]:
    """List the tasks a person may see on a day: theirs, those they asked for, and those of their people."""
    tasks = TeamTask.objects.select_related("asked_by", "owner")
    if not person.may(VIEW):
        return tasks.none()
    near = scope.visible(tasks, person=person, permission=VIEW, as_of=as_of)
    return tasks.filter(Q(pk__in=near.values("pk")) | Q(owner=person) | Q(asked_by=person))


def listed_tasks(person: User, as_of: date, *, state: str, whose: str) -> QuerySet[TeamTask]:
    """List the tasks a person may see, open ones by their day, the others by when they ended."""
    found = visible_tasks(person, as_of)
    if state in State.values:
        found = found.filter(state=state)
    if whose == "mine":
        found = found.filter(owner=person)
    elif whose == "asked":
        found = found.filter(asked_by=person)
    return found.order_by(F("ended_at").desc(nulls_first=True), "due_on", "pk")


def open_tasks_of(person: User) -> QuerySet[TeamTask]:
    """List what a person is asked to do, the most urgent first."""
    return TeamTask.objects.filter(owner=person, state=State.OPEN).select_related("asked_by").order_by("due_on", "pk")


def task_for_update(number: int) -> TeamTask:
    """Lock a task for the transaction."""
    return TeamTask.objects.select_for_update(of=("self",)).select_related("owner", "asked_by").get(pk=number)
