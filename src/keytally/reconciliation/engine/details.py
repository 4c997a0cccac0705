"""What do the lines behind the residuals say? Kept beside a run's files, so that pages need no partner's file again."""

from collections.abc import Callable, Mapping
from pathlib import Path

import duckdb

from keytally.exchange.canonical import LINE_TYPES, SideLines
from keytally.reconciliation.engine.results import DETAIL_LINES, RESIDUAL_LINES

RESIDUALS = "residuals.parquet"
CANDIDATES = "candidates.parquet"
_FIELDS = tuple(name for name in LINE_TYPES if name != "rid")
_RENAMED: Mapping[str, str] = {"quantity": "line_quantity", "currency": "line_currency"}
_DETAIL_TYPES: Mapping[str, str] = {
    "side": "VARCHAR",
    "file": "VARCHAR",
    "sheet": "VARCHAR",
    "row": "BIGINT",
    **{_RENAMED.get(name, name): LINE_TYPES[name] for name in _FIELDS},
}

_WANTED = """
create temp table wanted as
with named as (
  select side, file, sheet, row from read_parquet($residuals)
  union
  select case side when 'ours' then 'theirs' else 'ours' end, place.file, place.sheet, place.row
  from (select side, unnest(counterpart_rows) as place from read_parquet($residuals))
  union
  select 'ours', ours_file, ours_sheet, ours_row from read_parquet($candidates)
  union
  select 'theirs', theirs_file, theirs_sheet, theirs_row from read_parquet($candidates)
)
select named.side, named.file, named.sheet, named.row, (tables.base + named.row)::integer as rid
from named join tables
  on tables.side = named.side and tables.file = named.file and tables.sheet is not distinct from named.sheet
"""

_JOINED = """
select residual.side, residual.file, residual.sheet, residual.row, residual.id, residual.class, residual.currency,
  residual.amount_minor, residual.quantity, residual.counterpart_rows, residual.components,
  line.doc_no, line.doc_type, line.line_no, line.order_no, line.store, line.item, line.gtin, line.date,
  line.line_quantity, line.unit_price, line.amount, line.line_currency
from read_parquet($residuals) residual
left join details line
  on line.side = residual.side and line.file = residual.file and line.row = residual.row
  and line.sheet is not distinct from residual.sheet
"""


def write_details(
    folder: Path,
    *,
    ours: SideLines,
    theirs: SideLines,
    into: Path,
    memory: str = "1GB",
    on_step: Callable[[], None] = lambda: None,
) -> None:
    """Write the lines behind the residuals and candidates of a run, with the columns people know them by."""
    into.mkdir(parents=True, exist_ok=True)
    files = {"residuals": str(folder / RESIDUALS), "candidates": str(folder / CANDIDATES)}
    with duckdb.connect(config={"memory_limit": memory, "temp_directory": str(into)}) as connection:
        connection.execute("create temp table tables (side varchar, file varchar, sheet varchar, base bigint)")
        for side, lines in (("ours", ours), ("theirs", theirs)):
            _note_tables(connection, side, lines)
        connection.execute(_WANTED, files)
        on_step()
        columns = ", ".join(f"{name} {kind}" for name, kind in _DETAIL_TYPES.items())
        connection.execute(f"create temp table details ({columns})")
        for side, lines in (("ours", ours), ("theirs", theirs)):
            _copy_lines(connection, side, lines)
            on_step()
        connection.sql("select * from details order by side, file, sheet, row").write_parquet(str(into / DETAIL_LINES))
        on_step()
        connection.sql(_JOINED, params={"residuals": files["residuals"]}).write_parquet(str(into / RESIDUAL_LINES))


def _note_tables(connection: duckdb.DuckDBPyConnection, side: str, lines: SideLines) -> None:
    connection.executemany(
        "insert into tables values ($side, $file, $sheet, $base)",
        [{"side": side, "file": table.file, "sheet": table.sheet, "base": table.base} for table in lines.tables],
    )


def _copy_lines(connection: duckdb.DuckDBPyConnection, side: str, lines: SideLines) -> None:
    fields = ", ".join(f'line."{name}"' for name in _FIELDS)
    for source in lines.sources:
        wanted = "select wanted.side, wanted.file, wanted.sheet, wanted.row"
        copied = f"{wanted}, {fields} from ({source.sql}) line join wanted on wanted.rid = line.rid"
        connection.execute(
            f"insert into details {copied} where wanted.side = $details_side",
            {**source.parameters, "details_side": side},
        )
