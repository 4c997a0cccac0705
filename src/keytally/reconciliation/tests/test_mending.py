"""Mended cells of a workbook: every sheet and value stays as it came but the cells that people mended."""

from datetime import date, datetime, time
from pathlib import Path

import openpyxl
import pytest
import xlsxwriter

from keytally.reconciliation import services
from keytally.reconciliation.mending import Mend, is_mendable, mend_file
from keytally.reconciliation.row_context import rows_in
from keytally.reconciliation.services import fixing
from keytally.reconciliation.tests.conftest import NOW
from keytally.reconciliation.tests.test_open import upload
from keytally.reconciliation.tests.test_workbench import OURS, THEIRS, doc_numbers, run_again

MOMENT = datetime.fromisoformat("2026-07-03T14:30")
TITLE, HEADER = "永盛 供应商对账单", ["单号", "日期", "数量", "金额", "已审"]
ROWS = [
    ["B7021", date(2026, 7, 1), 10, 100.25, True],
    ["007853", MOMENT, 5, "待核", False],
    ["", None, None, None, None],
    ["B7964", time(8, 5), -4, 0.1, True],
]


def write_book(place: Path) -> Path:
    book = xlsxwriter.Workbook(str(place))
    day, moment, clock = (book.add_format({"num_format": one}) for one in ("yyyy-mm-dd", "yyyy-mm-dd hh:mm", "hh:mm"))
    for name in ("七月", "八月"):
        sheet = book.add_worksheet(name)
        sheet.write(0, 0, TITLE)
        sheet.write_row(1, 0, HEADER)
        for number, record in enumerate(ROWS, start=2):
            for column, value in enumerate(record):
                kind = moment if isinstance(value, datetime) else day if isinstance(value, date) else clock
                if isinstance(value, date | time):
                    sheet.write_datetime(number, column, value, kind)
                elif value not in (None, ""):
                    sheet.write(number, column, value)
    book.close()
    return place


def read(place: Path) -> dict[str, list[list[object]]]:
    book = openpyxl.load_workbook(place)
    return {sheet.title: [[cell.value for cell in row] for row in sheet.iter_rows()] for sheet in book.worksheets}


def test_only_the_mended_cells_of_the_named_sheet_change(tmp_path):
    place = write_book(tmp_path / "theirs.xlsx")
    before = read(place)
    mends = [Mend("八月", 4, "金额", "50.00"), Mend("八月", 6, "单号", "B7965"), Mend("八月", 6, "没有此列", "x")]
    mend_file(tmp_path, file="theirs.xlsx", mends=mends)
    after = read(place)
    assert list(after) == ["七月", "八月"]
    assert after["七月"] == before["七月"]
    changed = {
        (row, column): value
        for row, (was, now) in enumerate(zip(before["八月"], after["八月"], strict=True), start=1)
        for column, (old, value) in enumerate(zip(was, now, strict=True))
        if old != value
    }
    assert changed == {(4, 3): "50.00", (6, 0): "B7965"}
    assert after["八月"][3][0] == "007853"
    assert after["八月"][3][1] == MOMENT
    assert after["八月"][2][4] is True


def test_a_mend_without_a_sheet_means_the_first(tmp_path):
    place = write_book(tmp_path / "theirs.xlsx")
    mend_file(tmp_path, file="theirs.xlsx", mends=[Mend("", 4, "金额", "7")])
    after = read(place)
    assert (after["七月"][3][3], after["八月"][3][3]) == ("7", "待核")


def test_what_was_kept_of_the_upload_is_not_written_over(tmp_path):
    place = write_book(tmp_path / "theirs.xlsx")
    kept = tmp_path / "kept"
    kept.hardlink_to(place)
    before = kept.read_bytes()
    mend_file(tmp_path, file="theirs.xlsx", mends=[Mend("七月", 4, "金额", "7")])
    assert kept.read_bytes() == before != place.read_bytes()


def test_what_cannot_be_mended_or_is_not_there_is_left_alone(tmp_path):
    (tmp_path / "theirs.parquet").write_bytes(b"PAR1")
    for file in ("theirs.parquet", "gone.xlsx"):
        mend_file(tmp_path, file=file, mends=[Mend("", 2, "金额", "7")])
    assert (tmp_path / "theirs.parquet").read_bytes() == b"PAR1"
    assert not is_mendable("theirs.parquet")


@pytest.mark.parametrize(
    ("encoding", "mark"),
    [("utf-8", b""), ("utf-8-sig", b"\xef\xbb\xbf"), ("gb18030", b""), ("utf-16", b"\xff\xfe"), ("utf-16-be", b"")],
)
def test_a_text_file_keeps_its_encoding_and_every_other_cell(tmp_path, encoding, mark):
    place = tmp_path / "theirs.csv"
    text = "单号\t金额\t备注\r\nB1\t待核\t海苔脆\r\nB2\t5.00\t“两箱”\r\n"
    place.write_bytes(text.encode(encoding))
    mend_file(tmp_path, file="theirs.csv", mends=[Mend("", 2, "金额", "7.00")])
    content = place.read_bytes()
    assert content.startswith(mark)
    assert content.decode(encoding) == text.replace("待核", "7.00")


def test_bytes_that_are_no_text_stay_as_they_are(tmp_path):
    place = tmp_path / "theirs.csv"
    place.write_bytes(
        b"no,amount,words\r\nB1,?,\xe6\xb5\xb7\r\nB2,5,\xe6\xb5\xff\xb7\r\n" + "海苔,1,坚果\r\n".encode() * 30
    )
    mend_file(tmp_path, file="theirs.csv", mends=[Mend("", 2, "amount", "7")])
    assert place.read_bytes().splitlines()[:3] == [
        b"no,amount,words", b"B1,7,\xe6\xb5\xb7", b"B2,5,\xe6\xb5\xff\xb7",
    ]  # fmt: skip


@pytest.mark.parametrize("sheet_name", ["结算", "Sheet1"])
def test_a_rejected_cell_of_a_workbook_is_read_anew_by_the_next_run(accountant, tmp_path, sheet_name):
    place = tmp_path / "theirs.xlsx"
    book = xlsxwriter.Workbook(str(place))
    sheet = book.add_worksheet(sheet_name)
    for number, record in enumerate(THEIRS.strip().splitlines()):
        sheet.write_row(number, 0, record.split(","))
    book.close()
    from keytally.reconciliation import services

    wanted = services.NewReconciliation("Book", [upload("ours.csv", OURS)], [upload("theirs.xlsx", place.read_bytes())])
    found = run_again(services.open_reconciliation(wanted, by=accountant, now=NOW), tmp_path)
    (row,) = found.theirs.rejected.all()
    assert (row.sheet, row.column, row.value) == (sheet_name, "amount", "待核")
    assert "B7416" not in doc_numbers(found, None)
    assert fixing.mend_cells(found.pk, values={row.pk: "77.00"}, by=accountant, now=NOW) == 1
    found = run_again(found, tmp_path)
    assert not found.theirs.rejected.exists()
    assert "B7416" in doc_numbers(found, None)


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_a_rejected_row_says_which_document_it_is_about(accountant, client, tmp_path, kind):
    if kind == "csv":
        theirs, file = THEIRS, upload("theirs.csv", THEIRS)
    else:
        theirs = tmp_path / "theirs.xlsx"
        book = xlsxwriter.Workbook(str(theirs))
        sheet = book.add_worksheet("七月")
        sheet.write(0, 0, TITLE)
        for number, record in enumerate(THEIRS.splitlines(), start=1):
            sheet.write_row(number, 0, record.split(","))
        book.close()
        file = upload("theirs.xlsx", theirs.read_bytes())
    wanted = services.NewReconciliation("July", [upload("ours.csv", OURS)], [file])
    found = run_again(services.open_reconciliation(wanted, by=accountant, now=NOW), tmp_path)
    client.force_login(accountant)
    page = client.get(f"/reconciliation/{found.pk}/rejected/").content.decode()
    for words in ("B7416", "Q559", "2026-07-30", "Document number"):
        assert words in page
    assert page.count("待核") == 1


def test_a_file_too_large_for_a_page_says_nothing_more_of_its_rows(tmp_path, monkeypatch):
    place = tmp_path / "theirs.csv"
    place.write_text(THEIRS, encoding="utf-8")
    assert rows_in(place, name="theirs.csv", sheet="", numbers={7}, stated=None)[7][0] == "B7416"
    monkeypatch.setattr("keytally.reconciliation.row_context.MOST_TEXT_BYTES", 10)
    assert rows_in(place, name="theirs.csv", sheet="", numbers={7}, stated=None) == {}
    assert rows_in(tmp_path / "gone.csv", name="gone.csv", sheet="", numbers={7}, stated=None) == {}
