"""How do the records of a text file reach the database with their physical numbers right?

DuckDB's parallel reader is used where it is strict about every record and a count proves that it dropped no blank
line; everything else goes, record by record, through Python's reader.
"""

import csv
import gc
import io
import itertools
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from keytally.exchange.encodings import SAMPLE_BYTES, encoding_of, transcode
from keytally.exchange.errors import UnableToRead
from keytally.exchange.limits import Limits
from keytally.exchange.sources import SourceFile
from keytally.exchange.tables import Table, TextLayout

DELIMITERS = (",", "\t", ";", "|")
RAW_DELIMITER = ","
HEAD_RECORDS = 20_000
_MARK = "r"
_OVERLONG = "x"


def text_table(source: SourceFile, *, encoding: str | None, delimiter: str | None, limits: Limits) -> Table | None:
    """Open a text file: its layout and its first records; None when nothing stands in it."""
    found = encoding_of(source, stated=encoding)
    with source.path.open("rb") as file:
        head = file.read(SAMPLE_BYTES)
    text = _decoded(head, found)
    is_complete = source.path.stat().st_size <= len(head)
    if not text.strip() and is_complete:
        return None
    _refuse_wide(text, source=source, limits=limits)
    mark = delimiter or delimiter_of(text)
    records, lines = _records(text, delimiter=mark, is_complete=is_complete)
    layout = TextLayout(encoding=found, delimiter=mark, is_one_line_a_record=lines == len(records))
    return Table(source=source, sheet=None, head=records, layout=layout, is_complete=is_complete)


def _decoded(head: bytes, encoding: str) -> str:
    """Decode the sample, without the half character that its end may cut."""
    import codecs

    return codecs.getincrementaldecoder(encoding)(errors="replace").decode(head).removeprefix("\ufeff")


def _refuse_wide(text: str, *, source: SourceFile, limits: Limits) -> None:
    line = max(itertools.islice(text.splitlines(), 50), key=len)
    columns = max(line.count(mark) for mark in DELIMITERS) + 1
    if columns > limits.max_columns:
        raise UnableToRead("too_many_columns", file=source.name, count=columns, limit=limits.max_columns)


def delimiter_of(text: str) -> str:
    """Choose the delimiter that cuts most records into the same, largest number of cells."""
    if text[:4].lower() == "sep=" and len(text) > 4:
        return text[4]
    return max(DELIMITERS, key=lambda mark: _evenness(text, mark))


def _evenness(text: str, mark: str) -> tuple[int, int]:
    sample = itertools.islice(csv.reader(io.StringIO(text), delimiter=mark), 200)
    widths = [len(record) for record in _tolerant(sample) if len(record) > 1]
    if not widths:
        return 0, 0
    common = max(set(widths), key=lambda width: (widths.count(width), width))
    return widths.count(common), common


def _tolerant(records: Iterator[list[str]]) -> Iterator[list[str]]:
    while True:
        try:
            yield next(records)
        except (StopIteration, csv.Error):
            return


def _records(text: str, *, delimiter: str, is_complete: bool) -> tuple[list[list[str]], int]:
    """Read the sample's records; the last one may be cut and is left out."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    records: list[list[str]] = []
    lines = 0
    for record in _tolerant(itertools.islice(reader, HEAD_RECORDS + 1)):
        records.append(record)
        lines = reader.line_num
        if len(records) == HEAD_RECORDS:
            return records, lines
    if not is_complete and len(records) > 1:
        records.pop()
        lines = len(records) if lines == len(records) + 1 else lines
    return records, lines


def utf8_path(table: Table, *, scratch: Path) -> Path:
    """Give the text in UTF-8: the file itself, or a copy."""
    if table.layout is None or table.layout.encoding in ("utf-8", "utf-8-sig", "ascii"):
        return table.path
    copy = scratch / "utf8.csv"
    transcode(table.path, encoding=table.layout.encoding, to=copy)
    return copy


def rewrite(
    path: Path,
    *,
    delimiter: str,
    skip: int,
    width: int,
    to: Path,
    source: SourceFile,
    limits: Limits,
    on_rows: Callable[[int], None],
) -> None:
    """Write the records below the header again, one way, with a mark in front and blank ones kept.

    A stray quote makes quotes ordinary characters for the whole file: the rows it spoils are then rejected one by one.
    """
    for quoting in (csv.QUOTE_MINIMAL, csv.QUOTE_NONE):
        try:
            with (
                path.open(encoding="utf-8-sig", errors="replace", newline="") as file,
                to.open("w", encoding="utf-8", newline="") as out,
            ):
                records = csv.reader(file, delimiter=delimiter, quoting=quoting, strict=True)
                write_raw(itertools.islice(records, skip, None), width=width, to=out, on_rows=on_rows, limits=limits)
        except csv.Error as error:
            if quoting == csv.QUOTE_NONE or "field larger" in str(error):
                raise _too_long(source, limits=limits, error=error) from error
        else:
            return


def _too_long(source: SourceFile, *, limits: Limits, error: Exception) -> UnableToRead:
    return UnableToRead("cell_too_long_in_file", file=source.name, limit=limits.max_cell_chars, row="?")


def write_raw(
    records: Iterator[Sequence[object]],
    *,
    width: int,
    to: io.TextIOBase,
    on_rows: Callable[[int], None],
    limits: Limits,
) -> None:
    """Write records of exactly `width` cells behind a mark that says which of them had more."""
    writer = csv.writer(to, delimiter=RAW_DELIMITER, lineterminator="\n", quoting=csv.QUOTE_MINIMAL)
    done = 0
    with _uncollected():
        while batch := list(itertools.islice(records, 20_000)):
            is_even = all(len(record) == width for record in batch)
            writer.writerows([(_MARK, *record) if is_even else _framed(record, width) for record in batch])
            done += len(batch)
            on_rows(done)


@contextmanager
def _uncollected() -> Iterator[None]:
    """Keep the garbage collector from looking through millions of cells that hold no cycles."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def _framed(record: Sequence[object], width: int) -> Sequence[object]:
    missing = width - len(record)
    if missing == 0:
        return [_MARK, *record]
    if missing > 0:
        return [_MARK, *record, *[""] * missing]
    mark = _OVERLONG if any(record[width:]) else _MARK
    return [mark, *record[:width]]
