"""Which rows could nobody read, and why?"""

import csv
import hashlib
import os
import uuid
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import duckdb

from keytally.exchange.duck import connection, refusal
from keytally.exchange.errors import UnableToRead
from keytally.exchange.parquet_files import glob_free, identifier
from keytally.exchange.part_sql import REJECTED
from keytally.exchange.parts import Means, Part
from keytally.exchange.spreadsheet import safe_text
from keytally.exchange.texts import text_of
from keytally.exchange.typed_lines import TypedFile

if TYPE_CHECKING:
    from keytally.exchange.read import ReadTable

REASONS = (
    "not_a_number",
    "scientific",
    "currency_differs",
    "out_of_range",
    "date_unreadable",
    "date_ambiguous",
    "currency_unknown",
    "no_measure",
    "cell_too_long",
    "bad_encoding",
    "too_many_cells",
    "repeated_header",
)
HEADINGS = ("file", "sheet", "row", "column", "value", "reason code", "reason in English", "reason in Chinese")
VALUE_CHARS = 500
_DRAFT = """
CREATE TABLE draft (position INTEGER, file VARCHAR, sheet VARCHAR, "row" INTEGER, "column" VARCHAR, value VARCHAR,
    code VARCHAR)
"""
_REASONS = """
SELECT file, sheet, "row", "column", value, draft.code, reason_en, reason_zh FROM draft
JOIN (SELECT unnest($reason_codes) AS code, unnest($in_english) AS reason_en, unnest($in_chinese) AS reason_zh) reasons
    ON reasons.code = draft.code
ORDER BY position, "row"
"""


def gather_rejected(tables: "Sequence[ReadTable]", *, side: str, means: Means) -> Path:
    """Write the rejected rows of a side into one Parquet file."""
    to = means.cache / f"rejected-{side}-{_mark(tables)}.parquet"
    draft = to.with_name(f"{to.name}.{os.getpid()}.{uuid.uuid4().hex[:8]}.draft")
    try:
        with connection(scratch=means.cache / f"spill-{side}", memory=means.memory, threads=means.threads) as con:
            con.execute(_DRAFT)
            for position, read in enumerate(tables):
                _gather(con, position, read)
            parameters = {
                "reason_codes": list(REASONS),
                "in_english": [text_of(code, language="en") for code in REASONS],
                "in_chinese": [text_of(code, language="zh") for code in REASONS],
            }
            con.execute(f"COPY ({_REASONS}) TO $file (FORMAT parquet)", {**parameters, "file": str(draft)})
        draft.rename(to)
    except OSError as error:
        raise UnableToRead("disk_full", folder=means.cache) from error
    except duckdb.Error as error:
        label = tables[0].opened.table.label
        known = refusal(error, file=label, memory=means.memory, folder=means.cache)
        raise known or UnableToRead("damaged", file=label) from error
    finally:
        draft.unlink(missing_ok=True)
    return to


def _mark(tables: "Sequence[ReadTable]") -> str:
    facts = [(read.opened.table.label, read.base, str(read.content)) for read in tables]
    return hashlib.sha256(repr(facts).encode()).hexdigest()[:16]


def _gather(con: duckdb.DuckDBPyConnection, position: int, read: "ReadTable") -> None:
    table = read.opened.table
    parameters = {"position": position, "table": table.source.name, "sheet": table.sheet, "chars": VALUE_CHARS}
    if isinstance(read.content, Part):
        if read.content.states.get(REJECTED) and read.content.judged is not None:
            _gather_part(con, read, read.content, parameters | {"file": glob_free(read.content.judged)})
    elif read.content.rejected:
        _gather_typed(con, read, read.content, parameters)


def _gather_part(con: duckdb.DuckDBPyConnection, read: "ReadTable", part: Part, parameters: dict[str, object]) -> None:
    names = read.opened.names
    place = "file_row_number" if part.currency is None else "place"
    con.execute(
        f"""
        INSERT INTO draft
        SELECT $position, $table, $sheet, $first_row + {place},
            list_extract($headers, list_position($columns, fault_column)), left(fault_value, $chars), fault
        FROM read_parquet($file, file_row_number=true) WHERE state = {REJECTED}
        """,  # noqa: S608 - a constant
        {
            **parameters,
            "first_row": part.first_row,
            "columns": [column.value for column in names],
            "headers": list(names.values()),
        },
    )


def _gather_typed(
    con: duckdb.DuckDBPyConnection, read: "ReadTable", typed: TypedFile, parameters: dict[str, object]
) -> None:
    names = read.opened.names
    whens = {"code": "", "column": "", "value": ""}
    for number, (code, column, condition) in enumerate(typed.faults):
        header = None if column is None else names.get(column)
        parameters |= {f"code_{number}": code, f"header_{number}": header}
        whens["code"] += f" WHEN {condition} THEN $code_{number}"
        whens["column"] += f" WHEN {condition} THEN $header_{number}::VARCHAR"
        value = "NULL" if header is None else f"CAST({identifier(header)} AS VARCHAR)"
        whens["value"] += f" WHEN {condition} THEN {value}"
    sql = f"""
        INSERT INTO draft
        SELECT $position, $table, $sheet, file_row_number + 1, CASE {whens["column"]} END,
            left(CASE {whens["value"]} END, $chars), CASE {whens["code"]} END
        FROM read_parquet($file, file_row_number=true) WHERE {typed.is_fault}
        """  # noqa: S608 - quoted identifiers
    parameters |= {**typed.parameters, "file": glob_free(read.opened.table.path)}
    con.execute(sql, {name: value for name, value in parameters.items() if f"${name}" in sql})


def write_rejected_csv(rejected: Sequence[Path], to: Path) -> None:
    """Write the rejected rows of all sides as CSV in UTF-8 with its mark, safe to open in a spreadsheet."""
    with duckdb.connect() as con, to.open("w", encoding="utf-8-sig", newline="") as out:
        writer = csv.writer(out, lineterminator="\r\n")
        writer.writerow(HEADINGS)
        for path in rejected:
            con.execute(
                'SELECT file, sheet, "row", "column", value, code, reason_en, reason_zh '
                "FROM read_parquet($file, file_row_number=true) ORDER BY file_row_number",
                {"file": glob_free(path)},
            )
            while rows := con.fetchmany(10_000):
                writer.writerows([safe_text(cell) if isinstance(cell, str) else cell for cell in row] for row in rows)
