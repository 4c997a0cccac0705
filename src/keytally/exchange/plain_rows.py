"""What stands in a file of plain rows: its header, and every record below it as texts with its number?"""

import csv
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from keytally.exchange.errors import UnableToRead
from keytally.exchange.headers import plain_name
from keytally.exchange.limits import DEFAULT_LIMITS
from keytally.exchange.opening import tables_in
from keytally.exchange.samples import parquet_rows
from keytally.exchange.sources import SourceFile
from keytally.exchange.tables import Table
from keytally.exchange.workbooks import cell_text

SEARCHED = 30
_MOST_PARQUET = 1_000_000


@dataclass(frozen=True, slots=True)
class PlainTable:
    """A table with the names of its columns and the number of the record that holds them."""

    table: Table
    names: tuple[str, ...]
    header_row: int

    def rows(self) -> Iterator[tuple[int, list[str]]]:
        """Yield every record below the header that is not blank, with its number in the file."""
        for number, record in enumerate(_records(self.table), start=1):
            cells = [cell.strip() for cell in record]
            if number > self.header_row and any(cells):
                yield number, cells + [""] * (len(self.names) - len(cells))


def plain_table(path: Path, *, name: str, known: Collection[str]) -> PlainTable:
    """Open a file's first table; the header is the record that holds most of the known names."""
    tables, _warnings = tables_in(SourceFile(path, name), None, limits=DEFAULT_LIMITS)
    if not tables:
        raise UnableToRead("file_empty", file=name)
    wanted = {plain_name(one) for one in known}
    found = [(_hits(record, wanted), -number, table) for table in tables for number, record in _first(table)]
    hits, number, table = max(found, key=lambda one: one[:2], default=(0, 0, tables[0]))
    if not hits:
        raise UnableToRead("no_header", file=name)
    record = next(record for place, record in _first(table) if place == -number)
    return PlainTable(table, tuple(cell.strip() for cell in record), -number)


def _first(table: Table) -> Iterator[tuple[int, Sequence[str]]]:
    if table.types:
        yield 0, tuple(table.types)
    else:
        yield from enumerate(table.head[:SEARCHED], start=1)


def _hits(record: Sequence[str], wanted: Collection[str]) -> int:
    return sum(1 for cell in record if cell.strip() and plain_name(cell) in wanted)


def _records(table: Table) -> Iterator[Sequence[str]]:
    if table.rows is not None:
        for record in table.rows():
            yield [cell_text(cell) for cell in record]
    elif table.types:
        yield from islice(parquet_rows(table, limit=_MOST_PARQUET), _MOST_PARQUET)
    elif table.layout is not None:
        with table.path.open(encoding=table.layout.encoding, errors="replace", newline="") as file:
            yield from csv.reader(file, delimiter=table.layout.delimiter)
