"""How is one cell's text read as a figure, a date or a code? The rules, in Python; `value_sql` has them for columns.

Proposals are made with these functions on a sample, and property tests hold the SQL against them.
"""

import re
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Context, Decimal

NUMBER_CELL = "\x1f"
"""Stands before a code or date that a workbook stores as a number."""

SPACES = "\u00a0\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u200b\u202f\u205f\u3000\ufeff\t\r\n"
FULL_WIDTH = "０１２３４５６７８９，．（）＋－–—−￥＄／：’‘"  # noqa: RUF001 - these are what people type
HALF_WIDTH = "0123456789,.()+----¥$/:''"

FIGURE_WIDTH = 17
"""Digits a scaled figure may have: sums and differences of such lines stay far inside 64 bits."""

_GROUPED = r"[0-9]{1,3}(?:,[0-9]{3})+|[0-9]{1,3}(?: [0-9]{3})+|[0-9]{1,3}(?:'[0-9]{3})+"
_TINY = r"[0-9](?:[.][0-9]+)?[eE]-[0-9]{2,3}"
PLAIN_FIGURE = rf"^[-+]?(?:(?:[0-9]+|{_GROUPED})(?:[.][0-9]*)?|[.][0-9]+|{_TINY})$"
PLAIN_FIGURE_COMMA = PLAIN_FIGURE.replace("[.]", "\0").replace(",", "[.]").replace("\0", ",")
PLAIN_FIGURE_COMMA = PLAIN_FIGURE_COMMA.replace("{1[.]3}", "{1,3}")
SCIENTIFIC = r"^[-+]?[0-9]+(?:[.,][0-9]*)?[eE][-+]?[0-9]+$"

_TIME = r"(?:[T ]+(?:上午|下午|[AaPp][Mm])? *[0-9]{1,2}:[0-9]{2}.*)?"
YMD = rf"^([0-9]{{4}}) *[-/.年 ] *([0-9]{{1,2}}) *[-/.月 ] *([0-9]{{1,2}}) *日?{_TIME}$"
YMD_SHORT = r"^([0-9]{2})[-/.]([0-9]{1,2})[-/.]([0-9]{1,2})$"
COMPACT = r"^([0-9]{4})([0-9]{2})([0-9]{2})(?:[T ]?[0-9]{2}:?[0-9]{2}(?::?[0-9]{2})?)?$"
DAY_MONTH = rf"^([0-9]{{1,2}})[-/. ]([0-9]{{1,2}})[-/. ]([0-9]{{4}}){_TIME}$"
DAY_MONTH_SHORT = r"^([0-9]{1,2})[-/. ]([0-9]{1,2})[-/. ]([0-9]{2})$"
DAY_NAME = r"^([0-9]{1,2})[- ]?([A-Za-z]{3})[a-z]*[-, ]*([0-9]{4})$"
NAME_DAY = r"^([A-Za-z]{3})[a-z]* +([0-9]{1,2}),? +([0-9]{4})$"
MONTHS = "janfebmaraprmayjunjulaugsepoctnovdec"
SERIAL = r"^([0-9]{5})(?:[.][0-9]+)?$"
SERIAL_ZERO = date(1899, 12, 30)
SERIALS = (18_264, 73_415)
NO_DATE = ("", "-", "00000000", "0000-00-00", "0000/00/00")
EARLIEST, LATEST = date(1900, 1, 1), date(2199, 12, 31)
NO_CODE = ("", "-", "--", "#N/A", "NULL")
CODE_SHORTENED = r"^[0-9](?:[.][0-9]+)?[eE][+][0-9]{1,3}$"

_CLEAN = re.compile(r"-?[0-9]{1,12}(?:[.][0-9]{1,9})?")
_EXACT = Context(prec=500)
_NARROW = str.maketrans(FULL_WIDTH + SPACES, HALF_WIDTH + " " * len(SPACES))


@dataclass(frozen=True, slots=True)
class Unread:
    """Why a cell could not be read: the code of a reason."""

    code: str


@dataclass(frozen=True, slots=True)
class Figure:
    """A scaled integer, and whether decimals were rounded off."""

    scaled: int
    rounded: bool = False


def folded(text: str) -> str:
    """Turn full-width characters and odd spaces into plain ones and trim."""
    return text.translate(_NARROW).strip(" " + NUMBER_CELL)


def read_figure(text: str, *, decimals: int, marks: str, decimal_mark: str = ".") -> Figure | Unread | None:
    """Read a figure with so many decimals kept; blank is None.

    >>> read_figure("(1,234.50)", decimals=2, marks="¥|CNY")
    Figure(scaled=-123450, rounded=False)
    """
    if _CLEAN.fullmatch(text) and (decimal_mark == "." or text.lstrip("-").isdigit()):
        return _scaled(text, decimals)
    if not folded(text):
        return None
    plain = plain_figure(text, marks=marks, decimal_mark=decimal_mark)
    if not plain:
        return Unread(_figure_fault(text))
    return _scaled(plain, decimals)


def _scaled(plain: str, decimals: int) -> Figure | Unread:
    exact = _EXACT.scaleb(Decimal(plain), decimals)
    kept = exact.to_integral_value(ROUND_HALF_UP, context=_EXACT)
    if abs(kept) >= 10**FIGURE_WIDTH:
        return Unread("out_of_range")
    return Figure(scaled=int(kept), rounded=kept != exact or (bool(exact) and "e" in plain.lower()))


def plain_figure(text: str, *, marks: str, decimal_mark: str) -> str:
    """Strip what people put around a figure; '' when it is none."""
    bare = _without_marks(folded(text), marks=marks)
    bare = re.sub(r"^[(](.*)[)]$", r"-\1", bare)
    bare = _without_marks(bare, marks=marks)
    bare = re.sub(r"^([0-9.,' ]*[0-9.,]) *-$", r"-\1", bare)
    bare = re.sub(r"^-$", "0", bare)
    if decimal_mark == ",":
        return _ungrouped(bare, PLAIN_FIGURE_COMMA, ". '").replace(",", ".")
    return _ungrouped(bare, PLAIN_FIGURE, ", '")


def _without_marks(text: str, *, marks: str) -> str:
    text = re.sub(rf"^([-+]?) *(?i:{marks})? *([-+]?) *", r"\1\2", text, count=1)
    return re.sub(rf" *(?i:{marks})( *-?)$", r"\1", text, count=1)


def _ungrouped(text: str, pattern: str, separators: str) -> str:
    if not re.fullmatch(pattern, text):
        return ""
    return text.translate({ord(character): None for character in separators})


def _figure_fault(text: str) -> str:
    if re.fullmatch(SCIENTIFIC, folded(text)):
        return "scientific"
    return "currency_differs" if re.search(r"[¥$€£]", folded(text)) else "not_a_number"


def read_date(text: str, *, date_format: str | None = None) -> date | Unread | None:
    """Read a date; without a format only what each value says of itself. Blank is None.

    >>> read_date("2026年7月1日")
    datetime.date(2026, 7, 1)
    >>> read_date("3/4/2026")
    Unread(code='date_ambiguous')
    """
    bare = folded(text)
    if bare in NO_DATE:
        return None
    for pattern in (YMD, COMPACT):
        if found := re.fullmatch(pattern, bare):
            return _day(*map(int, found.groups()[:3]))
    if found := re.fullmatch(DAY_MONTH, bare):
        return _day_month(*map(int, found.groups()[:3]), date_format=date_format)
    if found := re.fullmatch(SERIAL, bare):
        return _serial(int(found[1]), known=text.startswith(NUMBER_CELL) or date_format == "serial")
    return _short_or_named(bare, date_format=date_format)


def _day(year: int, month: int, day: int) -> date | Unread:
    try:
        found = date(year, month, day)
    except ValueError:
        return Unread("date_unreadable")
    return found if EARLIEST <= found <= LATEST else Unread("date_unreadable")


def _day_month(first: int, second: int, year: int, *, date_format: str | None) -> date | Unread:
    if date_format == "dmy":
        return _day(year, second, first)
    if date_format == "mdy":
        return _day(year, first, second)
    if first > 12 or first == second:
        return _day(year, second, first)
    return _day(year, first, second) if second > 12 else Unread("date_ambiguous")


def _serial(number: int, *, known: bool) -> date | Unread:
    if not known or not SERIALS[0] <= number <= SERIALS[1]:
        return Unread("date_unreadable")
    return SERIAL_ZERO + timedelta(days=number)


def _short_or_named(bare: str, *, date_format: str | None) -> date | Unread:
    if found := re.fullmatch(YMD_SHORT, bare):
        first, second, third = map(int, found.groups())
        if date_format == "ymd":
            return _day(_century(first), second, third)
    if (found := re.fullmatch(DAY_MONTH_SHORT, bare)) and date_format in ("dmy", "mdy"):
        first, second, third = map(int, found.groups())
        return _day_month(first, second, _century(third), date_format=date_format)
    if found := re.fullmatch(DAY_NAME, bare):
        return _day(int(found[3]), _month(found[2]), int(found[1]))
    if found := re.fullmatch(NAME_DAY, bare):
        return _day(int(found[3]), _month(found[1]), int(found[2]))
    return Unread("date_ambiguous" if re.fullmatch(f"{YMD_SHORT}|{DAY_MONTH_SHORT}", bare) else "date_unreadable")


def _century(short: int) -> int:
    return 2000 + short if short < 80 else 1900 + short


def _month(name: str) -> int:
    place = MONTHS.find(name.lower())
    return place // 3 + 1 if place >= 0 and place % 3 == 0 else 0


def read_code(text: str) -> str | None:
    """Read a code: trimmed, unwrapped from what spreadsheets put around it; blank is None.

    >>> read_code('="00123"')
    '00123'
    """
    if text.isascii() and text.isalnum() and text != "NULL":
        return text
    bare = text.strip(" " + SPACES)
    bare = re.sub(r'^="(.*)"$', r"\1", bare, count=1)
    bare = re.sub(r"^'([0-9])", r"\1", bare, count=1)
    bare = bare.strip(" " + SPACES + NUMBER_CELL)
    return None if bare in NO_CODE else bare
