"""How does one table become a part: Parquet files of canonical lines that are finished or not there at all?"""

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

from keytally.exchange import part_sql, quick_sql
from keytally.exchange.canonical import Column
from keytally.exchange.currencies import exponent
from keytally.exchange.duck import connection, refusal, run
from keytally.exchange.errors import UnableToRead
from keytally.exchange.headers import Header
from keytally.exchange.limits import Limits
from keytally.exchange.parquet_files import filled_counts, glob_free
from keytally.exchange.part_sql import RawTable, part_statement
from keytally.exchange.profile import SideProfile
from keytally.exchange.quick_sql import QUICK_COLUMNS
from keytally.exchange.raw_tables import csv_raw, framed_raw, parquet_raw
from keytally.exchange.surveys import Survey, survey_aside, survey_of
from keytally.exchange.tables import Table, TextLayout
from keytally.exchange.text_files import rewrite, utf8_path, write_raw
from keytally.exchange.totals import total_warnings

FORMAT = 3
"""Raise when the same file would be read differently, so that older parts are not reused."""
LINES, ODD = "lines.parquet", "odd.parquet"
_WRITING = "FORMAT parquet, COMPRESSION uncompressed, DICTIONARY_SIZE_LIMIT 4096, WRITE_BLOOM_FILTER false, "
_WRITING += "PARQUET_VERSION v2"


@dataclass(frozen=True, slots=True)
class Part:
    """A finished part: physical rows `first_row .. first_row + rows - 1` of its table, one record each.

    Where the rows were read the quick way, `currency` is that of the plainly written ones, and the `odd_rows` others
    stand in a file of their own, each with its `place` from 0.
    """

    lines: Path
    first_row: int
    rows: int
    states: Mapping[int, int]
    present: tuple[str, ...]
    notes: Mapping[str, int]
    warnings: tuple[Mapping[str, object], ...] = field(default=())
    currency: str | None = None
    odd_rows: int = 0

    @property
    def judged(self) -> Path | None:
        """Name the file in which rows have a state; None when all were plainly written."""
        if self.currency is None:
            return self.lines
        return self.lines.with_name(ODD) if self.odd_rows else None

    @property
    def records(self) -> tuple[str, Mapping[str, object]]:
        """Give the place, state and measures of every row as a SELECT with its parameters."""
        columns = "state, amount, quantity"
        if self.currency is None:
            sql = f"SELECT file_row_number AS place, {columns} FROM read_parquet($lines, file_row_number=true)"  # noqa: S608 - constants
            return sql, {"lines": glob_free(self.lines)}
        plain = f"{part_sql.ACCEPTED}::UTINYINT AS state, amount, quantity"
        sql = f"SELECT file_row_number AS place, {plain} FROM read_parquet($lines, file_row_number=true)"  # noqa: S608 - constants
        if not self.odd_rows:
            return sql, {"lines": glob_free(self.lines)}
        sql += f" WHERE odd IS NULL UNION ALL SELECT place, {columns} FROM read_parquet($odd)"  # noqa: S608 - constants
        return sql, {"lines": glob_free(self.lines), "odd": glob_free(self.lines.with_name(ODD))}


# How much of a file counts as done, per mille, when its text lies there in UTF-8, and when its lines are counted.
_OPENED, _SURVEYED = 30, 100


@dataclass(frozen=True, slots=True)
class Means:
    """What a reading may use, and whom it tells."""

    cache: Path
    limits: Limits
    memory: str
    threads: int | None
    on_rows: Callable[[int], None]
    is_stopped: Callable[[], bool] | None
    on_part: Callable[[int], None] | None = None


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
    return Part(lines=folder / LINES, states=states, present=present, warnings=warnings, **stored)


def _write(
    table: Table,
    header: Header,
    places: Mapping[Column, int],
    *,
    profile: SideProfile,
    means: Means,
    draft: Path,
) -> None:
    lines = draft / LINES
    with connection(scratch=draft / "spill", memory=means.memory, threads=means.threads) as con:
        try:
            usual = _parse(con, table, header, places, profile=profile, means=means, draft=draft)
            part = _described(con, lines, table, header, usual=usual, decimals=exponent(profile.currency))
        except duckdb.Error as error:
            raise _refusal(error, table=table, means=means) from error
    if part.rows > means.limits.max_rows:
        raise UnableToRead("too_many_rows", file=table.label, limit=means.limits.max_rows)
    for leftover in draft.iterdir():
        if leftover.name not in (LINES, ODD):
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
) -> str | None:
    """Read the fast way where it is proven right, else the careful way; give the currency of plainly written rows."""
    task = _Task(con, table, header, places, profile, means, draft)
    if table.types:
        _copy(task, task.named(parquet_raw(table, places)))
        return None
    if table.rows is not None:
        raw = draft / "raw.csv"
        _write_sheet(table, header, places, means=means, raw=raw)
        return _copy_texts(task, task.named(framed_raw(raw, len(header.names), places)), survey_of(raw), delimiter=",")
    return _parse_text(task)


@dataclass(frozen=True, slots=True)
class _Task:
    """What is read, and into which folder."""

    con: duckdb.DuckDBPyConnection
    table: Table
    header: Header
    places: Mapping[Column, int]
    profile: SideProfile
    means: Means
    draft: Path

    def named(self, raw: RawTable) -> RawTable:
        """Tell a relation by which texts its header is known again."""
        return replace(raw, headers=_header_texts(self.table, self.header, self.places))


def _parse_text(task: _Task) -> str | None:
    """Try DuckDB's strict reader, which is right when every line below the header became one record."""
    path = utf8_path(task.table, scratch=task.draft)
    layout = task.table.layout or TextLayout("utf-8", ",", is_one_line_a_record=False)
    width, skip = len(task.header.names), task.header.first_data_row - 1
    _tell_part(task, _OPENED)
    survey = survey_aside(path, skip=skip)
    _tell_part(task, _SURVEYED)
    lines = task.draft / LINES
    if layout.is_one_line_a_record and survey.lines is not None:
        raw = csv_raw(path, delimiter=layout.delimiter, skip=skip, width=width, places=task.places)
        with suppress(duckdb.InvalidInputException, duckdb.ConversionException):
            usual = _copy_texts(task, task.named(raw), survey, delimiter=layout.delimiter)
            ((count,),) = run(task.con, "SELECT count(*) FROM read_parquet($file)", {"file": glob_free(lines)})
            if count == survey.lines - skip:
                return usual
    lines.unlink(missing_ok=True)
    lines.with_name(ODD).unlink(missing_ok=True)
    return _parse_carefully(task, path, delimiter=layout.delimiter, survey=survey)


def _tell_part(task: _Task, part: int) -> None:
    if task.means.on_part is not None:
        task.means.on_part(part)


def _parse_carefully(task: _Task, path: Path, *, delimiter: str, survey: Survey) -> str | None:
    """Bring every record through Python's reader."""
    raw, width = task.draft / "raw.csv", len(task.header.names)
    rewrite(
        path,
        delimiter=delimiter,
        skip=task.header.first_data_row - 1,
        width=width,
        to=raw,
        source=task.table.source,
        limits=task.means.limits,
        on_rows=_watched(task.means, task.table),
    )
    return _copy_texts(task, task.named(framed_raw(raw, width, task.places)), survey_of(raw), delimiter=",")


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


def _copy_texts(task: _Task, raw: RawTable, survey: Survey, *, delimiter: str) -> str | None:
    """Write the lines the quick way where most rows are plainly written; give the currency of those, else None."""
    if not quick_sql.is_surveyed_plain(survey, task.profile):
        _copy(task, raw)
        return None
    usual = quick_sql.usual_currency(_head_values(task, Column.CURRENCY), task.profile)
    statement, parameters = quick_sql.quick_statement(
        raw, task.profile, survey=survey, usual=usual, delimiter=delimiter
    )
    ((is_mostly_odd,),) = run(task.con, quick_sql.mostly_odd(statement), parameters)
    if is_mostly_odd:
        _copy(task, raw)
        return None
    lines = task.draft / LINES
    _copy_statement(task, statement, parameters, to=lines)
    if run(task.con, "SELECT count(odd) FROM read_parquet($file)", {"file": glob_free(lines)}) != [(0,)]:
        statement, parameters = part_statement(quick_sql.odd_rows(raw, glob_free(lines)), task.profile)
        _copy_statement(task, statement, parameters, to=lines.with_name(ODD))
    return usual


def _head_values(task: _Task, column: Column) -> Sequence[str]:
    place = task.places.get(column)
    records = task.table.head[task.header.first_data_row - 1 :]
    return [] if place is None else [record[place] for record in records if place < len(record)]


def _copy(task: _Task, raw: RawTable) -> None:
    statement, parameters = part_statement(raw, task.profile)
    _copy_statement(task, statement, parameters, to=task.draft / LINES)


def _copy_statement(task: _Task, statement: str, parameters: Mapping[str, object], *, to: Path) -> None:
    copy = f"COPY ({statement}) TO $part_file ({_WRITING})"
    given = {**parameters, "part_file": str(to)}
    tell = task.means.on_part
    on_part = (lambda part: tell(_SURVEYED + part * (1000 - _SURVEYED) // 1000)) if tell else None
    run(task.con, copy, given, is_stopped=task.means.is_stopped, on_part=on_part)


def _write_sheet(table: Table, header: Header, places: Mapping[Column, int], *, means: Means, raw: Path) -> None:
    from itertools import islice

    from keytally.exchange.workbooks import as_texts

    records = as_texts(islice(table.records(), header.first_data_row - 1, None), places=places)
    with raw.open("w", encoding="utf-8", newline="") as out:
        write_raw(records, width=len(header.names), to=out, on_rows=_watched(means, table), limits=means.limits)


def _described(
    con: duckdb.DuckDBPyConnection, lines: Path, table: Table, header: Header, *, usual: str | None, decimals: int
) -> Part:
    rows, odd_rows = _counted(con, lines, is_quick=usual is not None)
    first_row = 1 if table.types else header.first_data_row
    part = Part(lines, first_row, rows, {}, (), {}, currency=usual, odd_rows=odd_rows)
    states: dict[int, int] = {}
    notes: dict[str, int] = {}
    filled = dict.fromkeys(QUICK_COLUMNS, 0)
    if usual is not None:
        states[part_sql.ACCEPTED] = rows - odd_rows
        filled |= _plainly_filled(con, part)
    if part.judged is not None:
        counts = ", ".join(f"count({column})" for column in QUICK_COLUMNS)
        sql = f"SELECT state, notes, count(*), {counts} FROM read_parquet($file) GROUP BY state, notes"  # noqa: S608 - our columns
        for row in run(con, sql, {"file": glob_free(part.judged)}):
            _tally(row, states, notes, filled, QUICK_COLUMNS)
    warnings: Sequence[Mapping[str, object]] = ()
    if states.get(part_sql.TOTALS):
        warnings = total_warnings(con, part.records, first_row=first_row, label=table.label, decimals=decimals)
    present = tuple(column for column in QUICK_COLUMNS if filled[column])
    return replace(part, states=states, present=present, notes=notes, warnings=tuple(warnings))


def _counted(con: duckdb.DuckDBPyConnection, lines: Path, *, is_quick: bool) -> tuple[int, int]:
    odd = "count(odd)" if is_quick else "0"
    ((rows, odd_rows),) = run(con, f"SELECT count(*), {odd} FROM read_parquet($file)", {"file": glob_free(lines)})  # noqa: S608 - constants
    return int(str(rows)), int(str(odd_rows))


def _plainly_filled(con: duckdb.DuckDBPyConnection, part: Part) -> Mapping[str, int]:
    """Count, at least, the values of the plainly written rows; the file's own counts mostly tell."""
    stated = filled_counts(con, glob_free(part.lines))
    least = {column: stated.get(column, 0) - part.odd_rows for column in QUICK_COLUMNS}
    doubtful = [column for column in QUICK_COLUMNS if least[column] <= 0 and stated.get(column, 1)]
    if doubtful:
        counts = ", ".join(f"count({column})" for column in doubtful)
        sql = f"SELECT {counts} FROM read_parquet($file) WHERE odd IS NULL"  # noqa: S608 - our columns
        (row,) = run(con, sql, {"file": glob_free(part.lines)})
        least |= {column: int(str(count)) for column, count in zip(doubtful, row, strict=True)}
    return {column: max(count, 0) for column, count in least.items()}


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
