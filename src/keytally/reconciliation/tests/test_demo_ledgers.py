"""The demo company's ledgers against their kept truth: the engine sees the files alone, the test alone the truth."""

import ast
import csv
import json
from collections import Counter
from datetime import date
from pathlib import Path

import duckdb
import pytest
from stdnum import ean

from keytally.accounts.demo_chains import CHAINS
from keytally.reconciliation import demo_ledgers
from keytally.reconciliation.demo_ledgers.company import Place, Settlement, Trader, goods
from keytally.reconciliation.demo_ledgers.year import ITEM_MAP, STORE_MAP, TOLERANCE_MINOR, read_truth, write_year
from keytally.reconciliation.engine.reconcile import reconcile

LAST = date(2026, 10, 1)
MONTH = "2026-10"
STORES_TRIED = 24
DECIDABLE_TODAY = {
    "MATCHED", "CANCELLED", "SHORT", "OVER", "PRICE", "MIXED", "ROUNDING", "TAX", "VALUE_BASIS", "CURRENCY",
    "WRONG_STORE", "WRONG_ITEM", "NOT_RECEIVED", "NOT_IN_BOOKS", "DUPLICATE", "TIMING", "RETURN_UNBOOKED",
    "DEDUCTION_UNKNOWN", "PAYMENT_UNBOOKED", "OUTSIDE_PERIOD", "AMBIGUOUS",
}  # fmt: skip
"""Every class of docs/formats but UNEXPLAINED, which no paper asks for, and those that need contracts."""


def traders(stores=STORES_TRIED):
    """The demo's chains, the largest of them cut to so many stores that a test may take its time for all twelve."""
    return [
        Trader(
            code=chain.code,
            name=chain.name,
            mode=Settlement(chain.mode.value),
            places=[
                Place(f"S{place * 1000 + number:05d}", f"{chain.code}{1000 + number}", f"{chain.name}{number}店")
                for number in range(1, min(chain.stores, stores) + 1)
            ],
            head_office=f"{chain.code}-HO",
            warehouse=f"{chain.code}-DC",
        )
        for place, chain in enumerate(CHAINS)
    ]


@pytest.fixture(scope="module")
def year(tmp_path_factory):
    """Two months, so that the second has what the first left for it."""
    folder = tmp_path_factory.mktemp("year")
    written = write_year(traders(), last=LAST, folder=folder, months=2)
    return {one.trader.code: one for one in written if one.month == MONTH}


def roll_up(files, *, into):
    with into.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream)
        writer.writerow(["code", "meets", "kind"])
        head = files.trader.head_office
        writer.writerows([place.ours, head, "store"] for place in files.trader.places)
        writer.writerows([code, head, "office"] for code in (head, files.trader.warehouse))
    return into


def classes_of(out: Path) -> dict[tuple[str, str, int], str]:
    rows = duckdb.sql(f"select side, file, row, class from '{out}/residuals.parquet'").fetchall()
    return {(side, file, row): name for side, file, row, name in rows}


@pytest.mark.parametrize("code", [chain.code for chain in CHAINS])
def test_every_line_ends_where_the_truth_says_and_the_bridge_holds_to_the_cent(year, code, tmp_path):
    files = year[code]
    maps = files.folder.parent
    result = reconcile(
        files.ours,
        files.theirs,
        out=tmp_path / "out",
        store_map=maps / STORE_MAP,
        item_map=maps / ITEM_MAP,
        roll_up=roll_up(files, into=tmp_path / "roll_up.csv"),
        details=tmp_path / "pages",
        measure="quantity" if files.is_by_quantity else None,
        tolerance=TOLERANCE_MINOR,
        period=MONTH,
        with_report=False,
    )
    found, wrong, seen = classes_of(result.folder), Counter(), Counter()
    for line in read_truth(files.truth):
        place = (line["side"], line["file"], int(line["row"]))
        seen[line["class"]] += 1
        if line["class"] == "REJECTED":
            assert place not in found
        elif found.get(place, "MATCHED") != line["class"]:
            wrong[line["class"], found.get(place, "MATCHED"), line["fault"], line["side"]] += 1
    assert not wrong
    summary = json.loads((result.folder / "summary.json").read_text(encoding="utf-8"))
    assert summary["sides"]["theirs"]["rejected"] == seen["REJECTED"]
    for bridge in summary["bridges"]:
        bars = sum(bar["amount_minor"] for bar in bridge["bars"])
        assert bridge["ours_minor"] - bars == bridge["theirs_minor"]
        subs = duckdb.sql(
            f"""select sum(ours_minor), sum(theirs_minor) from '{tmp_path}/pages/sub_balances.parquet'
            where currency = '{bridge["currency"]}'"""
        ).fetchall()[0]
        assert subs == (bridge["ours_minor"], bridge["theirs_minor"])


def test_every_class_that_can_be_decided_today_occurs(year):
    told = {line["class"] for files in year.values() for line in read_truth(files.truth)}
    assert told == {*DECIDABLE_TODAY, "REJECTED"}


def test_both_sides_have_duplicates_and_returns_and_payments_that_the_other_lacks(year):
    told = {(line["class"], line["side"]) for files in year.values() for line in read_truth(files.truth)}
    for name in ("DUPLICATE", "RETURN_UNBOOKED"):
        assert {(name, "ours"), (name, "theirs")} <= told


def test_the_second_month_has_what_the_first_left_for_it(year):
    carried = [line for files in year.values() for line in read_truth(files.truth) if line["fault"] == "carried"]
    assert {line["class"] for line in carried} == {"NOT_RECEIVED", "NOT_IN_BOOKS"}


def test_the_same_seed_writes_the_same_bytes(tmp_path):
    for name in ("a", "b"):
        write_year(traders(6)[:3], last=LAST, folder=tmp_path / name, months=1)
    files = [one.relative_to(tmp_path / "a") for one in (tmp_path / "a").rglob("*") if one.is_file()]
    assert len(files) > 9
    assert all((tmp_path / "a" / one).read_bytes() == (tmp_path / "b" / one).read_bytes() for one in files)


def test_a_hundred_and_fifty_things_are_sold_under_real_barcodes():
    things = goods()
    assert len({thing.gtin for thing in things}) == len({thing.code for thing in things}) == 150
    assert all(ean.is_valid(thing.gtin) for thing in things)


def test_the_generator_of_faults_does_not_know_how_anybody_finds_them():
    for file in Path(demo_ledgers.__file__).parent.glob("*.py"):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            names = [node.module] if isinstance(node, ast.ImportFrom) else []
            names += [one.name for one in node.names] if isinstance(node, ast.Import) else []
            assert not [name for name in names if name and "engine" in name]
            assert not [name for name in names if name and name.startswith("keytally.exchange")]
