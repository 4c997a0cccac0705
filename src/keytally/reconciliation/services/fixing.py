"""Writes of mended cells: what a rejected row should say, in the grid or in a file that comes back."""

import csv
import io
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from django.db import transaction

from keytally.core.services import record_audit
from keytally.imports import queries as imports_queries
from keytally.reconciliation import queries
from keytally.reconciliation.mending import is_mendable
from keytally.reconciliation.models import Reconciliation, RowMend
from keytally.reconciliation.services.holding import AtWork, hold, touched

if TYPE_CHECKING:
    from keytally.core.models import User
    from keytally.imports.models import RejectedRow

MOST_BYTES = 20_000_000
LONGEST_VALUE = 500


class UnableToMend(Exception):
    """Rejected rows cannot be mended so; the argument is the code of the reason."""


@transaction.atomic
def mend_cells(number: int, *, values: "dict[int, str]", by: "User", now: datetime) -> int:
    """Keep what cells of rejected rows should say, by the number of the row; answers how many changed."""
    found = hold(number)
    if found.is_running:
        raise AtWork(number)
    rows = {row.pk: row for row in _rejected(found)}
    wanted = [(rows[pk], value) for pk, value in values.items() if pk in rows]
    return _mend(found, wanted, by=by, now=now)


@transaction.atomic
def mend_by_file(number: int, *, content: bytes, by: "User", now: datetime) -> int:
    """Take rejected.csv back with its values mended: each row is found again by file, sheet, row and column."""
    found = hold(number)
    if found.is_running:
        raise AtWork(number)
    rows = {(row.file, row.sheet, row.row, row.column): row for row in _rejected(found)}
    wanted = []
    for file, sheet, row, column, value in _records(content):
        known = rows.get((file, sheet, row, column))
        if known is None:
            raise UnableToMend("UNKNOWN_ROW", file, row)
        wanted.append((known, value))
    return _mend(found, wanted, by=by, now=now)


def _rejected(found: Reconciliation) -> "Iterable[RejectedRow]":
    return imports_queries.rejected_rows(ours=found.ours_id, theirs=found.theirs_id)


def _mend(found: Reconciliation, wanted: "Sequence[tuple[RejectedRow, str]]", *, by: "User", now: datetime) -> int:
    changed = [(row, value.strip()[:LONGEST_VALUE]) for row, value in wanted if value.strip() != row.value]
    for row, _value in changed:
        if not row.column or not is_mendable(row.file):
            raise UnableToMend("NOT_HERE", row.file, row.row)
    for row, value in changed:
        side = "ours" if row.batch_id == found.ours_id else "theirs"
        RowMend.objects.update_or_create(
            reconciliation=found,
            side=side,
            file=row.file,
            sheet=row.sheet,
            row=row.row,
            column=row.column,
            defaults={"value_before": row.value, "value": value, "mended_by": by, "mended_at": now},
        )
    if changed:
        touched(found, now=now, fields=[])
        cells = [{"file": row.file, "row": row.row, "column": row.column, "value": row.value} for row, _new in changed]
        mended = [{**cell, "value": value} for cell, (_row, value) in zip(cells, changed, strict=True)]
        subject = queries.subject_of(found.pk)
        record_audit(
            "reconciliation.mend", by=by, at=now, subject=subject, before={"cells": cells}, after={"cells": mended}
        )
    return len(changed)


def _records(content: bytes) -> list[tuple[str, str, int, str, str]]:
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = content.decode("gb18030", errors="replace")
    reader = csv.reader(io.StringIO(text, newline=""))
    next(reader, None)
    records = []
    for cells in reader:
        if not any(cells):
            continue
        if len(cells) < 5 or not cells[2].isascii() or not cells[2].isdigit():
            raise UnableToMend("NOT_THE_FILE", reader.line_num)
        records.append((cells[0], cells[1], int(cells[2]), cells[3], cells[4].lstrip("'")))
    return records
