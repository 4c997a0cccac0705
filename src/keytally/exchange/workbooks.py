"""What stands in the sheets of a workbook, as texts?"""

import datetime as dt
import zipfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from functools import lru_cache, partial
from itertools import islice

from python_calamine import (
    CalamineError,
    CalamineSheet,
    CalamineWorkbook,
    PasswordError,
    SheetTypeEnum,
    SheetVisibleEnum,
)

from keytally.exchange.canonical import CODE_COLUMNS, Column
from keytally.exchange.errors import UnableToRead, Warning_
from keytally.exchange.limits import Limits
from keytally.exchange.sources import SourceFile
from keytally.exchange.tables import Table
from keytally.exchange.text_files import HEAD_RECORDS
from keytally.exchange.values import NUMBER_CELL

BATCH_RECORDS = 20_000
_PLAIN_CHARS = 16
"""Texts of floating numbers up to this length have no more digits than a spreadsheet keeps."""


def workbook_tables(source: SourceFile, *, limits: Limits) -> tuple[list[Table], list[Warning_]]:
    """Open the visible sheets of a workbook that hold anything."""
    book = _opened(source, limits=limits)
    tables, warnings = [], []
    for sheet in book.sheets_metadata:
        if sheet.typ != SheetTypeEnum.WorkSheet:
            continue
        if sheet.visible != SheetVisibleEnum.Visible:
            warnings.append(Warning_("sheet_hidden", {"file": source.name, "sheet": sheet.name}))
            continue
        table = _table(source, book, sheet.name, limits=limits)
        if table is not None:
            tables.append(table)
    return tables, warnings


def _opened(source: SourceFile, *, limits: Limits) -> CalamineWorkbook:
    try:
        return CalamineWorkbook.from_path(str(source.path))
    except PasswordError as error:
        raise UnableToRead("encrypted", file=source.name) from error
    except (CalamineError, zipfile.BadZipFile, OSError, ValueError) as error:
        raise UnableToRead("damaged", file=source.name) from error
    except BaseException as error:  # calamine turns a panic on hostile bytes into a BaseException of its own
        if type(error).__name__ != "PanicException":
            raise
        raise UnableToRead("damaged", file=source.name) from error


def _table(source: SourceFile, book: CalamineWorkbook, name: str, *, limits: Limits) -> Table | None:
    sheet = _sheet(source, book, name)
    if sheet.start is None or sheet.height == 0:
        return None
    if sheet.width > limits.max_columns:
        raise UnableToRead("too_many_columns", file=source.name, count=sheet.width, limit=limits.max_columns)
    rows = partial(_physical_rows, sheet)
    head = [[cell_text(cell) for cell in record] for record in islice(rows(), HEAD_RECORDS)]
    _spread_merged(sheet, head)
    return Table(source=source, sheet=name, head=head, rows=rows, is_complete=sheet.total_height <= HEAD_RECORDS)


def _sheet(source: SourceFile, book: CalamineWorkbook, name: str) -> CalamineSheet:
    try:
        return book.get_sheet_by_name(name)
    except (CalamineError, OSError, ValueError) as error:
        raise UnableToRead("damaged", file=source.name) from error
    except BaseException as error:  # see _opened
        if type(error).__name__ != "PanicException":
            raise
        raise UnableToRead("damaged", file=source.name) from error


def _physical_rows(sheet: CalamineSheet) -> Iterator[Sequence[object]]:
    """Yield the records from row 1 of the sheet; calamine gives the empty ones above and on the left too."""
    return sheet.iter_rows()


def _spread_merged(sheet: CalamineSheet, head: list[list[str]]) -> None:
    """Repeat the text of a merged header cell in the cells it covers to the right; below it stays empty."""
    if sheet.start is None:
        return
    for (top, first), (_, last) in sheet.merged_cell_ranges or ():
        if top < min(len(head), 60) and last > first:
            record = head[top]
            for place in range(first + 1, min(last + 1, len(record))):
                record[place] = record[place] or record[first]


def cell_text(cell: object) -> str:
    """Write a cell as text; numbers plainly and exactly, dates in ISO form."""
    if isinstance(cell, str):
        return cell
    if isinstance(cell, float | int) and not isinstance(cell, bool):
        return number_text(cell)
    if isinstance(cell, dt.datetime):
        return cell.isoformat(sep=" ", timespec="seconds")
    return _day_text(cell) if type(cell) is dt.date else str(cell)


@lru_cache(maxsize=2**12)
def _day_text(day: dt.date) -> str:
    return str(day)


@lru_cache(maxsize=2**16)
def number_text(number: float) -> str:
    """Write a number of a workbook: whole ones without a point, others with the 15 digits that a spreadsheet keeps.

    >>> number_text(1234.0), number_text(0.1 + 0.2)
    ('1234', '0.3')
    """
    if isinstance(number, int) or number.is_integer():
        return str(int(number))
    text = repr(number)
    if len(text) > 16 and abs(number) < 10**13:
        text = format(number, ".15g")
    return format(Decimal(text), "f") if "e" in text else text


def as_texts(records: Iterator[Sequence[object]], *, places: Mapping[Column, int]) -> Iterator[Sequence[object]]:
    """Turn cells into texts; a code or date that the workbook stores as a number gets its mark.

    Columns are looked at as wholes, many records at a time: most hold cells of one kind.
    """
    marked = {place for column, place in places.items() if column in CODE_COLUMNS or column == Column.DATE}
    while batch := list(islice(records, BATCH_RECORDS)):
        width = len(batch[0])
        if not width or any(len(record) != width for record in batch):
            yield from ([_text(cell, is_marked=place in marked) for place, cell in enumerate(one)] for one in batch)
            continue
        columns = zip(*batch, strict=True)
        yield from zip(
            *(_column_texts(cells, is_marked=place in marked) for place, cells in enumerate(columns)), strict=True
        )


def _column_texts(cells: Sequence[object], *, is_marked: bool) -> Iterable[object]:
    kinds = set(map(type, cells))
    if kinds == {str}:
        return cells
    if kinds == {float} and not is_marked:
        return _number_texts(cells)
    if kinds == {dt.date}:
        return map(_day_text, cells)
    return [_text(cell, is_marked=is_marked) for cell in cells]


def _number_texts(numbers: Sequence[object]) -> Sequence[str]:
    """Write numbers as `number_text` does, one by one only where some are not short and plain."""
    texts = [text[:-2] if text.endswith(".0") else text for text in map(repr, numbers)]
    joined = ",".join(texts)
    if "e" in joined or ",-0," in f",{joined}," or max(map(len, texts)) > _PLAIN_CHARS:
        return [cell_text(number) for number in numbers]
    return texts


def _text(cell: object, *, is_marked: bool) -> object:
    if type(cell) is str:
        return cell
    if type(cell) is float or type(cell) is int:
        return NUMBER_CELL + number_text(cell) if is_marked else number_text(cell)
    return cell_text(cell)
