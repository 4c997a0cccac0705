"""Is the benchmark's world always the same, and is its truth consistent in itself?"""

import duckdb
import pytest
from bench.reconcile.dials import LINE_DIALS, ORDER_DIALS
from bench.reconcile.generate import World, generate
from stdnum import ean

from keytally.exchange.canonical import Column
from keytally.reconciliation.engine.contract import LineClass

TRUTH = ("links", "ours", "theirs")
GROUPED = """
WITH sides AS (
    SELECT "group", 1 AS sign, ours_row AS row FROM '{data}/truth/links.parquet'
    UNION SELECT "group", -1, theirs_row FROM '{data}/truth/links.parquet'),
lines AS (
    SELECT 1 AS sign, row, class, amount_minor FROM '{data}/truth/ours.parquet'
    UNION ALL SELECT -1, row, class, amount_minor FROM '{data}/truth/theirs.parquet')
SELECT coalesce("group", hash(lines.sign, lines.row)) AS unit, "group" IS NOT NULL AS linked, any_value(class) AS class,
    count(DISTINCT class) AS classes, sum(lines.sign * amount_minor) AS difference, count(*) AS lines
FROM lines LEFT JOIN sides USING (sign, row) GROUP BY ALL
"""


def rows(query):
    return duckdb.sql(query).fetchall()


def one(query):
    return rows(query)[0]


def content(folder):
    names = [*(f"truth/{name}.parquet" for name in TRUTH), "ours.parquet", "theirs.parquet"]
    return [rows(f"FROM '{folder / name}'") for name in names]


def test_it_gives_the_same_world_for_the_same_seed(tmp_path):
    first = generate(World(10_000, "hard", seed=3), out=tmp_path / "first")
    again = generate(World(10_000, "hard", seed=3), out=tmp_path / "again", threads=1)
    assert content(first) == content(again)


def test_it_gives_another_world_for_another_seed(tmp_path):
    first = generate(World(10_000, seed=3), out=tmp_path / "first")
    other = generate(World(10_000, seed=4), out=tmp_path / "other")
    assert content(first) != content(other)


def test_it_writes_the_canonical_columns_and_about_as_many_lines_as_asked(world):
    for side in ("ours", "theirs"):
        columns = [row[0] for row in rows(f"DESCRIBE FROM '{world / side}.parquet'")]
        assert columns == [column.value for column in Column]
        assert 19_500 < one(f"SELECT count(*) FROM '{world / side}.parquet'")[0] < 21_500


def test_it_gives_every_line_exactly_one_class_of_the_closed_list(world):
    for side in ("ours", "theirs"):
        lines, distinct, last = one(
            f"SELECT count(*), count(DISTINCT row), max(row) FROM '{world}/truth/{side}.parquet'"
        )
        assert lines == distinct == last == one(f"SELECT count(*) FROM '{world}/{side}.parquet'")[0]
        classes = {row[0] for row in rows(f"SELECT DISTINCT class FROM '{world}/truth/{side}.parquet'")}
        assert classes <= {line_class.value for line_class in LineClass}


def test_it_links_only_lines_that_exist_and_each_pair_once(world):
    links, pairs = one(
        f"SELECT count(*), count(DISTINCT (ours_row, theirs_row)) FROM '{world}/truth/links.parquet'",
    )
    assert links == pairs
    for side in ("ours", "theirs"):
        astray = f"FROM '{world}/truth/links.parquet' ANTI JOIN '{world}/truth/{side}.parquet' ON {side}_row = row"
        assert rows(astray) == []
        groups = f'SELECT {side}_row FROM (SELECT DISTINCT {side}_row, "group" FROM '
        assert rows(f"{groups} '{world}/truth/links.parquet') GROUP BY 1 HAVING count(*) > 1") == []


def test_it_keeps_every_cent_of_the_gap_in_the_true_differences(world):
    gap = one(
        f"SELECT (SELECT sum(CAST(amount * 100 AS BIGINT)) FROM '{world}/ours.parquet') "
        f"- (SELECT sum(CAST(amount * 100 AS BIGINT)) FROM '{world}/theirs.parquet')"
    )[0]
    assert one(f"SELECT sum(difference) FROM ({GROUPED.format(data=world)})")[0] == gap


@pytest.mark.parametrize(
    ("line_class", "wrong"),
    [
        ("MATCHED", "difference <> 0"),
        ("TIMING", "difference <> 0"),
        ("WRONG_STORE", "difference <> 0"),
        ("WRONG_ITEM", "difference <> 0"),
        ("ROUNDING", "difference NOT BETWEEN -5 AND 5 OR difference = 0"),
        ("SHORT", "difference <= 5"),
        ("OVER", "difference >= -5"),
        ("PRICE", "abs(difference) <= 5"),
        ("TAX", "abs(difference) <= 5"),
        ("MIXED", "abs(difference) <= 5"),
    ],
)
def test_it_names_linked_lines_by_what_their_amounts_say(world, line_class, wrong):
    units = f"({GROUPED.format(data=world)})"
    assert one(f"SELECT count(*) FROM {units} WHERE linked AND class = '{line_class}'")[0] > 0 or line_class == "MIXED"
    assert rows(f"FROM {units} WHERE linked AND class = '{line_class}' AND ({wrong} OR classes > 1)") == []


def test_it_leaves_no_line_without_counterpart_in_a_class_of_pairs(world):
    lonely = {row[0] for row in rows(f"SELECT DISTINCT class FROM ({GROUPED.format(data=world)}) WHERE NOT linked")}
    assert lonely <= {
        "CANCELLED",
        "DUPLICATE",
        "NOT_RECEIVED",
        "NOT_IN_BOOKS",
        "RETURN_UNBOOKED",
        "DEDUCTION_UNKNOWN",
        "PAYMENT_UNBOOKED",
        "AMBIGUOUS",
    }


def test_it_cancels_to_the_cent_inside_our_side(world):
    assert one(f"SELECT sum(amount_minor) FROM '{world}/truth/ours.parquet' WHERE class = 'CANCELLED'") == (0,)


def test_it_makes_every_fault_of_the_hard_world_happen(hard_world):
    kinds = {
        row[0] for side in ("ours", "theirs") for row in rows(f"SELECT kind FROM '{hard_world}/truth/{side}.parquet'")
    }
    assert {dial.kind for dial in (*ORDER_DIALS, *LINE_DIALS)} <= kinds


def test_it_leaves_two_lines_in_a_hundred_of_the_hard_world_without_order_number(hard_world):
    missing = sum(
        one(f"SELECT count(*) FROM '{hard_world}/{side}.parquet' WHERE order_no IS NULL AND item IS NOT NULL")[0]
        for side in ("ours", "theirs")
    )
    assert 1_600 < missing < 2_600


def test_it_keeps_the_easy_world_nearly_clean(tmp_path):
    easy = generate(World(100_000, seed=5), out=tmp_path)
    clean, lines = one(f"SELECT count(*) FILTER (kind = 'clean'), count(*) FROM '{easy}/truth/theirs.parquet'")
    assert 0.92 < clean / lines < 0.95


def test_it_gives_every_item_a_valid_gtin_and_every_code_one_counterpart(world):
    pairs = rows(f"FROM read_csv('{world}/item_map.csv', all_varchar = true)")
    assert all(ean.is_valid(gtin) for _, gtin, _ in pairs)
    for name in ("store", "item"):
        codes = rows(f"SELECT ours, theirs FROM read_csv('{world}/{name}_map.csv', all_varchar = true)")
        assert len({ours for ours, _ in codes}) == len({theirs for _, theirs in codes}) == len(codes)


def test_it_writes_the_same_lines_as_parquet_and_as_text(hard_world):
    for side in ("ours", "theirs"):
        typed = f"FROM '{hard_world}/{side}.parquet'"
        text = f"FROM read_csv('{hard_world}/{side}.csv', all_varchar = true)"
        as_text = "SELECT CAST(COLUMNS(*) AS VARCHAR)"
        assert rows(f"{as_text} {typed} EXCEPT ALL {as_text} {text}") == []
        assert one(f"SELECT count(*) {typed}") == one(f"SELECT count(*) {text}")


def test_it_writes_the_same_lines_as_a_sheet(tmp_path):
    from python_calamine import CalamineWorkbook

    data = generate(World(2_000, "hard", seed=2), out=tmp_path, formats=("parquet", "xlsx"))
    sheet = CalamineWorkbook.from_path(str(data / "theirs.xlsx")).get_sheet_by_index(0).to_python()
    typed = rows(f"SELECT doc_no, order_no, store, date, amount FROM '{data}/theirs.parquet'")
    assert len(sheet) == len(typed) + 1
    for (doc_no, order_no, store, date, amount), cells in zip(typed, sheet[1:], strict=True):
        assert (cells[0], cells[3] or None, cells[4] or None, cells[7]) == (doc_no, order_no, store, date)
        assert round(cells[10] * 100) == int(amount * 100)
