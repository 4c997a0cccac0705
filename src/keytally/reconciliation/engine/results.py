"""What did a run find, page by page? Reads the Parquet files of a run for people who look at them.

Beside the published files of a run stand its *details*: the lines behind the residuals, with the columns people
know them by (document, order, store, item, date), so that no page has to open a partner's file again.
"""

import datetime
import os
import threading
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import lru_cache
from pathlib import Path
from typing import Any

import duckdb

LINKS = "links.parquet"
RESIDUAL_LINES = "residual_lines.parquet"
DETAIL_LINES = "detail_lines.parquet"
PAGE_SIZE = 50
COUNTERPARTS_SHOWN = 100


class Side(StrEnum):
    """Whose line it is."""

    OURS = "ours"
    THEIRS = "theirs"


class SortKey(StrEnum):
    """What residuals can be sorted by."""

    AMOUNT = "amount"
    SIZE = "size"
    CLASS = "class"
    DATE = "date"
    DOCUMENT = "document"
    ORDER = "order"
    STORE = "store"
    ITEM = "item"
    PLACE = "place"


_SORTS: Mapping[SortKey, str] = {
    SortKey.AMOUNT: "shown_minor",
    SortKey.SIZE: "abs(shown_minor)",
    SortKey.CLASS: "class",
    SortKey.DATE: "date",
    SortKey.DOCUMENT: "doc_no",
    SortKey.ORDER: "order_no",
    SortKey.STORE: "store",
    SortKey.ITEM: "item",
    SortKey.PLACE: "side",
}


@dataclass(frozen=True, slots=True)
class Place:
    """Where a line stands: file, sheet and physical row."""

    file: str
    sheet: str | None
    row: int


@dataclass(frozen=True, slots=True)
class Component:
    """One part of a difference: its cause and its minor units, ours - theirs."""

    cause: str
    amount_minor: int


@dataclass(frozen=True, slots=True)
class Line:
    """A line as it was read: quantity in thousandths, unit price in millionths, amount in minor units."""

    place: Place
    doc_no: str | None = None
    doc_type: str | None = None
    line_no: str | None = None
    order_no: str | None = None
    store: str | None = None
    item: str | None = None
    gtin: str | None = None
    date: datetime.date | None = None
    quantity: int | None = None
    unit_price: int | None = None
    amount: int | None = None
    currency: str | None = None


@dataclass(frozen=True, slots=True)
class Residual:
    """A line that is not cleanly matched, with its class and what its difference is made of."""

    side: Side
    id: str
    line_class: str
    currency: str
    amount_minor: int
    quantity: int | None
    line: Line
    components: tuple[Component, ...]
    counterparts: tuple[Place, ...]

    @property
    def stands_on_the_other(self) -> bool:
        """Tell whether the difference of its pair is carried by the first line of ours instead."""
        return bool(self.counterparts) and not self.components and not self.amount_minor


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which residuals somebody wants to see; None or empty means all."""

    line_class: str | None = None
    cause: str | None = None
    side: Side | None = None
    currency: str | None = None
    text: str = ""
    store: str = ""
    item: str = ""
    # Of the size of the difference, in minor units, both included.
    least_minor: int | None = None
    most_minor: int | None = None
    first_on: datetime.date | None = None
    last_on: datetime.date | None = None
    # Only these lines, or all but these, by identity; what people did is known outside the files of a run.
    among: tuple[str, ...] | None = None
    without: tuple[str, ...] | None = None
    sort: SortKey = SortKey.SIZE
    descending: bool = True


@dataclass(frozen=True, slots=True)
class CurrencyTotal:
    """The sum of what is filtered in one currency; by cause where a cause was asked for."""

    currency: str
    lines: int
    amount_minor: int


@dataclass(frozen=True, slots=True)
class ResidualPage:
    """One page of residuals and the totals of everything that is filtered."""

    rows: tuple[Residual, ...]
    totals: tuple[CurrencyTotal, ...]
    lines: int
    page: int
    pages: int


@dataclass(frozen=True, slots=True)
class Link:
    """A pair of lines that were compared: by which rule, how sure, and how far apart."""

    ours: Place
    theirs: Place
    group: int
    rule: str
    confidence: int
    line_class: str
    amount_minor: int
    quantity: int | None
    ours_id: str | None = None
    theirs_id: str | None = None


@dataclass(frozen=True, slots=True)
class Explanation:
    """Everything known of one residual: the line, the lines it was compared with, the links between them."""

    residual: Residual
    compared: tuple[Line, ...]
    compared_count: int
    links: tuple[Link, ...]


class UnableToShow(Exception):
    """A result file is missing or cannot be read."""


LINE_COLUMNS = (
    "file", "sheet", "row", "doc_no", "doc_type", "line_no", "order_no", "store", "item", "gtin",
    "date", "line_quantity", "unit_price", "amount", "line_currency",
)  # fmt: skip
_RESIDUAL_COLUMNS = ("side", "id", "class", "currency", "shown_minor", "quantity", "components", "counterpart_rows")
_LINE_LIST = ", ".join(LINE_COLUMNS)
RESIDUAL_LIST = ", ".join((*_RESIDUAL_COLUMNS, *LINE_COLUMNS))

_FILTERED = """
with shown as (
  select residual.*,
    case when $cause is null then amount_minor
    else coalesce(list_sum(list_transform(
      list_filter(components, lambda part: part.cause = $cause), lambda part: part.amount_minor)), 0)
    end::bigint as shown_minor
  from read_parquet($file) residual
), filtered as (
  select * from shown
  where ($class is null or class = $class)
    and ($side is null or side = $side)
    and ($currency is null or currency = $currency)
    and ($cause is null or len(list_filter(components, lambda part: part.cause = $cause)) > 0)
    and ($store = '' or store = $store)
    and ($item = '' or item = $item or gtin = $item)
    and ($least is null or abs(shown_minor) >= $least)
    and ($most is null or abs(shown_minor) <= $most)
    and ($first_on is null or date >= $first_on)
    and ($last_on is null or date <= $last_on)
    and ($among is null or id in (select unnest($among::varchar[])))
    and ($without is null or id not in (select unnest($without::varchar[])))
    and ($text = '' or contains(lower(concat_ws(' ', doc_no, order_no, store, item, gtin, doc_type, file, id)),
      lower($text)))
)
"""
_TOTALS = f"""
{_FILTERED} select currency, count(*), sum(shown_minor)::bigint from filtered group by currency order by 1
"""
_ONE_RESIDUAL = f"""
select {RESIDUAL_LIST} from (select *, amount_minor as shown_minor from read_parquet($file))
where side = $side and id = $id limit 1
"""
_COMPARED = f"""
select {_LINE_LIST} from read_parquet($file) line
where side = $side and exists (
  select 1 from (select unnest($places) as place)
  where place.file = line.file and place.row = line.row and place.sheet = coalesce(line.sheet, '')
)
order by line.file, line.sheet, line.row
"""


def residual_page(folder: Path, *, wanted: Wanted, page: int = 1, page_size: int = PAGE_SIZE) -> ResidualPage:
    """Read one page of the residuals somebody wants, with totals of all of them."""
    file = existing(folder, RESIDUAL_LINES)
    parameters = {"file": str(file), **_asked(wanted)}
    written = file.stat()
    totals = _totals(file, written.st_mtime_ns, written.st_size, replace(wanted, sort=SortKey.SIZE, descending=True))
    lines = sum(total.lines for total in totals)
    page, pages = bounded(page, lines=lines, page_size=page_size)
    with connected() as connection:
        rows = connection.execute(
            f"{_FILTERED} {_ordered(wanted)} limit $limit offset $offset",
            {**parameters, "limit": page_size, "offset": (page - 1) * page_size},
        ).fetchall()
    return ResidualPage(tuple(residual_of(row) for row in rows), totals, lines, page, pages)


@lru_cache(maxsize=256)
def _totals(file: Path, _written_ns: int, _size: int, wanted: Wanted) -> tuple[CurrencyTotal, ...]:
    """Add up what somebody wants; the file of a run does not change, so everybody who wants the same gets the same."""
    with connected() as connection:
        found = connection.execute(_TOTALS, {"file": str(file), **_asked(wanted)}).fetchall()
    return tuple(CurrencyTotal(*row) for row in found)


def _asked(wanted: Wanted) -> dict[str, object]:
    return {
        "class": wanted.line_class,
        "side": wanted.side,
        "currency": wanted.currency,
        "cause": wanted.cause,
        "text": wanted.text.strip(),
        "store": wanted.store.strip(),
        "item": wanted.item.strip(),
        "least": wanted.least_minor,
        "most": wanted.most_minor,
        "first_on": wanted.first_on,
        "last_on": wanted.last_on,
        "among": None if wanted.among is None else list(wanted.among),
        "without": None if wanted.without is None else list(wanted.without),
    }


def explanation(folder: Path, *, published: Path, side: Side, line_id: str) -> Explanation | None:
    """Tell what a residual was compared with and by which rule; None when there is no such residual.

    `folder` holds the details of a run, `published` its published files.
    """
    with connected() as connection:
        row = connection.execute(
            _ONE_RESIDUAL,
            {"file": str(existing(folder, RESIDUAL_LINES)), "side": side, "id": line_id},
        ).fetchone()
        if row is None:
            return None
        residual = residual_of(row)
        compared = _compared(connection, folder, residual)
        links = _links(connection, published, residual)
    return Explanation(residual, compared, len(residual.counterparts), links)


def _compared(connection: duckdb.DuckDBPyConnection, folder: Path, residual: Residual) -> tuple[Line, ...]:
    rows = connection.execute(
        _COMPARED,
        {
            "file": str(existing(folder, DETAIL_LINES)),
            "side": Side.THEIRS if residual.side is Side.OURS else Side.OURS,
            "places": [
                {"file": place.file, "sheet": place.sheet or "", "row": place.row}
                for place in residual.counterparts[:COUNTERPARTS_SHOWN]
            ],
        },
    ).fetchall()
    return tuple(line_of(row) for row in rows)


_LINKS_OF = """
select ours_file, ours_sheet, ours_row, theirs_file, theirs_sheet, theirs_row,
  "group", rule, confidence, class, amount_minor, quantity, ours_id, theirs_id
from read_parquet($file)
"""


def _links(connection: duckdb.DuckDBPyConnection, folder: Path, residual: Residual) -> tuple[Link, ...]:
    where = {
        Side.OURS: "where ours_file = $name and ours_row = $row and ours_sheet is not distinct from $sheet",
        Side.THEIRS: "where theirs_file = $name and theirs_row = $row and theirs_sheet is not distinct from $sheet",
    }[residual.side]
    place = residual.line.place
    rows = connection.execute(
        f"{_LINKS_OF} {where} order by theirs_file, theirs_row limit {COUNTERPARTS_SHOWN}",
        {
            "file": str(existing(folder, LINKS)),
            "name": place.file,
            "row": place.row,
            "sheet": place.sheet,
        },
    ).fetchall()
    return tuple(Link(Place(*row[:3]), Place(*row[3:6]), *row[6:]) for row in rows)


def _ordered(wanted: Wanted) -> str:
    direction = "desc" if wanted.descending else "asc"
    order = f"order by {_SORTS[wanted.sort]} {direction} nulls last, side, file, sheet nulls first, row"
    return f"select {RESIDUAL_LIST} from filtered {order}"


def residual_of(row: tuple[Any, ...]) -> Residual:
    """Read a residual from the values of `RESIDUAL_LIST`."""
    side, line_id, line_class, currency, amount_minor, quantity, components, counterparts = row[:8]
    return Residual(
        side=Side(side),
        id=line_id,
        line_class=line_class,
        currency=currency,
        amount_minor=amount_minor,
        quantity=quantity,
        line=line_of(row[8:]),
        components=tuple(Component(part["cause"], part["amount_minor"]) for part in components or ()),
        counterparts=tuple(_places(counterparts or ())),
    )


def _places(structs: Iterable[Mapping[str, Any]]) -> Iterable[Place]:
    return (Place(struct["file"], struct["sheet"], struct["row"]) for struct in structs)


def line_of(values: tuple[Any, ...]) -> Line:
    """Read a line from the values of `LINE_COLUMNS`."""
    return Line(Place(*values[:3]), *values[3:])


def bounded(page: int, *, lines: int, page_size: int) -> tuple[int, int]:
    """Keep a page number among the pages there are, and count them."""
    pages = max(1, -(-lines // page_size))
    return min(max(1, page), pages), pages


def existing(folder: Path, name: str) -> Path:
    """Name a result file, or raise `UnableToShow` when it is gone."""
    file = folder / name
    if not file.is_file():
        raise UnableToShow(name)
    return file


def connected() -> duckdb.DuckDBPyConnection:
    """Open a connection for one page, in the one small DuckDB that all pages of this process share.

    The files of a run never change, so what one page read of them the next one finds in memory; and however many
    people look, the pages of a process take no more memory and no more threads than this.
    """
    with _opening:
        # A process that was forked cannot use the threads of its parent's.
        if os.getpid() not in _shared:
            _shared[os.getpid()] = duckdb.connect(config={"threads": 2, "memory_limit": "1GB"})
        return _shared[os.getpid()].cursor()


_opening = threading.Lock()
_shared: dict[int, duckdb.DuckDBPyConnection] = {}
