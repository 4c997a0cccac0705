"""Where is a table's header, and what are its columns called?"""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from keytally.exchange.canonical import Column
from keytally.exchange.errors import UnableToRead
from keytally.exchange.profile import SideProfile
from keytally.exchange.tables import Table

SEARCH_RECORDS = 60


@dataclass(frozen=True, slots=True)
class Header:
    """A header's first record (from 1), how many records it has, and the name of every column."""

    row: int
    rows: int
    names: tuple[str, ...]

    @property
    def first_data_row(self) -> int:
        """Give the physical record below the header."""
        return self.row + self.rows


def plain_name(text: str) -> str:
    """Bring a header to the form in which headers are compared.

    >>> plain_name(" Order_No. "), plain_name("金额（元）")
    ('orderno', '金额元')
    """
    folded = unicodedata.normalize("NFKC", str(text)).lower()
    return re.sub(r"[\W_]+", "", folded)


def header_names(records: Sequence[Sequence[str]]) -> tuple[str, ...]:
    """Name the columns of a header of one or two records; a merged upper cell spreads to its right."""
    if len(records) == 1:
        return tuple(_tidy(cell) for cell in records[0])
    width = max(map(len, records))
    upper = _spread([_cell(records[0], place) for place in range(width)], [_cell(records[1], p) for p in range(width)])
    pairs = ((upper[place], _cell(records[1], place)) for place in range(width))
    return tuple(" ".join(part for part in dict.fromkeys(pair) if part) for pair in pairs)


def _cell(record: Sequence[str], place: int) -> str:
    return _tidy(record[place]) if place < len(record) else ""


def _tidy(cell: str) -> str:
    return " ".join(str(cell).split())


def _spread(upper: Sequence[str], lower: Sequence[str]) -> list[str]:
    """Give an empty cell above a filled one to the group on its left."""
    spread: list[str] = []
    for above, below in zip(upper, lower, strict=True):
        spread.append(above or (spread[-1] if spread and below else ""))
    return spread


def header_of(table: Table, profile: SideProfile) -> Header | None:
    """Find the header that a profile describes; None when this table has none of it."""
    if table.types:
        return Header(row=0, rows=1, names=tuple(table.types))
    wanted = {plain_name(name) for name in columns_of(profile).values()}
    if profile.header_row is not None:
        places = [profile.header_row - 1]
    else:
        places = list(range(min(SEARCH_RECORDS, len(table.head))))
    found = [_header_at(table, place, rows=profile.header_rows) for place in places if place < len(table.head)]
    scored = [(sum(plain_name(name) in wanted for name in header.names), header) for header in found]
    best = max(scored, key=lambda pair: (pair[0], -pair[1].row), default=(0, None))
    needed = len(wanted) // 2 + 1 if profile.columns else 2
    return best[1] if best[0] >= needed else None


def _header_at(table: Table, place: int, *, rows: int) -> Header:
    return Header(row=place + 1, rows=rows, names=header_names(table.head[place : place + rows]))


def columns_of(profile: SideProfile) -> Mapping[Column, str]:
    """Give the mapped columns; a profile that maps none means the canonical names."""
    return profile.columns or {column: column.value for column in Column}


def mapped_places(table: Table, header: Header, profile: SideProfile) -> tuple[dict[Column, int], list[str]]:
    """Find the place of every mapped column; the headers that are absent come second."""
    names = [plain_name(name) for name in header.names]
    places: dict[Column, int] = {}
    absent: list[str] = []
    for column, header_text in columns_of(profile).items():
        exact = [place for place, name in enumerate(header.names) if name == header_text]
        alike = exact or [place for place, name in enumerate(names) if name == plain_name(header_text)]
        if len(alike) > 1:
            raise UnableToRead("header_twice", file=table.label, header=header_text)
        if alike:
            places[column] = alike[0]
        elif profile.columns:
            absent.append(header_text)
    return places, absent
