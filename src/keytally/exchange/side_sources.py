"""Which SELECT gives the engine the accepted lines of tables that were read?"""

from collections.abc import Sequence
from typing import Protocol

from keytally.exchange.canonical import LINE_TYPES, LinesSource
from keytally.exchange.parquet_files import glob_free
from keytally.exchange.part_sql import ACCEPTED
from keytally.exchange.parts import Part
from keytally.exchange.tables import Table
from keytally.exchange.typed_lines import TypedFile

_COLUMNS = ", ".join(column for column in LINE_TYPES if column != "rid")


class _Opened(Protocol):
    @property
    def table(self) -> Table: ...


class _Read(Protocol):
    @property
    def opened(self) -> _Opened: ...
    @property
    def base(self) -> int: ...
    @property
    def content(self) -> Part | TypedFile: ...


def typed_source(read: _Read, typed: TypedFile, *, side: str) -> LinesSource:
    """Give the lines of a typed Parquet file from the file itself."""
    name = f"{side}_{read.base}"
    selected = ", ".join(f"{typed.expressions[column]} AS {column}" for column in LINE_TYPES if column != "rid")
    sql = (
        f"SELECT CAST(${name}_base + file_row_number AS INTEGER) AS rid, {selected} "  # noqa: S608 - quoted identifiers
        f"FROM read_parquet(${name}_file, file_row_number=true)"
    )
    faultless = f" WHERE NOT ({typed.is_fault})" if typed.faults else ""
    parameters = {f"{name}_base": read.base + 1, f"{name}_file": glob_free(read.opened.table.path), **typed.parameters}
    narrow = sql + narrowing(f"${name}_base") + faultless
    return LinesSource(sql=sql + faultless, parameters=_used(sql + faultless, parameters), narrow=narrow)


def narrowing(base: str) -> str:
    """Compose the join that leaves out rows by their place in the file, before their other columns are decoded."""
    places = f"SELECT CAST(rid - {base} AS BIGINT) AS place FROM {{rows}}"  # noqa: S608 - names of our own
    return f" SEMI JOIN ({places}) wanted ON wanted.place = file_row_number"


def parts_source(reads: Sequence[_Read], *, side: str) -> LinesSource:
    """Give the lines of all parts of a side."""
    parts = [read.content for read in reads if isinstance(read.content, Part)]
    bases = [read.base + part.first_row for read, part in zip(reads, parts, strict=True)]
    parameters: dict[str, object] = {f"{side}_parts": [glob_free(part.lines) for part in parts]}
    if len(parts) == 1:
        base = f"${side}_part_base"
        parameters[f"{side}_part_base"] = bases[0]
    else:
        base = f"list_extract(${side}_part_bases, CAST(file_index AS BIGINT) + 1)"
        parameters[f"{side}_part_bases"] = bases
    sql = (
        f"SELECT CAST({base} + file_row_number AS INTEGER) AS rid, {_COLUMNS} "  # noqa: S608 - our own columns
        f"FROM read_parquet(${side}_parts, file_row_number=true)"
    )
    some_are_not = any(count for part in parts for state, count in part.states.items() if state != ACCEPTED)
    accepted = f" WHERE state = {ACCEPTED}" if some_are_not else ""
    narrow = sql + narrowing(base) + accepted if len(parts) == 1 else ""
    return LinesSource(sql=sql + accepted, parameters=parameters, narrow=narrow)


def _used(sql: str, parameters: dict[str, object]) -> dict[str, object]:
    return {name: value for name, value in parameters.items() if f"${name}" in sql}
