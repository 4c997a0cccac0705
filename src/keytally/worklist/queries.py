"""Reads of the worklist: what waits for a person."""

from datetime import datetime

from django.db.models import Count, Q, QuerySet

from keytally.core.models import User
from keytally.core.subjects import Subject
from keytally.worklist.kinds import Waiting, sources, work_kind
from keytally.worklist.models import WorkItem


def items_of(person: User, *, now: datetime) -> list[Waiting]:
    """List what waits for a person, from rows and from every source; what is put off is left out."""
    rows = [_waiting(item) for item in _open_rows(person).filter(_is_awake(now))]
    return rows + [waiting for find in sources() for waiting in find(person, now)]


def snoozed_of(person: User, *, now: datetime) -> list[tuple[Waiting, datetime]]:
    """List what a person has put off, with the time it comes back."""
    rows = _open_rows(person).filter(snoozed_until__gt=now).order_by("snoozed_until")
    return [(_waiting(item), item.snoozed_until) for item in rows if item.snoozed_until]


def open_items_about(subject: Subject) -> QuerySet[WorkItem]:
    """List who still has something to do about a subject."""
    items = WorkItem.objects.filter(subject_kind=subject.kind, subject_id=subject.id, state=WorkItem.State.OPEN)
    return items.select_related("owner").order_by("deadline", "id")


def open_items_owned_by(person_id: int) -> QuerySet[WorkItem]:
    """List the rows that wait for a person, for a handover."""
    return WorkItem.objects.filter(owner_id=person_id, state=WorkItem.State.OPEN).order_by("deadline", "id")


def waiting_owned_by(person_id: int) -> list[Waiting]:
    """List what waits for a person in rows, put off or not, for a handover."""
    return [_waiting(item) for item in open_items_owned_by(person_id)]


def own_item(item_id: int, *, person: User) -> WorkItem | None:
    """Find an open item of a person's own."""
    return _open_rows(person).filter(pk=item_id).first()


def count_of(person: User, *, now: datetime) -> dict[str, int]:
    """Count the rows that wait for a person, and how many of them are late; in one query."""
    awake = _open_rows(person).filter(_is_awake(now))
    return awake.aggregate(open=Count("pk"), late=Count("pk", filter=Q(deadline__lt=now)))


def _open_rows(person: User) -> QuerySet[WorkItem]:
    return WorkItem.objects.filter(owner=person, state=WorkItem.State.OPEN)


def _is_awake(now: datetime) -> Q:
    return Q(snoozed_until=None) | Q(snoozed_until__lte=now) | Q(deadline__lte=now)


def _waiting(item: WorkItem) -> Waiting:
    return Waiting(
        kind=work_kind(item.kind),
        subject=Subject(item.subject_kind, item.subject_id),
        reason_code=item.reason_code,
        opened_at=item.opened_at,
        deadline=item.deadline,
        parameters=item.parameters,
        item_id=item.pk,
    )
