import json
from pathlib import Path

import duckdb
import openpyxl
import pytest

import keytally
from keytally.exchange.profile import MatchProfile, Measure, Profile
from keytally.reconciliation.engine import reconcile as reconcile_module
from keytally.reconciliation.engine import report, report_sheets
from keytally.reconciliation.engine.contract import Bar, Bridge, ClassTotal, LineClass, Outcome, UnableToRun
from keytally.reconciliation.engine.messages import REFUSALS, Refusal, RunStopped, sentence
from keytally.reconciliation.engine.report_sheets import Quantity, Report, plain_figure
from keytally.reconciliation.engine.results import Side
from keytally.reconciliation.engine.summary import as_json, summarize
from keytally.reconciliation.engine.typed import SideSummary
from keytally.reconciliation.engine.words import CLASS_NAMES

HEADER = "doc_no,store,item,date,quantity,amount\n"
LINES = [f"D{at:03},S{at % 3},A{at % 5},2026-07-{at % 28 + 1:02},{at % 9 + 1},{at * 7 + 3}.25\n" for at in range(30)]


def write(file: Path, lines: list[str]) -> Path:
    file.write_text(HEADER + "".join(lines), encoding="utf-8")
    return file


@pytest.fixture
def sides(tmp_path: Path) -> tuple[Path, Path]:
    theirs = [
        LINES[0].replace(",3.25", ",3.20"),
        *LINES[1:28],
        "=X1,S9,Q9,2026-07-09,1,8.00\n",
        "X2,S9,Q9,2026-07-09,1,x\n",
    ]
    return write(tmp_path / "ours.csv", LINES), write(tmp_path / "theirs.csv", theirs)


def test_it_gives_typed_results(tmp_path, sides):
    done = keytally.reconcile(*sides, out=tmp_path / "out")
    assert done.summary.exit == 1
    assert done.summary.sides[Side.OURS] == SideSummary(1, 30, 30, 0, 0, done.summary.bridges[0].ours_minor)
    assert done.summary.rejected == 1
    links = list(done.links())
    assert len(links) == done.summary.links == 28
    assert {link.line_class for link in links} == {LineClass.MATCHED, LineClass.PRICE}
    residuals = {(line.side, line.place.row): line for line in done.residuals()}
    assert residuals[Side.OURS, 2].amount_minor == 5
    assert [part.cause for part in residuals[Side.OURS, 2].components] == ["PRICE"]
    assert [place.row for place in residuals[Side.OURS, 2].counterparts] == [2]
    assert residuals[Side.THEIRS, 30].line_class is LineClass.NOT_IN_BOOKS
    assert list(done.candidates()) == []
    assert set(done.files) >= {"report.xlsx", "summary.json"}
    assert json.loads((tmp_path / "out" / "summary.json").read_text()) == as_json(done.summary)


def test_it_takes_a_profile_and_lets_the_call_say_otherwise(tmp_path, sides):
    profile = Profile(match=MatchProfile(tolerance_minor=5))
    assert _classes(keytally.reconcile(*sides, profile, out=tmp_path / "a")) >= {"ROUNDING"}
    done = keytally.reconcile(*sides, profile, out=tmp_path / "b", tolerance=4)
    assert "ROUNDING" not in _classes(done)
    done = keytally.reconcile(*sides, profile, out=tmp_path / "c", measure=Measure.QUANTITY)
    assert "VALUE_BASIS" in _classes(done)


def _classes(done) -> set[str]:
    return {kind.value for kind in done.summary.classes}


def test_it_takes_several_files_as_one_side(tmp_path, sides):
    more = write(tmp_path / "more.csv", ["E1,S1,A1,2026-07-01,1,1.00\n"])
    done = keytally.reconcile([sides[0], more], sides[1], out=tmp_path / "out", with_report=False)
    assert done.summary.sides[Side.OURS].files == 2
    assert "report.xlsx" not in done.files


def test_it_leaves_details_where_it_is_told_to(tmp_path, sides):
    keytally.reconcile(*sides, out=tmp_path / "out", details=tmp_path / "details")
    assert (tmp_path / "details" / "residual_lines.parquet").exists()


def test_it_tells_its_progress_from_reading_to_writing(tmp_path, sides):
    told = []
    keytally.reconcile(*sides, out=tmp_path / "out", on_progress=told.append)
    steps = list(dict.fromkeys(progress.step for progress in told))
    assert all(0 <= progress.part < 1000 for progress in told)
    assert steps[0] == "read_ours"
    assert steps.index("read_theirs") < steps.index("plan") < steps.index("write_report") == len(steps) - 1


@pytest.mark.parametrize("moment", ["read_theirs", "clean", "write", "write_report"])
def test_it_stops_at_any_moment_and_goes_on_later(tmp_path, sides, moment):
    told = []
    with pytest.raises(RunStopped):
        keytally.reconcile(
            *sides,
            out=tmp_path / "out",
            on_progress=lambda one: told.append(one.step),
            is_stopped=lambda: moment in told,
        )
    assert [entry.name for entry in (tmp_path / "out").iterdir()] == [".keytally-cache"]
    done = keytally.reconcile(*sides, out=tmp_path / "out")
    assert set(done.files) == {entry.name for entry in (tmp_path / "out").iterdir()}


def test_it_asks_what_only_a_person_can_answer(tmp_path):
    text = "doc_no,date,amount\n" + "".join(f"D{at},0{at}/0{9 - at}/2026,{at}.00\n" for at in range(1, 9))
    for name in ("ours", "theirs"):
        (tmp_path / f"{name}.csv").write_text(text)
    with pytest.raises(Refusal) as caught:
        keytally.reconcile(tmp_path / "ours.csv", tmp_path / "theirs.csv", out=tmp_path / "out")
    assert caught.value.code == "question_open"
    for language in ("en", "zh"):
        assert "ours.csv" in sentence(caught.value, language=language)
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("error", [OSError(28, "No space left on device"), MemoryError(), RuntimeError("broken")])
def test_it_leaves_the_earlier_result_when_it_cannot_finish(tmp_path, sides, monkeypatch, error):
    keytally.reconcile(*sides, out=tmp_path / "out")
    before = {file.name: file.read_bytes() for file in (tmp_path / "out").iterdir()}

    def fail(*_, **__):
        raise error

    monkeypatch.setattr(report, "write_report", fail)
    with pytest.raises(RuntimeError if isinstance(error, RuntimeError) else UnableToRun):
        keytally.reconcile(*sides, out=tmp_path / "out")
    assert {file.name: file.read_bytes() for file in (tmp_path / "out").iterdir()} == before


@pytest.mark.parametrize(
    ("cause", "code"),
    [
        (duckdb.IOException("IO Error: could not write: No space left on device"), "disk_full"),
        (duckdb.OutOfMemoryException("Out of Memory Error: failed to allocate"), "memory_short"),
    ],
)
def test_it_says_in_the_readers_language_what_ran_out(tmp_path, sides, monkeypatch, cause, code):
    def fail(_request):
        raise UnableToRun("The step 'write' could not go on.") from cause

    monkeypatch.setattr(reconcile_module, "run", fail)
    with pytest.raises(Refusal) as caught:
        keytally.reconcile(*sides, out=tmp_path / "out")
    assert caught.value.code == code
    assert not (tmp_path / "out").exists()


def test_its_report_holds_no_formula_and_every_sheet(tmp_path, sides):
    keytally.reconcile(*sides, out=tmp_path / "out")
    book = openpyxl.load_workbook(tmp_path / "out" / "report.xlsx")
    assert [name.split()[0] for name in book.sheetnames] == [
        "summary", "bridge", "residuals", "links", "candidates", "rejected",
    ]  # fmt: skip
    for page in book:
        assert not [cell for row in page.iter_rows() for cell in row if cell.data_type == "f"]
    residuals = book.worksheets[2]
    assert residuals.freeze_panes == "A2"
    assert residuals.auto_filter.ref == f"A1:T{residuals.max_row}"
    assert "'=X1" in [cell.value for cell in residuals["G"]]
    difference = next(row[3] for row in residuals.iter_rows(min_row=2) if row[1].value == "PRICE")
    assert (difference.value, difference.number_format) == (0.05, "#,##0.00;[Red]-#,##0.00")
    assert "价格差异" in {row[1].value: row[2].value for row in residuals.iter_rows(min_row=2)}["PRICE"]


def test_its_bridge_adds_up_as_it_is_drawn(tmp_path, sides):
    done = keytally.reconcile(*sides, out=tmp_path / "out")
    page = openpyxl.load_workbook(tmp_path / "out" / "report.xlsx").worksheets[1]
    rows = [row for row in page.iter_rows(values_only=True) if row[3] is not None]
    balances = [round(row[3] * 100) for row in rows[1:]]
    bridge = done.summary.bridges[0]
    assert (balances[0], balances[-1]) == (bridge.ours_minor, bridge.theirs_minor)
    assert balances[-2] == balances[-1]


def test_a_full_sheet_says_where_the_rest_is(tmp_path, sides, monkeypatch):
    monkeypatch.setattr(report, "MOST_ROWS", 3)
    monkeypatch.setattr(report_sheets, "MOST_ROWS", 3)
    keytally.reconcile(*sides, out=tmp_path / "out")
    links = openpyxl.load_workbook(tmp_path / "out" / "report.xlsx").worksheets[3]
    assert links.max_row == 5
    assert "3 of 28 rows are shown; all of them are in links.parquet." in links["A1"].value
    assert links["A3"].value == "PRICE"


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("a < b & c", "a < b & c"),
        ("=1+1", "'=1+1"),
        ("a\x00\x0b\ud800b\uffff", "ab"),
        (" two  spaces ", " two  spaces "),
        ("x" * 40_000, "x" * 32_767),
        ("🍶酱油", "🍶酱油"),
    ],
)
def test_its_cells_hold_any_text(tmp_path, text, shown):
    with Report(tmp_path / "r.xlsx") as made:
        made.sheet("one", widths=[10]).row([text])
    assert openpyxl.load_workbook(tmp_path / "r.xlsx")["one"]["A1"].value == shown


def test_its_figures_are_exact_or_text(tmp_path):
    from keytally.kernel.money import Money

    with Report(tmp_path / "r.xlsx") as made:
        cells = [Money(-5, "CNY"), Money(10**15 + 1, "CNY"), Money(7, "JPY"), Quantity(1500), Money(1234, "KWD")]
        made.sheet("one", widths=[10] * 5).row(cells)
    row = next(openpyxl.load_workbook(tmp_path / "r.xlsx")["one"].iter_rows(values_only=True))
    assert row == (-0.05, "10000000000000.01", 7, 1.5, 1.234)
    assert plain_figure(-1, digits=3) == "-0.001"


def test_its_summary_names_only_classes_that_occur():
    classes = {
        LineClass.UNEXPLAINED: ClassTotal(0, 1, -5),
        LineClass.MATCHED: ClassTotal(2, 2, 0),
        LineClass.SHORT: ClassTotal(0, 0, 0),
    }
    outcome = Outcome(2, 10, 15, classes, (Bridge("CNY", 7, 10, (Bar("UNEXPLAINED", -5),), 15),), 0, {})
    side = SideSummary(files=1, read=3, accepted=3, rejected=0, totals=0, amount_minor=10)
    found = as_json(summarize(outcome, sides={Side.OURS: side, Side.THEIRS: side}, seconds=1.23456))
    assert list(found) == ["version", "sides", "links", "classes", "bridges", "seconds", "exit"]
    assert list(found["classes"]) == ["MATCHED", "UNEXPLAINED"]
    assert (found["seconds"], found["exit"]) == (1.235, 1)


def test_every_class_has_a_name_in_both_languages():
    assert set(CLASS_NAMES) == set(LineClass)


@pytest.mark.parametrize("code", REFUSALS)
def test_every_refusal_is_one_sentence_in_both_languages(code):
    english, chinese = REFUSALS[code]
    assert "\n" not in english + chinese
    assert english.endswith(".")
    assert chinese.endswith("。")
