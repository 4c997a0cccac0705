"""Which columns does a Parquet file have, and can they be used as they lie?"""

from collections.abc import Mapping
from pathlib import Path

import duckdb

from keytally.exchange.canonical import FIGURE_COLUMNS, Column
from keytally.exchange.errors import UnableToRead
from keytally.exchange.limits import Limits
from keytally.exchange.sources import SourceFile
from keytally.exchange.tables import Table

INTEGERS = frozenset({"TINYINT", "SMALLINT", "INTEGER", "BIGINT", "UTINYINT", "USMALLINT", "UINTEGER"})
FLOATS = frozenset({"DOUBLE", "FLOAT"})


def identifier(name: str) -> str:
    """Quote a column name for SQL."""
    return '"' + name.replace('"', '""') + '"'


def parquet_table(source: SourceFile, *, limits: Limits, con: duckdb.DuckDBPyConnection | None = None) -> Table:
    """Open a Parquet file: its columns with their types."""
    own = con or duckdb.connect()
    try:
        described = own.execute(
            "SELECT column_name, column_type FROM (DESCRIBE SELECT * FROM read_parquet($file))",
            {"file": glob_free(source.path)},
        ).fetchall()
    except duckdb.Error as error:
        raise UnableToRead("damaged", file=source.name) from error
    finally:
        if con is None:
            own.close()
    if len(described) > limits.max_columns:
        raise UnableToRead("too_many_columns", file=source.name, count=len(described), limit=limits.max_columns)
    return Table(source=source, sheet=None, head=(), types=dict(described))


def glob_free(path: Path) -> str:
    """Write a path so that DuckDB takes no character in it for a wildcard."""
    return "".join(f"[{character}]" if character in "*?[" else character for character in str(path))


def is_typed(table: Table, places: Mapping[Column, str]) -> bool:
    """Tell whether every mapped column has a type that can be cast as it stands."""
    return all(_is_typed(column, table.types[name]) for column, name in places.items())


def _is_typed(column: Column, kind: str) -> bool:
    if column in FIGURE_COLUMNS:
        return kind in INTEGERS or kind in FLOATS or kind.startswith("DECIMAL")
    if column == Column.DATE:
        return kind == "DATE" or (kind.startswith("TIMESTAMP") and "TIME ZONE" not in kind)
    return kind == "VARCHAR" or (kind in INTEGERS and column != Column.CURRENCY)


def filled_counts(con: duckdb.DuckDBPyConnection, path: str) -> Mapping[str, int]:
    """Count the values of every column whose nulls the file itself counts."""
    rows = con.execute(
        """SELECT path_in_schema, sum(num_values) - sum(stats_null_count) FROM parquet_metadata($file)
        GROUP BY ALL HAVING count(*) = count(stats_null_count)""",
        {"file": path},
    ).fetchall()
    return {str(name): int(count) for name, count in rows}
