"""What do a column's values look like, and in which way are its dates and figures written?"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from keytally.exchange.canonical import CODE_COLUMNS, FIGURE_COLUMNS, Column
from keytally.exchange.currencies import currency_named
from keytally.exchange.values import (
    DAY_MONTH,
    DAY_MONTH_SHORT,
    SERIAL,
    SERIALS,
    YMD_SHORT,
    Figure,
    Unread,
    folded,
    read_date,
    read_figure,
)

PLAIN_FIGURE = re.compile(r"-?[0-9]+(\.[0-9]+)?")
LOOKED_AT = 1_000
_AFTER_YEAR = ("-", "/", "年")
ANY_MARKS = "[¥$€£]|RMB|CNY|人民币|元|圆|[A-Z]{3}"


@dataclass(frozen=True, slots=True)
class Shape:
    """How many of a column's values are there, and what share of them reads as what the column should hold."""

    filled: int
    share: int


def shape_of(column: str, values: Sequence[str], *, decimal_mark: str = ".") -> Shape:
    """Look at the values of a column that may hold `column`."""
    filled = [value for value in values[:LOOKED_AT] if folded(value)]
    if not filled:
        return Shape(0, 0)
    fits = sum(_fits(column, value, decimal_mark) for value in filled)
    return Shape(len(filled), fits * 100 // len(filled))


def _fits(column: str, value: str, decimal_mark: str) -> bool:
    if column in FIGURE_COLUMNS:
        return isinstance(read_figure(value, decimals=6, marks=ANY_MARKS, decimal_mark=decimal_mark), Figure)
    if column == Column.DATE:
        return is_dated(value)
    if column == Column.CURRENCY:
        return currency_named(value) is not None
    if column == Column.GTIN:
        return re.fullmatch(r"[0-9]{8}|[0-9]{11,14}|[0-9.]+E\+[0-9]+", folded(value)) is not None
    return column not in CODE_COLUMNS or len(value) <= 60


def is_dated(value: str) -> bool:
    """Tell whether a value can be a date in some order of day and month, or a spreadsheet's day number."""
    bare = folded(value)
    if isinstance(read_date(value, date_format="dmy"), date) or isinstance(read_date(value, date_format="mdy"), date):
        return True
    if found := re.fullmatch(SERIAL, bare):
        return SERIALS[0] <= int(found[1]) <= SERIALS[1]
    return isinstance(read_date(value, date_format="ymd"), date)


@dataclass(frozen=True, slots=True)
class DateOrder:
    """How a column's dates are written; `example` stands for a doubt that only a person can settle."""

    date_format: str | None
    doubt: str | None = None
    example: str = ""


def date_order(values: Iterable[str]) -> DateOrder:
    """Settle the order of day and month by the column as a whole, never by a guess.

    >>> date_order(["3/4/2026", "25/4/2026"]).date_format
    'dmy'
    >>> date_order(["3/4/2026"]).doubt
    'ask_date_order'
    """
    first_high = second_high = unclear = ""
    serials = short = dated = 0
    for value in values:
        dated += 1
        if (value[:4].isdigit() and value[4:5] in _AFTER_YEAR) or (len(value) == 8 and value.isdigit()):
            continue
        bare = folded(value)
        if re.fullmatch(SERIAL, bare) and is_dated(value):
            serials += 1
        elif found := re.fullmatch(f"{DAY_MONTH}|{DAY_MONTH_SHORT}", bare):
            first, second = (int(found[n] or found[n + 3]) for n in (1, 2))
            short += found[4] is not None
            first_high = first_high or (bare if first > 12 else "")
            second_high = second_high or (bare if second > 12 else "")
            unclear = unclear or (bare if first <= 12 and second <= 12 and first != second else "")
            if re.fullmatch(YMD_SHORT, bare) and first > 31:
                return DateOrder("ymd")
    return _settled(first_high, second_high, unclear, serials=serials, short=short, dated=dated)


def _settled(first_high: str, second_high: str, unclear: str, *, serials: int, short: int, dated: int) -> DateOrder:
    if first_high and second_high:
        return DateOrder(None, "ask_date_mixed" if unclear else None, unclear)
    if short and not second_high:
        return DateOrder(None, "ask_date_order", unclear or first_high)
    if first_high or second_high:
        return DateOrder("dmy" if first_high else "mdy")
    if unclear:
        return DateOrder(None, "ask_date_order", unclear)
    return DateOrder("serial" if serials and serials * 2 > dated else None)


def decimal_mark_of(columns: Sequence[Sequence[str]]) -> str:
    """Tell whether figures are written with a decimal comma: more of them can be read that way."""
    values = [value for column in columns for value in column[:LOOKED_AT] if folded(value)]
    if all(PLAIN_FIGURE.fullmatch(value) for value in values):
        return "."
    points, commas = (
        sum(not isinstance(read_figure(v, decimals=6, marks=ANY_MARKS, decimal_mark=mark), Unread) for v in values)
        for mark in ".,"
    )
    return "," if commas > points else "."


def currency_of(header: str, values: Sequence[str]) -> str | None:
    """Tell the currency that an amount's header or figures name; '$' is some dollar, None is no hint."""
    for word in re.findall(r"[A-Z]{3}|US\$|HK\$|美元|欧元|港币|港元|日元|英镑|人民币|￥|¥|€|£", header):
        if (code := currency_named(word)) is not None:
            return code
    text = " ".join(values[:LOOKED_AT])
    for sign in ("HK$", "US$", "€", "£", "￥", "¥"):
        if sign in text:
            return currency_named(sign)
    return "$" if "$" in text else None
