from datetime import UTC, date, datetime
from pathlib import Path

import openpyxl
import pytest

from keytally.exchange import marked
from keytally.exchange.marked import Mark, TooManyRows, mark_workbook, write_marked_csv, write_marked_workbook
from keytally.exchange.spreadsheet import open_workbook
from keytally.kernel.money import Money

MARK = Mark("张伟 & 李娜", "taken by 张伟 & 李娜 <x> on 2026-07-01 09:00")
HEADER = ("a", "b", "c", "d", "e")
NOW = datetime(2026, 7, 1, 9, 5, tzinfo=UTC)
ROWS = [("=1+1", 5, Money.of("12.34", "CNY"), date(2026, 7, 1), None), ("x", -3, Money.of("5", "JPY"), NOW, "")]


def written(tmp_path: Path, rows=ROWS):
    write_marked_workbook(rows, to=tmp_path / "a.xlsx", title="List [1]", header=HEADER, mark=MARK)
    return openpyxl.load_workbook(tmp_path / "a.xlsx")


def test_a_workbook_carries_its_mark_and_its_rows(tmp_path):
    book = written(tmp_path)
    sheet = book.worksheets[0]
    assert sheet["A1"].value == MARK.line
    assert [cell.value for cell in sheet[2]] == list(HEADER)
    assert [cell.value for cell in sheet[3]] == ["'=1+1", 5, 12.34, "2026-07-01", None]
    assert [cell.value for cell in sheet[4]] == ["x", -3, 5, "2026-07-01 09:05", None]
    assert (sheet["C3"].number_format, sheet["C4"].number_format) == ("#,##0.00", "#,##0")
    assert "李娜" in sheet.oddHeader.left.text
    assert book.properties.creator == MARK.taken_by


def test_a_csv_begins_with_its_mark(tmp_path):
    write_marked_csv(ROWS, to=tmp_path / "a.csv", header=HEADER, mark=MARK)
    lines = (tmp_path / "a.csv").read_text("utf-8-sig").splitlines()
    assert lines[0] == MARK.line
    assert lines[2] == "'=1+1,5,12.34,2026-07-01,"


def test_a_sheet_that_is_full_says_so(tmp_path, monkeypatch):
    monkeypatch.setattr(marked, "MOST_SHEET_ROWS", 3)
    with pytest.raises(TooManyRows):
        written(tmp_path)


@pytest.mark.parametrize(
    ("rows", "place"),
    [([["title"], [], ["x"]], "A2"), ([["a"], ["b"]], "A3"), ([], "A1"), ([[], ["a"]], "A1")],
)
def test_a_workbook_written_before_gets_the_mark_where_nothing_stands(tmp_path, rows, place):
    with open_workbook(tmp_path / "old.xlsx") as book:
        for name in ("first", "second"):
            sheet = book.add_worksheet(name)
            for number, row in enumerate(rows):
                sheet.write_row(number, 0, row)
    mark_workbook(tmp_path / "old.xlsx", to=tmp_path / "new.xlsx", mark=MARK)
    book = openpyxl.load_workbook(tmp_path / "new.xlsx")
    assert book["first"][place].value == MARK.line
    assert [[cell.value for cell in row] for row in book["second"].iter_rows()] == [
        [cell.value for cell in row] for row in openpyxl.load_workbook(tmp_path / "old.xlsx")["second"].iter_rows()
    ]
    assert {"李娜" in sheet.oddFooter.left.text for sheet in book} == {True}
    assert book.properties.description == MARK.line
