"""How does a mended cell get into a run? The file is laid out as it came, with that cell changed and all else kept."""

import csv
import io
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any

import xlsxwriter
from python_calamine import CalamineWorkbook

from keytally.exchange.encodings import encoding_of, whole_encoding
from keytally.exchange.errors import UnableToRead
from keytally.exchange.headers import header_names
from keytally.exchange.sources import SourceFile

TEXT_ENDINGS = (".csv", ".tsv", ".txt")
BOOK_ENDINGS = (".xlsx", ".xls")
MENDABLE = (*TEXT_ENDINGS, *BOOK_ENDINGS)
LOOKED_AT = 64 * 1024
_HEADER_ROWSLOOKED_AT = 50


@dataclass(frozen=True, slots=True)
class Mend:
    """What a cell should say, by the row's number in its sheet and the header above it."""

    sheet: str
    row: int
    column: str
    value: str


def is_mendable(file: str) -> bool:
    """Tell whether cells of a file can be mended on the page; of a Parquet file they cannot."""
    return file.lower().endswith(MENDABLE)


def mend_file(folder: Path, *, file: str, mends: Sequence[Mend], encoding: str | None = None) -> None:
    """Put a copy of a file in its place in which the mended cells say what they should, in the encoding it came in."""
    place = folder / file
    if not place.is_file() or not is_mendable(file):
        return
    written = place.with_name(place.name + ".mended")
    if file.lower().endswith(TEXT_ENDINGS):
        _mend_text(place, into=written, mends=mends, stated=encoding)
    else:
        _mend_book(place, into=written, mends=mends)
    # The copy takes the name, not the bytes: what was kept of the upload is linked from elsewhere.
    place.unlink()
    written.replace(place)


def _mend_text(place: Path, *, into: Path, mends: Sequence[Mend], stated: str | None) -> None:
    encoding = encoding_in(place, stated=stated)
    with place.open(encoding=encoding, errors="surrogateescape", newline="") as source:
        delimiter = delimiter_in(source.read(LOOKED_AT))
        source.seek(0)
        with into.open("w", encoding=encoding, errors="surrogateescape", newline="") as target:
            writer = csv.writer(target, delimiter=delimiter)
            for record in _mended(csv.reader(source, delimiter=delimiter), mends=mends):
                writer.writerow(record)


def _mend_book(place: Path, *, into: Path, mends: Sequence[Mend]) -> None:
    source = CalamineWorkbook.from_path(str(place))
    held = io.BytesIO()
    book = xlsxwriter.Workbook(held, {"constant_memory": True, "default_date_format": "yyyy-mm-dd"})
    stamped = book.add_format({"num_format": "yyyy-mm-dd hh:mm:ss"})
    for name in source.sheet_names:
        rows = source.get_sheet_by_name(name).to_python(skip_empty_area=False)
        sheet = book.add_worksheet(name)
        wanted = [one for one in mends if one.sheet == name or (not one.sheet and name == source.sheet_names[0])]
        for number, record in enumerate(_mended(rows, mends=wanted)):
            _write_record(sheet, number, record, stamped=stamped)
    book.close()
    into.write_bytes(held.getvalue())


def _write_record(sheet: Any, number: int, record: Sequence[Any], *, stamped: Any) -> None:  # noqa: ANN401 - of a library without types
    for column, value in enumerate(record):
        if isinstance(value, str):
            if value:
                sheet.write_string(number, column, value)
        elif isinstance(value, bool):
            sheet.write_boolean(number, column, value)
        elif isinstance(value, datetime):
            sheet.write_datetime(number, column, value, stamped)
        elif isinstance(value, date | time | timedelta):
            sheet.write_datetime(number, column, value)
        elif value is not None:
            sheet.write_number(number, column, value)


def _mended(rows: Iterable[Sequence[Any]], *, mends: Sequence[Mend]) -> Iterator[Sequence[Any]]:
    """Change the cells that mends name; a header may stand anywhere above its row."""
    by_row: dict[int, list[Mend]] = {}
    for one in mends:
        by_row.setdefault(one.row, []).append(one)
    names = {one.column for one in mends}
    above: list[Sequence[Any]] = []
    places: Mapping[str, int] = {}
    for number, record in enumerate(rows, start=1):
        if len(above) < _HEADER_ROWSLOOKED_AT:
            above.append(record)
            places = _places(record, names=names, known=places, before=above[:-1])
        yield _with(record, by_row.get(number, ()), places=places)


def _places(
    record: Sequence[Any], *, names: set[str], known: Mapping[str, int], before: Sequence[Sequence[Any]]
) -> Mapping[str, int]:
    """Find columns by their names, in one row or in a header of two."""
    found = dict(known)
    for heads in ([record], [*before[-1:], record]):
        texts = [["" if cell is None else str(cell) for cell in head] for head in heads]
        for place, name in enumerate(header_names(texts)):
            if name in names:
                found.setdefault(name, place)
    return found


def _with(record: Sequence[Any], mends: Iterable[Mend], *, places: Mapping[str, int]) -> Sequence[Any]:
    cells = list(record)
    for one in mends:
        place = places.get(one.column)
        if place is not None:
            cells += [""] * (place + 1 - len(cells))
            cells[place] = one.value
    return cells


def encoding_in(place: Path, *, stated: str | None) -> str:
    """Find the encoding as the reading does; where it refuses, the bytes are kept as they are."""
    try:
        found = encoding_of(SourceFile(place, place.name), stated=stated)
    except UnableToRead:
        return "latin-1"
    return whole_encoding(place) if stated is None and found == "utf-8" else found


def delimiter_in(text: str) -> str:
    """Find what stands between the cells of a text, by its first line."""
    line = next((line for line in text.splitlines() if line.strip()), "")
    return max(",;\t|", key=line.count)
