"""Which of several tables of codes decides about a code: what was learned, what came with the files, the accounts?"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta


@dataclass(frozen=True, slots=True)
class CodeRow:
    """That their code means ours, from day to day, both inclusive; `gtin` where the table has one."""

    ours: str
    theirs: str
    gtin: str = ""
    first: date | None = None
    last: date | None = None


def layered(layers: Iterable[Sequence[CodeRow]]) -> list[CodeRow]:
    """Put tables of codes over each other, the first the strongest.

    A code that a stronger table knows for good is taken from it alone; one that it knows from a day on keeps its
    meaning of a weaker table for the days before.
    """
    kept: list[CodeRow] = []
    known: dict[str, date | None] = {}
    for layer in layers:
        here = [row for row in (_before(row, known) for row in layer) if row is not None]
        kept += here
        for row in here:
            known[row.theirs] = _earlier(known, row)
    return kept


def _before(row: CodeRow, known: dict[str, date | None]) -> CodeRow | None:
    """Cut a row to the days before a stronger table begins to know its code."""
    if not row.theirs or row.theirs not in known:
        return row
    begins = known[row.theirs]
    if begins is None or (row.first is not None and row.first >= begins):
        return None
    last = begins - timedelta(days=1)
    return CodeRow(row.ours, row.theirs, row.gtin, row.first, last if row.last is None else min(row.last, last))


def _earlier(known: dict[str, date | None], row: CodeRow) -> date | None:
    if row.theirs not in known:
        return row.first
    before = known[row.theirs]
    return None if before is None or row.first is None else min(before, row.first)
