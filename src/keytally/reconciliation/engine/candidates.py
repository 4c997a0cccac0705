"""Which pairs may belong together, although nothing tells which? Read page by page, for people who decide."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from keytally.reconciliation.engine.details import CANDIDATES
from keytally.reconciliation.engine.results import (
    DETAIL_LINES,
    LINE_COLUMNS,
    PAGE_SIZE,
    Line,
    bounded,
    connected,
    existing,
    line_of,
)

_PLACES = LINE_COLUMNS[:3]
_OURS_PLACES = tuple(f"ours_{name}" for name in _PLACES)
_THEIRS_PLACES = tuple(f"theirs_{name}" for name in _PLACES)


@dataclass(frozen=True, slots=True)
class Candidate:
    """A pair that may belong together; rank 1 is the best of its line."""

    ours: Line
    theirs: Line
    rank: int
    rule: str
    confidence: int
    amount_minor: int | None
    quantity: int | None
    days_apart: int | None


@dataclass(frozen=True, slots=True)
class CandidatePage:
    """One page of candidates."""

    rows: tuple[Candidate, ...]
    lines: int
    page: int
    pages: int


_CANDIDATES = f"""
with page as (
  select * from read_parquet($file)
  order by ours_file, ours_sheet nulls first, ours_row, rank, theirs_file, theirs_row
  limit $limit offset $offset
)
select {", ".join(f"coalesce(ours.{name}, {found})" for name, found in zip(_PLACES, _OURS_PLACES, strict=True))},
  {", ".join(f"ours.{name}" for name in LINE_COLUMNS[3:])},
  {", ".join(f"coalesce(theirs.{name}, {found})" for name, found in zip(_PLACES, _THEIRS_PLACES, strict=True))},
  {", ".join(f"theirs.{name}" for name in LINE_COLUMNS[3:])},
  page.rank, page.rule, page.confidence, page.amount_minor, page.quantity, page.days_apart
from page
left join read_parquet($lines) ours on ours.side = 'ours' and ours.file = ours_file and ours.row = ours_row
  and ours.sheet is not distinct from ours_sheet
left join read_parquet($lines) theirs on theirs.side = 'theirs' and theirs.file = theirs_file
  and theirs.row = theirs_row and theirs.sheet is not distinct from theirs_sheet
order by ours_file, ours_sheet nulls first, ours_row, page.rank, theirs_file, theirs_row
"""


def candidate_page(folder: Path, *, published: Path, page: int = 1, page_size: int = PAGE_SIZE) -> CandidatePage:
    """Read one page of the candidates of ambiguous lines, those of one line together, best first."""
    files = {"file": str(existing(published, CANDIDATES))}
    with connected() as connection:
        counted = connection.execute("select count(*) from read_parquet($file)", files).fetchone()
        lines = int(counted[0]) if counted else 0
        page, pages = bounded(page, lines=lines, page_size=page_size)
        files["lines"] = str(existing(folder, DETAIL_LINES))
        rows = connection.execute(
            _CANDIDATES, {**files, "limit": page_size, "offset": (page - 1) * page_size}
        ).fetchall()
    return CandidatePage(tuple(_candidate(row) for row in rows), lines, page, pages)


def _candidate(row: tuple[Any, ...]) -> Candidate:
    width = len(LINE_COLUMNS)
    return Candidate(line_of(row[:width]), line_of(row[width : 2 * width]), *row[2 * width :])
