"""Which companies stand in a table that somebody pasted, and which rows cannot be taken? (P07)

Read = accepted + rejected: each row of the table is one or the other, with its number and a reason.
"""

import csv
import io
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from keytally.accounts.rules.codes import checked_number
from keytally.exchange.headers import plain_name

MOST_ROWS = 2_000
MOST_LETTERS = 1_000_000
_MAIL = re.compile(r"[^@\s,;]+@[^@\s,;]+\.[^@\s,;]+")
_PHONE = re.compile(r"\d")
_COUNTRY = re.compile(r"[A-Za-z]{2}")


@dataclass(frozen=True, slots=True)
class Field:
    """A column of the table: its identifier, the headers under which it is known, and how long its text may be."""

    code: str
    headers: tuple[str, ...]
    most: int = 80


FIELDS: Sequence[Field] = (
    Field("name", ("company", "company name", "name", "公司", "公司名称", "企业名称", "客户", "客户名称", "名称")),
    Field("contact_name", ("contact", "contact name", "联系人", "采购", "采购经理", "姓名"), 60),
    Field("contact_title", ("job title", "title", "职务", "职位"), 60),
    Field("phone", ("phone", "telephone", "tel", "mobile", "电话", "手机", "联系电话"), 40),
    Field("email", ("email", "e-mail", "mail", "邮箱", "电子邮件"), 120),
    Field("website", ("website", "web", "url", "homepage", "网站", "网址"), 200),
    Field("tax_id", ("tax id", "uscc", "统一社会信用代码", "税号", "信用代码"), 18),
    Field("country", ("country", "国家", "国家代码"), 2),
    Field("city", ("city", "城市"), 60),
    Field("address", ("address", "地址"), 200),
    Field("note", ("note", "notes", "remark", "备注", "说明"), 500),
)
_BY_CODE = {one.code: one for one in FIELDS}


@dataclass(frozen=True, slots=True)
class RowFault:
    """Why a row is not taken: its number in the table, the column, what stands there, and a code."""

    row: int
    column: str
    value: str
    code: str
    parameters: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Found:
    """A company of the table, with the number of its row."""

    row: int
    facts: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Capture:
    """What stood in the table: the columns that were understood and those that were not, and every row."""

    columns: Mapping[str, str]
    unknown: tuple[str, ...]
    found: tuple[Found, ...]
    faults: tuple[RowFault, ...]

    @property
    def rejected(self) -> int:
        """Count the rows that are not taken."""
        return len({fault.row for fault in self.faults})

    @property
    def read(self) -> int:
        """Count the rows below the header that are not blank."""
        return len(self.found) + self.rejected


class UnableToCapture(Exception):
    """The table cannot be read at all; the argument is the code of the reason, with its parameters."""

    def __init__(self, code: str, **parameters: Any) -> None:  # noqa: ANN401 - parameters of a sentence
        super().__init__(code)
        self.code, self.parameters = code, parameters


def capture(text: str) -> Capture:
    """Read a pasted table, with tabs or another separator, whose first row that is not blank names the columns.

    >>> capture("公司名称,电话" + chr(10) + "好又多超市,021-5555 0001").found[0].facts["phone"]
    '021-5555 0001'
    """
    if len(text) > MOST_LETTERS:
        raise UnableToCapture("PASTED_TOO_LONG", most=MOST_LETTERS)
    records = _records(text)
    first = next(records, None)
    if first is None:
        raise UnableToCapture("NOTHING_PASTED")
    places = _places(first[1])
    if "name" not in places:
        raise UnableToCapture("NO_COMPANY_COLUMN", header=", ".join(cell for cell in first[1] if cell)[:200])
    rows = list(records)
    if len(rows) > MOST_ROWS:
        raise UnableToCapture("TOO_MANY_ROWS", most=MOST_ROWS, rows=len(rows))
    return _taken(rows, header=first[1], places=places)


def _records(text: str) -> Iterator[tuple[int, list[str]]]:
    """Yield every row that is not blank, with its number."""
    plain = text.replace("\x00", "").lstrip("\ufeff")
    for number, record in enumerate(csv.reader(io.StringIO(plain), delimiter=_delimiter(plain)), start=1):
        cells = [cell.strip() for cell in record]
        if any(cells):
            yield number, cells


def _delimiter(text: str) -> str:
    """Choose the separator that the first row has most of; a tab, as spreadsheets copy, before all others."""
    first = next((line for line in text.splitlines() if line.strip()), "")
    return "\t" if "\t" in first else max(",;|，", key=first.count)


def _places(header: Sequence[str]) -> dict[str, int]:
    known = {plain_name(name): one.code for one in FIELDS for name in (one.code, *one.headers)}
    places: dict[str, int] = {}
    for place, cell in enumerate(header):
        code = known.get(plain_name(cell)) if cell else None
        if code and code not in places:
            places[code] = place
    return places


def _taken(rows: Sequence[tuple[int, list[str]]], *, header: Sequence[str], places: Mapping[str, int]) -> Capture:
    found, faults = [], []
    for number, cells in rows:
        facts = {code: cells[place] if place < len(cells) else "" for code, place in places.items()}
        wrong = list(_faults(number, facts))
        if wrong:
            faults += wrong
        else:
            found.append(Found(number, _tidy(facts)))
    columns = {header[place]: code for code, place in places.items()}
    unknown = tuple(cell for place, cell in enumerate(header) if cell and place not in places.values())
    return Capture(columns, unknown, tuple(found), tuple(faults))


def _faults(number: int, facts: Mapping[str, str]) -> Iterator[RowFault]:
    if not facts["name"]:
        yield RowFault(number, "name", "", "NAME_MISSING")
    for code, text in facts.items():
        most = _BY_CODE[code].most
        if len(text) > most and code != "country":
            yield RowFault(number, code, text[:60], "TOO_LONG", {"most": most})
    if facts.get("email") and not _MAIL.fullmatch(facts["email"]):
        yield RowFault(number, "email", facts["email"][:120], "NO_MAIL")
    if facts.get("phone") and not _PHONE.search(facts["phone"]):
        yield RowFault(number, "phone", facts["phone"][:40], "NO_PHONE")
    if facts.get("country") and not _COUNTRY.fullmatch(facts["country"]):
        yield RowFault(number, "country", facts["country"][:40], "NO_COUNTRY")
    if facts.get("tax_id") and checked_number("TAX_ID", facts["tax_id"])[1]:
        yield RowFault(number, "tax_id", facts["tax_id"][:40], "TAX_ID_WRONG")


def _tidy(facts: Mapping[str, str]) -> dict[str, str]:
    tidy = {code: text for code, text in facts.items() if text}
    if "tax_id" in tidy:
        tidy["tax_id"] = checked_number("TAX_ID", tidy["tax_id"])[0]
    if "country" in tidy:
        tidy["country"] = tidy["country"].upper()
    return tidy
