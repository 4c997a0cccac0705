"""How does a table look in a terminal, where a Chinese character is as wide as two Latin ones?"""

import unicodedata
from collections.abc import Sequence

GAP = "  "


def width(text: str) -> int:
    """Count the terminal cells that a text takes.

    >>> width("余额 CNY")
    8
    """
    return sum(_cells(character) for character in text)


def aligned(rows: Sequence[Sequence[str]], *, left: int) -> list[str]:
    """Lay rows out in columns, the first so many of them to the left and the others, figures, to the right.

    >>> aligned([["短少", "1.00"], ["PRICE", "-20.00"]], left=1)
    ['短少     1.00', 'PRICE  -20.00']
    """
    widths = [max(width(row[place]) for row in rows) for place in range(len(rows[0]))] if rows else []
    return [
        GAP.join(_padded(cell, widths[place], to_left=place < left) for place, cell in enumerate(row)).rstrip()
        for row in rows
    ]


def _padded(cell: str, cells: int, *, to_left: bool) -> str:
    space = " " * (cells - width(cell))
    return cell + space if to_left else space + cell


def _cells(character: str) -> int:
    if unicodedata.combining(character):
        return 0
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1
