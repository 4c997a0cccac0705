"""Appoint people to positions and relieve them."""

from datetime import date, datetime
from typing import TYPE_CHECKING

from django.db import transaction

from keytally.core.events import publish
from keytally.core.services import record_audit
from keytally.core.subjects import Subject
from keytally.people.events import HolderChanged
from keytally.people.models import Holding, Position
from keytally.people.rules.history import Refusal, Span, end_from
from keytally.people.services.changes import (
    UnableToOrganise,
    apply_change,
    begin_change,
    need_unwritten,
    need_within,
    spans_of,
)

if TYPE_CHECKING:
    from keytally.core.models import User


@transaction.atomic
def appoint(
    person: "User",
    *,
    position: Position,
    starts_on: date,
    by: "User | None",
    now: datetime,
    ends_before: date | None = None,
    reason: str = "",
) -> Holding:
    """Let a person hold a position from a day on, beside whoever holds it, or raise `UnableToOrganise`."""
    begin_change()
    if not person.is_active:
        raise UnableToOrganise(Refusal.NOT_ACTIVE, name=person.name)
    if ends_before is not None and ends_before <= starts_on:
        raise UnableToOrganise(Refusal.ENDS_FIRST, starts_on=starts_on)
    span = Span(starts_on, ends_before)
    need_within(Span(position.starts_on, position.ends_before), Span(starts_on, ends_before or position.ends_before))
    need_unwritten(spans_of(Holding.objects.filter(position=position)), starts_on=starts_on, now=now)
    own = spans_of(Holding.objects.filter(position=position, person=person))
    if any(each.touches(span) for each in own):
        raise UnableToOrganise(Refusal.SAME)
    holding = Holding.objects.create(
        position=position, person=person, starts_on=starts_on, ends_before=ends_before or position.ends_before
    )
    after = {"person": person.pk, "from": str(starts_on), "until": str(ends_before) if ends_before else None}
    subject = Subject("position", position.pk)
    record_audit("position.appoint", by=by, at=now, subject=subject, reason=reason, after=after)
    publish(HolderChanged(position.pk, person.pk, starts_on, is_appointed=True, now=now))
    return holding


@transaction.atomic
def relieve(holding: Holding, *, ends_before: date, by: "User | None", now: datetime, reason: str = "") -> None:
    """Let a person hold a position no longer from a day on; an appointment that has not begun is dropped."""
    begin_change()
    span = Span(holding.starts_on, holding.ends_before, holding.pk)
    if not span.touches(Span(ends_before)):
        raise UnableToOrganise(Refusal.ENDED)
    need_unwritten([span], starts_on=ends_before, now=now)
    apply_change(Holding.objects.all(), end_from([span], ends_before=ends_before))
    after = {"person": holding.person_id, "until": str(ends_before)}
    subject = Subject("position", holding.position_id)
    record_audit("position.relieve", by=by, at=now, subject=subject, reason=reason, after=after)
    publish(HolderChanged(holding.position_id, holding.person_id, ends_before, is_appointed=False, now=now))


@transaction.atomic
def replace_holders(
    person: "User",
    *,
    position: Position,
    starts_on: date,
    by: "User",
    now: datetime,
    reason: str,
    ends_before: date | None = None,
) -> Holding:
    """Let a person take over a position: whoever holds it on the day is relieved."""
    begin_change()
    others = Holding.objects.filter(position=position).exclude(person=person).exclude(ends_before__lte=starts_on)
    for holding in others:
        relieve(holding, ends_before=starts_on, by=by, now=now, reason=reason)
    return appoint(
        person, position=position, starts_on=starts_on, ends_before=ends_before, by=by, now=now, reason=reason
    )
