"""What can be seen of a side before a profile exists: its header, found by its names, and a sample?"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import islice

import duckdb

from keytally.exchange.encodings import REPLACEMENT
from keytally.exchange.errors import UnableToRead, Warning_
from keytally.exchange.headers import SEARCH_RECORDS, Header, header_names, plain_name
from keytally.exchange.limits import Limits
from keytally.exchange.name_scores import name_scores
from keytally.exchange.opening import tables_in
from keytally.exchange.parquet_files import glob_free, identifier
from keytally.exchange.sources import SourceFile
from keytally.exchange.tables import Table
from keytally.exchange.values import read_date, read_figure
from keytally.exchange.workbooks import cell_text

SAMPLE_ROWS = 20_000
_CHECKED_FILES = 20


@dataclass(frozen=True)
class Sample:
    """The first rows below the header of a side's first table, by column."""

    table: Table
    header: Header
    rows: Sequence[Sequence[str]]
    is_whole: bool
    warnings: tuple[Warning_, ...] = ()

    @property
    def file(self) -> str:
        """Name the table as a person would look for it."""
        return self.table.label

    @cached_property
    def columns(self) -> Sequence[Sequence[str]]:
        """Turn the rows into columns."""
        width = len(self.header.names)
        if self.rows and all(len(row) == width for row in self.rows):
            return list(zip(*self.rows, strict=True))
        return [[_cell(row, place) for row in self.rows] for place in range(width)]


def _cell(row: Sequence[str], place: int) -> str:
    return row[place] if place < len(row) else ""


def side_sample(files: Sequence[SourceFile], *, limits: Limits) -> Sample:
    """Open the first file of a side that has rows, else a header, and look whether the others have the same."""
    if not files:
        raise UnableToRead("no_files")
    sample = _side_sample(files[:_CHECKED_FILES], limits=limits)
    warnings = list(sample.warnings)
    for source in (one for one in files[:_CHECKED_FILES] if one != sample.table.source):
        lacking = _lacking(source, sample, limits=limits)
        if lacking:
            params = {"file": source.name, "headers": ", ".join(lacking), "first": sample.table.source.name}
            warnings.append(Warning_("layout_differs", params))
    return Sample(sample.table, sample.header, sample.rows, sample.is_whole and len(files) == 1, tuple(warnings))


def _side_sample(files: Sequence[SourceFile], *, limits: Limits) -> Sample:
    header_only: Sample | None = None
    for source in files:
        sample = _file_sample(source, limits=limits)
        if sample is not None and sample.rows:
            return sample
        header_only = header_only or sample
    if header_only is None:
        raise UnableToRead("file_empty", file=files[0].name)
    return header_only


def _file_sample(source: SourceFile, *, limits: Limits) -> Sample | None:
    tables, warnings = tables_in(source, None, limits=limits)
    if not tables:
        return None
    scored = [(score, table, header) for table in tables for score, header in [guessed_header(table)] if header]
    if not scored:
        raise UnableToRead("no_header", file=source.name)
    _, table, header = max(scored, key=lambda one: one[0])
    rows, is_whole = _rows_below(table, header)
    return Sample(table, header, rows, is_whole and len(tables) == 1, tuple(warnings))


def _lacking(source: SourceFile, sample: Sample, *, limits: Limits) -> list[str]:
    tables, _ = tables_in(source, None, limits=limits)
    if not tables:
        return []
    found = [header for table in tables for _, header in [guessed_header(table)] if header]
    names = {plain_name(name) for header in found for name in header.names}
    return [name for name in sample.header.names if name and plain_name(name) not in names]


def _rows_below(table: Table, header: Header) -> tuple[Sequence[Sequence[str]], bool]:
    if table.types:
        rows = parquet_rows(table, limit=SAMPLE_ROWS)
        return rows, len(rows) < SAMPLE_ROWS
    below = [row for row in table.head[header.first_data_row - 1 :] if any(cell.strip() for cell in row)]
    return below, table.is_complete


def parquet_rows(table: Table, *, limit: int) -> list[tuple[str, ...]]:
    """Read the first rows of a Parquet file as texts."""
    texts = ", ".join(f"coalesce(CAST({identifier(name)} AS VARCHAR), '')" for name in table.types)
    with duckdb.connect() as con:
        sql = f"SELECT {texts} FROM read_parquet($file) LIMIT {limit}"  # noqa: S608 - quoted identifiers
        try:
            return con.execute(sql, {"file": glob_free(table.path)}).fetchall()
        except duckdb.Error as error:
            raise UnableToRead("damaged", file=table.label) from error


def guessed_header(table: Table) -> tuple[int, Header | None]:
    """Find the record, or pair of records, whose cells are most evidently names of columns."""
    if table.types:
        return 1, Header(row=0, rows=1, names=tuple(table.types))
    best: tuple[int, Header | None] = (0, None)
    for place in range(min(SEARCH_RECORDS, len(table.head))):
        for rows in (1, 2):
            records = table.head[place : place + rows]
            if len(records) < rows or not _is_named(records):
                continue
            names = header_names(records)
            score = _header_score(names) - (15 if rows == 2 else 0)
            if score > best[0]:
                best = score, Header(row=place + 1, rows=rows, names=names)
    return best


def _is_named(records: Sequence[Sequence[str]]) -> bool:
    """Tell whether records have at least two names and neither figures nor dates."""
    cells = [cell for record in records for cell in record if cell.strip()]
    if len(cells) < 2 or any(not [cell for cell in record if cell.strip()] for record in records):
        return False
    return not any(_is_value(cell) for cell in cells)


def _is_value(cell: str) -> bool:
    if REPLACEMENT in cell or len(cell) > 120:
        return True
    figure = read_figure(cell, decimals=2, marks="¥|CNY")
    return (figure is not None and hasattr(figure, "scaled")) or hasattr(read_date(cell), "year")


def _header_score(names: Sequence[str]) -> int:
    """Add up, over the canonical columns, how well the best of the names fits."""
    best: dict[str, int] = {}
    for name in names:
        for column, found in name_scores(name).items():
            best[column] = max(best.get(column, 0), found.score)
    return sum(best.values()) if len(best) > 1 else 0


def all_values(sample: Sample, place: int) -> Iterator[str]:
    """Yield a column's values beyond the sample, as texts, through the whole table."""
    table = sample.table
    if table.rows is not None:
        for record in islice(table.rows(), sample.header.first_data_row - 1, None):
            yield cell_text(record[place]) if place < len(record) else ""
    elif table.types:
        yield from _parquet_values(table, list(table.types)[place])
    elif table.layout is not None:
        yield from _text_values(table, place)


def _parquet_values(table: Table, name: str) -> Iterator[str]:
    sql = f"SELECT DISTINCT CAST({identifier(name)} AS VARCHAR) FROM read_parquet($file)"  # noqa: S608 - quoted
    with duckdb.connect() as con:
        con.execute(sql, {"file": glob_free(table.path)})
        while rows := con.fetchmany(10_000):
            yield from (text or "" for (text,) in rows)


def _text_values(table: Table, place: int) -> Iterator[str]:
    import csv

    layout = table.layout
    if layout is None:
        return
    with table.path.open(encoding=layout.encoding, errors="replace", newline="") as file:
        try:
            for record in csv.reader(file, delimiter=layout.delimiter):
                yield record[place] if place < len(record) else ""
        except csv.Error:
            return
