"""Which lines did a run leave open, and what do some of its lines say? Read for the next month and for learning."""

import datetime
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from pathlib import Path

from keytally.reconciliation.engine.results import RESIDUAL_LINES, connected

MOST_CARRIED = 20_000


@dataclass(frozen=True, slots=True)
class LeftLine:
    """A line of a run as it was read, with the class it ended in and its part of the difference."""

    side: str
    id: str
    line_class: str
    currency: str
    difference_minor: int
    doc_no: str
    order_no: str
    store: str
    item: str
    gtin: str
    date: datetime.date | None
    quantity: int | None
    amount_minor: int


_COLUMNS = """side, id, class, currency, amount_minor, coalesce(doc_no, ''), coalesce(order_no, ''),
  coalesce(store, ''), coalesce(item, ''), coalesce(gtin, ''), date, line_quantity, coalesce(amount, 0)"""
_BY_CLASS = f"""
select {_COLUMNS} from read_parquet($file)
where class in (select unnest($classes)) and (amount_minor <> 0 or not $with_balance)
order by side, date, id limit {MOST_CARRIED}
"""
_BY_ID = f"select {_COLUMNS} from read_parquet($file) where id in (select unnest($ids))"


def lines_of_classes(pages: Path, classes: Collection[str], *, with_balance: bool = True) -> Sequence[LeftLine]:
    """List the lines of some classes, the first of them; those that make a difference, or all."""
    return _read(pages, _BY_CLASS, {"classes": sorted(classes), "with_balance": with_balance})


def lines_of_ids(pages: Path, ids: Collection[str]) -> dict[str, LeftLine]:
    """Find lines of a run that were not cleanly matched, by their identity."""
    return {line.id: line for line in _read(pages, _BY_ID, {"ids": sorted(ids)})} if ids else {}


def _read(pages: Path, sql: str, parameters: dict[str, object]) -> Sequence[LeftLine]:
    file = pages / RESIDUAL_LINES
    if not file.is_file():
        return ()
    with connected() as connection:
        rows = connection.execute(sql, {"file": str(file), **parameters}).fetchall()
    return tuple(LeftLine(*row) for row in rows)
