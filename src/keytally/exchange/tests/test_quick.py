"""The quick way of reading gives what the careful way gives, whatever stands in the cells."""

import csv
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

import duckdb
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from keytally.exchange import quick_sql
from keytally.exchange.parts import ODD
from keytally.exchange.profile import SideProfile
from keytally.exchange.read import SideRead, read_side
from keytally.exchange.sources import side_files
from keytally.exchange.surveys import survey_of

COLUMNS = ("doc_no", "item", "date", "quantity", "amount", "currency", "remark")
PLAIN = ("DN1", "6901", "2026-07-01", "1.000", "-12.50", "CNY", "")

code_text = st.text(alphabet="aZ0 \t'=\"-+#N/A.E1上\u3000\u00a0\ufeff\ufffd\x1f", max_size=6)
codes = st.one_of(
    code_text,
    st.sampled_from(
        ["", "-", "--", "NULL", " NULL ", "#N/A", '="001"', "'001", "6.92E+12", "1e+3", "total", "Grand Total", "小计"]
    ),
    st.sampled_from(["合计：3", "TOTAL: 9", "sub-totals", "totally", "doc_no", "item", "A" * 4_001, "上海-1", "=5"]),
)
days = st.one_of(
    st.text(alphabet="0123456789-/. eE:T", max_size=12),
    st.dates().map(str),
    st.dates().map("{:%Y/%m/%d} ".format),
    st.dates().map("{:%d/%m/%Y}".format),
    st.tuples(st.sampled_from(["", " ", "0", "+", "-", "2", "x"]), st.integers(0, 9999), st.sampled_from("-/. ")).map(
        lambda parts: f"{parts[0]}{parts[1]}{parts[2]}7{parts[2]}1"
    ),
    st.sampled_from(
        ["20260701", "epoch", "epoch     ", "infinity", "205/12/26", "02026-7-1", "2026-7-1(BC)", "2026-07-011"]
    ),
    st.sampled_from(["2026-7-1 \t", "2026-7- 1", "2026-07/01", "26-7-1", "2061-01-01", "1999-12-31", "2026-1-1a"]),
    st.sampled_from(["2026-13-01", "2026-7-1T9", "20260-7-01", "2 026-7-1", "-", "00000000", "46204"]),
)
figures = st.one_of(
    st.text(alphabet="0123456789.,-+() eE_￥", max_size=9),
    st.decimals(allow_nan=False, allow_infinity=False, places=3, min_value=-(10**6), max_value=10**6).map(str),
    st.integers(-(10**19), 10**19).map(str),
    st.integers(-(10**19), 10**19).map("{}.50".format),
    st.sampled_from(["", "-", "1e3", "1E-2", "12.e3", "5e-1", "1_000", "1_0.0", ".5", "5.", "+5", " 5 ", "\t5", "005"]),
    st.sampled_from(["1,234.50", "(12)", "12-", "nan", "inf", "1 2", "0x1F", "1.005", "-0.00", "１２", "--5", "1.2.3"]),
)
currencies = st.sampled_from(["CNY", "CNY", "", "cny", " CNY", "USD", "JPY", "RMB", "￥", "-", "??"])
remarks = st.sampled_from(["", "", "n/a", "a b", " x", "小计", "total", 'say "hi"', "{x}"])
rows = st.lists(
    st.one_of(
        st.just(PLAIN),
        st.tuples(codes, st.just("6901"), st.just("2026-07-01"), st.just("1"), st.just("2.5"), st.just("CNY"), remarks),
        st.tuples(st.just("DN1"), codes, days, figures, figures, currencies, remarks),
        st.tuples(st.just("DN1"), st.just(""), days, st.just("1"), st.just("2"), st.just("CNY"), st.just("")),
        st.tuples(st.just("DN1"), st.just("1"), st.just("2026-07-01"), figures, figures, st.just("CNY"), st.just("")),
        st.tuples(codes, codes, days, figures, figures, currencies, remarks),
    ),
    min_size=1,
    max_size=40,
)
Rows = Sequence[Sequence[str]]


def write(path: Path, records: Rows, *, quoting: int) -> Path:
    with path.open("w", encoding="utf-8", newline="") as out:
        writer = csv.writer(out, lineterminator="\n", quoting=quoting)
        writer.writerows([COLUMNS, *records])
    return path


def found(side: SideRead) -> tuple[object, ...]:
    with duckdb.connect() as con:
        lines: list[object] = []
        for source in side.lines.sources:
            lines += con.execute(source.sql, dict(source.parameters)).fetchall()
        rejected = con.execute("SELECT * FROM read_parquet($file)", {"file": str(side.rejected)}).fetchall()
    said = [warning.text() for warning in side.warnings]
    return sorted(lines, key=repr), rejected, side.counts, side.lines.present, said, side.shortened


def both_ways(path: Path, folder: Path, profile: SideProfile) -> tuple[object, object, int]:
    """Read a file the quick way and the careful way, and count the parts that really were read quickly."""
    results = []
    for name, never in (("quick", "SELECT false"), ("careful", "SELECT true")):
        cache = folder / name
        with pytest.MonkeyPatch.context() as patched:
            patched.setattr(
                quick_sql, "mostly_odd", lambda statement, never=never: f"{never} FROM ({statement}) LIMIT 1"
            )
            results.append(found(read_side(side_files(path), profile, side="ours", cache=cache, threads=1)))
    parts = [part.read_text() for part in (folder / "quick").glob("*/part.json")]
    return results[0], results[1], sum('"currency": null' not in part for part in parts)


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    rows, st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL]), st.sampled_from([1, -1]), st.sampled_from(["CNY", "USD"])
)
@example([PLAIN, ("", "", "2026-07-01", "1", "2", "", "小计"), ("", "total", "", "", "-12.50", "CNY", "")], 0, 1, "CNY")
@example([PLAIN, ("DN1", "1", "205/12/26", "1", "2", "CNY", "")], 0, -1, "CNY")
def test_both_ways_read_alike(records: Rows, quoting: int, sign: int, home: str) -> None:
    with TemporaryDirectory() as folder:
        path = write(Path(folder) / "a.csv", records, quoting=quoting)
        quick, careful, _ = both_ways(path, Path(folder), SideProfile(sign=sign, currency=home))
    assert quick == careful


@pytest.mark.parametrize("sign", ["\\", "\x0b", "\x1e", "\x7f"])
def test_signs_that_change_what_a_cast_reads_are_read_carefully(tmp_path: Path, sign: str) -> None:
    path = write(tmp_path / "a.csv", [PLAIN, (*PLAIN[:-1], sign)], quoting=csv.QUOTE_MINIMAL)
    quick, careful, count = both_ways(path, tmp_path, SideProfile())
    assert quick == careful
    assert count == 0


def test_most_files_are_read_quickly(tmp_path: Path) -> None:
    odd = [("DN2", "", "1/2/2026", "x", "1,000.00", "USD", "a\nb"), ("小计", "", "", "", "1", "", "")]
    path = write(tmp_path / "a.csv", [*[PLAIN] * 40, *odd], quoting=csv.QUOTE_MINIMAL)
    side = read_side(side_files(path), SideProfile(), side="ours", cache=tmp_path / "cache", threads=1)
    assert (side.counts.accepted, side.counts.rejected, side.counts.totals) == (40, 1, 1)
    assert len(list((tmp_path / "cache").glob(f"*/{ODD}"))) == 1
    (source,) = side.lines.sources
    with duckdb.connect() as con:
        con.execute("CREATE TABLE wanted AS SELECT unnest([3, 41, 42, 43]) AS rid")
        sql = f"SELECT rid, amount FROM ({source.only('wanted')}) ORDER BY rid"
        assert con.execute(sql, dict(source.parameters)).fetchall() == [(3, -1250), (41, -1250)]


def test_a_survey_misses_no_sign_or_word_wherever_blocks_end(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "a.csv"
    for word, name in (("NULL", "has_null_word"), ("ToTal", "has_total_word"), ("小计", "has_total_word")):
        path.write_text(f"a,b\n1,{word}\n", "utf-8")
        for size in range(1, 12):
            monkeypatch.setattr("keytally.exchange.surveys.BLOCK_BYTES", size)
            assert getattr(survey_of(path), name)
            assert survey_of(path).lines == 2
    for text, name in (("a, b", "has_edge_spaces"), ("a ,b", "has_edge_spaces"), ("a\u3000", "has_odd_signs")):
        path.write_text(f"{text}\r\n", "utf-8", newline="")
        for size in range(1, 8):
            monkeypatch.setattr("keytally.exchange.surveys.BLOCK_BYTES", size)
            assert getattr(survey_of(path), name)
            assert not survey_of(path).has_lone_returns
    path.write_text("Total,null\r\na_b, c\r\n1,2\r\n", "utf-8", newline="")
    for size in (5, 40):
        monkeypatch.setattr("keytally.exchange.surveys.BLOCK_BYTES", size)
        assert survey_of(path, skip=2).lines == 3
    assert survey_of(path, skip=2).odd_bytes == {*b"\r\n"}
    assert not survey_of(path, skip=2).has_total_word
    path.write_text("a,b\rc,d\ne,f\r\n", "utf-8", newline="")
    assert survey_of(path).has_lone_returns
