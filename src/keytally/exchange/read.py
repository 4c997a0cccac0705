"""How do the files of one side become the lines that the engine tallies, and the rows that nobody can read?"""

import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import duckdb

from keytally.exchange.canonical import CODE_COLUMNS, Column, LinesSource, SideLines, TableRef
from keytally.exchange.duck import connection, refusal
from keytally.exchange.errors import UnableToRead, Warning_
from keytally.exchange.headers import Header, columns_of, header_of, mapped_places
from keytally.exchange.limits import DEFAULT_LIMITS, Limits
from keytally.exchange.opening import tables_in
from keytally.exchange.parquet_files import is_typed
from keytally.exchange.part_sql import ACCEPTED, AS_NUMBER, BLANK, FAR, REJECTED, ROUNDED, SHORTENED, TOTALS
from keytally.exchange.parts import Means, Part, part_of
from keytally.exchange.profile import SideProfile
from keytally.exchange.rejected import gather_rejected
from keytally.exchange.side_sources import parts_source, typed_source
from keytally.exchange.sources import SourceFile
from keytally.exchange.tables import Table
from keytally.exchange.typed_lines import TypedFile, typed_file

LARGEST_RID = 2**31 - 1


@dataclass(frozen=True, slots=True)
class ReadProgress:
    """How far a reading is: the file at work, its number, how many there are, the rows done so far.

    `part` is how much of the file is done, per mille, where that is known before its rows are counted.
    """

    file: str
    number: int
    files: int
    rows: int
    part: int = 0


@dataclass(frozen=True, slots=True)
class ReadCounts:
    """What became of every record below the headers that is not blank: read = accepted + rejected + totals."""

    files: int
    read: int
    accepted: int
    rejected: int
    totals: int


@dataclass(frozen=True, slots=True)
class SideRead:
    """One side, read: its lines, what became of its records, the rejected ones (Parquet), and what to know.

    `shortened` names the columns of codes that a spreadsheet may have turned into numbers.
    """

    lines: SideLines
    counts: ReadCounts
    rejected: Path
    warnings: tuple[Warning_, ...]
    shortened: frozenset[Column] = frozenset()


@dataclass(frozen=True, slots=True)
class OpenTable:
    """A table whose header was found: which of its columns are mapped."""

    table: Table
    header: Header
    places: Mapping[Column, int]

    @property
    def names(self) -> Mapping[Column, str]:
        """Give the header text of every mapped column."""
        return {column: self.header.names[place] for column, place in self.places.items()}


@dataclass(frozen=True, slots=True)
class ReadTable:
    """A table that was read: where its rows stand in the side, and what holds its lines."""

    opened: OpenTable
    base: int
    content: Part | TypedFile

    @property
    def last_row(self) -> int:
        """Give the last physical row."""
        if isinstance(self.content, Part):
            return self.content.first_row + self.content.rows - 1
        return self.content.rows


@dataclass(slots=True)
class _Reading:
    """The work in progress: nothing of it is shown before all of it is done."""

    profile: SideProfile
    means: Means
    side: str
    tables: list[ReadTable] = field(default_factory=list)
    warnings: list[Warning_] = field(default_factory=list)

    @property
    def next_base(self) -> int:
        return self.tables[-1].base + self.tables[-1].last_row if self.tables else 0


def read_side(  # noqa: PLR0913 - the published signature
    files: Sequence[SourceFile],
    profile: SideProfile,
    *,
    side: str,
    cache: Path,
    limits: Limits = DEFAULT_LIMITS,
    memory: str = "4GB",
    threads: int | None = None,
    on_progress: Callable[[ReadProgress], None] | None = None,
    is_stopped: Callable[[], bool] | None = None,
) -> SideRead:
    """Read the files of a side; parsed input that an earlier reading finished in `cache` is reused."""
    if not files:
        raise UnableToRead("no_files")
    if len(files) > limits.max_files:
        raise UnableToRead("too_many_files", count=len(files), limit=limits.max_files)
    progress = _Progress(files, on_progress)
    means = Means(cache, limits, memory, threads, progress.rows, is_stopped, progress.part)
    reading = _Reading(profile=profile, means=means, side=side)
    cache.mkdir(parents=True, exist_ok=True)
    for number, source in enumerate(files, start=1):
        progress.file(number)
        _read_file(source, reading)
    if not reading.tables:
        raise UnableToRead("file_empty", file=files[0].name)
    return _side(reading, files=len(files))


class _Progress:
    """Tell the reader's caller where the reading is, from whatever thread."""

    def __init__(self, files: Sequence[SourceFile], tell: Callable[[ReadProgress], None] | None) -> None:
        self._files, self._tell = files, tell
        self._number = self._rows = 0
        self._lock = threading.Lock()

    def file(self, number: int) -> None:
        self._number = number
        self.rows(0)

    def rows(self, rows: int) -> None:
        self._rows = rows
        self.part(0)

    def part(self, part: int) -> None:
        if self._tell is not None:
            with self._lock:
                name, files = self._files[self._number - 1].name, len(self._files)
                self._tell(ReadProgress(file=name, number=self._number, files=files, rows=self._rows, part=part))


def _read_file(source: SourceFile, reading: _Reading) -> None:
    tables, warnings = tables_in(source, reading.profile, limits=reading.means.limits)
    reading.warnings.extend(warnings)
    if not tables:
        reading.warnings.append(_warning("file_without_rows", file=source.name))
        return
    opened = [found for table in tables if (found := _opened(table, reading, alone=len(tables) == 1))]
    if not opened:
        raise _no_header(source, reading.profile)
    for one in opened:
        _read_table(one, reading)


def _no_header(source: SourceFile, profile: SideProfile) -> UnableToRead:
    if profile.columns:
        return UnableToRead("columns_missing", file=source.name, headers=", ".join(profile.columns.values()))
    return UnableToRead("no_header", file=source.name)


def _opened(table: Table, reading: _Reading, *, alone: bool) -> OpenTable | None:
    header = header_of(table, reading.profile)
    if header is None:
        if not alone:
            reading.warnings.append(_warning("sheet_skipped", file=table.source.name, sheet=table.sheet))
        return None
    if len(header.names) > reading.means.limits.max_columns:
        raise UnableToRead(
            "too_many_columns", file=table.label, count=len(header.names), limit=reading.means.limits.max_columns
        )
    places, absent = mapped_places(table, header, reading.profile)
    if not {Column.AMOUNT, Column.QUANTITY} & set(places):
        wanted = [columns_of(reading.profile).get(column) for column in (Column.AMOUNT, Column.QUANTITY)]
        headers = ", ".join(name for name in wanted if name)
        code = "columns_missing" if absent else "no_measure_column"
        raise UnableToRead(code, file=table.label, headers=headers)
    if absent:
        reading.warnings.append(_warning("column_absent", file=table.label, headers=", ".join(absent)))
    return OpenTable(table=table, header=header, places=places)


def _warning(code: str, **params: object) -> Warning_:
    return Warning_(code, params)


def _read_table(opened: OpenTable, reading: _Reading) -> None:
    content = _typed(opened, reading) or part_of(
        opened.table, opened.header, opened.places, profile=reading.profile, means=reading.means
    )
    read = ReadTable(opened=opened, base=reading.next_base, content=content)
    if read.base + read.last_row > LARGEST_RID:
        raise UnableToRead("too_many_rows", file=opened.table.label, limit=LARGEST_RID)
    reading.tables.append(read)
    if read.content.rows == _states(content).get(BLANK, 0):
        reading.warnings.append(_warning("file_without_rows", file=opened.table.label))
    reading.warnings.extend(_warnings(read))


def _typed(opened: OpenTable, reading: _Reading) -> TypedFile | None:
    names = opened.names
    if not opened.table.types or not is_typed(opened.table, names):
        return None
    scratch = reading.means.cache / f"spill-{reading.side}"
    with connection(scratch=scratch, memory=reading.means.memory, threads=reading.means.threads) as con:
        prefix = f"{reading.side}_{len(reading.tables)}"
        try:
            found = typed_file(con, opened.table, names, profile=reading.profile, prefix=prefix)
        except duckdb.Error as error:
            known = refusal(error, file=opened.table.label, memory=reading.means.memory, folder=reading.means.cache)
            raise known or UnableToRead("damaged", file=opened.table.label) from error
    if found is not None:
        reading.means.on_rows(found.rows)
    return found


def _warnings(read: ReadTable) -> list[Warning_]:
    file = read.opened.table.label
    content = read.content
    if isinstance(content, Part):
        notes = {bit: content.notes.get(str(bit), 0) for bit in (ROUNDED, FAR, AS_NUMBER, SHORTENED)}
        counted = [
            ("figures_rounded", notes[ROUNDED]),
            ("dates_far", notes[FAR]),
            ("codes_as_numbers", notes[AS_NUMBER]),
            ("codes_scientific", notes[SHORTENED]),
        ]
        stored = map(_stored_warning, content.warnings)
        return [*(_warning(code, file=file, count=count) for code, count in counted if count), *stored]
    counted = [("figures_rounded", content.rounded), ("dates_far", content.far)]
    names = read.opened.names
    return [
        *(_warning(code, file=file, count=count) for code, count in counted if count),
        *(_warning("codes_padded", file=file, column=names[column]) for column in content.padded),
        *(_warning("codes_as_numbers", file=file, count=content.rows) for _ in content.as_numbers[:1]),
    ]


def _stored_warning(stored: Mapping[str, object]) -> Warning_:
    params = stored["params"]
    return Warning_(str(stored["code"]), dict(params) if isinstance(params, Mapping) else {})


def _side(reading: _Reading, *, files: int) -> SideRead:
    counts = _counts(reading, files=files)
    tables = tuple(
        TableRef(read.opened.table.source.name, read.opened.table.sheet, read.base, read.last_row)
        for read in reading.tables
    )
    present = _present(reading) if counts.accepted else _mapped(reading)
    lines = SideLines(tables=tables, sources=_sources(reading), present=present, accepted=counts.accepted)
    rejected = gather_rejected(reading.tables, side=reading.side, means=reading.means)
    shortened = frozenset(column for read in reading.tables for column in _shortened(read))
    return SideRead(lines, counts, rejected, tuple(reading.warnings), shortened)


def _shortened(read: ReadTable) -> Sequence[Column]:
    content = read.content
    if isinstance(content, TypedFile):
        return content.as_numbers
    is_ailing = any(content.notes.get(str(bit)) for bit in (AS_NUMBER, SHORTENED))
    return [column for column in CODE_COLUMNS if column in read.opened.places] if is_ailing else ()


def _sources(reading: _Reading) -> tuple[LinesSource, ...]:
    parsed = [read for read in reading.tables if isinstance(read.content, Part)]
    typed = [(read, read.content) for read in reading.tables if isinstance(read.content, TypedFile)]
    sources = [typed_source(read, content, side=reading.side) for read, content in typed]
    return tuple(sources + ([parts_source(parsed, side=reading.side)] if parsed else []))


def _present(reading: _Reading) -> frozenset[Column]:
    found = (Column(name) for read in reading.tables for name in read.content.present)
    return frozenset(found) | {Column.CURRENCY}


def _mapped(reading: _Reading) -> frozenset[Column]:
    """Name the columns of a side without lines: nothing in it stands against what the other side has."""
    return frozenset(column for read in reading.tables for column in read.opened.places) | {Column.CURRENCY}


def _counts(reading: _Reading, *, files: int) -> ReadCounts:
    states = {state: 0 for state in (ACCEPTED, REJECTED, TOTALS, BLANK)}
    for read in reading.tables:
        for state, count in _states(read.content).items():
            states[state] += count
    rows = sum(read.content.rows for read in reading.tables)
    counts = ReadCounts(
        files=files,
        read=rows - states[BLANK],
        accepted=states[ACCEPTED],
        rejected=states[REJECTED],
        totals=states[TOTALS],
    )
    if counts.read != counts.accepted + counts.rejected + counts.totals:
        raise AssertionError(f"rows were lost while reading: {counts}")
    return counts


def _states(content: Part | TypedFile) -> Mapping[int, int]:
    if isinstance(content, Part):
        return content.states
    return {ACCEPTED: content.rows - content.rejected, REJECTED: content.rejected}
