"""Which columns does a line of a ledger or a statement have, whatever file it came from?

The names are published (docs/formats): a file that uses them needs no profile.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum


class Column(StrEnum):
    """A canonical column; in files that people exchange amounts stand in major units (12.34)."""

    DOC_NO = "doc_no"
    DOC_TYPE = "doc_type"
    LINE_NO = "line_no"
    ORDER_NO = "order_no"
    STORE = "store"
    ITEM = "item"
    GTIN = "gtin"
    DATE = "date"
    QUANTITY = "quantity"
    UNIT_PRICE = "unit_price"
    AMOUNT = "amount"
    CURRENCY = "currency"


CODE_COLUMNS = (
    Column.DOC_NO,
    Column.DOC_TYPE,
    Column.LINE_NO,
    Column.ORDER_NO,
    Column.STORE,
    Column.ITEM,
    Column.GTIN,
)
FIGURE_COLUMNS = (Column.QUANTITY, Column.UNIT_PRICE, Column.AMOUNT)

LINE_TYPES: Mapping[str, str] = {
    "rid": "INTEGER",
    **{column.value: "VARCHAR" for column in CODE_COLUMNS},
    "date": "DATE",
    "quantity": "BIGINT",
    "unit_price": "BIGINT",
    "amount": "BIGINT",
    "currency": "VARCHAR",
}
"""Columns and DuckDB types of the relation handed to the engine, in order.

`rid` is unique in its side: the base of the line's table plus its physical row. Codes are trimmed, empty is NULL.
`quantity` counts thousandths, `unit_price` millionths of the major unit, `amount` minor units of `currency`,
already signed so that positive means they owe us. `currency` is never NULL. A column the files do not have is NULL.
"""


@dataclass(frozen=True, slots=True)
class TableRef:
    """One sheet of a workbook, or one text or Parquet file: where rows `base + 1 .. base + rows` of a side stand."""

    file: str
    sheet: str | None
    base: int
    rows: int


@dataclass(frozen=True, slots=True)
class LinesSource:
    """A SELECT that yields the accepted lines of some tables with exactly the columns of `LINE_TYPES`.

    Parameters are named (`$name`), and their names are unique over both sides, so that several sources can stand
    in one statement. It may be executed more than once and gives the same rows each time.

    `narrow` is the same SELECT for some rows only, with `{rows}` where the relation of their `rid` belongs, composed so
    that the other rows need not be decoded; an empty one stands for "no better way than to join".
    """

    sql: str
    parameters: Mapping[str, object]
    narrow: str = ""

    def only(self, rows: str) -> str:
        """Compose the SELECT of the lines whose `rid` stands in a relation with a column `rid`."""
        if self.narrow:
            return self.narrow.replace("{rows}", rows)
        columns = ", ".join(f"l.{name}" for name in LINE_TYPES)
        return f"SELECT {columns} FROM ({self.sql}) l SEMI JOIN {rows} r ON r.rid = l.rid"  # noqa: S608 - our own columns


@dataclass(frozen=True, slots=True)
class SideLines:
    """Everything the engine needs to know of one side.

    `tables` are in reading order with ascending, disjoint rid ranges. `present` names the canonical columns that
    hold data somewhere in this side.
    """

    tables: tuple[TableRef, ...]
    sources: tuple[LinesSource, ...]
    present: frozenset[Column]
    accepted: int
