"""What of people waits for somebody: a handover to confirm, the handbook to read, training to do.

All of it is derived from what is on file, so that it appears and ends by itself.
"""

from collections.abc import Iterator
from datetime import date, datetime, time
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from keytally.core.clock import business_date
from keytally.core.subjects import Subject
from keytally.people.queries import handbook as handbook_queries
from keytally.people.queries import handover as handover_queries
from keytally.people.queries import tasks as task_queries
from keytally.people.queries import training as training_queries
from keytally.people.rules.training import Due
from keytally.worklist.kinds import Waiting, WorkKind, register_kind, register_source

if TYPE_CHECKING:
    from keytally.core.models import User

HANDOVER = register_kind(
    WorkKind(
        code="handover",
        label=_("Handovers"),
        icon="transfer",
        sentences={"CONFIRM": _("%(giver)s hands over to you: look through the list and confirm")},
        weight=15,
        is_pressing=True,
    )
)
HANDBOOK = register_kind(
    WorkKind(
        code="handbook",
        label=_("Team handbook"),
        icon="book",
        sentences={"ACKNOWLEDGE": _("Read the team handbook and say so")},
        url=lambda _subject, _parameters: reverse("people:handbook"),
        weight=70,
    )
)
TRAINING = register_kind(
    WorkKind(
        code="training",
        label=_("Training"),
        icon="school",
        sentences={
            "TO_DO": _("Training your position asks for: %(course)s"),
            "RENEW": _("Training to be renewed: %(course)s"),
        },
        weight=60,
    )
)

TASK = register_kind(
    WorkKind(
        code="team_task",
        label=_("Tasks"),
        icon="list-check",
        sentences={"DO": _("%(title)s (asked by %(person)s)")},
        weight=40,
    )
)


def tasks_to_do(person: "User", _now: datetime) -> Iterator[Waiting]:
    """Find what others ask of the person."""
    for task in task_queries.open_tasks_of(person):
        yield Waiting(
            kind=TASK,
            subject=Subject(task_queries.TASK_KIND, task.pk),
            reason_code="DO",
            opened_at=task.asked_at,
            deadline=_end_of(task.due_on),
            parameters={"title": task.title, "person": task.asked_by.name},
        )


def handovers_to_confirm(person: "User", _now: datetime) -> Iterator[Waiting]:
    """Find the handovers that wait for the person's confirmation."""
    for handover in handover_queries.waiting_for(person):
        yield Waiting(
            kind=HANDOVER,
            subject=Subject(handover_queries.HANDOVER_KIND, handover.pk),
            reason_code="CONFIRM",
            opened_at=handover.proposed_at,
            parameters={"giver": handover.giver.name},
        )


def handbook_to_read(person: "User", now: datetime) -> Iterator[Waiting]:
    """Find the handbook, while a member has not acknowledged what counts."""
    reading = handbook_queries.reading(person, as_of=business_date(now))
    if reading is not None and not reading.is_done:
        yield Waiting(
            kind=HANDBOOK,
            subject=Subject("handbook", reading.asked),
            reason_code="ACKNOWLEDGE",
            opened_at=now,
            deadline=_end_of(reading.due_on),
        )


def training_to_do(person: "User", now: datetime) -> Iterator[Waiting]:
    """Find the courses that a person's position asks for and that are not done, or run out soon."""
    for row in training_queries.training_of(person, as_of=business_date(now)):
        if row.is_asked and row.standing.due is not Due.DONE and row.standing.due_on is not None:
            yield Waiting(
                kind=TRAINING,
                subject=Subject(training_queries.COURSE_KIND, row.course.pk),
                reason_code="RENEW" if row.standing.proof else "TO_DO",
                opened_at=now,
                deadline=_end_of(row.standing.due_on),
                parameters={"course": {"zh": row.course.name_zh, "en": row.course.name_en}},
            )


def _end_of(day: date) -> datetime:
    """Give the last moment of the company's day."""
    return datetime.combine(day, time.max, tzinfo=ZoneInfo(settings.TIME_ZONE))


register_source("team_tasks", tasks_to_do)
register_source("handovers", handovers_to_confirm)
register_source("handbook", handbook_to_read)
register_source("training", training_to_do)
