"""How does a table stand in report.xlsx? Headers in both languages, figures as figures, text never as a formula."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path
from types import TracebackType
from typing import Any, Self
from xml.sax.saxutils import escape

from xlsxwriter.exceptions import FileCreateError
from xlsxwriter.utility import xl_col_to_name

from keytally.exchange.spreadsheet import open_workbook, safe_text
from keytally.kernel.money import Money, minor_digits
from keytally.reconciliation.engine.words import both, said_both

MOST_ROWS = 49_990
_STYLES: Mapping[str, dict[str, object]] = {
    "bold": {"bold": True},
    "head": {"bold": True, "bg_color": "#DCE6F1", "text_wrap": True, "valign": "top"},
    "count": {"num_format": "#,##0"},
    "quantity": {"num_format": "#,##0.###"},
}
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
        self._styles: dict[str, int] = {}

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
        return Sheet(self, page, columns=len(widths))

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

    def style(self, name: str) -> int:
        """Find the number of a style by its name; that of money names its digits behind the point."""
        if name not in self._styles:
            self._styles[name] = self._book.add_format(_style_of(name))._get_xf_index()
        return self._styles[name]


def _style_of(name: str) -> dict[str, object]:
    if name.startswith("money "):
        digits = int(name.removeprefix("money "))
        form = "#,##0" + ("." + "0" * digits if digits else "")
        return {"num_format": f"{form};[Red]-{form}"}
    return _STYLES[name]


class Sheet:
    """A sheet that grows downwards.

    Rows are written as XML where xlsxwriter keeps finished rows: cell by cell through its methods, a full report
    takes ten times as long.
    """

    def __init__(self, report: Report, page: Any, *, columns: int) -> None:  # noqa: ANN401 - xlsxwriter has no types
        self._report = report
        self._page = page
        self._page.dim_colmin, self._page.dim_colmax = 0, columns - 1
        self._next = 0
        self._header = 0

    def row(self, cells: Sequence[Cell]) -> int:
        """Write one row and tell its number, from 0."""
        self._next += 1
        self._write("".join([self._xml(place, cell) for place, cell in enumerate(cells) if cell is not None]))
        return self._next - 1

    def header(self, texts: Sequence[str]) -> None:
        """Write the header of a table."""
        self._next += 1
        self._header = self._next - 1
        style = self._report.style("head")
        self._write("".join([self._text(place, text, style) for place, text in enumerate(texts)]))

    def filter_from_header(self, *, columns: int) -> None:
        """Keep the header in sight and let readers filter by it."""
        self._page.freeze_panes(self._header + 1, 0)
        self._page.autofilter(self._header, 0, max(self._next - 1, self._header), columns - 1)

    def bars(self, *, first: int, last: int, column: int) -> None:
        """Draw every figure of a column as a bar as long as the figure is large."""
        style = {"type": "data_bar", "data_bar_2010": True, "bar_color": "#5B9BD5", "bar_negative_color": "#D9534F"}
        self._page.conditional_format(first, column, last, column, {**style, "bar_solid": True})

    def _write(self, cells: str) -> None:
        self._page.row_data_fh.write(f'<row r="{self._next}">{cells}</row>')
        self._page.dim_rowmin, self._page.dim_rowmax = 0, self._next - 1

    def _xml(self, place: int, cell: Cell) -> str:
        match cell:
            case str():
                return self._text(place, cell, 0)
            case int():
                return self._number(place, str(cell), self._report.style("count"))
            case Money():
                digits = minor_digits(cell.currency)
                style = self._report.style(f"money {digits}")
                return self._figure(place, cell.minor, digits=digits, style=style)
            case Quantity():
                return self._figure(place, cell.thousandths, digits=3, style=self._report.style("quantity"))
            case Heading():
                return self._text(place, cell.text, self._report.style("bold"))
        return ""

    def _figure(self, place: int, scaled: int, *, digits: int, style: int) -> str:
        figure = plain_figure(scaled, digits=digits)
        # A spreadsheet keeps fifteen digits of a figure; a longer one is written as text rather than wrong.
        exact = abs(scaled) < _EXACT_BELOW
        return self._number(place, figure, style) if exact else self._text(place, figure, 0)

    def _number(self, place: int, figure: str, style: int) -> str:
        return f'<c r="{_column(place)}{self._next}" s="{style}"><v>{figure}</v></c>'

    def _text(self, place: int, text: str, style: int) -> str:
        inline = f'<is><t xml:space="preserve">{_escaped(text)}</t></is>'
        return f'<c r="{_column(place)}{self._next}" s="{style}" t="inlineStr">{inline}</c>'


def plain_figure(scaled: int, *, digits: int) -> str:
    """Write a scaled integer in major units.

    >>> plain_figure(-5, digits=2), plain_figure(1200, digits=0)
    ('-0.05', '1200')
    """
    if not digits:
        return str(scaled)
    whole = str(abs(scaled)).zfill(digits + 1)
    return f"{'-' if scaled < 0 else ''}{whole[:-digits]}.{whole[-digits:]}"


_column = cache(xl_col_to_name)


@lru_cache(maxsize=65_536)
def _escaped(text: str) -> str:
    return escape("".join(filter(_is_writable, safe_text(text)[:_LONGEST_TEXT])))


def _is_writable(letter: str) -> bool:
    # What XML 1.0 cannot hold at all.
    return (letter >= " " and not "\ud800" <= letter <= "\udfff" and letter not in "\ufffe\uffff") or letter in "\t\n\r"
