"""What may leave the house as a file, who took it, and why?

The one way out (docs/rules/scope.md, section 4, row O16). A capability registers lists in `<capability>/exports.py`,
and offers the files that it has already by `core.export_pages`.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

from django.db import transaction
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from keytally.core.models import Export
from keytally.core.sensitivity import OPEN, Guard, Hidden, Sensitivity, guard_of, highest
from keytally.core.services import record_audit
from keytally.core.subjects import Subject
from keytally.exchange.marked import Mark, write_marked_csv, write_marked_workbook

if TYPE_CHECKING:
    from keytally.core.models import User

ROWS_WITHOUT_REASON = 5_000
SHORTEST_REASON = 4
NEEDS_REASON = frozenset({Sensitivity.CONFIDENTIAL, Sensitivity.PERSONAL})
XLSX, CSV = "xlsx", "csv"

Write = Callable[[Path, str, Mark], None]
Row = TypeVar("Row")


class UnableToExport(Exception):
    """An export is refused; the argument is the code of the reason."""


@dataclass(frozen=True, slots=True)
class Offer:
    """A file that a person may take: what it is, how many rows, in which formats, how sensitive, and who writes it."""

    code: str
    label: Promise | str
    file_name: str
    formats: tuple[str, ...]
    row_count: int
    guard: Guard
    write: Write
    subject: Subject | None = None

    def needs_reason(self) -> bool:
        """Tell whether the person has to say why."""
        return self.row_count > ROWS_WITHOUT_REASON or self.guard.sensitivity in NEEDS_REASON


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a list: its heading, what stands in it, and the sensitive field that it shows, if it is one."""

    label: Promise | str
    value: Callable[[Any], object]
    field: str = ""


class Rows(Protocol):
    """The rows of a list: a query, or whatever is counted and read like one."""

    def count(self) -> int:
        """Count the rows."""

    def iterator(self, *, chunk_size: int) -> Iterator[Any]:
        """Read the rows one after another."""


@dataclass(frozen=True, slots=True)
class Listing:
    """A list that may be taken away: its permission, its columns, and its rows as the page filters them."""

    code: str
    label: Promise | str
    permission: str
    kind: str
    columns: Sequence[Column]
    rows: "Callable[[User, date, Mapping[str, str]], Rows]"
    back: str = "home"


_listings: dict[str, Listing] = {}


def register_listing(listing: Listing) -> None:
    """Let a list be taken away as a workbook or as CSV."""
    _listings[listing.code] = listing


def listing(code: str) -> Listing | None:
    """Find a list by its code."""
    return _listings.get(code)


def listings() -> Mapping[str, Listing]:
    """List everything that may be taken away as a list."""
    return dict(_listings)


def offer_of(wanted: Listing, *, person: "User", as_of: date, asked: Mapping[str, str]) -> Offer:
    """Offer a list to a person as the page shows it to them: the same rows, dots for what is hidden."""
    rows = wanted.rows(person, as_of, asked)
    guards = [guard_of(wanted.kind, column.field) for column in wanted.columns if column.field]
    seen = [guard for guard in guards if guard.opens_to(person)]

    def write(to: Path, file_format: str, mark: Mark) -> None:
        header = [str(column.label) for column in wanted.columns]
        cells = _cells(rows.iterator(chunk_size=2000), listing=wanted, person=person)
        if file_format == CSV:
            write_marked_csv(cells, to=to, header=header, mark=mark)
        else:
            write_marked_workbook(cells, to=to, title=str(wanted.label), header=header, mark=mark)

    return Offer(
        code=wanted.code,
        label=wanted.label,
        file_name=str(wanted.label),
        formats=(XLSX, CSV),
        row_count=rows.count(),
        guard=Guard(highest(seen)),
        write=write,
    )


def _cells(rows: Iterable[Row], *, listing: Listing, person: "User") -> Iterator[list[object]]:
    columns = list(listing.columns)
    guards = [guard_of(listing.kind, column.field) if column.field else OPEN for column in columns]
    opens = [guard.opens_to(person) for guard in guards]
    for row in rows:
        yield [
            _shown(column.value(row)) if is_open else str(Hidden(guard.sensitivity))
            for column, guard, is_open in zip(columns, guards, opens, strict=True)
        ]


def _shown(value: object) -> object:
    return timezone.localtime(value) if isinstance(value, datetime) else value


@transaction.atomic
def record_export(offer: Offer, *, file_format: str, reason: str, by: "User", now: datetime) -> Export:
    """Write down who takes what and why, or raise `UnableToExport`; call it before the first byte leaves."""
    if not offer.guard.opens_to(by):
        raise UnableToExport("CLASS")
    if file_format not in offer.formats:
        raise UnableToExport("FORMAT")
    if offer.needs_reason() and len(reason.strip()) < SHORTEST_REASON:
        raise UnableToExport("REASON")
    export = Export.objects.create(
        person=by,
        at=now,
        code=offer.code,
        label=str(offer.label)[:200],
        subject_kind=offer.subject.kind if offer.subject else "",
        subject_id=offer.subject.id if offer.subject else None,
        sensitivity=offer.guard.sensitivity,
        file_format=file_format,
        row_count=offer.row_count,
        reason=reason.strip(),
    )
    record_audit(
        "export",
        by=by,
        at=now,
        subject=offer.subject or Subject("export", export.pk),
        reason=export.reason,
        after={
            "export": export.pk,
            "what": offer.code,
            "rows": offer.row_count,
            "format": file_format,
            "class": offer.guard.sensitivity,
        },
    )
    return export


def mark_of(export: Export) -> Mark:
    """Word the mark of a file: who took it, when, and the number of its record."""
    facts = {
        "name": export.person.name or export.person.username,
        "username": export.person.username,
        "at": timezone.localtime(export.at).strftime("%Y-%m-%d %H:%M %Z"),
        "number": export.pk,
    }
    line = _("keytally · taken by %(name)s (%(username)s) on %(at)s · export %(number)s") % facts
    return Mark(taken_by=str(facts["name"]), line=line)
