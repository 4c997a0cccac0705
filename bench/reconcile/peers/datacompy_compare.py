"""What does datacompy find, joined on order, store, item and the counter per key?

python bench/reconcile/peers/datacompy_compare.py DATA OUT [pandas|polars]
"""

import sys
from pathlib import Path

import datacompy
import polars as pl
from frames import KEYS, numbered, side, write_classes, write_links


def compare(data: Path, *, out: Path, engine: str) -> None:
    """Let datacompy compare both sides and keep the rows it joined."""
    tables = {name: side(data, name) for name in ("ours", "theirs")}
    if engine == "polars":
        frames = {name: counted(pl.from_arrow(table.drop(["date"]))) for name, table in tables.items()}
        compared = datacompy.PolarsCompare(
            frames["ours"], frames["theirs"], join_columns=[*KEYS, "nth"], df1_name="ours", df2_name="theirs"
        )
        joined = compared.intersect_rows.to_pandas()
    else:
        frames = {name: numbered(table.drop(["date"]).to_pandas()) for name, table in tables.items()}
        compared = datacompy.PandasCompare(
            frames["ours"], frames["theirs"], join_columns=[*KEYS, "nth"], df1_name="ours", df2_name="theirs"
        )
        joined = compared.intersect_rows
    pairs = joined.rename(columns=lambda name: name.replace("_ours", "_o").replace("_theirs", "_t"))
    write_links(out, ours=pairs["row_o"], theirs=pairs["row_t"])
    write_classes(out, pairs=pairs, **tables)


def counted(lines: pl.DataFrame) -> pl.DataFrame:
    """Count the lines of each key; lines without order number meet nobody."""
    return lines.drop_nulls(KEYS).with_columns(pl.int_range(pl.len()).over(KEYS).alias("nth"))


if __name__ == "__main__":
    compare(Path(sys.argv[1]), out=Path(sys.argv[2]), engine=sys.argv[3] if len(sys.argv) > 3 else "polars")
