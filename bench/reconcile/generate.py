"""Which two ledgers shall be reconciled? A seeded world with every fault of the trade, and its truth kept apart.

    python -m bench.reconcile.generate --size 1M --variant hard

writes bench/data/1M-hard: ours and theirs (.parquet, on demand .csv and .xlsx), store_map.csv, item_map.csv, and in
truth/ what a careful accountant would find: links.parquet, ours.parquet, theirs.parquet. README.md says why.
"""

import argparse
import hashlib
import time
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import duckdb

from bench.reconcile.dials import LINE_DIALS, ORDER_DIALS, ROLES, Dial

HERE = Path(__file__).parent
DATA = HERE.parent / "data"
SIZES = {"10k": 10_000, "100k": 100_000, "1M": 1_000_000, "10M": 10_000_000}
SEED = 20260701
COLUMNS = "doc_no, doc_type, line_no, order_no, store, item, gtin, date, quantity, unit_price, amount, currency"
ROUNDS_OF_THOUGHT = 4


@dataclass(frozen=True, slots=True)
class World:
    """One input: how many lines a side, which variant, which seed, whether both sides share document numbers."""

    lines: int
    variant: str = "easy"
    seed: int = SEED
    shared_doc: bool = False


def generate(world: World, *, out: Path, formats: Iterable[str] = ("parquet",), threads: int = 2) -> Path:
    """Write the ledgers, the maps and the truth of a world to a folder."""
    (out / "truth").mkdir(parents=True, exist_ok=True)
    con = duckdb.connect(config={"threads": threads, "memory_limit": "8GB", "temp_directory": str(out / "spill")})
    settle(con, world)
    for step in ("1_world", "2_faults", "3_open", *(["4_decide"] * ROUNDS_OF_THOUGHT), "5_sides"):
        con.execute((HERE / "sql" / f"{step}.sql").read_text())
    for side in ("ours", "theirs"):
        write_side(con, side, out=out, formats=formats)
    write_links(con, out=out)
    write_maps(con, out=out)
    con.close()
    (out / "stamp").write_text(stamp(world))
    return out


def stamp(world: World) -> str:
    """Say which generator made a world, so that data of an older one is made anew."""
    made_by = [HERE / "dials.py", HERE / "generate.py", *sorted((HERE / "sql").glob("[1-7]_*.sql"))]
    digest = hashlib.sha256(b"".join(path.read_bytes() for path in made_by))
    return f"{world} DuckDB {duckdb.__version__} {digest.hexdigest()}\n"


def is_current(folder: Path, *, world: World, formats: Iterable[str]) -> bool:
    """Tell whether a folder holds this world in these formats."""
    mark = folder / "stamp"
    files = [folder / f"{side}.{form}" for side in ("ours", "theirs") for form in formats]
    return mark.exists() and mark.read_text() == stamp(world) and all(path.exists() for path in files)


def settle(con: duckdb.DuckDBPyConnection, world: World) -> None:
    """Put the world's size, its seed and its dials where the steps read them."""
    values = {
        "seed": world.seed,
        "orders": world.lines // 10,
        "stores": max(200, min(2000, world.lines // 500)),
        "hard": world.variant == "hard",
        "shared_doc": world.shared_doc,
    }
    for name, value in values.items():
        con.execute(f"SET VARIABLE {name} = $value", {"value": value})
    con.execute(
        "CREATE TABLE dials (dial INTEGER, level VARCHAR, share INTEGER, kind VARCHAR, number VARCHAR, "
        "number_side VARCHAR, value VARCHAR, place VARCHAR, lag VARCHAR, shape VARCHAR)"
    )
    rows = [dial_row(n, dial, variant=world.variant) for n, dial in enumerate((*ORDER_DIALS, *LINE_DIALS))]
    con.executemany("INSERT INTO dials VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", rows)
    con.execute(
        "CREATE TABLE slots AS SELECT level, dial, unnest(range(edge - share, edge)) AS slot FROM "
        "(SELECT level, dial, share, sum(share) OVER (PARTITION BY level ORDER BY dial)::BIGINT AS edge FROM dials)"
    )
    con.execute("CREATE TABLE roles (shape VARCHAR, side VARCHAR, role VARCHAR, copy INTEGER)")
    con.executemany("INSERT INTO roles VALUES (?, ?, ?, ?)", list(role_rows()))


def dial_row(number: int, dial: Dial, *, variant: str) -> tuple[object, ...]:
    """Lay out a dial for the table of dials."""
    level = "order" if dial in ORDER_DIALS else "line"
    share = dial.hard if variant == "hard" else dial.easy
    return (
        number,
        level,
        share,
        dial.kind,
        dial.number,
        dial.number_side,
        dial.value,
        dial.place,
        dial.lag,
        dial.shape,
    )


def role_rows() -> Iterable[tuple[str, str, str, int]]:
    """Lay out which lines each shape puts on which side."""
    for shape, sides in ROLES.items():
        for side, roles in zip(("ours", "theirs"), sides, strict=True):
            for copy, role in enumerate(roles):
                yield shape, side, role, copy


def write_side(con: duckdb.DuckDBPyConnection, side: str, *, out: Path, formats: Iterable[str]) -> None:
    """Write one side's ledger and the truth of its lines."""
    con.execute((HERE / "sql" / "6_ledger.sql").read_text(), {"side": side})
    con.execute(f"COPY (SELECT {COLUMNS} FROM ledger) TO '{out / side}.parquet' (FORMAT parquet)")
    if "csv" in formats:
        con.execute(f"COPY (SELECT {COLUMNS} FROM ledger) TO '{out / side}.csv' (FORMAT csv, HEADER)")
    if "xlsx" in formats:
        write_xlsx(con, out / f"{side}.xlsx")
    con.execute(
        f"COPY (SELECT row, class, or_class, kind, twin, amount_minor FROM ledger) "
        f"TO '{out / 'truth' / side}.parquet' (FORMAT parquet)"
    )
    con.execute(f"CREATE TABLE ties_{side} AS SELECT tie, row, twin, kind, class FROM ledger WHERE tie IS NOT NULL")
    con.execute("DROP TABLE ledger")


def write_xlsx(con: duckdb.DuckDBPyConnection, path: Path) -> None:
    """Write the ledger as one sheet, codes as text, figures as numbers, dates as dates."""
    import xlsxwriter

    book = xlsxwriter.Workbook(str(path), {"constant_memory": True, "default_date_format": "yyyy-mm-dd"})
    sheet = book.add_worksheet("ledger")
    sheet.write_row(0, 0, COLUMNS.split(", "))
    cursor = con.execute(f"SELECT {COLUMNS} FROM ledger")
    row = 1
    while batch := cursor.fetchmany(50_000):
        for record in batch:
            sheet.write_row(row, 0, record)
            row += 1
    book.close()


def write_links(con: duckdb.DuckDBPyConnection, *, out: Path) -> None:
    """Write the true links: a row of ours, a row of theirs, their group; `open` where the papers cannot decide."""
    con.execute((HERE / "sql" / "7_links.sql").read_text(), {"out": str(out / "truth" / "links.parquet")})


def write_maps(con: duckdb.DuckDBPyConnection, *, out: Path) -> None:
    """Write the maps of store and item codes as FORMATS wants them."""
    stores = "SELECT ours_code AS ours, theirs_code AS theirs FROM stores ORDER BY 1"
    items = "SELECT ours_code AS ours, gtin, theirs_code AS theirs FROM items ORDER BY 1"
    con.execute(f"COPY ({stores}) TO '{out}/store_map.csv' (HEADER)")
    con.execute(f"COPY ({items}) TO '{out}/item_map.csv' (HEADER)")


def main() -> None:
    """Read the arguments and generate."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--size", choices=SIZES, default="1M")
    parser.add_argument("--variant", choices=("easy", "hard"), default="easy")
    parser.add_argument("--seed", type=int, default=SEED)
    parser.add_argument("--shared-doc", action="store_true", help="their receipts carry our document numbers")
    parser.add_argument("--formats", default="parquet", help="comma separated: parquet,csv,xlsx")
    parser.add_argument("--out", type=Path)
    given = parser.parse_args()
    began = time.perf_counter()
    world = World(SIZES[given.size], given.variant, given.seed, given.shared_doc)
    out = given.out or DATA / f"{given.size}-{given.variant}{'-shared' if given.shared_doc else ''}"
    generate(world, out=out, formats=given.formats.split(","))
    print(f"{out} in {time.perf_counter() - began:.1f} s")


if __name__ == "__main__":
    main()
