"""What else stands in a row that could not be read? Its other cells say which document it is about."""

import csv
from collections.abc import Collection, Iterable, Sequence
from itertools import islice
from pathlib import Path

from python_calamine import CalamineWorkbook

from keytally.reconciliation.mending import LOOKED_AT, TEXT_ENDINGS, delimiter_in, encoding_in, is_mendable

MOST_TEXT_BYTES, MOST_BOOK_BYTES = 8 * 2**20, 2 * 2**20
"""Larger files are not read for a page."""

_LONGEST_CELL = 60


def rows_in(
    place: Path, *, name: str, sheet: str, numbers: Collection[int], stated: str | None
) -> dict[int, list[str]]:
    """Read some rows of a file by their numbers; none of a file that is too large, gone, or of another kind."""
    is_text = name.lower().endswith(TEXT_ENDINGS)
    if not numbers or not is_mendable(name) or not place.is_file():
        return {}
    if place.stat().st_size > (MOST_TEXT_BYTES if is_text else MOST_BOOK_BYTES):
        return {}
    rows = _of_text(place, stated=stated) if is_text else _of_book(place, sheet=sheet)
    upto = islice(enumerate(rows, start=1), max(numbers))
    return {number: [_shown(cell) for cell in cells] for number, cells in upto if number in numbers}


def _of_text(place: Path, *, stated: str | None) -> Iterable[Sequence[object]]:
    with place.open(encoding=encoding_in(place, stated=stated), errors="replace", newline="") as source:
        delimiter = delimiter_in(source.read(LOOKED_AT))
        source.seek(0)
        yield from csv.reader(source, delimiter=delimiter)


def _of_book(place: Path, *, sheet: str) -> Iterable[Sequence[object]]:
    book = CalamineWorkbook.from_path(str(place))
    name = sheet if sheet in book.sheet_names else book.sheet_names[0]
    return book.get_sheet_by_name(name).to_python(skip_empty_area=False)


def _shown(cell: object) -> str:
    if isinstance(cell, str):
        return cell.strip()[:_LONGEST_CELL]
    return "" if cell is None else str(cell).removesuffix(".0")[:_LONGEST_CELL]
