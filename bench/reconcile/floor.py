"""What is the least this can cost? DuckDB reads both files, maps the codes, joins, writes the pairs of equal amount.

    python -m bench.reconcile.floor DATA OUT [--format parquet|csv] [--reading-only]

No tolerance, no repair, no classes, no residuals: nothing that does more can be faster on the same engine.
"""

import argparse
from pathlib import Path

import duckdb

READ = {
    "parquet": "(SELECT file_row_number + 1 AS row, order_no, store, item, amount "
    "FROM read_parquet($path, file_row_number = true))",
    "csv": "(SELECT row_number() OVER () AS row, order_no, store, item, amount FROM read_csv($path, header = true, "
    "columns = {'doc_no': 'VARCHAR', 'doc_type': 'VARCHAR', 'line_no': 'VARCHAR', 'order_no': 'VARCHAR', "
    "'store': 'VARCHAR', 'item': 'VARCHAR', 'gtin': 'VARCHAR', 'date': 'DATE', 'quantity': 'DECIMAL(18,3)', "
    "'unit_price': 'DECIMAL(18,6)', 'amount': 'DECIMAL(18,2)', 'currency': 'VARCHAR'}))",
}
PAIRS = """
COPY (
    WITH theirs AS (
        SELECT t.row, t.order_no, coalesce(stores.ours, t.store) AS store, coalesce(items.ours, t.item) AS item,
            t.amount
        FROM {theirs} t LEFT JOIN stores ON stores.theirs = t.store LEFT JOIN items ON items.theirs = t.item)
    SELECT CAST(ours.row AS INTEGER) AS ours_row, CAST(theirs.row AS INTEGER) AS theirs_row
    FROM {ours} ours JOIN theirs
        ON ours.order_no = theirs.order_no AND ours.store = theirs.store AND ours.item = theirs.item
        AND ours.amount = theirs.amount
) TO $out (FORMAT parquet)
"""


def join(data: Path, *, out: Path, form: str, threads: int) -> None:
    """Write the pairs that agree in order, store, item and amount."""
    con = connect(threads)
    for name in ("store", "item"):
        con.execute(
            f"CREATE TABLE {name}s AS SELECT ours, theirs FROM read_csv($path, header = true, all_varchar = true)",
            {"path": str(data / f"{name}_map.csv")},
        )
    files = {side: f"{side}.{form}" for side in ("ours", "theirs")}
    sources = {side: READ[form].replace("$path", f"${side}_path") for side in files}
    con.execute(
        PAIRS.format(**sources),
        {
            **{f"{side}_path": str(data / file) for side, file in files.items()},
            "out": str(out / "links.parquet"),
        },
    )


def read(data: Path, *, form: str, threads: int) -> None:
    """Only read both files, every column of every record: what reading costs by itself."""
    if form == "xlsx":
        read_sheets(data)
        return
    con = connect(threads)
    for side in ("ours", "theirs"):
        con.execute(f"CREATE TABLE {side} AS SELECT * FROM read_csv($path)", {"path": str(data / f"{side}.csv")})


def read_sheets(data: Path) -> None:
    """Read both workbooks with calamine, every cell."""
    from python_calamine import CalamineWorkbook

    for side in ("ours", "theirs"):
        book = CalamineWorkbook.from_path(str(data / f"{side}.xlsx"))
        for _ in book.get_sheet_by_index(0).iter_rows():
            pass


def connect(threads: int) -> duckdb.DuckDBPyConnection:
    """Open DuckDB as fast as it goes."""
    return duckdb.connect(config={"threads": threads, "preserve_insertion_order": False})


def main() -> None:
    """Read the arguments and do the least."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--format", default="parquet", choices=("parquet", "csv", "xlsx"))
    parser.add_argument("--reading-only", action="store_true")
    parser.add_argument("--threads", type=int, default=2)
    given = parser.parse_args()
    given.out.mkdir(parents=True, exist_ok=True)
    if given.reading_only:
        read(given.data, form=given.format, threads=given.threads)
    else:
        join(given.data, out=given.out, form=given.format, threads=given.threads)


if __name__ == "__main__":
    main()
