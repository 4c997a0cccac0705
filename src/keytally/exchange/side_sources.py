"""Which SELECT gives the engine the accepted lines of tables that were read?"""

from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

from keytally.exchange.canonical import LINE_TYPES, LinesSource
from keytally.exchange.parquet_files import glob_free
from keytally.exchange.part_sql import ACCEPTED
from keytally.exchange.parts import Part
from keytally.exchange.quick_sql import QUICK_COLUMNS
from keytally.exchange.tables import Table
from keytally.exchange.typed_lines import TypedFile

_PLACE = "file_row_number"
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


def narrowing(base: str, *, place: str = _PLACE) -> str:
    """Compose the join that leaves out rows by their place in the file, before their other columns are decoded."""
    places = f"SELECT CAST(rid - {base} AS BIGINT) AS wanted_place FROM {{rows}}"  # noqa: S608 - names of our own
    return f" SEMI JOIN ({places}) wanted ON wanted.wanted_place = {place}"


def parts_source(reads: Sequence[_Read], *, side: str) -> LinesSource:
    """Give the lines of all parts of a side."""
    parts = [(read.base + read.content.first_row, read.content) for read in reads if isinstance(read.content, Part)]
    judged = [(base, part.lines, part) for base, part in parts if part.currency is None]
    plain = [(base, part.lines, part) for base, part in parts if part.currency is not None]
    odd = [(base, part.judged, part) for base, part in parts if part.currency is not None and part.judged is not None]
    sources = [
        _source(f"{side}_{kind}", files, is_judged=kind != "plain", place=place)
        for kind, files, place in (("judged", judged, _PLACE), ("plain", plain, _PLACE), ("odd", odd, "place"))
        if files
    ]
    return LinesSource(
        sql=" UNION ALL ".join(source.sql for source in sources),
        parameters={name: value for source in sources for name, value in source.parameters.items()},
        narrow=" UNION ALL ".join(source.narrow for source in sources) if len(parts) == 1 else "",
    )


def _source(name: str, files: Sequence[tuple[int, Path, Part]], *, is_judged: bool, place: str) -> LinesSource:
    """Give the accepted lines of files of one kind; `place` counts the rows of their tables from 0."""
    bases = [base for base, _, _ in files]
    currencies = [part.currency for _, _, part in files]
    parameters: dict[str, object] = {f"{name}_files": [glob_free(path) for _, path, _ in files]}
    base, currency = f"${name}_part_base", f"${name}_currency::VARCHAR"
    if len(files) == 1:
        parameters |= {f"{name}_part_base": bases[0], f"{name}_currency": currencies[0]}
    else:
        base, currency = (
            f"list_extract({one}, CAST(file_index AS BIGINT) + 1)"
            for one in (f"${name}_part_bases", f"${name}_currencies")
        )
        parameters |= {f"{name}_part_bases": bases, f"{name}_currencies": currencies}
    columns = _COLUMNS if is_judged else f"{', '.join(QUICK_COLUMNS)}, {currency} AS currency"
    options = ", file_row_number=true" if place == _PLACE else ""
    sql = (
        f"SELECT CAST({base} + {place} AS INTEGER) AS rid, {columns} "  # noqa: S608 - our own columns
        f"FROM read_parquet(${name}_files{options})"
    )
    accepted = _accepted([part for _, _, part in files], is_judged=is_judged)
    narrow = sql + narrowing(base, place=place) + accepted
    return LinesSource(sql=sql + accepted, parameters=_used(sql, parameters), narrow=narrow)


def _accepted(parts: Sequence[Part], *, is_judged: bool) -> str:
    """Leave out what is no line, where there is any."""
    if not is_judged:
        return " WHERE odd IS NULL" if any(part.odd_rows for part in parts) else ""
    some_are_not = any(count for part in parts for state, count in part.states.items() if state != ACCEPTED)
    return f" WHERE state = {ACCEPTED}" if some_are_not else ""


def _used(sql: str, parameters: dict[str, object]) -> dict[str, object]:
    return {name: value for name, value in parameters.items() if f"${name}" in sql}
