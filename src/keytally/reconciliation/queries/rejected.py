"""Which rows could not be read, and what else do they say?"""

from collections.abc import Iterable, Mapping, Sequence

from keytally.core.files import path_of
from keytally.exchange.canonical import Column
from keytally.exchange.headers import header_names
from keytally.exchange.profile import Profile
from keytally.imports import queries as imports_queries
from keytally.imports.models import RejectedRow
from keytally.reconciliation.models import Reconciliation
from keytally.reconciliation.row_context import rows_in

TELLING = (
    Column.DOC_NO, Column.ORDER_NO, Column.STORE, Column.ITEM, Column.DATE, Column.QUANTITY, Column.UNIT_PRICE,
    Column.AMOUNT,
)  # fmt: skip
"""The columns by which people know a line."""

Context = Sequence[tuple[Column, str]]


def contexts_of(found: Reconciliation, rows: Iterable[RejectedRow], *, profile: Profile) -> Mapping[int, Context]:
    """Tell of rejected rows what else stands in them, by the columns people know lines by."""
    grouped: dict[tuple[str, str, str], list[RejectedRow]] = {}
    for row in rows:
        side = "ours" if row.batch_id == found.ours_id else "theirs"
        grouped.setdefault((side, row.file, row.sheet), []).append(row)
    ours, theirs = imports_queries.files_of(found.ours, found.theirs)
    files = {("ours", one.path): one for one in ours} | {("theirs", one.path): one for one in theirs}
    told: dict[int, Context] = {}
    for (side, name, sheet), members in grouped.items():
        file = files.get((side, name))
        if file is None:
            continue
        mapped = profile.ours if side == "ours" else profile.theirs
        heads = _header_rows(found, side)
        place, numbers = path_of(file.attachment.sha256), {*heads, *(row.row for row in members)}
        cells = rows_in(place, name=name, sheet=sheet, numbers=numbers, stated=mapped.encoding)
        headers = header_names([cells.get(number, []) for number in heads])
        for row in members:
            told[row.pk] = _told(row, cells.get(row.row, []), headers=headers, columns=mapped.columns)
    return told


def _header_rows(found: Reconciliation, side: str) -> list[int]:
    reading = found.reading.get(side, {})
    first = int(reading.get("header_row") or 1)
    return list(range(first, first + int(reading.get("header_rows") or 1)))


def _told(row: RejectedRow, cells: Sequence[str], *, headers: Sequence[str], columns: Mapping[Column, str]) -> Context:
    named = dict(zip(headers, cells, strict=False))
    wanted = ((column, columns.get(column, "")) for column in TELLING)
    return [(column, named[name]) for column, name in wanted if name != row.column and named.get(name)]
