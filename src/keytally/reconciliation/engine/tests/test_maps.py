from datetime import date
from pathlib import Path

import duckdb
import pytest

from keytally.reconciliation.engine.decisions import convert_decisions
from keytally.reconciliation.engine.maps import convert_item_map, convert_store_map
from keytally.reconciliation.engine.messages import Refusal


def written(tmp_path: Path, text: str, *, encoding: str = "utf-8") -> Path:
    file = tmp_path / "map.csv"
    file.write_bytes(text.encode(encoding))
    return file


def rows(file: Path) -> list[tuple[object, ...]]:
    return duckdb.sql("select * from read_parquet($file) order by all", params={"file": str(file)}).fetchall()


def converted(convert, file: Path, tmp_path: Path) -> list[tuple[object, ...]]:
    convert(file, into=tmp_path / "made.parquet")
    assert not (tmp_path / "made.csv").exists()
    return rows(tmp_path / "made.parquet")


def refused(convert, file: Path, tmp_path: Path) -> Refusal:
    with pytest.raises(Refusal) as caught:
        convert(file, into=tmp_path / "made.parquet")
    for language in ("en", "zh"):
        assert "\n" not in caught.value.text(language)
    return caught.value


def test_it_keeps_codes_as_text_and_turns_inclusive_ends_around(tmp_path):
    file = written(tmp_path, "﻿ours,theirs,from,to\n001,0009,2026-07-01,2026-07-31\n002,A,,\n")
    assert converted(convert_store_map, file, tmp_path) == [
        ("001", "0009", date(2026, 7, 1), date(2026, 8, 1)),
        ("002", "A", None, None),
    ]


@pytest.mark.parametrize("text", ["2026/7/1", "20260701", "2026.07.01", "2026-07-01 00:00:00"])
def test_it_reads_dates_that_begin_with_the_year(tmp_path, text):
    file = written(tmp_path, f"ours,theirs,from\na,b,{text}\n")
    assert converted(convert_store_map, file, tmp_path) == [("a", "b", date(2026, 7, 1), None)]


def test_it_takes_the_last_day_of_the_calendar_for_no_end(tmp_path):
    file = written(tmp_path, "ours,theirs,to\na,b,9999-12-31\n")
    assert converted(convert_store_map, file, tmp_path) == [("a", "b", None, None)]


def test_it_takes_columns_in_any_order_and_skips_blank_rows_and_other_columns(tmp_path):
    file = written(tmp_path, 'Theirs,name,OURS\n 77 ,"Nanjing, East",S1 \n,,\n\n')
    assert converted(convert_store_map, file, tmp_path) == [("S1", "77", None, None)]


def test_it_reads_an_item_map_where_one_of_three_is_missing(tmp_path):
    file = written(tmp_path, "ours,gtin,theirs\nA,6901234567892,\nA,,T1\n,6901234567892,T2\n")
    assert {row[:3] for row in converted(convert_item_map, file, tmp_path)} == {
        ("A", "6901234567892", None),
        ("A", None, "T1"),
        (None, "6901234567892", "T2"),
    }


def test_it_reads_parquet_with_numbers_as_codes(tmp_path):
    file = tmp_path / "map.pq"
    duckdb.sql(
        "select 7 as ours, 'T' as theirs, date '2026-07-01' as \"from\", timestamp '2026-07-02' as \"to\""
    ).write_parquet(str(file))
    assert converted(convert_store_map, file, tmp_path) == [("7", "T", date(2026, 7, 1), date(2026, 7, 3))]


def test_it_reads_codes_as_the_ledgers_are_read(tmp_path):
    file = written(tmp_path, 'ours,theirs\n"=""007""",\'012\n')
    assert converted(convert_store_map, file, tmp_path) == [("007", "012", None, None)]


def test_it_reads_an_empty_map(tmp_path):
    assert converted(convert_store_map, written(tmp_path, "ours,theirs\n"), tmp_path) == []


@pytest.mark.parametrize(
    ("text", "code", "row", "column"),
    [
        ("ours,theirs\na,b\nc,\n", "cell_empty", 3, "theirs"),
        ("ours,theirs\n\n\nc,\n", "cell_empty", 4, "theirs"),
        ("ours,theirs,from\na,b,01/07/2026\n", "cell_no_date", 2, "from"),
        ("ours,theirs,to\na,b,2026-02-30\n", "cell_no_date", 2, "to"),
        ("ours,theirs,from,to\na,b,2026-07-02,2026-07-01\n", "ends_first", 2, None),
        ("ours,theirs\na,b,c\n", "row_too_long", 2, None),
        ('ours,theirs\n"a\tx",b\n', "cell_control", 2, "ours"),
        ("ours\na\n", "column_missing", None, "theirs"),
        ("", "column_missing", None, "ours"),
        ("ours,theirs,ours\na,b,c\n", "column_twice", None, "ours"),
    ],
)
def test_it_refuses_a_bad_store_map_with_its_place(tmp_path, text, code, row, column):
    refusal = refused(convert_store_map, written(tmp_path, text), tmp_path)
    assert refusal.code == code
    assert refusal.parameters.get("row") == row
    assert refusal.parameters.get("column") == column
    assert "map.csv" in str(refusal)


@pytest.mark.parametrize(
    "bad", [b"\xff\xfeo\x00", b"ours,theirs\n\xc4\xcf\xbe\xa9,b\n", b"ours,theirs\na\x00,b\n", b"PAR1junk"]
)
def test_it_refuses_what_is_no_table(tmp_path, bad):
    file = tmp_path / "map.csv"
    file.write_bytes(bad)
    assert refused(convert_store_map, file, tmp_path).code in ("table_unreadable", "cell_control")


def test_it_refuses_a_map_that_is_not_there(tmp_path):
    assert refused(convert_item_map, tmp_path / "none.csv", tmp_path).code == "table_missing"


ONE, OTHER = "a" * 32, "b" * 32


def test_it_reads_decisions_once_each(tmp_path):
    text = f"ours_id,theirs_id,decision,reason\n{ONE.upper()},{OTHER},Accept,looked at it\n{ONE},{OTHER},accept,\n"
    assert converted(convert_decisions, written(tmp_path, text), tmp_path) == [(ONE, OTHER, "accept", "looked at it")]


@pytest.mark.parametrize(
    ("rows_", "code"),
    [
        (f"{ONE},{OTHER},perhaps,", "cell_no_decision"),
        (f"{ONE},,accept,", "cell_empty"),
        (f"{ONE},{OTHER},accept,\n{ONE},{OTHER},refuse,", "decided_twice"),
    ],
)
def test_it_refuses_decisions_that_decide_nothing(tmp_path, rows_, code):
    file = written(tmp_path, f"ours_id,theirs_id,decision,reason\n{rows_}\n")
    assert refused(convert_decisions, file, tmp_path).code == code
