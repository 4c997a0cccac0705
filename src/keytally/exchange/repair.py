"""Which codes did a spreadsheet shorten, and which code that a map or the other side knows was meant?"""

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import duckdb

from keytally.exchange.canonical import LINE_TYPES, Column, LinesSource, SideLines
from keytally.exchange.duck import connection, run
from keytally.exchange.errors import Warning_
from keytally.exchange.parquet_files import glob_free, identifier
from keytally.exchange.read import SideRead
from keytally.exchange.value_sql import quoted
from keytally.exchange.values import CODE_SHORTENED

REPAIRED = (Column.DOC_NO, Column.ORDER_NO, Column.STORE, Column.ITEM, Column.GTIN)
_DIGITS = "lambda i: CAST(substr(lpad(code, 14, '0'), i, 1) AS INTEGER) * if(i % 2 = 1, 3, 1)"
_IS_GTIN = (
    "regexp_full_match(code, '[0-9]{8}|[0-9]{12,14}') "
    f"AND list_sum(list_transform(range(1, 15), {_DIGITS})) % 10 = 0"
)
_MEANT = """
WITH mine AS (SELECT DISTINCT {column} AS code FROM ({mine}) WHERE {column} IS NOT NULL),
known AS (SELECT code, min(source) AS source FROM ({known}) WHERE code IS NOT NULL GROUP BY code),
lost AS (SELECT code FROM mine ANTI JOIN known USING (code)
    WHERE regexp_full_match(code, '[0-9]+') OR regexp_matches(code, {shortened})),
ranked AS (SELECT code, source * 2 + {doubt} AS doubt FROM known WHERE regexp_full_match(code, '[0-9]{{2,18}}')),
zeros AS (SELECT lost.code, ranked.code AS meant, doubt FROM lost JOIN ranked
    ON ltrim(ranked.code, '0') = ltrim(lost.code, '0') AND length(ranked.code) > length(lost.code)),
rounded AS (SELECT lost.code, ranked.code AS meant, doubt FROM lost JOIN ranked
    ON contains(lost.code, 'E+') AND length(ranked.code) = TRY_CAST(split_part(lost.code, 'E+', 2) AS INTEGER) + 1
    AND abs(TRY_CAST(ranked.code[1] || '.' || ranked.code[2:] AS DECIMAL(38,18))
        - TRY_CAST(split_part(lost.code, 'E+', 1) AS DECIMAL(38,18)))
        <= TRY_CAST('0.' || repeat('0', length(split_part(split_part(lost.code, 'E+', 1), '.', 2))) || '5'
            AS DECIMAL(38,18))),
likeliest AS (SELECT code, meant FROM (SELECT * FROM zeros UNION ALL SELECT * FROM rounded)
    QUALIFY doubt = min(doubt) OVER (PARTITION BY code))
SELECT code, CASE WHEN count(*) = 1 THEN min(meant) END AS meant FROM likeliest GROUP BY code
"""


@dataclass(frozen=True, slots=True)
class CodeList:
    """A Parquet file one of whose columns lists codes as they should be."""

    file: Path
    column: str


@dataclass(frozen=True, slots=True)
class Knowledge:
    """What is known of a side's codes: the lists of them, and the lines of the other side."""

    lists: Mapping[Column, CodeList]
    other: SideLines


def repair(
    side: SideRead,
    other: SideRead,
    *,
    cache: Path,
    lists: Mapping[Column, CodeList] | None = None,
    memory: str = "4GB",
    threads: int | None = None,
    is_stopped: Callable[[], bool] | None = None,
) -> SideRead:
    """Restore shortened codes of a side where exactly one code of a list, else of the other side, can be meant.

    Only columns are looked at whose reading warned of such codes, or in which no code begins with a zero while known
    ones do. Where several GTINs can be meant, one whose check digit is right goes before the others. What is restored
    and what stays open is said in warnings.
    """
    known = Knowledge(lists or {}, other.lines)
    found: dict[Column, Path] = {}
    warnings = list(side.warnings)
    with connection(scratch=cache / "spill", memory=memory, threads=threads) as con:
        for column in REPAIRED:
            if not _is_ailing(con, column, side, known):
                continue
            path, restored, left = _meant(con, column, side.lines, known, cache=cache, is_stopped=is_stopped)
            if restored:
                found[column] = path
                warnings.append(Warning_("codes_repaired", {"column": column.value, "count": restored}))
            if left:
                warnings.append(Warning_("codes_unclear", {"column": column.value, "count": left}))
    sources = tuple(_repaired(source, found) for source in side.lines.sources) if found else side.lines.sources
    return replace(side, lines=replace(side.lines, sources=sources), warnings=tuple(warnings))


def _is_ailing(con: duckdb.DuckDBPyConnection, column: Column, side: SideRead, known: Knowledge) -> bool:
    if column not in side.lines.present or not (column in known.lists or column in known.other.present):
        return False
    return column in side.shortened or _lacks_zeros(con, column, side.lines, known)


def _lacks_zeros(con: duckdb.DuckDBPyConnection, column: Column, mine: SideLines, known: Knowledge) -> bool:
    """Tell whether codes begin with a zero where they are known and nowhere on this side; statistics mostly tell."""
    begins = "code >= '0' AND code < '1'"
    has_zero = f"SELECT 1 FROM ({_known(column, known)}) WHERE {begins} LIMIT 1"  # noqa: S608 - our own columns
    if not con.execute(has_zero, _known_parameters(column, known)).fetchall():
        return False
    has_zero = f"SELECT 1 FROM (SELECT {column} AS code FROM ({_union(mine)})) WHERE {begins} LIMIT 1"  # noqa: S608 - our own columns
    return not con.execute(has_zero, dict(_parameters(mine))).fetchall()


def _meant(
    con: duckdb.DuckDBPyConnection,
    column: Column,
    mine: SideLines,
    known: Knowledge,
    *,
    cache: Path,
    is_stopped: Callable[[], bool] | None,
) -> tuple[Path, int, int]:
    """Write down what each shortened code means; count the restored and those that could be several."""
    sql = _MEANT.format(
        column=column.value,
        mine=_union(mine),
        known=_known(column, known),
        shortened=quoted(CODE_SHORTENED),
        doubt=f"if({_IS_GTIN}, 0, 1)" if column == Column.GTIN else "0",
    )
    parameters = {**_parameters(mine), **_known_parameters(column, known)}
    mark = hashlib.sha256(repr((sql, sorted(parameters.items()))).encode()).hexdigest()[:16]
    path = cache / f"meant-{column.value}-{mark}.parquet"
    copy = f"COPY ({sql}) TO $meant_file (FORMAT parquet)"
    run(con, copy, {**parameters, "meant_file": str(path)}, is_stopped=is_stopped)
    counted = "SELECT count(meant), count(*) - count(meant) FROM read_parquet($file)"
    ((restored, left),) = run(con, counted, {"file": glob_free(path)})
    return path, int(str(restored)), int(str(left))


def _known(column: Column, known: Knowledge) -> str:
    parts = []
    if column in known.lists:
        listed = identifier(known.lists[column].column)
        parts.append(f"SELECT {listed} AS code, 0 AS source FROM read_parquet($listed_codes)")  # noqa: S608 - quoted
    if column in known.other.present:
        parts.append(f"SELECT {column} AS code, 1 AS source FROM ({_union(known.other)})")  # noqa: S608 - our own columns
    return " UNION ALL ".join(parts)


def _known_parameters(column: Column, known: Knowledge) -> dict[str, object]:
    parameters: dict[str, object] = {}
    if column in known.lists:
        parameters["listed_codes"] = glob_free(known.lists[column].file)
    return {**parameters, **(_parameters(known.other) if column in known.other.present else {})}


def _union(lines: SideLines) -> str:
    return " UNION ALL ".join(source.sql for source in lines.sources)


def _parameters(lines: SideLines) -> Mapping[str, object]:
    return {name: value for source in lines.sources for name, value in source.parameters.items()}


def _repaired(source: LinesSource, found: Mapping[Column, Path]) -> LinesSource:
    prefix = next(iter(source.parameters)).split("_", 1)[0]
    names = {column: f"{prefix}_meant_{column.value}" for column in found}
    columns = ", ".join(
        f"coalesce(m_{name}.meant, lines.{name}) AS {name}" if name in found else f"lines.{name}" for name in LINE_TYPES
    )
    joins = " ".join(
        f"LEFT JOIN read_parquet(${names[column]}) m_{column} ON m_{column}.code = lines.{column}" for column in found
    )
    sql = f"SELECT {columns} FROM ({source.sql}) lines {joins}"  # noqa: S608 - our own columns
    files = {names[column]: glob_free(path) for column, path in found.items()}
    return LinesSource(sql=sql, parameters={**source.parameters, **files})
