"""How does one table become a part: a Parquet file of canonical lines that is finished or not there at all?"""

import hashlib
import json
import os
import shutil
import uuid
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path

import duckdb

from keytally.exchange import part_sql
from keytally.exchange.canonical import LINE_TYPES, Column
from keytally.exchange.currencies import exponent
from keytally.exchange.duck import connection, refusal, run
from keytally.exchange.errors import UnableToRead
from keytally.exchange.headers import Header
from keytally.exchange.limits import Limits
from keytally.exchange.parquet_files import FLOATS, glob_free, identifier
from keytally.exchange.part_sql import RawTable, part_statement
from keytally.exchange.profile import SideProfile
from keytally.exchange.tables import Table, TextLayout
from keytally.exchange.text_files import count_lines, rewrite, utf8_path, write_raw
from keytally.exchange.totals import total_warnings

FORMAT = 2
"""Raise when the same file would be read differently, so that older parts are not reused."""


@dataclass(frozen=True, slots=True)
class Part:
    """A finished part: physical rows `first_row .. first_row + rows - 1` of its table, one record each."""

    lines: Path
    first_row: int
    rows: int
    states: Mapping[int, int]
    present: tuple[str, ...]
    notes: Mapping[str, int]
    warnings: tuple[Mapping[str, object], ...] = field(default=())


@dataclass(frozen=True, slots=True)
class Means:
    """What a reading may use, and whom it tells."""

    cache: Path
    limits: Limits
    memory: str
    threads: int | None
    on_rows: Callable[[int], None]
    is_stopped: Callable[[], bool] | None


def part_of(table: Table, header: Header, places: Mapping[Column, int], *, profile: SideProfile, means: Means) -> Part:
    """Read a table into its part, or take the one that an earlier reading finished."""
    folder = means.cache / _key(table, header, places, profile)
    if (found := _finished(folder)) is not None:
        return found
    draft = means.cache / f"{folder.name}.{os.getpid()}.{uuid.uuid4().hex[:8]}.draft"
    draft.mkdir(parents=True)
    try:
        _write(table, header, places, profile=profile, means=means, draft=draft)
        with suppress(OSError):
            draft.rename(folder)
    except OSError as error:
        raise UnableToRead("disk_full", folder=means.cache) from error
    finally:
        shutil.rmtree(draft, ignore_errors=True)
    part = _finished(folder)
    if part is None:
        raise UnableToRead("disk_full", folder=means.cache)
    return part


def _key(table: Table, header: Header, places: Mapping[Column, int], profile: SideProfile) -> str:
    """Name a part by everything that decides what is in it."""
    stat = table.path.stat()
    facts = (
        FORMAT,
        str(table.path.resolve()),
        stat.st_size,
        stat.st_mtime_ns,
        table.sheet,
        header.row,
        header.rows,
        header.names,
        sorted((column.value, place) for column, place in places.items()),
        repr(profile),
    )
    return hashlib.sha256(repr(facts).encode()).hexdigest()[:32]


def _finished(folder: Path) -> Part | None:
    try:
        stored = json.loads((folder / "part.json").read_text("utf-8"))
    except (OSError, ValueError):
        return None
    states = {int(state): count for state, count in stored.pop("states").items()}
    present, warnings = tuple(stored.pop("present")), tuple(stored.pop("warnings"))
    return Part(lines=folder / "lines.parquet", states=states, present=present, warnings=warnings, **stored)


def _write(
    table: Table,
    header: Header,
    places: Mapping[Column, int],
    *,
    profile: SideProfile,
    means: Means,
    draft: Path,
) -> None:
    lines = draft / "lines.parquet"
    with connection(scratch=draft / "spill", memory=means.memory, threads=means.threads) as con:
        try:
            _parse(con, table, header, places, profile=profile, means=means, draft=draft)
            part = _described(con, lines, table=table, header=header, decimals=exponent(profile.currency))
        except duckdb.Error as error:
            raise _refusal(error, table=table, means=means) from error
    if part.rows > means.limits.max_rows:
        raise UnableToRead("too_many_rows", file=table.label, limit=means.limits.max_rows)
    for leftover in draft.iterdir():
        if leftover != lines:
            shutil.rmtree(leftover) if leftover.is_dir() else leftover.unlink()
    stored = {key: value for key, value in asdict(part).items() if key != "lines"}
    with (draft / "part.json").open("w", encoding="utf-8") as out:
        json.dump(stored, out)
        out.flush()
        os.fsync(out.fileno())
    means.on_rows(part.rows)


def _refusal(error: duckdb.Error, *, table: Table, means: Means) -> Exception:
    known = refusal(error, file=table.label, memory=means.memory, folder=means.cache)
    return known or UnableToRead("damaged", file=table.label)


def _parse(
    con: duckdb.DuckDBPyConnection,
    table: Table,
    header: Header,
    places: Mapping[Column, int],
    *,
    profile: SideProfile,
    means: Means,
    draft: Path,
) -> None:
    """Read the fast way where it is proven right, else the careful way."""
    lines = draft / "lines.parquet"
    headers = _header_texts(table, header, places)
    if table.types:
        _copy(con, replace(_parquet_raw(table, places), headers=headers), profile, lines, means)
        return
    width = len(header.names)
    if table.rows is not None:
        raw_table = _sheet_raw(table, header, places, means=means, draft=draft)
        _copy(con, replace(raw_table, headers=headers), profile, lines, means)
        return
    path = utf8_path(table, scratch=draft)
    layout = table.layout or TextLayout("utf-8", ",", is_one_line_a_record=False)
    if layout.is_one_line_a_record and _read_fast(con, table, header, places, path, profile, lines, means):
        return
    lines.unlink(missing_ok=True)
    raw = draft / "raw.csv"
    rewrite(
        path,
        delimiter=layout.delimiter,
        skip=header.first_data_row - 1,
        width=width,
        to=raw,
        source=table.source,
        limits=means.limits,
        on_rows=_watched(means, table),
    )
    _copy(con, replace(_framed_raw(raw, width, places), headers=headers), profile, lines, means)


def _header_texts(table: Table, header: Header, places: Mapping[Column, int]) -> Mapping[Column, Sequence[str]]:
    """Give the texts by which a column's header is known again: its name, and the cells it was made of."""
    records = table.head[header.row - 1 : header.first_data_row - 1] if header.row else ()
    return {
        column: [
            header.names[place],
            *(text for record in records if place < len(record) and (text := record[place].strip())),
        ]
        for column, place in places.items()
    }


def _watched(means: Means, table: Table) -> Callable[[int], None]:
    from keytally.exchange.errors import ReadingStopped

    def on_rows(rows: int) -> None:
        if rows > means.limits.max_rows:
            raise UnableToRead("too_many_rows", file=table.label, limit=means.limits.max_rows)
        if means.is_stopped is not None and means.is_stopped():
            raise ReadingStopped
        means.on_rows(rows)

    return on_rows


def _read_fast(
    con: duckdb.DuckDBPyConnection,
    table: Table,
    header: Header,
    places: Mapping[Column, int],
    path: Path,
    profile: SideProfile,
    lines: Path,
    means: Means,
) -> bool:
    """Try DuckDB's strict reader; true when every line below the header became one record."""
    expected = count_lines(path)
    if expected is None or table.layout is None:
        return False
    skip = header.first_data_row - 1
    raw = _csv_raw(path, delimiter=table.layout.delimiter, skip=skip, width=len(header.names), places=places)
    try:
        _copy(con, replace(raw, headers=_header_texts(table, header, places)), profile, lines, means)
    except (duckdb.InvalidInputException, duckdb.ConversionException):
        return False
    (count,) = run(con, "SELECT count(*) FROM read_parquet($file)", {"file": glob_free(lines)})[0]
    return count == expected - skip


def _copy(con: duckdb.DuckDBPyConnection, raw: RawTable, profile: SideProfile, lines: Path, means: Means) -> None:
    statement, parameters = part_statement(raw, profile)
    copy = f"COPY ({statement}) TO $part_file (FORMAT parquet, DICTIONARY_SIZE_LIMIT 4096, COMPRESSION lz4_raw)"
    run(con, copy, {**parameters, "part_file": str(lines)}, is_stopped=means.is_stopped)


def _csv_raw(
    path: Path, *, delimiter: str, skip: int, width: int, places: Mapping[Column, int], first: int = 0
) -> RawTable:
    columns = ", ".join(f"'c{place}': 'VARCHAR'" for place in range(width + first))
    relation = (
        "read_csv($raw_file, auto_detect=false, header=false, skip=$raw_skip, delim=$raw_delimiter, quote='\"', "
        "escape='\"', comment='', strict_mode=true, null_padding=false, max_line_size=4000000, "
        f"columns={{{columns}}})"
    )
    parameters = {"raw_file": glob_free(path), "raw_skip": skip, "raw_delimiter": delimiter}
    mapped = {column: f"c{place + first}" for column, place in places.items()}
    others = [f"c{place + first}" for place in range(width) if place not in places.values()]
    return RawTable(relation=relation, parameters=parameters, columns=mapped, others=others)


def _framed_raw(raw: Path, width: int, places: Mapping[Column, int]) -> RawTable:
    """Read back what `write_raw` wrote: a mark in front of every record."""
    table = _csv_raw(raw, delimiter=",", skip=0, width=width, places=places, first=1)
    return RawTable(table.relation, table.parameters, table.columns, table.others, overlong="c0 = 'x'")


def _sheet_raw(table: Table, header: Header, places: Mapping[Column, int], *, means: Means, draft: Path) -> RawTable:
    from itertools import islice

    from keytally.exchange.workbooks import as_texts

    raw = draft / "raw.csv"
    width = len(header.names)
    records = islice(table.records(), header.first_data_row - 1, None)
    with raw.open("w", encoding="utf-8", newline="") as out:
        write_raw(
            as_texts(records, places=places), width=width, to=out, on_rows=_watched(means, table), limits=means.limits
        )
    return _framed_raw(raw, width, places)


def _parquet_raw(table: Table, places: Mapping[Column, int]) -> RawTable:
    names = list(table.types)
    columns = {column: _as_text(names[place], table.types[names[place]], column) for column, place in places.items()}
    others = [
        identifier(name)
        for place, name in enumerate(names)
        if place not in places.values() and table.types[name] == "VARCHAR"
    ]
    return RawTable("read_parquet($raw_file)", {"raw_file": glob_free(table.path)}, columns, others)


def _as_text(name: str, kind: str, column: Column) -> str:
    """Floating codes lose their `.0`; they carry the mark of a code that was stored as a number."""
    value = identifier(name)
    if kind in FLOATS and column not in (Column.QUANTITY, Column.UNIT_PRICE, Column.AMOUNT):
        return f"chr(31) || coalesce(TRY_CAST({value} AS DECIMAL(38,0))::VARCHAR, {value}::VARCHAR)"
    return f"CAST({value} AS VARCHAR)"


def _described(con: duckdb.DuckDBPyConnection, lines: Path, *, table: Table, header: Header, decimals: int) -> Part:
    first_row = 1 if table.types else header.first_data_row
    columns = [column for column in LINE_TYPES if column not in ("rid", "currency")]
    counts = ", ".join(f"count({column})" for column in columns)
    found = run(
        con,
        f"SELECT state, notes, count(*), {counts} FROM read_parquet($file) GROUP BY state, notes",  # noqa: S608 - our columns
        {"file": glob_free(lines)},
    )
    states: dict[int, int] = {}
    notes: dict[str, int] = {}
    filled: dict[str, int] = dict.fromkeys(columns, 0)
    for row in found:
        _tally(row, states, notes, filled, columns)
    present = [column for column in columns if filled[column]]
    warnings: Sequence[Mapping[str, object]] = ()
    if states.get(part_sql.TOTALS):
        warnings = total_warnings(con, lines, first_row=first_row, label=table.label, decimals=decimals)
    return Part(lines, first_row, sum(states.values()), states, tuple(present), notes, tuple(warnings))


def _tally(
    row: Sequence[object],
    states: dict[int, int],
    notes: dict[str, int],
    filled: dict[str, int],
    columns: Sequence[str],
) -> None:
    state, bits, count = (int(str(value)) for value in row[:3])
    states[state] = states.get(state, 0) + count
    if state != part_sql.ACCEPTED:
        return
    for bit in (part_sql.ROUNDED, part_sql.FAR, part_sql.AS_NUMBER, part_sql.SHORTENED):
        if bits & bit:
            notes[str(bit)] = notes.get(str(bit), 0) + count
    for column, value in zip(columns, row[3:], strict=True):
        filled[column] += int(str(value))
