import datetime as dt
import io
import os
from collections.abc import Callable, Mapping
from pathlib import Path

import duckdb
import pytest
import xlsxwriter
import xlwt

from keytally.exchange.canonical import LINE_TYPES, Column
from keytally.exchange.errors import ReadingStopped, UnableToRead
from keytally.exchange.profile import SideProfile
from keytally.exchange.read import ReadProgress, SideRead, read_side
from keytally.exchange.rejected import write_rejected_csv
from keytally.exchange.repair import repair
from keytally.exchange.sources import side_files

HEADER = "doc_no,store,date,quantity,amount\n"
PLAIN = HEADER + "D1,S1,2026-07-01,1,10.00\nD2,S2,2026-07-02,2,20.50\n"


@pytest.fixture
def read(tmp_path: Path) -> Callable[..., SideRead]:
    def reading(path: Path, profile: SideProfile | None = None, side: str = "ours", **options: object) -> SideRead:
        cache = tmp_path / "cache"
        shown = profile or SideProfile()
        return read_side(side_files(path), shown, side=side, cache=cache, threads=1, **options)

    return reading


def lines(side: SideRead) -> list[tuple[object, ...]]:
    with duckdb.connect() as con:
        found: list[tuple[object, ...]] = []
        for source in side.lines.sources:
            result = con.execute(source.sql, dict(source.parameters))
            assert [(name, str(kind)) for name, kind, *_ in result.description or ()] == list(LINE_TYPES.items())
            found.extend(result.fetchall())
    return sorted(found, key=repr)


def short(side: SideRead) -> dict[object, tuple[object, object, object]]:
    return {line[1]: (line[0], line[9], line[11]) for line in lines(side)}


def rejected(side: SideRead) -> list[tuple[object, ...]]:
    with duckdb.connect() as con:
        sql = 'SELECT "row", "column", value, code FROM read_parquet($file) ORDER BY "row"'
        return con.execute(sql, {"file": str(side.rejected)}).fetchall()


def write(path: Path, text: str, encoding: str = "utf-8") -> Path:
    path.write_bytes(text.encode(encoding))
    return path


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16", "utf-16-le", "utf-16-be"])
def test_it_reads_text_in_the_encodings_of_the_trade(
    tmp_path: Path, read: Callable[..., SideRead], encoding: str
) -> None:
    text = "单号,门店,日期,数量,金额\n" + "".join(f"送{n},浦东店,2026年7月1日,1,￥1{n}.00\n" for n in range(3))
    names = {Column.DOC_NO: "单号", Column.STORE: "门店", Column.DATE: "日期", Column.QUANTITY: "数量"}
    profile = SideProfile(columns={**names, Column.AMOUNT: "金额"})
    side = read(write(tmp_path / "a.csv", text, encoding), profile)
    assert short(side)["送2"] == (4, 1000, 1200)
    assert side.counts.accepted == 3


@pytest.mark.parametrize("delimiter", [",", "\t", ";", "|"])
def test_it_finds_the_delimiter(tmp_path: Path, read: Callable[..., SideRead], delimiter: str) -> None:
    side = read(write(tmp_path / "a.csv", PLAIN.replace(",", delimiter)))
    assert short(side) == {"D1": (2, 1000, 1000), "D2": (3, 2000, 2050)}


@pytest.mark.parametrize(
    ("text", "places"),
    [
        (PLAIN, {"D1": 2, "D2": 3}),
        (PLAIN.rstrip("\n"), {"D1": 2, "D2": 3}),
        (PLAIN + "\n\n\n", {"D1": 2, "D2": 3}),
        (PLAIN.replace("\n", "\r\n"), {"D1": 2, "D2": 3}),
        (PLAIN.replace("\n", "\r"), {"D1": 2, "D2": 3}),
        (PLAIN.replace("\nD2", "\n\nD2"), {"D1": 2, "D2": 4}),
        (PLAIN.replace("\nD2", "\n,,,,\nD2"), {"D1": 2, "D2": 4}),
        (PLAIN.replace("\nD2", "\n   \nD2"), {"D1": 2, "D2": 4}),
        ("Statement July\n\n" + PLAIN, {"D1": 4, "D2": 5}),
        (PLAIN.replace("S1", '"a\nb"'), {"D1": 2, "D2": 3}),
        (PLAIN.replace("S1", '"a\n\nb"'), {"D1": 2, "D2": 3}),
        (PLAIN.replace("S1", '5" pipe'), {"D1": 2, "D2": 3}),
        (PLAIN.replace("S1", '"5" pipe'), {"D1": 2, "D2": 3}),
        (PLAIN.replace("2026-07-01,1,10.00", "2026-07-01,1,10.00,,"), {"D1": 2, "D2": 3}),
    ],
)
def test_it_keeps_physical_rows(
    tmp_path: Path, read: Callable[..., SideRead], text: str, places: Mapping[str, int]
) -> None:
    side = read(write(tmp_path / "a.csv", text))
    assert {doc: row for doc, (row, _, _) in short(side).items()} == places
    assert side.counts.read == side.counts.accepted == 2


def test_it_rejects_what_it_cannot_read_and_counts_every_row(tmp_path: Path, read: Callable[..., SideRead]) -> None:
    text = PLAIN + (
        "D3,S1,3/4/2026,1,1\nD4,S1,2026-07-01,x,1\nD5,S1,,,\nD6,S1,,1,2,3\nD7,S1,,,$5\n小计,,,3,30.50\n,,,,\n总计,,,3,31\n"
    )
    side = read(write(tmp_path / "a.csv", text))
    assert (side.counts.read, side.counts.accepted, side.counts.rejected, side.counts.totals) == (9, 2, 5, 2)
    assert [(row, column, code) for row, column, _, code in rejected(side)] == [
        (4, "date", "date_ambiguous"),
        (5, "quantity", "not_a_number"),
        (6, None, "no_measure"),
        (7, None, "too_many_cells"),
        (8, "amount", "currency_differs"),
    ]
    (warning,) = side.warnings
    assert warning.code == "total_differs"
    assert "31.00" in warning.text("zh")
    write_rejected_csv([side.rejected], tmp_path / "rejected.csv")
    written = (tmp_path / "rejected.csv").read_bytes()
    assert written.startswith(b"\xef\xbb\xbffile,sheet,row,column,value,reason code")
    assert "无法识别为数字".encode() in written


def test_a_header_that_stands_again_is_rejected_as_such(tmp_path: Path, read: Callable[..., SideRead]) -> None:
    text = PLAIN + " doc_no ,store,date,quantity,amount\nD3,S3,2026-07-03,1,5\ndoc_no,,,,amount\ndoc_no,,,,x\n"
    side = read(write(tmp_path / "a.csv", text))
    assert [(row, column, code) for row, column, _, code in rejected(side)] == [
        (4, None, "repeated_header"),
        (6, None, "repeated_header"),
        (7, "amount", "not_a_number"),
    ]
    assert (side.counts.read, side.counts.accepted, side.counts.rejected) == (6, 3, 3)


def test_a_header_of_two_rows_is_known_again(tmp_path: Path, read: Callable[..., SideRead]) -> None:
    with xlsxwriter.Workbook(tmp_path / "a.xlsx") as book:
        sheet = book.add_worksheet()
        for row in (0, 4):
            sheet.merge_range(row, 1, row, 2, "收货")
            sheet.write_row(row + 1, 0, ["单号", "数量", "金额"])
            sheet.write_row(row + 2, 0, [f"D{row}", 1, 2.5])
    columns = {Column.DOC_NO: "单号", Column.QUANTITY: "收货 数量", Column.AMOUNT: "收货 金额"}
    side = read(tmp_path / "a.xlsx", SideProfile(columns=columns, header_rows=2))
    assert [(row, code) for row, _, _, code in rejected(side)] == [
        (5, "repeated_header"),
        (6, "repeated_header"),
    ]
    assert short(side) == {"D0": (3, 1000, 250), "D4": (7, 1000, 250)}


def test_it_reads_a_workbook_as_people_make_them(tmp_path: Path, read: Callable[..., SideRead]) -> None:
    with xlsxwriter.Workbook(tmp_path / "a.xlsx") as book:
        day = book.add_format({"num_format": "yyyy-mm-dd"})
        for number in (1, 2):
            sheet = book.add_worksheet(f"店{number}")
            sheet.merge_range(1, 0, 1, 5, "七月对账单")
            sheet.merge_range(3, 0, 4, 0, "单号")
            sheet.merge_range(3, 1, 4, 1, "日期")
            sheet.merge_range(3, 2, 3, 3, "收货")
            sheet.merge_range(3, 4, 3, 5, "退货")
            sheet.write_row(4, 2, ["数量", "金额", "数量", "金额"])
            sheet.write_row(5, 0, [f"D{number}"])
            sheet.write_datetime(5, 1, dt.date(2026, 7, 1), day)
            sheet.write_row(5, 2, [1, 0.1 + 0.2, 0, 0])
            sheet.write_row(7, 0, [f"E{number}", "2026/7/2", "２", "(1,000.5)"])
            sheet.write_row(8, 0, ["合计", "", 3, -1000.2])
        book.add_worksheet("empty")
        hidden = book.add_worksheet("old")
        hidden.write_row(0, 0, ["x", 1])
        hidden.hide()
    columns = {Column.DOC_NO: "单号", Column.DATE: "日期", Column.QUANTITY: "收货 数量", Column.AMOUNT: "收货 金额"}
    side = read(tmp_path / "a.xlsx", SideProfile(columns=columns, header_rows=2))
    assert short(side) == {
        "D1": (6, 1000, 30),
        "E1": (8, 2000, -100050),
        "D2": (15, 1000, 30),
        "E2": (17, 2000, -100050),
    }
    assert [(table.sheet, table.base, table.rows) for table in side.lines.tables] == [("店1", 0, 9), ("店2", 9, 9)]
    assert [warning.code for warning in side.warnings] == ["sheet_hidden"]
    assert side.counts.totals == 2


def test_it_reads_an_old_workbook_and_warns_of_codes_stored_as_numbers(
    tmp_path: Path, read: Callable[..., SideRead]
) -> None:
    book = xlwt.Workbook()
    sheet = book.add_sheet("a")
    for place, row in enumerate([HEADER.strip().split(","), [123, 7.0, 46204, 2, 3.5], ["6.92E+12", 8, 46204, 1, 1]]):
        for column, cell in enumerate(row):
            sheet.write(place, column, cell)
    out = io.BytesIO()
    book.save(out)
    (tmp_path / "a.xls").write_bytes(out.getvalue())
    side = read(tmp_path / "a.xls")
    assert {line[1]: (line[5], line[8]) for line in lines(side)} == {
        "123": ("7", dt.date(2026, 7, 1)),
        "6.92E+12": ("8", dt.date(2026, 7, 1)),
    }
    assert {warning.code for warning in side.warnings} == {"codes_as_numbers", "codes_scientific"}


def test_it_restores_shortened_codes_only_where_one_can_be_meant(tmp_path: Path, read: Callable[..., SideRead]) -> None:
    ours = read(write(tmp_path / "ours.csv", "doc_no,gtin,amount\nA,6.92E+12,1\nB,6.93E+12,1\nC,123,1\n"))
    text = "doc_no,gtin,amount\nA,6921234567890,1\nB,6931234567890,1\nB,6930000000001,1\nC,000123,1\n"
    theirs = read(write(tmp_path / "theirs.csv", text), side="theirs")
    repaired = repair(ours, theirs, cache=tmp_path / "cache", threads=1)
    assert {line[1]: line[7] for line in lines(repaired)} == {"A": "6921234567890", "B": "6.93E+12", "C": "000123"}
    assert "codes_repaired" in {warning.code for warning in repaired.warnings}


def test_typed_parquet_is_read_where_it_lies(tmp_path: Path, read: Callable[..., SideRead]) -> None:
    rows = "('D1', DATE '2026-07-01', 1.005, 1, 'CNY'), ('D2', NULL, 'nan', 1, 'CNY'), ('D3', NULL, -2.675, 3, 'JPY')"
    rows += ", ('D4', NULL, NULL, NULL, 'CNY'), ('D5', NULL, 1, 1, 'XXQ'), ('D6 ', NULL, 1e15, 1, 'rmb')"
    rows += ", (' D7', NULL, 0.1 + 0.2, 1, NULL)"
    path = tmp_path / "a.parquet"
    with duckdb.connect() as con:
        values = f"SELECT * FROM (VALUES {rows}) v(doc_no, date, amount, quantity, currency)"
        cast = f"SELECT doc_no, date, amount::DOUBLE AS amount, quantity::INTEGER AS quantity, currency FROM ({values})"
        con.execute(f"COPY ({cast}) TO $file (FORMAT parquet)", {"file": str(path)})
    side = read(path)
    found = {line[1]: (line[0], line[9], line[11], line[12]) for line in lines(side)}
    assert found == {
        "D1": (1, 1000, 101, "CNY"),
        "D3": (3, 3000, -3, "JPY"),
        "D7": (7, 1000, 30, "CNY"),
    }
    assert [(row, code) for row, _, _, code in rejected(side)] == [
        (2, "not_a_number"),
        (4, "no_measure"),
        (5, "currency_unknown"),
        (6, "out_of_range"),
    ]
    assert not list((tmp_path / "cache").rglob("lines.parquet"))


def test_text_in_parquet_goes_the_way_of_text(tmp_path: Path, read: Callable[..., SideRead]) -> None:
    path = tmp_path / "a.parquet"
    with duckdb.connect() as con:
        values = "SELECT 'D1' AS doc_no, '1,234.50' AS amount UNION ALL SELECT '合计', '1234.5'"
        con.execute(f"COPY ({values}) TO $file (FORMAT parquet)", {"file": str(path)})
    side = read(path)
    assert short(side) == {"D1": (1, None, 123450)}
    assert side.counts.totals == 1
    assert side.warnings == ()


def test_currencies_have_their_own_decimals(tmp_path: Path, read: Callable[..., SideRead]) -> None:
    text = "doc_no,amount,currency\nA,12.5,CNY\nB,¥125.00,JPY\nC,1.2345,KWD\nD,5,\nE,5,Rmb\nF,5,ABCD\nG,$5,USD\n"
    side = read(write(tmp_path / "a.csv", text))
    found = {line[1]: (line[11], line[12]) for line in lines(side)}
    assert found["A"] == (1250, "CNY")
    assert found["B"] == (125, "JPY")
    assert found["C"] == (1235, "KWD")
    assert found["D"] == found["E"] == (500, "CNY")
    assert found["G"] == (500, "USD")
    assert rejected(side) == [(7, "currency", "ABCD", "currency_unknown")]
    assert [warning.code for warning in side.warnings] == ["figures_rounded"]


def test_the_sign_of_the_profile_turns_every_measure(tmp_path: Path, read: Callable[..., SideRead]) -> None:
    side = read(write(tmp_path / "a.csv", PLAIN), SideProfile(sign=-1))
    assert short(side)["D2"] == (3, -2000, -2050)


def test_one_file_or_the_same_rows_in_a_folder_read_alike(tmp_path: Path, read: Callable[..., SideRead]) -> None:
    folder = tmp_path / "many"
    (folder / "b").mkdir(parents=True)
    write(folder / "z.csv", HEADER + "D2,S2,2026-07-02,2,20.50\n")
    write(folder / "b" / "a.csv", HEADER + "D1,S1,2026-07-01,1,10.00\n")
    write(folder / "notes.md", "not a table")
    side = read(folder)
    assert short(side) == {"D1": (2, 1000, 1000), "D2": (4, 2000, 2050)}
    assert [(table.file, table.base) for table in side.lines.tables] == [("b/a.csv", 0), ("z.csv", 2)]


def test_it_reuses_a_finished_part_and_nothing_else(tmp_path: Path, read: Callable[..., SideRead]) -> None:
    path = write(tmp_path / "a.csv", PLAIN)
    first = read(path)
    (part,) = (tmp_path / "cache").rglob("lines.parquet")
    written = part.stat().st_mtime_ns
    assert lines(read(path)) == lines(first)
    assert part.stat().st_mtime_ns == written
    (part.parent / "part.json").unlink()
    with pytest.raises(UnableToRead):
        read(path)


def test_a_changed_file_is_read_again(tmp_path: Path, read: Callable[..., SideRead]) -> None:
    path = write(tmp_path / "a.csv", PLAIN)
    read(path)
    write(path, PLAIN.replace("20.50", "20.51"))
    os.utime(path, ns=(1, 1))
    assert short(read(path))["D2"] == (3, 2000, 2051)


def test_it_can_be_stopped_and_leaves_nothing_half_done(tmp_path: Path, read: Callable[..., SideRead]) -> None:
    path = write(tmp_path / "a.csv", PLAIN)
    with pytest.raises(ReadingStopped):
        read(path, is_stopped=lambda: True)
    assert not list((tmp_path / "cache").glob("*.draft"))
    assert read(path).counts.accepted == 2


def test_it_tells_how_far_it_is(tmp_path: Path, read: Callable[..., SideRead]) -> None:
    told: list[ReadProgress] = []
    read(write(tmp_path / "a.csv", PLAIN), on_progress=told.append)
    assert (told[0].file, told[0].rows, told[-1].rows) == ("a.csv", 0, 2)


@pytest.mark.parametrize("text", [HEADER, HEADER.strip(), HEADER + "\n,,,,\n", "Statement July\n" + HEADER])
def test_a_header_without_rows_is_a_side_without_lines(
    tmp_path: Path, read: Callable[..., SideRead], text: str
) -> None:
    side = read(write(tmp_path / "a.csv", text))
    assert (side.counts.files, side.counts.read, side.counts.accepted) == (1, 0, 0)
    assert lines(side) == rejected(side) == []
    assert [warning.code for warning in side.warnings] == ["file_without_rows"]
    assert "a.csv" in side.warnings[0].text("zh")


def test_a_workbook_and_a_parquet_file_without_rows_are_read(tmp_path: Path, read: Callable[..., SideRead]) -> None:
    folder = tmp_path / "many"
    folder.mkdir()
    with xlsxwriter.Workbook(folder / "a.xlsx") as book:
        book.add_worksheet().write_row(0, 0, HEADER.strip().split(","))
    xlsxwriter.Workbook(folder / "b.xlsx").close()
    with duckdb.connect() as con:
        rows = "SELECT 'D1' AS doc_no, 1::DECIMAL(9,2) AS amount WHERE false"
        con.execute(f"COPY ({rows}) TO $file (FORMAT parquet)", {"file": str(folder / "c.parquet")})
    write(folder / "d.csv", "")
    write(folder / "e.csv", PLAIN)
    side = read(folder)
    assert short(side) == {"D1": (3, 1000, 1000), "D2": (4, 2000, 2050)}
    assert [warning.code for warning in side.warnings] == ["file_without_rows"] * 4
    assert (side.counts.files, side.counts.read) == (5, 2)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "file_empty"),
        (" \n\n", "file_empty"),
        ("a,b\n1,2\n", "no_header"),
        ("doc_no,store\n1,2\n", "no_measure_column"),
        ("doc_no,amount,amount\n1,2,3\n", "header_twice"),
    ],
)
def test_it_refuses_in_one_sentence(tmp_path: Path, read: Callable[..., SideRead], text: str, code: str) -> None:
    with pytest.raises(UnableToRead) as refusal:
        read(write(tmp_path / "a.csv", text))
    assert refusal.value.code == code
    assert "a.csv" in refusal.value.text("zh")
