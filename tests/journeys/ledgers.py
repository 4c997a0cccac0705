"""How do the journeys write small ledgers, and which line stands where?

A ledger is written with the published columns only, so that nothing but the published page is needed to check a run.
"""

import csv
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path

import duckdb
import openpyxl

COLUMNS = (
    "doc_no",
    "doc_type",
    "line_no",
    "order_no",
    "store",
    "item",
    "gtin",
    "date",
    "quantity",
    "unit_price",
    "amount",
    "currency",
)
FIGURES = ("quantity", "unit_price", "amount")
PARQUET_TYPES = {"date": "DATE", "quantity": "DECIMAL(18,3)", "unit_price": "DECIMAL(18,6)", "amount": "DECIMAL(18,2)"}

Line = Mapping[str, str]
Place = tuple[str, str | None, int]


@dataclass(frozen=True)
class Ledger:
    """A file or folder, and the line that was written at each file name, sheet and row."""

    path: Path
    lines: Mapping[Place, Line]

    def __add__(self, other: "Ledger") -> "Ledger":
        """Take two files of one folder as one side."""
        return Ledger(self.path.parent, {**self.lines, **other.lines})


def line(doc_no: str = "", amount: str = "", **fields: str) -> dict[str, str]:
    """Write down one line; a date in July 2026 unless another is named."""
    return {"doc_no": doc_no, "amount": amount, "date": "2026-07-10", **fields}


def goods(doc_no: str, quantity: int, price: str, **fields: str) -> dict[str, str]:
    """Write down a line of goods with store, item, quantity, price and the amount that follows."""
    amount = (quantity * Decimal(price)).quantize(Decimal("0.01"))
    usual = {"order_no": f"PO-{doc_no}", "store": "S1", "item": "A1", "doc_type": "invoice"}
    return line(doc_no, str(amount), **{**usual, "quantity": str(quantity), "unit_price": price, **fields})


def used_columns(lines: Sequence[Line]) -> list[str]:
    """List the published columns that some line fills, in the published order."""
    return [column for column in COLUMNS if any(one.get(column) for one in lines)]


def write_csv(
    path: Path, lines: Sequence[Line], *, columns: Sequence[str] | None = None, encoding: str = "utf-8"
) -> Ledger:
    """Write the lines below one header record, comma-separated."""
    columns = columns or used_columns(lines)
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", newline="", encoding=encoding) as stream:
        writer = csv.writer(stream)
        writer.writerow(columns)
        writer.writerows([one.get(column, "") for column in columns] for one in lines)
    return Ledger(path, {(path.name, None, row): one for row, one in enumerate(lines, 2)})


def write_xlsx(
    path: Path, lines: Sequence[Line], *, sheet: str = "Sheet1", columns: Sequence[str] | None = None
) -> Ledger:
    """Write the lines as a workbook of one sheet with real numbers and real dates."""
    columns = columns or used_columns(lines)
    path.parent.mkdir(parents=True, exist_ok=True)
    book = openpyxl.Workbook()
    page = book.active
    page.title = sheet
    page.append(list(columns))
    for one in lines:
        page.append([typed(column, one.get(column, "")) for column in columns])
    book.save(path)
    return Ledger(path, {(path.name, sheet, row): one for row, one in enumerate(lines, 2)})


def typed(column: str, text: str) -> object:
    """Give a cell the type a spreadsheet would give it."""
    if not text:
        return None
    if column in FIGURES:
        return Decimal(text)
    return date.fromisoformat(text) if column == "date" else text


def write_parquet(path: Path, lines: Sequence[Line], *, columns: Sequence[str] | None = None) -> Ledger:
    """Write the lines as typed Parquet; its first record is row 1."""
    columns = columns or used_columns(lines)
    path.parent.mkdir(parents=True, exist_ok=True)
    types = ", ".join(f'"{column}" {PARQUET_TYPES.get(column, "VARCHAR")}' for column in columns)
    holes = ", ".join("?" for _ in columns)
    with duckdb.connect() as connection:
        connection.execute(f"CREATE TABLE lines ({types})")
        rows = [[one.get(column) or None for column in columns] for one in lines]
        if rows:
            connection.executemany(f"INSERT INTO lines VALUES ({holes})", rows)
        connection.execute(f"COPY lines TO '{path}' (FORMAT parquet)")
    return Ledger(path, {(path.name, None, row): one for row, one in enumerate(lines, 1)})


def write_text(path: Path, text: str, *, encoding: str = "utf-8") -> Path:
    """Write a text file exactly as given."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(text.encode(encoding))
    return path


def full_width(text: str) -> str:
    """Write a text in full-width letters and digits."""
    return "".join(chr(ord(letter) + 0xFEE0) for letter in text)


def minor(text: str) -> int:
    """Count an amount of a two-decimal currency in minor units."""
    return int(Decimal(text or "0") * 100)


def thousandths(text: str) -> int:
    """Count a quantity in thousandths."""
    return int(Decimal(text or "0") * 1000)


def balance(lines: Iterable[Line], *, currency: str = "CNY") -> int:
    """Add up the lines of one currency in minor units."""
    return sum(minor(one.get("amount", "")) for one in lines if (one.get("currency") or "CNY") == currency)
