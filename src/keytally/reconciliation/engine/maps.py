"""Which of their codes means which of ours, and from when to when?"""

import re
from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from pathlib import Path

from keytally.exchange.values import read_code
from keytally.reconciliation.engine.messages import Refusal
from keytally.reconciliation.engine.tables import TableRow, TableShape, read_table, write_parquet

STORE_MAP = TableShape("ours,theirs[,from,to]", required=("ours", "theirs"), optional=("from", "to"))
ITEM_MAP = TableShape("ours,gtin,theirs[,from,to]", required=("ours", "theirs"), optional=("gtin", "from", "to"))

_DATES = {"starts_on": "DATE", "ends_before": "DATE"}
_STORE_TYPES: Mapping[str, str] = {"ours": "VARCHAR", "theirs": "VARCHAR", **_DATES}
_ITEM_TYPES: Mapping[str, str] = {"ours": "VARCHAR", "gtin": "VARCHAR", "theirs": "VARCHAR", **_DATES}
_DAY = re.compile(r"(\d{4})([-/.]?)(\d{1,2})\2(\d{1,2})(?:[ T]00:00:00(?:\.0+)?)?", re.ASCII)


def convert_store_map(file: Path, *, into: Path) -> None:
    """Turn a store map as people keep it into the Parquet file that the engine reads."""
    rows = (
        (code_in(row, "ours"), code_in(row, "theirs"), *validity_of(row)) for row in read_table(file, shape=STORE_MAP)
    )
    write_parquet(rows, types=_STORE_TYPES, file=into)


def convert_item_map(file: Path, *, into: Path) -> None:
    """Turn an item map as people keep it into the Parquet file that the engine reads."""
    write_parquet(_item_rows(file), types=_ITEM_TYPES, file=into)


def _item_rows(file: Path) -> Iterator[tuple[str | None, ...]]:
    for row in read_table(file, shape=ITEM_MAP):
        ours, gtin, theirs = (read_code(row.cells.get(column) or "") for column in ("ours", "gtin", "theirs"))
        if (ours, gtin, theirs).count(None) > 1:
            row.needed("ours" if ours is None else "theirs")
        yield ours, gtin, theirs, *validity_of(row)


def code_in(row: TableRow, column: str) -> str:
    """Read a code, refusing one that is empty."""
    code = read_code(row.needed(column))
    if code is None:
        raise Refusal("cell_empty", path=row.file, row=row.number, column=column)
    return code


def validity_of(row: TableRow) -> tuple[str | None, str | None]:
    """Read the inclusive days of a row as a half-open span."""
    first, last = days_of(row)
    return _text(first), _text(_next_day(last))


def days_of(row: TableRow) -> tuple[date | None, date | None]:
    """Read the first and the last day of a row."""
    first, last = _day(row, "from"), _day(row, "to")
    if first and last and last < first:
        raise Refusal("ends_first", path=row.file, row=row.number, first=first, last=last)
    return first, last


def _day(row: TableRow, column: str) -> date | None:
    value = row.cells.get(column)
    if value is None:
        return None
    found = _DAY.fullmatch(value)
    try:
        if found and (found[2] or len(value) >= 8):
            return date(int(found[1]), int(found[3]), int(found[4]))
    except ValueError:
        pass
    raise Refusal("cell_no_date", path=row.file, row=row.number, column=column, value=value)


def _next_day(day: date | None) -> date | None:
    # 9999-12-31 is how many systems write "for ever".
    return None if day is None or day == date.max else day + timedelta(days=1)


def _text(day: date | None) -> str | None:
    return day.isoformat() if day else None
