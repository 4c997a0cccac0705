"""Is every form of input read as the published page says: files, folders, formats, counts and row numbers?"""

import gzip
from pathlib import Path

import openpyxl
import pytest

from .invariants import check_invariants
from .ledgers import (
    Ledger,
    full_width,
    goods,
    used_columns,
    write_csv,
    write_parquet,
    write_text,
    write_xlsx,
)
from .runs import Result, keytally_here, reconcile_files, refusal

OURS = [goods(f"D{at}", 4 + at, "2.50", item=f"A{at % 3}", store=f"S{at % 2}") for at in range(12)]
THEIRS = [*OURS[:4], goods("D4", 7, "2.50", item="A1", store="S0"), *OURS[5:11], goods("Z1", 3, "9.99", store="S5")]
CLASSES = ({"MATCHED": 10, "SHORT": 1, "NOT_RECEIVED": 1}, {"MATCHED": 10, "SHORT": 1, "NOT_IN_BOOKS": 1})
WRITERS = {"csv": write_csv, "xlsx": write_xlsx, "parquet": write_parquet}


def run(folder: Path, ours: Ledger, theirs: Ledger, *options: object) -> Result:
    result = reconcile_files(ours.path, theirs.path, folder / "out", *options)
    return check_invariants(folder / "out", ours, theirs, exit=result.exit)


@pytest.mark.parametrize(("left", "right"), [("csv", "xlsx"), ("xlsx", "parquet"), ("parquet", "csv")])
def test_it_reads_every_format_with_the_same_result(tmp_path: Path, left: str, right: str) -> None:
    ours = WRITERS[left](tmp_path / f"ours.{left}", OURS)
    theirs = WRITERS[right](tmp_path / f"theirs.{right}", THEIRS)
    result = run(tmp_path, ours, theirs)
    assert (result.classes("ours"), result.classes("theirs")) == CLASSES
    assert result.bars() == {"SHORT": 250, "NOT_RECEIVED": 3750, "NOT_IN_BOOKS": -2997}


def test_it_reads_a_folder_of_several_formats_in_the_order_of_their_paths(tmp_path: Path) -> None:
    side = tmp_path / "ours"
    ours = Ledger(side, {})
    for at, (kind, write) in enumerate(WRITERS.items()):
        part = write(side / f"{at}" / f"part{at}.{kind}", OURS[at * 4 : at * 4 + 4], columns=used_columns(OURS))
        ours = Ledger(side, {**ours.lines, **part.lines})
    result = run(tmp_path, ours, write_csv(tmp_path / "theirs.csv", THEIRS))
    assert (result.classes("ours"), result.classes("theirs")) == CLASSES
    assert result.summary["sides"]["ours"]["files"] == 3
    assert {one["ours_file"].replace("\\", "/").split("/", 1)[-1] for one in result.links} == {
        "part0.csv",
        "part1.xlsx",
        "part2.parquet",
    }


def test_the_file_of_a_line_tells_equal_names_in_two_folders_apart(tmp_path: Path) -> None:
    write_csv(tmp_path / "ours" / "a" / "july.csv", OURS[:6], columns=used_columns(OURS))
    write_csv(tmp_path / "ours" / "b" / "july.csv", OURS[6:], columns=used_columns(OURS))
    theirs = write_csv(tmp_path / "theirs.csv", THEIRS)
    result = reconcile_files(tmp_path / "ours", theirs.path, tmp_path / "out")
    assert {one["ours_file"] for one in result.links} == {"a/july.csv", "b/july.csv"}


def test_every_sheet_of_a_workbook_is_named(tmp_path: Path) -> None:
    ours = write_xlsx(tmp_path / "ours.xlsx", OURS, sheet="七月")
    result = run(tmp_path, ours, write_csv(tmp_path / "theirs.csv", THEIRS))
    assert {one["ours_sheet"] for one in result.links} == {"七月"}
    assert {one["theirs_sheet"] for one in result.links} <= {None, ""}


def test_rows_count_physical_records_from_one(tmp_path: Path) -> None:
    header = "doc_no,store,date,quantity,amount\n"
    body = 'D1,"S\n1",2026-07-01,1,10.00\n\nD2,S1,2026-07-02,1,20.00\n,,,,\nD3,S1,2026-07-03,1,30.00\n'
    ours = write_text(tmp_path / "ours.csv", header + body)
    theirs = write_text(tmp_path / "theirs.csv", header + "D9,S1,2026-07-09,1,99.00\n")
    result = reconcile_files(ours, theirs, tmp_path / "out")
    check_invariants(tmp_path / "out", exit=result.exit)
    assert [one["row"] for one in result.residuals if one["side"] == "ours"] == [2, 4, 6]
    side = result.summary["sides"]["ours"]
    assert (side["read"], side["accepted"], side["rejected"], side["totals"]) == (3, 3, 0, 0)


def test_totals_are_counted_and_are_not_data(tmp_path: Path) -> None:
    header = "doc_no,store,date,quantity,amount\n"
    rows = [f"D{at},S1,2026-07-0{at},1,{at}0.00" for at in range(1, 5)]
    text = header + "\n".join([*rows[:2], "小计,,,2,30.00", *rows[2:], "小计,,,2,70.00", "合计,,,4,100.00"]) + "\n"
    ours = write_text(tmp_path / "ours.csv", text)
    theirs = write_text(tmp_path / "theirs.csv", header + "\n".join([*rows, "Total,,,4,100.00"]) + "\n")
    result = reconcile_files(ours, theirs, tmp_path / "out")
    check_invariants(tmp_path / "out", exit=result.exit)
    mine, yours = result.summary["sides"]["ours"], result.summary["sides"]["theirs"]
    assert (mine["read"], mine["accepted"], mine["totals"]) == (7, 4, 3)
    assert (yours["read"], yours["accepted"], yours["totals"]) == (5, 4, 1)
    assert mine["amount_minor"] == yours["amount_minor"] == 10000
    assert result.exit == 0


def test_a_row_that_cannot_be_read_is_set_aside_with_its_reason(tmp_path: Path) -> None:
    rows = [dict(one) for one in OURS]
    rows[3]["amount"], rows[5]["date"], rows[7]["quantity"] = "12,3x", "2026-02-30", "lots"
    ours = write_csv(tmp_path / "ours.csv", rows)
    theirs = write_csv(tmp_path / "theirs.csv", OURS)
    result = run(tmp_path, ours, theirs)
    assert result.exit == 1
    header, *rejected = result.rejected
    assert len(header) == 8
    assert header[:5] == ["file", "sheet", "row", "column", "value"]
    assert [(Path(one[0]).name, one[2], one[3], one[4]) for one in rejected] == [
        ("ours.csv", "5", "amount", "12,3x"),
        ("ours.csv", "7", "date", "2026-02-30"),
        ("ours.csv", "9", "quantity", "lots"),
    ]
    for one in rejected:
        reasons = one[6:]
        assert one[5].isascii() and " " not in one[5]
        assert any(reason.isascii() for reason in reasons)
        assert any("\u4e00" <= letter <= "\u9fff" for reason in reasons for letter in reason)
    assert result.classes("theirs")["NOT_IN_BOOKS"] == 3


def test_figures_are_read_as_people_write_them(tmp_path: Path) -> None:
    header = "doc_no\tstore\tdate\tquantity\tamount\n"
    figures = ["1,234.50", "(12.00)", "￥1 234.5", full_width("123.45"), "77.00-", "-3", " 8.10 ", "0.005e3"]
    expected = ["1234.50", "-12.00", "1234.50", "123.45", "-77.00", "-3.00", "8.10", "5.00"]
    ours = write_text(
        tmp_path / "ours.tsv",
        header + "".join(f"D{at}\tS1\t2026-07-01\t1\t{text}\n" for at, text in enumerate(figures)),
    )
    theirs = write_text(
        tmp_path / "theirs.tsv",
        header + "".join(f"D{at}\tS1\t2026-07-01\t1\t{text}\n" for at, text in enumerate(expected)),
    )
    result = reconcile_files(ours, theirs, tmp_path / "out")
    check_invariants(tmp_path / "out", exit=result.exit)
    off = {one["row"] for one in result.residuals}
    assert off <= {9}
    assert result.summary["sides"]["ours"]["accepted"] + result.summary["sides"]["ours"]["rejected"] == 8


@pytest.mark.parametrize("encoding", ["utf-8-sig", "gb18030", "utf-16"])
def test_text_is_read_in_the_encodings_that_occur(tmp_path: Path, encoding: str) -> None:
    rows = [{**one, "store": "南京东路店", "item": f"酱油{at}"} for at, one in enumerate(OURS)]
    ours = write_csv(tmp_path / "ours.csv", rows, encoding=encoding)
    result = run(tmp_path, ours, write_csv(tmp_path / "theirs.csv", rows))
    assert result.classes("ours") == {"MATCHED": 12}


@pytest.mark.parametrize("form", ["{y}/{m}/{d}", "{y}{m:02}{d:02}", "{y}年{m}月{d}日", "{d:02}/{m:02}/{y}"])
def test_dates_are_read_in_the_forms_that_occur(tmp_path: Path, form: str) -> None:
    rows = [{**one, "date": form.format(y=2026, m=7, d=11 + at)} for at, one in enumerate(OURS)]
    plain = [{**one, "date": f"2026-07-{11 + at}"} for at, one in enumerate(OURS)]
    ours = write_csv(tmp_path / "ours.csv", rows)
    result = run(tmp_path, ours, write_csv(tmp_path / "theirs.csv", plain), "--window", "0")
    assert result.classes("ours") == {"MATCHED": 12}


def test_dates_that_can_be_read_two_ways_are_asked_about(tmp_path: Path) -> None:
    rows = [{**one, "date": f"0{1 + at % 9}/07/2026"} for at, one in enumerate(OURS)]
    ours, theirs = write_csv(tmp_path / "ours.csv", rows), write_csv(tmp_path / "theirs.csv", OURS)
    sentence = refusal(keytally_here("reconcile", ours.path, theirs.path, "--out", tmp_path / "out"))
    assert "date" in sentence
    assert "ours" in sentence
    assert not (tmp_path / "out" / "summary.json").exists()


def test_it_says_which_side_has_no_measure(tmp_path: Path) -> None:
    ours = write_csv(tmp_path / "ours.csv", OURS)
    theirs = write_csv(tmp_path / "theirs.csv", OURS, columns=["doc_no", "store", "item", "date"])
    sentence = refusal(keytally_here("reconcile", ours.path, theirs.path, "--out", tmp_path / "out"))
    assert "amount" in sentence and "quantity" in sentence
    assert "theirs" in sentence


def test_a_formula_cell_of_a_workbook_is_data_and_never_leaves_as_a_formula(tmp_path: Path) -> None:
    evil = ["=cmd|' /C calc'!A0", "+1+1", "-2+3", "@SUM(1)", "\t=1+1"]
    rows = [{**goods(f"D{at}", 3, "2.00", item=text), "store": text} for at, text in enumerate(evil)]
    ours = write_csv(tmp_path / "ours.csv", [*OURS, *rows])
    theirs = write_csv(tmp_path / "theirs.csv", OURS)
    result = reconcile_files(ours.path, theirs.path, tmp_path / "out")
    check_invariants(tmp_path / "out", exit=result.exit)
    book = openpyxl.load_workbook(tmp_path / "out" / "report.xlsx")
    texts = [cell.value for page in book for row in page.iter_rows() for cell in row if isinstance(cell.value, str)]
    assert not [text for text in texts if text.startswith(("=", "+", "@"))]


def test_gtin_meets_where_each_side_has_its_own_item_codes(tmp_path: Path) -> None:
    gtins = ["6901234567892", "6922266454295", "6902083881405"]
    ours = [{**one, "gtin": gtins[at % 3]} for at, one in enumerate(OURS)]
    theirs = [{**one, "item": f"T-{at % 3}", "gtin": gtins[at % 3]} for at, one in enumerate(OURS)]
    result = run(tmp_path, write_csv(tmp_path / "ours.csv", ours), write_csv(tmp_path / "theirs.csv", theirs))
    assert result.classes("ours") == {"MATCHED": 12}


def test_amounts_of_one_side_only_are_met_by_quantity(tmp_path: Path) -> None:
    columns = ["doc_no", "order_no", "store", "item", "date", "quantity"]
    ours = write_csv(tmp_path / "ours.csv", OURS, columns=columns)
    theirs = write_csv(tmp_path / "theirs.csv", THEIRS, columns=columns)
    result = reconcile_files(ours.path, theirs.path, tmp_path / "out")
    check_invariants(tmp_path / "out", exit=result.exit)
    assert (result.classes("ours"), result.classes("theirs")) == CLASSES
    short = next(one for one in result.residuals if one["class"] == "SHORT" and one["side"] == "ours")
    assert short["quantity"] == 1000


def test_an_empty_side_leaves_everything_unmatched(tmp_path: Path) -> None:
    ours = write_csv(tmp_path / "ours.csv", OURS)
    theirs = write_csv(tmp_path / "theirs.csv", [], columns=used_columns(OURS))
    result = run(tmp_path, ours, theirs)
    assert result.classes("ours") == {"NOT_RECEIVED": 12}
    assert result.bridge()["theirs_minor"] == 0
    result = reconcile_files(theirs.path, ours.path, tmp_path / "out")
    assert result.classes("theirs") == {"NOT_IN_BOOKS": 12}


def test_an_empty_file_among_others_is_no_obstacle(tmp_path: Path) -> None:
    part = write_csv(tmp_path / "side" / "a.csv", OURS)
    write_csv(tmp_path / "side" / "b.csv", [], columns=used_columns(OURS))
    ours = Ledger(tmp_path / "side", part.lines)
    assert run(tmp_path, ours, write_csv(tmp_path / "theirs.csv", THEIRS)).classes("ours") == CLASSES[0]


@pytest.mark.parametrize("name", ["notes.txt", "ledger.pdf", "ledger.csv.gz"])
def test_a_file_of_another_kind_is_refused(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_bytes(gzip.compress(b"doc_no,amount\nD1,1.00\n"))
    theirs = write_csv(tmp_path / "theirs.csv", OURS)
    sentence = refusal(keytally_here("reconcile", tmp_path / name, theirs.path, "--out", tmp_path / "out"))
    assert name in sentence
