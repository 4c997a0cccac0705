"""Head office and stores: both sides meet where they can, and every store's part adds up to the whole."""

import csv
import json
from pathlib import Path

import duckdb
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from keytally.reconciliation.engine.reconcile import reconcile

HEADER = ("doc_no", "order_no", "store", "item", "date", "quantity", "unit_price", "amount")
STORES = ("S1", "S2", "S3", "S4")
ROLL_UP = [
    ("code", "meets", "kind"),
    *((store, "HO", "store") for store in STORES),
    ("HO", "HO", "office"),
    ("DC", "HO", "office"),
]


def goods(doc: str, order: str, store: str, item: str, quantity: int, *, price: int = 250) -> tuple[str, ...]:
    amount = quantity * price
    return (
        doc,
        order,
        store,
        item,
        "2026-07-10",
        str(quantity),
        f"{price // 100}.{price % 100:02d}",
        f"{amount // 100}.{amount % 100:02d}",
    )


def run(folder: Path, ours: list[tuple[str, ...]], theirs: list[tuple[str, ...]]) -> tuple[dict, list, list]:
    folder.mkdir(parents=True, exist_ok=True)
    for name, rows in (("ours", [HEADER, *ours]), ("theirs", [HEADER, *theirs]), ("roll_up", ROLL_UP)):
        with (folder / f"{name}.csv").open("w", newline="", encoding="utf-8") as stream:
            csv.writer(stream).writerows(rows)
    out = folder / "out"
    reconcile(
        folder / "ours.csv",
        folder / "theirs.csv",
        out=out,
        roll_up=folder / "roll_up.csv",
        details=folder / "pages",
        with_report=False,
    )
    summary = json.loads((out / "summary.json").read_text(encoding="utf-8"))
    classes = duckdb.sql(f"select side, row, class from '{out}/residuals.parquet' order by 1, 2").fetchall()
    subs = duckdb.sql(
        f"select store, is_store, ours_minor, theirs_minor from '{folder}/pages/sub_balances.parquet' order by store"
    ).fetchall()
    return summary, classes, subs


def test_deliveries_to_stores_meet_the_head_offices_line_of_the_invoice(tmp_path):
    ours = [goods("INV-70001", f"4500{n}", f"S{n}", "A", 10 * n) for n in (1, 2, 3)]
    summary, classes, subs = run(tmp_path, ours, [goods("INV-70001", "", "HO", "A", 60)])
    assert classes == []
    assert summary["links"] == 3
    assert subs == [("HO", False, 0, 0), ("S1", True, 2500, 2500), ("S2", True, 5000, 5000), ("S3", True, 7500, 7500)]


def test_one_delivery_to_the_warehouse_meets_the_receipts_of_the_stores(tmp_path):
    theirs = [goods(f"R{n}", "450077", f"S{n}", "A", 10 * n) for n in (1, 2, 3)]
    _, classes, subs = run(tmp_path, [goods("D1", "450077", "DC", "A", 60)], theirs)
    assert classes == []
    assert subs == [("DC", False, 0, 0), ("S1", True, 2500, 2500), ("S2", True, 5000, 5000), ("S3", True, 7500, 7500)]


def test_what_the_stores_did_not_get_stays_with_the_head_office(tmp_path):
    theirs = [goods(f"R{n}", "450077", f"S{n}", "A", 10 * n) for n in (1, 2)]
    _, classes, subs = run(tmp_path, [goods("D1", "450077", "DC", "A", 34)], theirs)
    assert {name for _, _, name in classes} == {"SHORT"}
    assert subs == [("DC", False, 1000, 0), ("S1", True, 2500, 2500), ("S2", True, 5000, 5000)]


def test_a_tax_rate_is_seen_though_every_store_rounds_its_own_part(tmp_path):
    parts = [(number, 6 * number + 1) for number in (1, 2, 3, 4)]
    theirs = []
    for number, quantity in parts:
        *line, amount = goods(f"R{number}", "450077", f"S{number}", "A", quantity, price=1437)
        minor = (2 * int(amount.replace(".", "")) * 109 + 113) // 226
        theirs.append((*line, f"{minor // 100}.{minor % 100:02d}"))
    ours = [goods("D1", "450077", "DC", "A", sum(quantity for _, quantity in parts), price=1437)]
    _, classes, _ = run(tmp_path, ours, theirs)
    assert {name for _, _, name in classes} == {"TAX"}


def test_lines_of_stores_on_both_sides_are_never_rolled_up(tmp_path):
    _, classes, _ = run(tmp_path, [goods("D1", "450077", "S1", "A", 10)], [goods("R1", "450077", "S2", "A", 10)])
    assert [name for _, _, name in classes] == ["WRONG_STORE", "WRONG_STORE"]


@st.composite
def books(draw: st.DrawFn) -> tuple[list[tuple[str, ...]], list[tuple[str, ...]]]:
    ours, theirs = [], []
    for number in range(draw(st.integers(6, 20))):
        stores = draw(st.lists(st.sampled_from(STORES), min_size=1, max_size=4, unique=True))
        parts = [
            goods(f"R{number}{s}", f"45{number:05}", s, draw(st.sampled_from("AB")), draw(st.integers(1, 9)))
            for s in stores
        ]
        whole = goods(
            f"D{number}", f"45{number:05}", draw(st.sampled_from(("DC", "HO"))), "A", draw(st.integers(1, 30))
        )
        (ours, theirs)[draw(st.booleans())].append(whole)
        (ours, theirs)[draw(st.booleans())].extend(parts)
    return ours or [goods("D9", "4599999", "S1", "A", 1)], theirs or [goods("R9", "4599998", "S1", "A", 1)]


@settings(
    max_examples=8,
    deadline=None,
    phases=[Phase.explicit, Phase.generate],
)
@given(books())
def test_the_stores_and_the_head_office_add_up_to_both_balances(tmp_path_factory, both):
    summary, _, subs = run(tmp_path_factory.mktemp("subs"), *both)
    (bridge,) = summary["bridges"]
    assert sum(row[2] for row in subs) == bridge["ours_minor"]
    assert sum(row[3] for row in subs) == bridge["theirs_minor"]
