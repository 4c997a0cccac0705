"""How do the books become files, and which line stands in which row of them?"""

import csv
import io
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from pathlib import Path

import xlsxwriter

from keytally.reconciliation.demo_ledgers.company import HEAD_OFFICE, Good, Trader
from keytally.reconciliation.demo_ledgers.entries import Entry
from keytally.reconciliation.demo_ledgers.styles import Cell, Shape, Style

Row = Mapping[Cell, str]
FIGURES = (Cell.QUANTITY, Cell.PRICE, Cell.AMOUNT)


@dataclass(frozen=True, slots=True)
class Written:
    """Where a line of a book stands: the file's name and the physical row."""

    entry: Entry
    file: str
    row: int


@dataclass(frozen=True, slots=True)
class Book:
    """One side of a month: how it is written, and the codes it uses."""

    style: Style
    trader: Trader
    goods: Sequence[Good]
    is_ours: bool
    name: str


def write_book(book: Book, entries: Sequence[Entry], *, folder: Path) -> list[Written]:
    """Write the files of one side, and say where every line stands."""
    folder.mkdir(parents=True, exist_ok=True)
    written: list[Written] = []
    for name, lines in _files(book, entries):
        rows = [_row(book, line) for line in lines]
        if book.style.shape is Shape.XLSX and not book.is_ours:
            first = _write_xlsx(folder / name, book.style, rows)
        else:
            first = _write_csv(folder / name, book.style, rows)
        written += [Written(line, name, first + place) for place, line in enumerate(lines)]
    return written


def _files(book: Book, entries: Sequence[Entry]) -> Iterator[tuple[str, Sequence[Entry]]]:
    if book.style.shape is not Shape.CSV_PER_STORE or book.is_ours:
        ending = "xlsx" if book.style.shape is Shape.XLSX and not book.is_ours else "csv"
        yield f"{book.name}.{ending}", entries
        return
    for place in sorted({line.place for line in entries}):
        yield f"{book.name}_{_store(book, place)[0]}.csv", [line for line in entries if line.place == place]


def _store(book: Book, place: int) -> tuple[str, str]:
    if place == HEAD_OFFICE:
        return (book.trader.head_office if book.is_ours else book.trader.their_head_office), f"{book.trader.name}总部"
    found = book.trader.places[place]
    return (found.ours if book.is_ours else found.theirs), found.name


def their_item(trader: Trader, item: int) -> str:
    """Give a good the code by which a chain knows it."""
    return f"{80 + sum(map(ord, trader.code)) % 17}{417 + 31 * item:05d}"


def _row(book: Book, line: Entry) -> Row:
    code, name = _store(book, line.place)
    if line.store_code:
        code, name = line.store_code, f"{name}扩建区"
    if line.is_central:
        code, name = book.trader.warehouse, f"{book.trader.name}配送中心"
    row = {
        Cell.DAY: book.style.written_day(line.day),
        Cell.NUMBER: line.number,
        Cell.KIND: book.style.kinds[line.kind],
        Cell.ORDER: line.order,
        Cell.STORE: code,
        Cell.STORE_NAME: name,
        Cell.AMOUNT: line.amount_text or _major(line.amount_minor, has_thousands=book.style.has_thousands),
        Cell.CURRENCY: line.currency,
    }
    if line.item is None:
        return row
    good = book.goods[line.item]
    return row | {
        Cell.ITEM: good.code if book.is_ours else their_item(book.trader, line.item),
        Cell.ITEM_NAME: good.name,
        Cell.GTIN: good.gtin,
        Cell.QUANTITY: str(line.quantity),
        Cell.PRICE: _major(line.price_minor),
    }


def _major(minor: int, *, has_thousands: bool = False) -> str:
    whole, part = divmod(abs(minor), 100)
    return f"{'-' if minor < 0 else ''}{whole:{',' if has_thousands else ''}}.{part:02d}"


def _write_csv(place: Path, style: Style, rows: Iterable[Row]) -> int:
    """Write a text file; answer the number of its first line."""
    text = io.StringIO()
    writer = csv.writer(text, delimiter=style.delimiter, lineterminator="\r\n")
    if style.title:
        writer.writerow([style.title])
    writer.writerow(style.columns.values())
    kept = list(rows)
    writer.writerows([row.get(cell, "") for cell in style.columns] for row in kept)
    if style.total:
        writer.writerow(_total(style, kept))
    place.write_bytes(text.getvalue().encode(style.encoding))
    return 3 if style.title else 2


def _write_xlsx(place: Path, style: Style, rows: Iterable[Row]) -> int:
    """Write a workbook with real figures; answer the number of its first line."""
    book = xlsxwriter.Workbook(str(place), {"constant_memory": True})
    book.set_properties({"created": datetime(2026, 1, 1), "author": "keytally"})  # noqa: DTZ001 - xlsx knows no zone
    sheet = book.add_worksheet("对账明细")
    top = 0
    if style.title:
        sheet.write_string(0, 0, style.title)
        top = 1
    for column, header in enumerate(style.columns.values()):
        sheet.write_string(top, column, header)
    kept = list(rows)
    for number, row in enumerate(kept, start=top + 1):
        for column, cell in enumerate(style.columns):
            _write_cell(sheet, number, column, row.get(cell, ""), is_figure=cell in FIGURES)
    if style.total:
        for column, value in enumerate(_total(style, kept)):
            _write_cell(sheet, top + 1 + len(kept), column, value, is_figure=column > 0)
    book.close()
    return top + 2


def _write_cell(sheet: xlsxwriter.workbook.Worksheet, row: int, column: int, value: str, *, is_figure: bool) -> None:
    if is_figure and value.replace(",", "").lstrip("-").replace(".", "").isdigit():
        sheet.write_number(row, column, _number(value))
    elif value:
        sheet.write_string(row, column, value)


def _number(value: str) -> Decimal:
    return Decimal(value.replace(",", ""))


def _total(style: Style, rows: Sequence[Row]) -> list[str]:
    """Write the row of totals under the columns of quantity and amount."""
    minor = quantity = 0
    for row in rows:
        amount = row[Cell.AMOUNT].replace(",", "").replace(".", "")
        minor += int(amount) if amount.lstrip("-").isdigit() else 0
        quantity += int(row.get(Cell.QUANTITY, "0") or 0)
    cells = {Cell.QUANTITY: str(quantity), Cell.AMOUNT: _major(minor, has_thousands=style.has_thousands)}
    return [style.total, *(cells.get(cell, "") for cell in list(style.columns)[1:])]
