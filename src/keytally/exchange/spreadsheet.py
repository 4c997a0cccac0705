"""How is a spreadsheet written that no program will execute, from rows that need not fit in memory?"""

import csv
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import xlsxwriter

MOST_SHEET_ROWS = 1_048_576
_EXECUTED = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


def safe_text(text: str) -> str:
    """Put an apostrophe before a text that a spreadsheet would take for a formula; plain numbers stay as they are.

    >>> safe_text("=1+1"), safe_text("-12.50"), safe_text("DN001")
    ("'=1+1", '-12.50', 'DN001')
    """
    return f"'{text}" if text.startswith(_EXECUTED) and not _is_number(text) else text


def _is_number(text: str) -> bool:
    digits = text[1:].replace(".", "", 1)
    return text[0] in "+-" and digits.isascii() and digits.isdigit()


def safe_row(row: Sequence[object]) -> list[object]:
    """Make every text of a row safe; anything else stays what it is."""
    return [safe_text(cell) if isinstance(cell, str) else cell for cell in row]


def write_csv(rows: Iterable[Sequence[object]], *, to: Path, header: Sequence[str]) -> None:
    """Write rows as CSV in UTF-8 with its mark, safe to open in a spreadsheet."""
    with to.open("w", encoding="utf-8-sig", newline="") as out:
        writer = csv.writer(out, lineterminator="\r\n")
        writer.writerow(safe_row(header))
        writer.writerows(map(safe_row, rows))


def open_workbook(to: Path) -> "xlsxwriter.Workbook":
    """Open a workbook to be written row by row, in which no text becomes a formula, a number or a link."""
    import xlsxwriter

    return xlsxwriter.Workbook(
        str(to),
        {
            "constant_memory": True,
            "strings_to_formulas": False,
            "strings_to_numbers": False,
            "strings_to_urls": False,
            "nan_inf_to_errors": False,
            "remove_timezone": True,
        },
    )
