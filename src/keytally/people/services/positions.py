"""Add, rename and close positions."""

from datetime import date, datetime
from typing import TYPE_CHECKING

from django.db import transaction

from keytally.core.events import publish
from keytally.core.services import record_audit
from keytally.core.subjects import Subject
from keytally.people.events import HolderChanged, PositionChanged
from keytally.people.models import Holding, Position, ReportingLine, Unit
from keytally.people.queries.organisation import position_roles
from keytally.people.rules.history import Refusal, Span, end_from
from keytally.people.rules.organisation import LineKind
from keytally.people.services.changes import (
    UnableToOrganise,
    apply_change,
    begin_change,
    need_unwritten,
    need_within,
    spans_of,
)
from keytally.people.services.lines import change_boss

if TYPE_CHECKING:
    from keytally.core.models import User


@transaction.atomic
def add_position(
    code: str,
    *,
    role: str,
    unit: Unit,
    names: tuple[str, str],
    starts_on: date,
    by: "User | None",
    now: datetime,
    city: str = "",
) -> Position:
    """Add a position by its code and its Chinese and English name, or raise `UnableToOrganise`."""
    begin_change()
    if Position.objects.filter(code=code).exists():
        raise UnableToOrganise(Refusal.CODE_TAKEN, code=code)
    if role not in position_roles():
        raise UnableToOrganise(Refusal.UNKNOWN_ROLE, role=role)
    need_within(Span(unit.starts_on, unit.ends_before), Span(starts_on, unit.ends_before))
    position = Position.objects.create(
        code=code, role=role, unit=unit, name_zh=names[0], name_en=names[1], city=city, starts_on=starts_on
    )
    after = {"code": code, "role": role, "unit": unit.code, "names": list(names), "city": city, "from": str(starts_on)}
    record_audit("position.add", by=by, at=now, subject=Subject("position", position.pk), after=after)
    return position


@transaction.atomic
def rename_position(
    position: Position, *, names: tuple[str, str], city: str, by: "User", now: datetime, reason: str
) -> None:
    """Call a position otherwise and say in which city it works."""
    begin_change()
    before = {"names": [position.name_zh, position.name_en], "city": position.city}
    position.name_zh, position.name_en = names
    position.city = city
    position.save(update_fields=["name_zh", "name_en", "city"])
    subject, after = Subject("position", position.pk), {"names": list(names), "city": city}
    record_audit("position.rename", by=by, at=now, subject=subject, reason=reason, before=before, after=after)


@transaction.atomic
def close_position(
    position: Position,
    *,
    ends_before: date,
    by: "User",
    now: datetime,
    reason: str,
    reports_to: Position | None = None,
) -> None:
    """End a position with its holders and lines; those below move to another boss, or it raises `UnableToOrganise`."""
    begin_change()
    if position.ends_before:
        raise UnableToOrganise(Refusal.ENDED)
    if ends_before <= position.starts_on:
        raise UnableToOrganise(Refusal.ENDS_FIRST, starts_on=position.starts_on)
    need_unwritten([Span(position.starts_on)], starts_on=ends_before, now=now)
    _move_reports(position, to=reports_to, starts_on=ends_before, by=by, now=now, reason=reason)
    _end_lines(position, ends_before=ends_before)
    relieved = _end_holdings(position, ends_before=ends_before)
    position.ends_before = ends_before
    position.save(update_fields=["ends_before"])
    subject, after = Subject("position", position.pk), {"until": str(ends_before), "relieved": relieved}
    record_audit("position.close", by=by, at=now, subject=subject, reason=reason, after=after)
    for person_id in relieved:
        publish(HolderChanged(position.pk, person_id, ends_before, is_appointed=False, now=now))
    publish(PositionChanged(position.pk, ends_before, is_closed=True, now=now))


def _move_reports(
    position: Position, *, to: Position | None, starts_on: date, by: "User", now: datetime, reason: str
) -> None:
    below = ReportingLine.objects.filter(boss=position, kind=LineKind.SOLID).exclude(ends_before__lte=starts_on)
    lines = list(below.select_related("position"))
    if lines and to is None:
        raise UnableToOrganise(Refusal.HAS_REPORTS, count=len(lines))
    for line in lines:
        first_on = max(starts_on, line.starts_on)
        change_boss(line.position, boss=to, city=line.city, starts_on=first_on, by=by, now=now, reason=reason)


def _end_lines(position: Position, *, ends_before: date) -> None:
    for lines in (ReportingLine.objects.filter(position=position), ReportingLine.objects.filter(boss=position)):
        apply_change(lines, end_from(spans_of(lines), ends_before=ends_before))


def _end_holdings(position: Position, *, ends_before: date) -> list[int]:
    holdings = Holding.objects.filter(position=position).exclude(ends_before__lte=ends_before)
    relieved = sorted(holdings.values_list("person_id", flat=True))
    apply_change(Holding.objects.all(), end_from(spans_of(holdings), ends_before=ends_before))
    return relieved
