"""How does a table stand in report.xlsx? Headers in both languages, figures as figures, text never as a formula."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from xlsxwriter.exceptions import FileCreateError

from keytally.exchange.spreadsheet import open_workbook, safe_text
from keytally.kernel.money import Money, minor_digits
from keytally.reconciliation.engine.words import both, said_both

MOST_ROWS = 50_000
_LONGEST_TEXT = 32_767
_EXACT_BELOW = 10**15


@dataclass(frozen=True, slots=True)
class Quantity:
    """A cell that counts thousandths."""

    thousandths: int


@dataclass(frozen=True, slots=True)
class Heading:
    """A cell in bold."""

    text: str


Cell = str | int | Money | Quantity | Heading | None


@dataclass(frozen=True, slots=True)
class TableShape:
    """A table's sheet: its title, the words of its header with their widths, and the file that has all its rows."""

    title: str
    columns: tuple[tuple[str, int], ...]
    whole_in: str


class Report:
    """A workbook that is written row by row, so that its size in memory does not grow."""

    def __init__(self, file: Path) -> None:
        self._book = open_workbook(file)
        # A run that is killed must leave nothing in the system's folder for temporary files.
        self._book.tmpdir = str(file.parent)
        self._plain_formats = {
            "bold": self._book.add_format({"bold": True}),
            "head": self._book.add_format({"bold": True, "bg_color": "#DCE6F1", "text_wrap": True, "valign": "top"}),
            "count": self._book.add_format({"num_format": "#,##0"}),
            "quantity": self._book.add_format({"num_format": "#,##0.###"}),
        }
        self._money_formats: dict[str, Any] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if error is not None:
            return
        try:
            self._book.close()
        except FileCreateError as failed:
            raise (failed.args[0] if isinstance(failed.args[0], OSError) else failed) from failed

    def sheet(self, title: str, *, widths: Sequence[int]) -> "Sheet":
        """Begin a sheet."""
        page = self._book.add_worksheet(title)
        for place, width in enumerate(widths):
            page.set_column(place, place, width)
        return Sheet(self, page)

    def table(self, shape: TableShape, *, rows: Iterable[Sequence[Cell]], lines: int) -> None:
        """Write a table on a sheet of its own; where not all rows fit, its first row says where they are."""
        sheet = self.sheet(shape.title, widths=[width for _, width in shape.columns])
        if lines > MOST_ROWS:
            shown = {"shown": f"{MOST_ROWS:,}", "lines": f"{lines:,}"}
            sheet.row([Heading(said_both("rest_elsewhere", name=shape.whole_in, **shown))])
        sheet.header([both(code) for code, _ in shape.columns])
        for row in rows:
            sheet.row(row)
        sheet.filter_from_header(columns=len(shape.columns))

    def format(self, name: str) -> Any:  # noqa: ANN401 - xlsxwriter has no types
        """Find a format by its name."""
        return self._plain_formats[name]

    def money_format(self, currency: str) -> Any:  # noqa: ANN401 - xlsxwriter has no types
        """Find the number format of a currency, with its digits behind the point."""
        if currency not in self._money_formats:
            digits = minor_digits(currency)
            form = "#,##0" + ("." + "0" * digits if digits else "")
            self._money_formats[currency] = self._book.add_format({"num_format": f"{form};[Red]-{form}"})
        return self._money_formats[currency]


class Sheet:
    """A sheet that grows downwards."""

    def __init__(self, report: Report, page: Any) -> None:  # noqa: ANN401 - xlsxwriter has no types
        self._report = report
        self._page = page
        self._next = 0
        self._header = 0

    def row(self, cells: Sequence[Cell]) -> int:
        """Write one row and tell its number, from 0."""
        for place, cell in enumerate(cells):
            self._write(place, cell)
        self._next += 1
        return self._next - 1

    def header(self, texts: Sequence[str]) -> None:
        """Write the header of a table."""
        self._header = self._next
        for place, text in enumerate(texts):
            self._page.write_string(self._next, place, text, self._report.format("head"))
        self._next += 1

    def filter_from_header(self, *, columns: int) -> None:
        """Keep the header in sight and let readers filter by it."""
        self._page.freeze_panes(self._header + 1, 0)
        self._page.autofilter(self._header, 0, max(self._next - 1, self._header), columns - 1)

    def bars(self, *, first: int, last: int, column: int) -> None:
        """Draw every figure of a column as a bar as long as the figure is large."""
        style = {"type": "data_bar", "data_bar_2010": True, "bar_color": "#5B9BD5", "bar_negative_color": "#D9534F"}
        self._page.conditional_format(first, column, last, column, {**style, "bar_solid": True})

    def _write(self, place: int, cell: Cell) -> None:
        match cell:
            case None:
                return
            case str():
                self._page.write_string(self._next, place, safe_text(cell)[:_LONGEST_TEXT])
            case int():
                self._page.write_number(self._next, place, cell, self._report.format("count"))
            case Money():
                self._write_money(place, cell)
            case Quantity():
                figure = Decimal(cell.thousandths).scaleb(-3)
                self._page.write_number(self._next, place, figure, self._report.format("quantity"))
            case Heading():
                self._page.write_string(self._next, place, cell.text, self._report.format("bold"))

    def _write_money(self, place: int, amount: Money) -> None:
        # A spreadsheet keeps fifteen digits of a figure; a longer one is written as text rather than wrong.
        if abs(amount.minor) < _EXACT_BELOW:
            self._page.write_number(self._next, place, amount.major, self._report.money_format(amount.currency))
        else:
            self._page.write_string(self._next, place, f"{amount.major:,f}")
