"""What every change of the organisation begins with: one at a time, refused with a reason, never in the past."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import TypeVar
from uuid import uuid4

from django.db.models import Model, QuerySet

from keytally.core.clock import business_date
from keytally.core.events import AccessChanged
from keytally.people.models import OrganisationVersion, ReportingLine
from keytally.people.rules.history import Change, Edge, Refusal, Span, closes_circle, rewrites
from keytally.people.rules.organisation import LineKind

Row = TypeVar("Row", bound=Model)


class UnableToOrganise(Exception):
    """A change of the organisation is refused, for a reason of `Refusal`."""

    def __init__(self, refusal: Refusal, **parameters: object) -> None:
        super().__init__(refusal.value)
        self.refusal = refusal
        self.parameters = parameters


def begin_change() -> None:
    """Wait until other changes have ended, and let every process read the organisation anew after this one."""
    OrganisationVersion.objects.bulk_create([OrganisationVersion(pk=1, version=uuid4())], ignore_conflicts=True)
    row = OrganisationVersion.objects.select_for_update().get(pk=1)
    row.version = uuid4()
    row.save(update_fields=["version"])


def answer_access(_event: AccessChanged) -> None:
    """Let the organisation be read anew: who may not log in holds positions and acts in none."""
    begin_change()


def spans_of(rows: Iterable[Row]) -> list[Span]:
    """Take the dates of dated rows."""
    return [Span(row.starts_on, row.ends_before, row.pk) for row in rows]  # type: ignore[attr-defined]  # dated rows


def need_unwritten(spans: Sequence[Span], *, starts_on: date, now: datetime) -> None:
    """Refuse a change that would alter a day that has passed."""
    today = business_date(now)
    if rewrites(spans, starts_on=starts_on, today=today):
        raise UnableToOrganise(Refusal.PAST, today=today)


def need_within(outer: Span, inner: Span) -> None:
    """Refuse what would outlast the position or unit it belongs to."""
    last = outer.ends_before or date.max
    if inner.starts_on < outer.starts_on or inner.starts_on >= last or (inner.ends_before or date.max) > last:
        raise UnableToOrganise(Refusal.OUTSIDE, starts_on=outer.starts_on, ends_before=outer.ends_before)


def apply_change(rows: QuerySet[Row], change: Change) -> None:
    """End and drop rows as a change says; what is added the caller adds."""
    for key, ends_before in change.ended:
        rows.filter(pk=key).update(ends_before=ends_before)
    if change.dropped:
        rows.filter(pk__in=change.dropped).delete()


def need_no_circle(position: int, boss: int, *, span: Span) -> None:
    """Refuse a solid line under which someone would, on some day, stand above themselves."""
    lines = ReportingLine.objects.filter(kind=LineKind.SOLID).exclude(ends_before__lte=span.starts_on)
    rows = lines.values_list("position_id", "boss_id", "starts_on", "ends_before")
    edges = [Edge(below, above, starts_on, ends_before or date.max) for below, above, starts_on, ends_before in rows]
    if closes_circle(edges, new=Edge(position, boss, span.starts_on, span.ends_before or date.max)):
        raise UnableToOrganise(Refusal.CIRCLE)
