"""Change who a position reports to from a day on; what has passed stays as it was."""

from datetime import date, datetime
from typing import TYPE_CHECKING

from django.db import transaction

from keytally.core.events import publish
from keytally.core.services import record_audit
from keytally.core.subjects import Subject
from keytally.people.events import PositionChanged
from keytally.people.models import Position, ReportingLine
from keytally.people.rules.history import Refusal, Span, end_from, replace_from
from keytally.people.rules.organisation import LineKind
from keytally.people.services.changes import (
    UnableToOrganise,
    apply_change,
    begin_change,
    need_no_circle,
    need_unwritten,
    need_within,
    spans_of,
)

if TYPE_CHECKING:
    from keytally.core.models import User


@transaction.atomic
def change_boss(
    position: Position,
    *,
    boss: Position | None,
    starts_on: date,
    by: "User | None",
    now: datetime,
    reason: str = "",
    city: str = "",
) -> None:
    """Let a position report to another boss from a day on, in one city or in general, or raise `UnableToOrganise`.

    Without a boss the line ends: the position stands at the top, or in the city falls back to its general line.
    """
    begin_change()
    lines = ReportingLine.objects.filter(position=position, kind=LineKind.SOLID, city=city)
    known = list(lines)
    spans = spans_of(known)
    need_unwritten(spans, starts_on=starts_on, now=now)
    if boss is not None and _holds(known, boss=boss, on=starts_on):
        raise UnableToOrganise(Refusal.SAME)
    change = replace_from(spans, starts_on=starts_on) if boss else end_from(spans, ends_before=starts_on)
    before = [line.boss_id for line in known if Span(line.starts_on, line.ends_before).touches(Span(starts_on))]
    apply_change(lines, change)
    if boss and change.added:
        _add_solid(position, boss=boss, city=city, span=change.added)
    _record(
        "position.boss",
        position,
        by=by,
        now=now,
        reason=reason,
        before={"boss": before},
        after={"boss": boss.pk if boss else None, "city": city, "from": str(starts_on)},
    )
    publish(PositionChanged(position.pk, starts_on, is_closed=False, now=now))


@transaction.atomic
def add_dotted_line(
    position: Position, *, boss: Position, starts_on: date, by: "User | None", now: datetime, reason: str = ""
) -> ReportingLine:
    """Let another position see and be consulted from a day on, or raise `UnableToOrganise`."""
    begin_change()
    if position.pk == boss.pk:
        raise UnableToOrganise(Refusal.ONESELF)
    span = Span(starts_on)
    _need_positions(position, boss, span)
    known = spans_of(ReportingLine.objects.filter(position=position, boss=boss, kind=LineKind.DOTTED))
    if any(each.touches(span) for each in known):
        raise UnableToOrganise(Refusal.SAME)
    line = ReportingLine.objects.create(position=position, boss=boss, kind=LineKind.DOTTED, starts_on=starts_on)
    after = {"boss": boss.pk, "from": str(starts_on)}
    _record("position.dotted_add", position, by=by, now=now, reason=reason, before=None, after=after)
    publish(PositionChanged(position.pk, starts_on, is_closed=False, now=now))
    return line


@transaction.atomic
def end_dotted_line(line: ReportingLine, *, ends_before: date, by: "User", now: datetime, reason: str = "") -> None:
    """Let a dotted line end on a day; one that has not begun is dropped."""
    begin_change()
    span = Span(line.starts_on, line.ends_before, line.pk)
    if not span.touches(Span(ends_before)):
        raise UnableToOrganise(Refusal.ENDED)
    need_unwritten([span], starts_on=ends_before, now=now)
    apply_change(ReportingLine.objects.all(), end_from([span], ends_before=ends_before))
    after = {"boss": line.boss_id, "until": str(ends_before)}
    _record("position.dotted_end", line.position, by=by, now=now, reason=reason, before=None, after=after)
    publish(PositionChanged(line.position_id, ends_before, is_closed=False, now=now))


@transaction.atomic
def allot_city(
    positions: list[Position],
    *,
    boss: Position | None,
    city: str,
    starts_on: date,
    by: "User",
    now: datetime,
    reason: str,
) -> int:
    """Let the positions of a city report to another boss there (O10), or without one to their general boss again."""
    begin_change()
    changed = 0
    for position in positions:
        try:
            change_boss(position, boss=boss, city=city, starts_on=starts_on, by=by, now=now, reason=reason)
        except UnableToOrganise as refused:
            if refused.refusal is not Refusal.SAME:
                raise
        else:
            changed += 1
    return changed


def _add_solid(position: Position, *, boss: Position, city: str, span: Span) -> None:
    if position.pk == boss.pk:
        raise UnableToOrganise(Refusal.ONESELF)
    _need_positions(position, boss, span)
    need_no_circle(position.pk, boss.pk, span=span)
    ReportingLine.objects.create(
        position=position,
        boss=boss,
        kind=LineKind.SOLID,
        city=city,
        starts_on=span.starts_on,
        ends_before=span.ends_before,
    )


def _need_positions(position: Position, boss: Position, span: Span) -> None:
    for place in (position, boss):
        need_within(Span(place.starts_on, place.ends_before), span)


def _holds(lines: list[ReportingLine], *, boss: Position, on: date) -> bool:
    """Tell whether the boss is the same on the day and on every day after."""
    after = [line for line in lines if Span(line.starts_on, line.ends_before).touches(Span(on))]
    return len(after) == 1 and after[0].boss_id == boss.pk and after[0].starts_on <= on and not after[0].ends_before


def _record(
    action: str,
    position: Position,
    *,
    by: "User | None",
    now: datetime,
    reason: str,
    before: dict[str, object] | None,
    after: dict[str, object],
) -> None:
    subject = Subject("position", position.pk)
    record_audit(action, by=by, at=now, subject=subject, reason=reason, before=before, after=after)
