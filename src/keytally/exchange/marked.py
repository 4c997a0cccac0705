"""How does a file say who took it and when? In its first line, in print, and in its properties."""

import csv
import re
import zipfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from xml.sax.saxutils import escape

import xlsxwriter

from keytally.exchange.spreadsheet import MOST_SHEET_ROWS, open_workbook, safe_row, safe_text
from keytally.kernel.money import Money, minor_digits

_SHEET = re.compile(r"xl/worksheets/sheet(\d+)\.xml")
_ROW = re.compile(r'<row r="(\d+)"[^>]*?(?:(/>)|>(</row>)?)')
_MARGINS = re.compile(r"<pageMargins[^>]*/>(?:<pageSetup[^>]*/>)?")
_OWN_HEADER = re.compile(r"<headerFooter[^>]*(?:/>|>.*?</headerFooter>)", re.DOTALL)
_PROPERTIES = "docProps/core.xml"
_MOST_IN_PRINT = 200
_EXACT_BELOW = 10**15
_WIDTHS = (8, 60)


@dataclass(frozen=True, slots=True)
class Mark:
    """Who took a file, and one line that says so with the time."""

    taken_by: str
    line: str


class TooManyRows(Exception):
    """A sheet has an end; the argument is the number of rows it holds."""


def write_marked_workbook(
    rows: Iterable[Sequence[object]], *, to: Path, title: str, header: Sequence[str], mark: Mark
) -> None:
    """Write rows as a workbook of one sheet that carries the mark, row by row; raise `TooManyRows` at its end."""
    with open_workbook(to) as book:
        # What is killed half-way must leave nothing in the system's folder for temporary files.
        book.tmpdir = str(to.parent)
        book.set_properties({"title": title, "author": mark.taken_by, "comments": mark.line})
        sheet = book.add_worksheet(_sheet_name(title))
        printed = _in_print(mark.line)
        sheet.set_header(f"&L&8 {printed}")
        sheet.set_footer(f"&L&8 {printed}&R&8&P / &N")
        for place, name in enumerate(header):
            sheet.set_column(place, place, max(_WIDTHS[0], min(_WIDTHS[1], 2 * len(name) + 4)))
        bold = book.add_format({"bold": True})
        sheet.write_string(0, 0, safe_text(mark.line))
        sheet.write_row(1, 0, safe_row(header), bold)
        sheet.freeze_panes(2, 0)
        formats = _Formats(book)
        for number, row in enumerate(rows, start=2):
            if number >= MOST_SHEET_ROWS:
                raise TooManyRows(MOST_SHEET_ROWS - 2)
            _write_row(sheet, number, row, formats)


def write_marked_csv(rows: Iterable[Sequence[object]], *, to: Path, header: Sequence[str], mark: Mark) -> None:
    """Write rows as CSV in UTF-8 with its mark, under a line that says who took it."""
    with to.open("w", encoding="utf-8-sig", newline="") as out:
        writer = csv.writer(out, lineterminator="\r\n")
        writer.writerow([safe_text(mark.line)])
        writer.writerow(safe_row(header))
        for row in rows:
            writer.writerow(safe_row([_plain(cell) for cell in row]))


def mark_workbook(source: Path, *, to: Path, mark: Mark) -> None:
    """Copy a workbook that was written before, with the mark in its first free line, in print and in its properties."""
    with zipfile.ZipFile(source) as old, zipfile.ZipFile(to, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as new:
        sheets = sorted(int(found[1]) for name in old.namelist() if (found := _SHEET.fullmatch(name)))
        for name in old.namelist():
            found = _SHEET.fullmatch(name)
            content = old.read(name)
            if found:
                text = _with_print_mark(content.decode("utf-8"), mark)
                content = (_with_line(text, mark) if int(found[1]) == sheets[0] else text).encode("utf-8")
            if name == _PROPERTIES:
                content = _with_properties(content.decode("utf-8"), mark).encode("utf-8")
            new.writestr(old.getinfo(name).filename, content)


class _Formats:
    """The number formats of a workbook, each made once."""

    def __init__(self, book: xlsxwriter.Workbook) -> None:
        self._book = book
        self._known: dict[str, object] = {}

    def of(self, pattern: str) -> object:
        if pattern not in self._known:
            self._known[pattern] = self._book.add_format({"num_format": pattern})
        return self._known[pattern]


def _write_row(sheet: xlsxwriter.worksheet.Worksheet, number: int, row: Sequence[object], formats: _Formats) -> None:
    for place, cell in enumerate(row):
        if isinstance(cell, Money) and abs(cell.minor) < _EXACT_BELOW:
            places = minor_digits(cell.currency)
            pattern = "#,##0." + "0" * places if places else "#,##0"
            sheet.write_number(number, place, cell.major, formats.of(pattern))
        elif isinstance(cell, int) and not isinstance(cell, bool) and abs(cell) < _EXACT_BELOW:
            sheet.write_number(number, place, cell)
        elif (text := _plain(cell)) not in ("", None):
            sheet.write_string(number, place, safe_text(str(text)))


def _plain(cell: object) -> object:
    """Write a cell of any kind as text; whole numbers stay numbers."""
    if cell is None:
        return ""
    if isinstance(cell, Money):
        return f"{cell.major:f}"
    if isinstance(cell, datetime):
        return cell.strftime("%Y-%m-%d %H:%M")
    if isinstance(cell, date):
        return cell.isoformat()
    return cell if isinstance(cell, int) and not isinstance(cell, bool) else str(cell)


def _sheet_name(title: str) -> str:
    return re.sub(r"[\[\]:*?/\\]", " ", title)[:31].strip("' ") or "1"


def _in_print(line: str) -> str:
    """Shorten the line to what a header holds; an ampersand would begin a code."""
    return line[:_MOST_IN_PRINT].replace("&", "&&")


def _with_print_mark(sheet: str, mark: Mark) -> str:
    printed = escape(_in_print(mark.line))
    element = (
        f"<headerFooter><oddHeader>&amp;L&amp;8 {printed}</oddHeader>"
        f"<oddFooter>&amp;L&amp;8 {printed}&amp;R&amp;8&amp;P / &amp;N</oddFooter></headerFooter>"
    )
    bare = _OWN_HEADER.sub("", sheet)
    return _MARGINS.sub(lambda found: found[0] + element, bare, count=1)


def _with_line(sheet: str, mark: Mark) -> str:
    """Put the mark into the first line that nothing stands in."""
    element = '<row r="{0}"><c r="A{0}" t="inlineStr"><is><t xml:space="preserve">{1}</t></is></c></row>'
    free = 1
    for found in _ROW.finditer(sheet):
        is_empty = int(found[1]) == free and (found[2] or found[3])
        if is_empty or int(found[1]) != free:
            rest = found.end() if is_empty else found.start()
            return sheet[: found.start()] + element.format(free, escape(mark.line)) + sheet[rest:]
        free += 1
    line = element.format(free, escape(mark.line))
    if "<sheetData/>" in sheet:
        return sheet.replace("<sheetData/>", f"<sheetData>{line}</sheetData>", 1)
    return sheet.replace("</sheetData>", f"{line}</sheetData>", 1)


def _with_properties(properties: str, mark: Mark) -> str:
    for tag, text in (("dc:creator", mark.taken_by), ("dc:description", mark.line)):
        bare = re.sub(rf"<{tag}>.*?</{tag}>|<{tag}/>", "", properties, flags=re.DOTALL)
        properties = bare.replace("</cp:coreProperties>", f"<{tag}>{escape(text)}</{tag}></cp:coreProperties>")
    return properties
