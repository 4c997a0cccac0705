"""Which file was it that broke off while its lines were used?"""

from collections.abc import Sequence
from pathlib import Path

import duckdb

from keytally.exchange.canonical import LinesSource, SideLines
from keytally.exchange.duck import connection
from keytally.exchange.errors import UnableToRead


def damaged_file(sides: Sequence[SideLines], *, scratch: Path, memory: str, threads: int | None) -> UnableToRead | None:
    """Read every line of the sides again and name the first file that cannot be; None when all can.

    Typed Parquet files are used where they lie, and a page of codes is not looked at before the engine needs it.
    """
    with connection(scratch=scratch, memory=memory, threads=threads) as con:
        for lines in sides:
            for source in lines.sources:
                if not _is_whole(con, source):
                    return UnableToRead("damaged", file=_file_of(source, lines))
    return None


def _is_whole(con: duckdb.DuckDBPyConnection, source: LinesSource) -> bool:
    sql = f"SELECT bit_xor(hash(lines)) FROM ({source.sql}) lines"  # noqa: S608 - written by this package
    try:
        con.execute(sql, dict(source.parameters)).fetchall()
    except duckdb.OutOfMemoryException:
        raise
    except duckdb.Error:
        return False
    return True


def _file_of(source: LinesSource, lines: SideLines) -> str:
    """Name the file of a source: the typed one that it reads, else the first of those that were parsed."""
    for name, value in source.parameters.items():
        if name.endswith("_base") and not name.endswith("_part_base"):
            return next(table.file for table in lines.tables if table.rows and table.base == int(str(value)) - 1)
    return lines.tables[0].file
