"""What do the peers share? Reading one side with its codes mapped to ours, and writing what was found."""

from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

KEYS = ["order_no", "store", "item"]
FIGURES = ["quantity", "unit_price", "amount"]


def side(data: Path, name: str) -> pa.Table:
    """Read one side: record number, keys with their codes mapped to ours, figures, date."""
    table = pq.read_table(data / f"{name}.parquet", columns=[*KEYS, *FIGURES, "date"])
    columns = {key: table[key] for key in KEYS} | {figure: pc.cast(table[figure], pa.float64()) for figure in FIGURES}
    if name == "theirs":
        columns |= {key: mapped(columns[key], data / f"{key}_map.csv") for key in ("store", "item")}
    columns |= {"date": table["date"], "row": pa.array(range(1, len(table) + 1), pa.int32())}
    return pa.table(columns)


def mapped(codes: pa.ChunkedArray, path: Path) -> pa.ChunkedArray:
    """Turn their codes into ours; a code not in the map means itself."""
    pairs = pd.read_csv(path, dtype=str)
    found = pc.index_in(codes, value_set=pa.array(pairs["theirs"], pa.string()))
    return pc.coalesce(pc.take(pa.array(pairs["ours"], pa.string()), found), codes)


def numbered(lines: pd.DataFrame) -> pd.DataFrame:
    """Count the lines of each key, so that the nth meets the nth; lines without order number meet nobody."""
    complete = lines.dropna(subset=KEYS)
    return complete.assign(nth=complete.groupby(KEYS, sort=False).cumcount())


def write_links(out: Path, *, ours: object, theirs: object) -> None:
    """Write the pairs of record numbers."""
    pairs = {"ours_row": pa.array(ours, pa.int32()), "theirs_row": pa.array(theirs, pa.int32())}
    pq.write_table(pa.table(pairs), out / "links.parquet")


def write_classes(out: Path, *, pairs: pd.DataFrame, ours: pa.Table, theirs: pa.Table) -> None:
    """Name the differing pairs by what differs, and the lines without a pair by their side."""
    quantity, price = pairs["quantity_o"] - pairs["quantity_t"], (pairs["unit_price_o"] - pairs["unit_price_t"]).abs()
    said = pd.Series("MATCHED", index=pairs.index)
    cents = (pairs["amount_o"] - pairs["amount_t"]).abs()
    said[cents > 0.005] = "ROUNDING"
    said[price > 1e-6] = "PRICE"
    said[quantity > 1e-6] = "SHORT"
    said[quantity < -1e-6] = "OVER"
    said[(price > 1e-6) & (quantity.abs() > 1e-6)] = "MIXED"
    named = [pd.DataFrame({"side": name, "row": pairs[f"row_{name[0]}"], "class": said}) for name in ("ours", "theirs")]
    named = [frame[frame["class"] != "MATCHED"] for frame in named]
    for name, table, verdict in (("ours", ours, "NOT_RECEIVED"), ("theirs", theirs, "NOT_IN_BOOKS")):
        alone = pd.RangeIndex(1, len(table) + 1).difference(pairs[f"row_{name[0]}"])
        named.append(pd.DataFrame({"side": name, "row": alone, "class": verdict}))
    residuals = pa.Table.from_pandas(pd.concat(named), preserve_index=False)
    files = pc.binary_join_element_wise(residuals["side"].cast(pa.string()), pa.scalar("parquet"), ".")
    pq.write_table(residuals.append_column("file", files), out / "residuals.parquet")
