"""The reader of results pages through what a run wrote: filtered, sorted, with totals, and with reasons."""

import duckdb
import pytest

from keytally.exchange.canonical import LINE_TYPES, Column, LinesSource, SideLines, TableRef
from keytally.reconciliation.engine.candidates import candidate_page
from keytally.reconciliation.engine.details import write_details
from keytally.reconciliation.engine.results import (
    Component,
    Place,
    Side,
    SortKey,
    UnableToShow,
    Wanted,
    explanation,
    residual_page,
)

STRUCTS = "struct(file varchar, sheet varchar, row bigint)[]"
PARTS = "struct(cause varchar, amount_minor bigint)[]"


@pytest.fixture
def folder(tmp_path):
    return run_folder(tmp_path, residuals=120)


def run_folder(tmp_path, *, residuals):
    """Write what a run of `residuals` lines a side would: every third short, every third missing, the rest mixed."""
    with duckdb.connect() as connection:
        connection.execute(
            f"""create table residuals as
            with numbers as (select range as number from range(1, {residuals} + 1))
            select case when number % 2 = 0 then 'theirs' else 'ours' end as side, 'a.xlsx' as file,
              case when number % 2 = 0 then null else 'S1' end as sheet, number::bigint as row,
              md5(number::varchar) as id,
              case number % 3 when 0 then 'SHORT' when 1 then 'NOT_RECEIVED' else 'MIXED' end as class,
              case when number % 5 = 0 then 'USD' else 'CNY' end as currency,
              (number * 10)::bigint as amount_minor, 1000::bigint as quantity,
              case number % 3 when 1 then []::{STRUCTS} else
                [{{'file': 'a.xlsx', 'sheet': case when number % 2 = 0 then 'S1' else null end, 'row': number + 1}}]
              end::{STRUCTS} as counterpart_rows,
              case number % 3 when 2 then
                [{{'cause': 'SHORT', 'amount_minor': number * 4}}, {{'cause': 'PRICE', 'amount_minor': number * 6}}]
              else [{{'cause': 'SHORT', 'amount_minor': number * 10}}] end::{PARTS} as components
            from numbers"""
        )
        connection.table("residuals").write_parquet(str(tmp_path / "residuals.parquet"))
        connection.sql(
            """select 'a.xlsx' as ours_file, 'S1' as ours_sheet, 3::bigint as ours_row, 'a.xlsx' as theirs_file,
            null::varchar as theirs_sheet, 4::bigint as theirs_row, 'x' as ours_id, 'y' as theirs_id, 7 as "group",
            'exact_order' as rule, 1000 as confidence, 'SHORT' as class, 30::bigint as amount_minor,
            1000::bigint as quantity"""
        ).write_parquet(str(tmp_path / "links.parquet"))
        connection.sql(
            """select 'a.xlsx' as ours_file, 'S1' as ours_sheet, 5::bigint as ours_row, 'a.xlsx' as theirs_file,
            null::varchar as theirs_sheet, 6 + unnest([2, 1]) as theirs_row, 'x' as ours_id, 'y' as theirs_id,
            unnest([2, 1]) as rank, 'same_key' as rule, 90 as confidence, 10::bigint as amount_minor,
            0::bigint as quantity, 3::bigint as days_apart"""
        ).write_parquet(str(tmp_path / "candidates.parquet"))
    write_details(tmp_path, ours=_side("ours", "S1", residuals), theirs=_side("theirs", None, residuals), into=tmp_path)
    return tmp_path


def _side(name, sheet, rows):
    values = {"store": "'S' || range", "order_no": "'PO' || range", "amount": "range", "currency": "'CNY'"}
    fields = ", ".join(
        f"{values.get(field, 'null')}::{kind} as {field}" for field, kind in LINE_TYPES.items() if field != "rid"
    )
    sql = f"select (${name}_base + range)::integer as rid, {fields} from range(1, {rows + 3})"
    source = LinesSource(sql, {f"{name}_base": 1000})
    table = TableRef("a.xlsx", sheet, base=1000, rows=rows + 3)
    return SideLines((table,), (source,), frozenset({Column.AMOUNT}), rows)


def test_it_pages_through_every_residual_once(folder):
    seen = []
    for page in (1, 2, 3):
        found = residual_page(folder, wanted=Wanted(sort=SortKey.PLACE, descending=False), page=page)
        seen += [(row.side, row.line.place.row) for row in found.rows]
    assert found.pages == 3
    assert len(set(seen)) == 120


def test_it_totals_what_is_filtered_by_currency(folder):
    found = residual_page(folder, wanted=Wanted(line_class="SHORT"))
    expected = sum(number * 10 for number in range(3, 121, 3) if number % 5)
    assert {total.currency: total.amount_minor for total in found.totals}["CNY"] == expected
    assert found.lines == 40


def test_it_adds_up_only_the_parts_with_the_wanted_cause(folder):
    found = residual_page(folder, wanted=Wanted(cause="PRICE"))
    assert sum(total.amount_minor for total in found.totals) == sum(number * 6 for number in range(2, 121, 3))
    assert found.rows[0].amount_minor == 119 * 6


def test_it_finds_text_in_the_columns_people_know(folder):
    found = residual_page(folder, wanted=Wanted(text="po17 "))
    assert [row.line.order_no for row in found.rows] == ["PO17"]


def test_it_takes_text_as_text_and_not_as_a_pattern(folder):
    assert residual_page(folder, wanted=Wanted(text="%' or 1=1 --")).lines == 0


def test_it_keeps_to_the_pages_there_are(folder):
    assert residual_page(folder, wanted=Wanted(), page=99).page == 3
    assert residual_page(folder, wanted=Wanted(side=Side.OURS), page=-1).page == 1


def test_it_explains_a_residual_with_its_counterpart_and_rule(folder):
    row = next(
        row
        for row in residual_page(folder, wanted=Wanted(line_class="SHORT"), page_size=200).rows
        if row.line.place.row == 3
    )
    found = explanation(folder, published=folder, side=row.side, line_id=row.id)
    assert found is not None
    assert found.compared[0].place == Place("a.xlsx", None, 4)
    assert found.compared[0].order_no == "PO4"
    assert [(link.rule, link.group) for link in found.links] == [("exact_order", 7)]
    assert found.residual.components == (Component("SHORT", 30),)


def test_it_knows_no_residual_that_is_not_there(folder):
    assert explanation(folder, published=folder, side=Side.OURS, line_id="' or true --") is None


def test_it_says_when_a_result_is_gone(tmp_path):
    with pytest.raises(UnableToShow):
        residual_page(tmp_path, wanted=Wanted())


def test_it_ranks_the_candidates_of_a_line(folder):
    found = candidate_page(folder, published=folder)
    assert [(row.rank, row.ours.place.row, row.theirs.place.row) for row in found.rows] == [(1, 5, 7), (2, 5, 8)]
    assert found.rows[0].ours.order_no == "PO5"
    assert found.rows[0].days_apart == 3


def test_it_shows_the_first_page_of_fifty_thousand_residuals(tmp_path):
    folder = run_folder(tmp_path, residuals=50_000)
    page = residual_page(folder, wanted=Wanted())
    assert page.lines == 50_000
    assert 0 < len(page.rows) < 200
