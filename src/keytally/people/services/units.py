"""Add, rename and close the parts of the company."""

from datetime import date, datetime
from typing import TYPE_CHECKING

from django.db import transaction

from keytally.core.services import record_audit
from keytally.core.subjects import Subject
from keytally.people.models import Position, Unit
from keytally.people.rules.history import Refusal, Span
from keytally.people.rules.organisation import UnitKind
from keytally.people.services.changes import UnableToOrganise, begin_change, need_unwritten, spans_of

if TYPE_CHECKING:
    from keytally.core.models import User

ABOVE = {UnitKind.REGION: UnitKind.HEAD_OFFICE, UnitKind.AREA: UnitKind.REGION}


@transaction.atomic
def add_unit(
    code: str,
    *,
    kind: UnitKind,
    names: tuple[str, str],
    parent: Unit | None,
    starts_on: date,
    by: "User | None",
    now: datetime,
) -> Unit:
    """Add a part of the company by its code and its Chinese and English name, or raise `UnableToOrganise`."""
    begin_change()
    if Unit.objects.filter(code=code).exists():
        raise UnableToOrganise(Refusal.CODE_TAKEN, code=code)
    if (parent.kind if parent else None) != ABOVE.get(kind):
        raise UnableToOrganise(Refusal.WRONG_UNIT)
    unit = Unit.objects.create(
        kind=kind, code=code, name_zh=names[0], name_en=names[1], parent=parent, starts_on=starts_on
    )
    after = {"code": code, "kind": kind.value, "names": list(names), "from": str(starts_on)}
    record_audit("unit.add", by=by, at=now, subject=Subject("unit", unit.pk), after=after)
    return unit


@transaction.atomic
def rename_unit(unit: Unit, *, names: tuple[str, str], by: "User", now: datetime, reason: str) -> None:
    """Call a unit otherwise; its code stays."""
    begin_change()
    before = {"names": [unit.name_zh, unit.name_en]}
    unit.name_zh, unit.name_en = names
    unit.save(update_fields=["name_zh", "name_en"])
    subject, after = Subject("unit", unit.pk), {"names": list(names)}
    record_audit("unit.rename", by=by, at=now, subject=subject, reason=reason, before=before, after=after)


@transaction.atomic
def close_unit(unit: Unit, *, ends_before: date, by: "User", now: datetime, reason: str) -> None:
    """End a unit from a day on, or raise `UnableToOrganise` while positions or parts belong to it."""
    begin_change()
    if unit.ends_before:
        raise UnableToOrganise(Refusal.ENDED)
    if ends_before <= unit.starts_on:
        raise UnableToOrganise(Refusal.ENDS_FIRST, starts_on=unit.starts_on)
    need_unwritten([Span(unit.starts_on)], starts_on=ends_before, now=now)
    belonging = spans_of([*Position.objects.filter(unit=unit), *Unit.objects.filter(parent=unit)])
    if any(span.touches(Span(ends_before)) for span in belonging):
        raise UnableToOrganise(Refusal.HAS_POSITIONS)
    unit.ends_before = ends_before
    unit.save(update_fields=["ends_before"])
    subject, after = Subject("unit", unit.pk), {"until": str(ends_before)}
    record_audit("unit.close", by=by, at=now, subject=subject, reason=reason, after=after)
