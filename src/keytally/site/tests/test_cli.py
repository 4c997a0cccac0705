import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import duckdb
import pytest

from keytally.site.cli import main
from keytally.site.cli_table import aligned, width
from keytally.site.cli_texts import TEXTS

COMMAND = (sys.executable, "-m", "keytally.site.cli")
HEADER = "doc_no,order_no,store,item,date,quantity,amount\n"
LINES = [
    f"D{at:03},PO{at // 4},S{at % 3},A{at % 5},2026-07-{at % 28 + 1:02},{at % 9 + 1},{at * 7 + 3}.25"
    for at in range(40)
]
FILES = {
    "links.parquet",
    "residuals.parquet",
    "candidates.parquet",
    "rejected.csv",
    "summary.json",
    "report.xlsx",
    "profile.toml",
}


def write(file: Path, lines: list[str]) -> Path:
    file.write_text(HEADER + "".join(line + "\n" for line in lines), encoding="utf-8")
    return file


@pytest.fixture
def same(tmp_path: Path) -> tuple[Path, Path]:
    return write(tmp_path / "ours.csv", LINES), write(tmp_path / "theirs.csv", LINES)


@pytest.fixture
def differing(tmp_path: Path) -> tuple[Path, Path]:
    theirs = [*LINES[:5], *LINES[6:], "X9,,S9,Q9,2026-07-09,1,oops"]
    return write(tmp_path / "ours.csv", LINES), write(tmp_path / "theirs.csv", theirs)


def keytally(*words: object, cwd: Path | None = None, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*COMMAND, *map(str, words)],
        cwd=cwd,
        capture_output=True,
        encoding="utf-8",
        timeout=120,
        check=False,
        env={**os.environ, "LANG": "C.UTF-8", "LC_ALL": "", **environment},
    )


def test_it_ends_with_0_when_every_line_is_explained(tmp_path, same):
    ran = keytally("reconcile", *same, cwd=tmp_path)
    assert ran.returncode == 0, ran.stderr
    assert {entry.name for entry in (tmp_path / "keytally-out").iterdir()} == FILES
    assert "Every line is explained." in ran.stdout


def test_it_ends_with_1_when_a_row_was_rejected(tmp_path, differing):
    ran = keytally("reconcile", *differing, "--out", tmp_path / "out")
    assert ran.returncode == 1, ran.stderr
    assert "less NOT_RECEIVED" in ran.stdout
    assert "38.25" in ran.stdout


def test_it_writes_nothing_but_the_summary_with_json(tmp_path, differing):
    ran = keytally("reconcile", *differing, "--out", tmp_path / "out", "--json")
    assert ran.stdout == (tmp_path / "out" / "summary.json").read_text(encoding="utf-8")
    summary = json.loads(ran.stdout)
    assert summary["exit"] == ran.returncode == 1
    assert summary["sides"]["theirs"] == {
        "files": 1,
        "read": 40,
        "accepted": 39,
        "rejected": 1,
        "totals": 0,
        "amount_minor": summary["sides"]["ours"]["amount_minor"] - 3825,
    }
    assert summary["classes"]["NOT_RECEIVED"] == {"ours_lines": 1, "theirs_lines": 0, "amount_minor": 3825}
    bridge = summary["bridges"][0]
    assert bridge["ours_minor"] - sum(bar["amount_minor"] for bar in bridge["bars"]) == bridge["theirs_minor"]
    assert "bridge CNY" in ran.stderr


def test_it_speaks_chinese_where_the_terminal_does(tmp_path, differing):
    ran = keytally("reconcile", *differing, "--out", tmp_path / "out", LANG="zh_CN.UTF-8")
    assert "余额调节 CNY" in ran.stdout
    assert "减 NOT_RECEIVED" in ran.stdout
    assert "读取" in ran.stderr
    english = keytally("reconcile", *differing, "--out", tmp_path / "out", "--lang", "en", LANG="zh_CN.UTF-8")
    assert "bridge CNY" in english.stdout


def test_it_proposes_a_profile_and_stops(tmp_path, same):
    ran = keytally("reconcile", "--propose", *same, "--out", tmp_path / "out")
    assert ran.returncode == 0, ran.stderr
    assert {entry.name for entry in (tmp_path / "out").iterdir()} == {"profile.toml"}
    assert "order_no" in ran.stdout
    assert "100 %" in ran.stdout
    again = keytally("reconcile", *same, "--out", tmp_path / "out", "--profile", tmp_path / "out" / "profile.toml")
    assert again.returncode == 0, again.stderr


def test_it_leaves_an_earlier_result_alone_when_it_proposes(tmp_path, same):
    keytally("reconcile", *same, "--out", tmp_path / "out")
    assert keytally("reconcile", "--propose", *same, "--out", tmp_path / "out").returncode == 0
    assert {entry.name for entry in (tmp_path / "out").iterdir()} == FILES


def refusal(ran: subprocess.CompletedProcess[str]) -> str:
    assert (ran.returncode, ran.stdout) == (2, ""), ran
    assert "Traceback" not in ran.stderr
    sentence = ran.stderr.splitlines()[-1]
    assert sentence.startswith("keytally")
    return sentence


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--tolerance", "much"), "--tolerance cannot be much"),
        (("--tolerance", "-5"), "--tolerance cannot be -5"),
        (("--window", "soon"), "--window cannot be soon"),
        (("--period", "2026-13"), "--period cannot be 2026-13"),
        (("--measure", "weight"), "--measure cannot be weight"),
        (("--memory", "lots"), "--memory cannot be lots"),
        (("--threads", "0"), "--threads cannot be 0"),
        (("--profile", "absent.toml"), "absent.toml"),
        (("--store-map", "absent.csv"), "absent.csv"),
        (("--accept", "absent.csv"), "absent.csv"),
        (("--sideways",), "--sideways is not understood"),
        (("--window",), "--window needs a value"),
        (("--propose", "--json"), "do not go together"),
    ],
)
def test_it_ends_with_2_and_a_sentence_on_bad_arguments(tmp_path, same, capsys, words, said):
    for language in ("en", "zh"):
        code = main(["reconcile", *map(str, same), "--out", str(tmp_path / "out"), "--lang", language, *words])
        output, errors = capsys.readouterr()
        assert (code, output) == (2, "")
        assert "Traceback" not in errors
        sentence = errors.splitlines()[-1]
        assert said in sentence or language == "zh"
        assert words[0].lstrip("-") in sentence or words[-1] in sentence
    assert not (tmp_path / "out").exists()


def test_it_names_the_arguments_that_are_missing(capsys):
    assert main(["reconcile", "ours.csv"]) == 2
    assert "THEIRS" in capsys.readouterr().err
    assert main(["reconcile", "--lang", "zh"]) == 2
    assert "缺少参数" in capsys.readouterr().err
    assert main(["tally"]) == 2


def test_it_refuses_a_folder_with_other_things(tmp_path, same):
    out = tmp_path / "out"
    out.mkdir()
    (out / "thesis.txt").write_text("years of work")
    assert "thesis.txt" in refusal(keytally("reconcile", *same, "--out", out))
    assert [entry.name for entry in out.iterdir()] == ["thesis.txt"]


def test_it_refuses_a_folder_that_cannot_be_written(tmp_path, same):
    (tmp_path / "file").write_text("")
    assert "file" in refusal(keytally("reconcile", *same, "--out", tmp_path / "file" / "out"))
    assert "/proc/out" in refusal(keytally("reconcile", *same, "--out", "/proc/out"))


def test_it_helps_in_both_languages_within_a_second():
    began = time.monotonic()
    ran = keytally("reconcile", "--help")
    assert time.monotonic() - began < 5
    assert "--store-map" in ran.stdout
    chinese = keytally("reconcile", "--help", "--lang", "zh")
    assert "用法：" in chinese.stdout
    assert "门店代码对照" in chinese.stdout
    assert "reconcile" in keytally("--help").stdout
    assert keytally("--version").stdout.startswith("keytally ")


def test_its_first_words_need_nothing_heavy():
    loaded = "[name for name in ('django', 'duckdb', 'babel') if name in sys.modules]"
    program = f"import sys, keytally.site.cli, keytally.site.cli_reconcile; print({loaded})"
    ran = subprocess.run([sys.executable, "-c", program], capture_output=True, encoding="utf-8", check=True)
    assert ran.stdout.strip() == "[]"


@pytest.fixture(scope="module")
def large(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    folder = tmp_path_factory.mktemp("large")
    query = """
    copy (select 'D' || i as doc_no, 'PO' || (i // 4) as order_no, 'S' || (i % 40) as store, 'A' || (i % 7) as item,
        date '2026-07-01' + (i % 28)::integer as date, i % 9 + 1 as quantity,
        ((i % 9 + 1) * 3.45)::decimal(18, 2) as amount
    from range(150000) numbers(i)) to $file (format csv, header)
    """
    for name in ("ours", "theirs"):
        with duckdb.connect() as connection:
            connection.execute(query, {"file": str(folder / f"{name}.csv")})
    return folder / "ours.csv", folder / "theirs.csv"


def started(*words: object) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [*COMMAND, *map(str, words)], stdout=subprocess.PIPE, stderr=subprocess.PIPE, encoding="utf-8"
    )


def wait_for(process: subprocess.Popen[str], text: str) -> None:
    assert process.stderr is not None
    for line in process.stderr:
        if text in line:
            return
    raise AssertionError(f"{text!r} was never said")


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
@pytest.mark.parametrize("moment", ["reading ours", "[2/"])
def test_it_stops_with_a_sentence_and_no_half_result(tmp_path, large, number, moment):
    process = started("reconcile", *large, "--out", tmp_path / "out", "--lang", "en")
    wait_for(process, moment)
    process.send_signal(number)
    output, errors = process.communicate(timeout=60)
    assert (process.returncode, output) == (2, "")
    assert "was stopped" in errors.splitlines()[-1]
    assert {entry.name for entry in (tmp_path / "out").iterdir()} == {".keytally-cache"}


def test_it_gives_the_same_after_a_kill_and_leaves_nothing_else(tmp_path, large):
    out = tmp_path / "out"
    process = started("reconcile", *large, "--out", out)
    wait_for(process, "[3/")
    process.kill()
    process.communicate(timeout=60)
    assert not FILES & {entry.name for entry in out.iterdir()}
    ran = keytally("reconcile", *large, "--out", out)
    assert ran.returncode == 0, ran.stderr
    assert {entry.name for entry in out.iterdir()} == FILES


def test_it_lays_chinese_out_twice_as_wide():
    assert (width("余额"), width("abc"), width("e\u0301")) == (4, 3, 1)
    assert aligned([["短少", "1.00"], ["PRICE", "-20.00"]], left=1) == ["短少     1.00", "PRICE  -20.00"]
    assert aligned([], left=1) == []


@pytest.mark.parametrize("code", TEXTS)
def test_it_says_the_same_in_both_languages(code):
    english, chinese = TEXTS[code]
    assert english.count("{") == chinese.count("{")
    assert not chinese.isascii()
