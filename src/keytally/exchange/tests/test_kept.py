"""A workbook that was opened to propose a profile is not unpacked again to be read."""

from pathlib import Path

import pytest
import xlsxwriter

from keytally.exchange import opening
from keytally.exchange.errors import Warning_
from keytally.exchange.limits import Limits
from keytally.exchange.propose import propose
from keytally.exchange.read import ReadCounts, read_side
from keytally.exchange.sources import SourceFile, side_files
from keytally.exchange.tables import Table


@pytest.fixture
def opened(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    names: list[str] = []
    real = opening.workbook_tables

    def counted(source: SourceFile, *, limits: Limits) -> tuple[list[Table], list[Warning_]]:
        names.append(source.name)
        return real(source, limits=limits)

    monkeypatch.setattr(opening, "workbook_tables", counted)
    return names


def workbook(path: Path, rows: int) -> Path:
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, ("doc_no", "date", "quantity", "amount"))
        for number in range(1, rows + 1):
            sheet.write_row(number, 0, (f"D{number}", "2026-07-01", number, number * 1.5))
    return path


def tally(ours: Path, theirs: Path, cache: Path) -> list[ReadCounts]:
    sides = {"ours": side_files(ours), "theirs": side_files(theirs)}
    with opening.keeping_workbooks():
        profile = propose(sides["ours"], sides["theirs"]).profile
        profiles = {"ours": profile.ours, "theirs": profile.theirs}
        return [read_side(sides[side], profiles[side], side=side, cache=cache, threads=1).counts for side in sides]


def test_each_workbook_is_opened_once(tmp_path: Path, opened: list[str]) -> None:
    counts = tally(workbook(tmp_path / "a.xlsx", 7), workbook(tmp_path / "b.xlsx", 5), tmp_path / "cache")
    assert [count.accepted for count in counts] == [7, 5]
    assert sorted(opened) == ["a.xlsx", "b.xlsx"]


def test_one_workbook_on_both_sides_is_read_for_both(tmp_path: Path, opened: list[str]) -> None:
    path = workbook(tmp_path / "a.xlsx", 3)
    assert [count.accepted for count in tally(path, path, tmp_path / "cache")] == [3, 3]
    assert set(opened) == {"a.xlsx"}


def test_a_large_workbook_is_not_kept(tmp_path: Path, opened: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(opening, "_KEPT_BYTES", 10)
    tally(workbook(tmp_path / "a.xlsx", 2), workbook(tmp_path / "b.xlsx", 2), tmp_path / "cache")
    assert sorted(opened) == ["a.xlsx", "a.xlsx", "b.xlsx", "b.xlsx"]
