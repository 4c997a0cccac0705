"""Which codes did a spreadsheet shorten, and which code of the other side was meant?"""

import hashlib
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import duckdb

from keytally.exchange.canonical import LINE_TYPES, Column, LinesSource, SideLines
from keytally.exchange.duck import connection
from keytally.exchange.errors import Warning_
from keytally.exchange.parquet_files import glob_free
from keytally.exchange.read import SideRead
from keytally.exchange.value_sql import quoted
from keytally.exchange.values import CODE_SHORTENED

REPAIRED = (Column.DOC_NO, Column.ORDER_NO, Column.STORE, Column.ITEM, Column.GTIN)
SYMPTOMS = frozenset({"codes_as_numbers", "codes_scientific"})
_MEANT = """
WITH mine AS (SELECT DISTINCT {column} AS code FROM ({mine}) WHERE {column} IS NOT NULL),
theirs AS (SELECT DISTINCT {column} AS code FROM ({theirs}) WHERE {column} IS NOT NULL),
lost AS (SELECT code FROM mine WHERE code NOT IN (SELECT code FROM theirs)
    AND (regexp_full_match(code, '[0-9]+') OR regexp_matches(code, {shortened}))),
zeros AS (SELECT lost.code, theirs.code AS meant FROM lost JOIN theirs
    ON ltrim(theirs.code, '0') = ltrim(lost.code, '0') AND length(theirs.code) > length(lost.code)),
digits AS (SELECT lost.code, theirs.code AS meant FROM lost JOIN theirs
    ON contains(lost.code, 'E+') AND regexp_full_match(theirs.code, '[0-9]{{5,18}}')
    AND length(theirs.code) = TRY_CAST(split_part(lost.code, 'E+', 2) AS INTEGER) + 1
    AND TRY_CAST(split_part(lost.code, 'E+', 1) AS DECIMAL(18,9)) = CAST(TRY_CAST(
        theirs.code[1] || '.' || theirs.code[2:] AS DECIMAL(38,18)) AS DECIMAL(18,9))),
rounded AS (SELECT lost.code, theirs.code AS meant FROM lost JOIN theirs
    ON contains(lost.code, 'E+') AND regexp_full_match(theirs.code, '[0-9]{{5,18}}')
    AND length(theirs.code) = TRY_CAST(split_part(lost.code, 'E+', 2) AS INTEGER) + 1
    AND abs(TRY_CAST(theirs.code[1] || '.' || theirs.code[2:] AS DECIMAL(38,18))
        - TRY_CAST(split_part(lost.code, 'E+', 1) AS DECIMAL(38,18)))
        <= TRY_CAST('0.' || repeat('0', length(split_part(split_part(lost.code, 'E+', 1), '.', 2))) || '5'
            AS DECIMAL(38,18))),
candidates AS (SELECT code, meant FROM zeros UNION SELECT code, meant FROM digits
    UNION SELECT code, meant FROM rounded)
SELECT code, min(meant) AS meant FROM candidates GROUP BY code HAVING count(*) = 1
"""


def repair(
    side: SideRead, other: SideRead, *, cache: Path, memory: str = "4GB", threads: int | None = None
) -> SideRead:
    """Restore shortened codes of a side where exactly one code of the other side can have been meant.

    Only a side whose reading warned of such codes is looked at. What is restored is said in a warning.
    """
    if not SYMPTOMS & {warning.code for warning in side.warnings}:
        return side
    shared = [column for column in REPAIRED if column in side.lines.present & other.lines.present]
    found: dict[Column, Path] = {}
    warnings = list(side.warnings)
    with connection(scratch=cache / "spill", memory=memory, threads=threads) as con:
        for column in shared:
            path, count = _meant(con, column, side.lines, other.lines, cache=cache)
            if count:
                found[column] = path
                warnings.append(Warning_("codes_repaired", {"column": column.value, "count": count}))
    if not found:
        return side
    sources = tuple(_repaired(source, found) for source in side.lines.sources)
    return replace(side, lines=replace(side.lines, sources=sources), warnings=tuple(warnings))


def _meant(
    con: duckdb.DuckDBPyConnection, column: Column, mine: SideLines, theirs: SideLines, *, cache: Path
) -> tuple[Path, int]:
    sql = _MEANT.format(column=column.value, mine=_union(mine), theirs=_union(theirs), shortened=quoted(CODE_SHORTENED))
    parameters = {**_parameters(mine), **_parameters(theirs)}
    path = cache / f"meant-{column.value}-{hashlib.sha256(repr((sql, parameters)).encode()).hexdigest()[:16]}.parquet"
    con.execute(f"COPY ({sql}) TO $meant_file (FORMAT parquet)", {**parameters, "meant_file": str(path)})
    rows = con.execute("SELECT count(*) FROM read_parquet($file)", {"file": glob_free(path)}).fetchall()
    return path, int(rows[0][0])


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
