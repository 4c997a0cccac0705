"""Writes of the worklist: something waits for a person, is done, goes to another person, is put off."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.db.models import Q

from keytally.core.services import record_audit
from keytally.core.subjects import Subject
from keytally.worklist.models import WorkItem

if TYPE_CHECKING:
    from keytally.core.models import User


ROWS_AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class NewItem:
    """One of many things of a kind that begin to wait at once."""

    subject: Subject
    owner: "User"
    deadline: datetime | None
    reason_code: str
    parameters: Mapping[str, Any]


class UnableToSnooze(Exception):
    """An item cannot be put off so long; the argument is the code of the reason."""


class UnableToReassign(Exception):
    """An item is not open any more."""


@transaction.atomic
def open_item(
    *,
    kind: str,
    subject: Subject,
    owner: "User",
    deadline: datetime | None,
    reason_code: str,
    parameters: Mapping[str, Any],
    now: datetime,
) -> WorkItem:
    """Let something wait for a person; while it waits, opening it again only brings it up to date."""
    item, is_new = WorkItem.objects.select_for_update().get_or_create(
        kind=kind,
        subject_kind=subject.kind,
        subject_id=subject.id,
        owner=owner,
        state=WorkItem.State.OPEN,
        defaults={
            "deadline": deadline,
            "reason_code": reason_code,
            "parameters": dict(parameters),
            "opened_at": now,
        },
    )
    if not is_new and _facts(item) != (deadline, reason_code, dict(parameters)):
        item.deadline, item.reason_code, item.parameters = deadline, reason_code, dict(parameters)
        item.save(update_fields=["deadline", "reason_code", "parameters"])
    return item


def close_item(
    *,
    kind: str,
    subject: Subject,
    now: datetime,
    owner: "User | None" = None,
    by: "User | None" = None,
    state: WorkItem.State = WorkItem.State.DONE,
) -> int:
    """End what waits of a kind about a subject, for one person or for all; answers how many items ended."""
    whose = Q(owner=owner) if owner else Q()
    waiting = WorkItem.objects.filter(
        whose, kind=kind, subject_kind=subject.kind, subject_id=subject.id, state=WorkItem.State.OPEN
    )
    return waiting.update(state=state, ended_at=now, ended_by=by)


@transaction.atomic
def open_items(items: Sequence[NewItem], *, kind: str, now: datetime) -> int:
    """Let many things of a kind wait at once, in few queries; answer how many are new.

    What waits already is brought up to date where it is: with whoever it was handed to.
    """
    waiting = {(one.subject_kind, one.subject_id): one for one in _waiting_of(kind, [one.subject for one in items])}
    new, changed = [], []
    for one in items:
        known = waiting.get((one.subject.kind, one.subject.id))
        if known is None:
            new.append(_row(one, kind=kind, now=now))
        elif _facts(known) != (one.deadline, one.reason_code, dict(one.parameters)):
            known.deadline, known.reason_code, known.parameters = one.deadline, one.reason_code, dict(one.parameters)
            changed.append(known)
    WorkItem.objects.bulk_update(changed, ["deadline", "reason_code", "parameters"], batch_size=ROWS_AT_ONCE)
    WorkItem.objects.bulk_create(new, batch_size=ROWS_AT_ONCE, ignore_conflicts=True)
    return len(new)


def close_items(
    subjects: Sequence[Subject], *, kind: str, now: datetime, by: "User | None" = None, is_dropped: bool = False
) -> int:
    """End what waits of a kind about many subjects, for everyone: done, or no longer needed; answer how many ended."""
    state = WorkItem.State.DROPPED if is_dropped else WorkItem.State.DONE
    numbers = [one.pk for one in _waiting_of(kind, subjects)]
    return WorkItem.objects.filter(pk__in=numbers).update(state=state, ended_at=now, ended_by=by) if numbers else 0


@transaction.atomic
def reassign(item_id: int, *, to: "User", by: "User", now: datetime, reason: str) -> WorkItem:
    """Give what waits to another person, or raise `UnableToReassign`; where they have it already, theirs stays."""
    item = WorkItem.objects.select_for_update().filter(pk=item_id, state=WorkItem.State.OPEN).first()
    if item is None:
        raise UnableToReassign(item_id)
    before = item.owner_id
    if before == to.pk:
        return item
    subject = Subject(item.subject_kind, item.subject_id)
    kept = open_item(
        kind=item.kind,
        subject=subject,
        owner=to,
        deadline=item.deadline,
        reason_code=item.reason_code,
        parameters=item.parameters,
        now=now,
    )
    WorkItem.objects.filter(pk=item.pk).update(state=WorkItem.State.DROPPED, ended_at=now, ended_by=by)
    record_audit(
        "work_item.reassign",
        by=by,
        at=now,
        subject=Subject("work_item", kept.pk),
        reason=reason,
        before={"owner": before},
        after={"owner": to.pk},
    )
    return kept


@transaction.atomic
def snooze(item_id: int, *, until: datetime, by: "User", now: datetime) -> WorkItem:
    """Hide an item of one's own until a time before its deadline, or raise `UnableToSnooze`."""
    item = WorkItem.objects.select_for_update().filter(pk=item_id, owner=by, state=WorkItem.State.OPEN).first()
    if item is None:
        raise UnableToSnooze("NOT_OPEN")
    if until <= now:
        raise UnableToSnooze("NOT_LATER")
    if item.deadline and until >= item.deadline:
        raise UnableToSnooze("AFTER_DEADLINE")
    item.snoozed_until = until
    item.save(update_fields=["snoozed_until"])
    record_audit(
        "work_item.snooze",
        by=by,
        at=now,
        subject=Subject("work_item", item.pk),
        after={"until": until.isoformat()},
    )
    return item


def wake(item_id: int, *, by: "User") -> int:
    """Show an item again that was put off."""
    return WorkItem.objects.filter(pk=item_id, owner=by).update(snoozed_until=None)


def _waiting_of(kind: str, subjects: Collection[Subject]) -> list[WorkItem]:
    """Find what waits of a kind about some subjects, one query for each kind of subject."""
    found: list[WorkItem] = []
    for subject_kind in sorted({one.kind for one in subjects}):
        numbers = [one.id for one in subjects if one.kind == subject_kind]
        rows = WorkItem.objects.filter(kind=kind, subject_kind=subject_kind, state=WorkItem.State.OPEN)
        found += rows.filter(subject_id__in=numbers).order_by("pk")
    return found


def _row(one: NewItem, *, kind: str, now: datetime) -> WorkItem:
    return WorkItem(
        kind=kind,
        subject_kind=one.subject.kind,
        subject_id=one.subject.id,
        owner=one.owner,
        deadline=one.deadline,
        reason_code=one.reason_code,
        parameters=dict(one.parameters),
        opened_at=now,
    )


def _facts(item: WorkItem) -> tuple[Any, ...]:
    return (item.deadline, item.reason_code, item.parameters)
