from collections.abc import Sequence
from datetime import date

import duckdb
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from keytally.exchange import value_sql
from keytally.exchange.currencies import marks
from keytally.exchange.values import NUMBER_CELL, Figure, Unread, read_code, read_date, read_figure

CNY = marks("CNY")

FIGURES = [
    ("1,234.50", 123450),
    ("(12.00)", -1200),
    ("-", 0),
    ("￥ -  ", 0),
    ("￥1 234.5", 123450),
    ("１，２３４．５０", 123450),
    ("12.00-", -1200),
    ("-12", -1200),
    ("－12", -1200),
    ("+12", 1200),
    ("￥-12.5", -1250),
    ("-￥12.5", -1250),
    ("(￥1,000.00)", -100000),
    ("￥(12)", -1200),
    ("1'234.50", 123450),
    ("1\u00a0234\u202f567.00", 123456700),
    ("1，234", 123400),
    ("12元", 1200),
    ("12.00 CNY", 1200),
    ("rmb 5", 500),
    (".5", 50),
    ("5.", 500),
    ("1.005", 101),
    ("-1.005", -101),
    ("0.004999999", 0),
    ("5e-13", 0),
    ("000012.30", 1230),
    ("12.30000000000", 1230),
    ("999999999999999.99", 99999999999999999),
    ("\t12\t", 1200),
]
UNREAD_FIGURES = [
    ("12,34", "not_a_number"),
    ("1,23", "not_a_number"),
    ("1 234,567", "not_a_number"),
    ("1,234,56", "not_a_number"),
    ("--12", "not_a_number"),
    ("(-12)", "not_a_number"),
    ("12%", "not_a_number"),
    ("12件", "not_a_number"),
    ("#REF!", "not_a_number"),
    ("1_000", "not_a_number"),
    ("0x1F", "not_a_number"),
    ("nan", "not_a_number"),
    ("inf", "not_a_number"),
    ("1 2", "not_a_number"),
    ("2026-07-01", "not_a_number"),
    ("1.23E+05", "scientific"),
    ("1e3", "scientific"),
    ("$12.00", "currency_differs"),
    ("€5", "currency_differs"),
    ("1000000000000000", "out_of_range"),
    ("9" * 30, "out_of_range"),
]
DATES = [
    ("2026-07-01", None, date(2026, 7, 1)),
    ("2026/7/1", None, date(2026, 7, 1)),
    ("2026.7.1", None, date(2026, 7, 1)),
    ("20260701", None, date(2026, 7, 1)),
    ("20260701235959", None, date(2026, 7, 1)),
    ("2026年7月1日", None, date(2026, 7, 1)),
    ("2026 年 7 月 1 日", None, date(2026, 7, 1)),
    ("２０２６－０７－０１", None, date(2026, 7, 1)),
    ("2026-07-01T23:59:59+08:00", None, date(2026, 7, 1)),
    ("2026-07-01 00:00:00", None, date(2026, 7, 1)),
    ("2026/7/1 上午10:00", None, date(2026, 7, 1)),
    ("25/12/2026", None, date(2026, 12, 25)),
    ("12/25/2026", None, date(2026, 12, 25)),
    ("3/4/2026", "dmy", date(2026, 4, 3)),
    ("3/4/2026", "mdy", date(2026, 3, 4)),
    ("3/4/26", "dmy", date(2026, 4, 3)),
    ("26-7-1", "ymd", date(2026, 7, 1)),
    ("1-Jul-2026", None, date(2026, 7, 1)),
    ("01 July 2026", None, date(2026, 7, 1)),
    ("Jul 1, 2026", None, date(2026, 7, 1)),
    (NUMBER_CELL + "46204", None, date(2026, 7, 1)),
    ("46204", "serial", date(2026, 7, 1)),
    ("46204.75", "serial", date(2026, 7, 1)),
    (NUMBER_CELL + "20260701", None, date(2026, 7, 1)),
    ("1948-01-01", None, date(1948, 1, 1)),
    ("2099-12-31", None, date(2099, 12, 31)),
]
UNREAD_DATES = [
    ("3/4/2026", None, "date_ambiguous"),
    ("03.04.26", "serial", "date_ambiguous"),
    ("2026-02-30", None, "date_unreadable"),
    ("2026-07", None, "date_unreadable"),
    ("46204", None, "date_unreadable"),
    ("epoch", None, "date_unreadable"),
    ("infinity", None, "date_unreadable"),
    ("1-2-3", None, "date_unreadable"),
    ("0001-02-03", None, "date_unreadable"),
    ("9999-12-31", None, "date_unreadable"),
    ("25/12/2026", "mdy", "date_unreadable"),
    ("tomorrow", None, "date_unreadable"),
    ("2026-07-01 to 2026-07-31", None, "date_unreadable"),
    ("1 Xyz 2026", None, "date_unreadable"),
    ("1 anf 2026", None, "date_unreadable"),
]
CODES = [
    ("DN001", "DN001"),
    ("  DN001 ", "DN001"),
    ("\u3000DN 001\u00a0", "DN 001"),
    ("\t6901234567890", "6901234567890"),
    ('="00123"', "00123"),
    ("'00123", "00123"),
    ("", None),
    ("-", None),
    ("#N/A", None),
    ("NULL", None),
    ("上海-1", "上海-1"),
    (NUMBER_CELL + "123", "123"),
]


def in_sql(expression: str, values: Sequence[str | None], **parameters: object) -> list[object]:
    with duckdb.connect() as con:
        con.execute("CREATE TABLE cells (place INTEGER, v VARCHAR)")
        con.executemany("INSERT INTO cells VALUES (?, ?)", list(enumerate(values)))
        rows = con.execute(f"SELECT {expression} FROM cells ORDER BY place", parameters).fetchall()
    return [value for (value,) in rows]


def figures_in_sql(values: Sequence[str], *, decimals: int, mark: str = ".") -> list[object]:
    options = {"marks": "$marks", "decimal_mark": mark}
    clean = value_sql.clean_figure("v", decimals=decimals, decimal_mark=mark)
    read = value_sql.figure("v", clean=clean, decimals=decimals, **options)
    rounded = value_sql.figure_rounded("v", clean=clean, decimals=decimals, **options)
    fault = value_sql.figure_fault("v", **options)
    found = in_sql(f"[({read})::VARCHAR, ({rounded})::VARCHAR, {fault}]", values, marks=CNY)
    return [_figure(*row) for row in found]


def _figure(scaled: str | None, rounded: str, fault: str | None) -> object:
    if scaled is not None:
        return Figure(int(scaled), rounded == "true")
    return Unread(fault) if fault else None


@pytest.mark.parametrize(("text", "minor"), FIGURES)
def test_it_reads_the_figures_that_people_write(text: str, minor: int) -> None:
    found = read_figure(text, decimals=2, marks=CNY)
    assert isinstance(found, Figure)
    assert found.scaled == minor


@pytest.mark.parametrize(("text", "code"), UNREAD_FIGURES)
def test_it_refuses_figures_that_could_mean_something_else(text: str, code: str) -> None:
    assert read_figure(text, decimals=2, marks=CNY) == Unread(code)


def test_the_sql_reads_the_same_figures() -> None:
    texts = [text for text, _ in (*FIGURES, *UNREAD_FIGURES)] + ["", "  ", "\u3000"]
    for decimals in (0, 2, 3, 6):
        expected = [read_figure(text, decimals=decimals, marks=CNY) for text in texts]
        found = figures_in_sql(texts, decimals=decimals)
        assert dict(zip(texts, found, strict=True)) == dict(zip(texts, expected, strict=True))


def test_it_reads_decimal_commas_only_when_told() -> None:
    texts = ["1.234,50", "1234,5", "1.234", "1,5", "-0,05", "1,234.50", "(1.000,00)", "12", "12.5"]
    expected = [read_figure(text, decimals=2, marks=CNY, decimal_mark=",") for text in texts]
    assert expected[:3] == [Figure(123450), Figure(123450), Figure(123400)]
    assert expected[5] == expected[8] == Unread("not_a_number")
    assert figures_in_sql(texts, decimals=2, mark=",") == expected


@pytest.mark.parametrize(("text", "date_format", "day"), DATES)
def test_it_reads_the_dates_that_people_write(text: str, date_format: str | None, day: date) -> None:
    assert read_date(text, date_format=date_format) == day


@pytest.mark.parametrize(("text", "date_format", "code"), UNREAD_DATES)
def test_it_never_guesses_a_date(text: str, date_format: str | None, code: str) -> None:
    assert read_date(text, date_format=date_format) == Unread(code)


@pytest.mark.parametrize("date_format", [None, "ymd", "dmy", "mdy", "serial"])
def test_the_sql_reads_the_same_dates(date_format: str | None) -> None:
    texts = [text for text, _, _ in (*DATES, *UNREAD_DATES)] + ["", "-", "00000000", "0000-00-00"]
    assert dates_in_sql(texts, date_format) == [read_date(text, date_format=date_format) for text in texts]


def dates_in_sql(texts: Sequence[str], date_format: str | None) -> list[object]:
    days = in_sql(value_sql.day("v", date_format=date_format), texts)
    faults = in_sql(value_sql.day_fault("v", date_format=date_format), texts)
    return [day or (Unread(str(fault)) if fault else None) for day, fault in zip(days, faults, strict=True)]


@pytest.mark.parametrize(("text", "code"), CODES)
def test_it_unwraps_codes(text: str, code: str | None) -> None:
    assert read_code(text) == code
    assert in_sql(value_sql.code("v"), [text]) == [code]


figure_text = st.text(alphabet="0123456789.,-+() '￥$元Ee１，．－\u00a0\u3000", max_size=14)
date_text = st.text(alphabet="0123456789-/.年月日 :TJulan", max_size=12)
plain_figure = st.decimals(allow_nan=False, allow_infinity=False, places=4, min_value=-(10**9), max_value=10**9)


@settings(max_examples=25, deadline=None)
@given(
    st.lists(st.one_of(figure_text, plain_figure.map(str), plain_figure.map("{:,}".format)), min_size=1, max_size=60),
    st.sampled_from([0, 2, 3, 6]),
    st.sampled_from([".", ","]),
)
@example(["5e-1", "5e-03", "0.5e-02", "12e-4", "4.9e-03", "9.99e-07", "5e-300"], 2, ".")
def test_figures_read_alike_in_sql_and_python(texts: list[str], decimals: int, mark: str) -> None:
    expected = [read_figure(text, decimals=decimals, marks=CNY, decimal_mark=mark) for text in texts]
    found = figures_in_sql(texts, decimals=decimals, mark=mark)
    assert dict(zip(texts, found, strict=True)) == dict(zip(texts, expected, strict=True))


@settings(max_examples=25, deadline=None)
@given(
    st.lists(st.one_of(date_text, st.dates().map(str), st.dates().map("{:%d/%m/%Y}".format)), min_size=1, max_size=60),
    st.sampled_from([None, "ymd", "dmy", "mdy", "serial"]),
)
def test_dates_read_alike_in_sql_and_python(texts: list[str], date_format: str | None) -> None:
    expected = [read_date(text, date_format=date_format) for text in texts]
    assert dict(zip(texts, dates_in_sql(texts, date_format), strict=True)) == dict(zip(texts, expected, strict=True))


@settings(max_examples=25, deadline=None)
@given(st.lists(st.text(alphabet="aZ0 \t\u3000'=\"-#N/A\x1f上", max_size=8), min_size=1, max_size=60))
def test_codes_read_alike_in_sql_and_python(texts: list[str]) -> None:
    expected = [read_code(text) for text in texts]
    assert dict(zip(texts, in_sql(value_sql.code("v"), texts), strict=True)) == dict(zip(texts, expected, strict=True))
