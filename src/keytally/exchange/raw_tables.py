"""As which relation of texts does a table come into the database?"""

from collections.abc import Mapping
from pathlib import Path

from keytally.exchange.canonical import Column
from keytally.exchange.parquet_files import FLOATS, glob_free, identifier
from keytally.exchange.part_sql import RawTable
from keytally.exchange.tables import Table


def csv_raw(
    path: Path, *, delimiter: str, skip: int, width: int, places: Mapping[Column, int], first: int = 0
) -> RawTable:
    """Read a text with DuckDB's strict reader, every cell as text."""
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


def framed_raw(raw: Path, width: int, places: Mapping[Column, int]) -> RawTable:
    """Read back what `write_raw` wrote: a mark in front of every record."""
    table = csv_raw(raw, delimiter=",", skip=0, width=width, places=places, first=1)
    return RawTable(table.relation, table.parameters, table.columns, table.others, overlong="c0 = 'x'")


def parquet_raw(table: Table, places: Mapping[Column, int]) -> RawTable:
    """Read a Parquet file whose columns must be read as texts."""
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
