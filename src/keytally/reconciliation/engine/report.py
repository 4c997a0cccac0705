"""What does a person open in a spreadsheet? report.xlsx: the summary, the bridges, and the lines behind them."""

import csv
from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import islice
from pathlib import Path
from typing import Any, Protocol

from keytally.kernel.money import Money
from keytally.reconciliation.engine.contract import OPEN_CLASSES, Bridge, Stopped
from keytally.reconciliation.engine.folder import CANDIDATES, LINKS, REJECTED, RESIDUALS
from keytally.reconciliation.engine.report_sheets import MOST_ROWS, Cell, Heading, Quantity, Report, TableShape
from keytally.reconciliation.engine.results import RESIDUAL_LINES
from keytally.reconciliation.engine.typed import Summary, read_rows
from keytally.reconciliation.engine.words import both, class_both, said_both

_PLACES_SHOWN = 5
_STOP_EVERY = 1000

_RESIDUAL_SHAPE = TableShape(
    "residuals 差异行",
    (
        ("side", 8), ("class", 20), ("class_name", 34), ("difference", 16), ("currency", 10),
        ("quantity_difference", 14), ("doc_no", 20), ("doc_type", 14), ("order_no", 20), ("store", 14), ("item", 16),
        ("date", 12), ("quantity", 12), ("amount", 16), ("part", 40), ("counterparts", 40), ("file", 24), ("sheet", 12),
        ("row", 10), ("id", 36),
    ),
    RESIDUALS,
)  # fmt: skip
_LINK_SHAPE = TableShape(
    "links 配对",
    (
        ("class", 20), ("class_name", 34), ("difference", 16), ("currency", 10), ("quantity_difference", 14),
        ("rule", 20), ("confidence", 12), ("group", 12), ("ours_file", 24), ("ours_sheet", 12), ("ours_row", 12),
        ("theirs_file", 24), ("theirs_sheet", 12), ("theirs_row", 12),
    ),
    LINKS,
)  # fmt: skip
_CANDIDATE_SHAPE = TableShape(
    "candidates 候选",
    (
        ("ours_file", 24), ("ours_sheet", 12), ("ours_row", 12), ("theirs_file", 24), ("theirs_sheet", 12),
        ("theirs_row", 12), ("ours_id", 36), ("theirs_id", 36), ("rank", 8), ("rule", 20), ("confidence", 12),
        ("difference", 16), ("quantity_difference", 14), ("days_apart", 12),
    ),
    CANDIDATES,
)  # fmt: skip
_REJECTED_SHAPE = TableShape(
    "rejected 剔除行",
    (
        ("file", 24), ("sheet", 12), ("row", 10), ("column", 20), ("value", 30), ("reason", 20), ("reason_en", 50),
        ("reason_zh", 50),
    ),
    REJECTED,
)  # fmt: skip

_COUNT = "select count(*) from read_parquet($file)"
_RESIDUAL_ROWS = """
select side, class, amount_minor, currency, quantity, doc_no, doc_type, order_no, store, item, date::varchar,
  line_quantity, amount, line_currency, components, counterpart_rows, file, sheet, row, id
from read_parquet($file)
order by list_contains($open, class) desc, abs(amount_minor) desc nulls last, side, file, sheet nulls first, row
limit $most
"""
_LINK_ROWS = """
with chosen as (
  select class, amount_minor, quantity, rule, confidence, "group" as group_no, ours_file, ours_sheet, ours_row,
    theirs_file, theirs_sheet, theirs_row
  from read_parquet($file)
  order by class = 'MATCHED', abs(amount_minor) desc nulls last, ours_file, ours_sheet nulls first, ours_row,
    theirs_file, theirs_sheet nulls first, theirs_row
  limit $most
)
select chosen.class, chosen.amount_minor, residual.currency, chosen.quantity, rule, confidence, group_no, ours_file,
  ours_sheet, ours_row, theirs_file, theirs_sheet, theirs_row
from chosen left join read_parquet($residuals) residual
  on residual.side = 'ours' and residual.file = ours_file and residual.sheet is not distinct from ours_sheet
  and residual.row = ours_row
order by chosen.class = 'MATCHED', abs(chosen.amount_minor) desc nulls last, ours_file, ours_sheet nulls first,
  ours_row, theirs_file, theirs_sheet nulls first, theirs_row
"""
_CANDIDATE_ROWS = """
select ours_file, ours_sheet, ours_row, theirs_file, theirs_sheet, theirs_row, ours_id, theirs_id, rank, rule,
  confidence, amount_minor, quantity, days_apart
from read_parquet($file)
order by ours_file, ours_sheet nulls first, ours_row, rank, theirs_file, theirs_sheet nulls first, theirs_row
limit $most
"""


def write_report(
    folder: Path,
    *,
    details: Path,
    summary: Summary,
    is_stopped: Callable[[], bool] | None,
    file: Path,
    told: "Told | None" = None,
) -> None:
    """Write report.xlsx from the files of a run and the details beside them."""
    whole = sum(min(MOST_ROWS, _count(one)) for one in (details / RESIDUAL_LINES, folder / LINKS, folder / CANDIDATES))
    seen = _Seen(whole, is_stopped, told)
    with Report(file) as report:
        _write_summary(report, summary)
        _write_bridges(report, summary.bridges)
        residuals = details / RESIDUAL_LINES
        parameters = {"open": sorted(OPEN_CLASSES), "most": MOST_ROWS}
        found = read_rows(residuals, _RESIDUAL_ROWS, seen.looking(0), **parameters)
        report.table(_RESIDUAL_SHAPE, rows=seen.passing(map(_residual, found)), lines=_count(residuals))
        links = folder / LINKS
        found = read_rows(links, _LINK_ROWS, seen.looking(1), residuals=str(folder / RESIDUALS), most=MOST_ROWS)
        currency = summary.bridges[0].currency if len(summary.bridges) == 1 else None
        rows = (_link(row, currency) for row in found)
        report.table(_LINK_SHAPE, rows=seen.passing(rows), lines=_count(links))
        candidates = folder / CANDIDATES
        found = read_rows(candidates, _CANDIDATE_ROWS, seen.looking(2), most=MOST_ROWS)
        rows = (_candidate(row, currency) for row in found)
        report.table(_CANDIDATE_SHAPE, rows=seen.passing(rows), lines=_count(candidates))
        rejected = folder / REJECTED
        report.table(_REJECTED_SHAPE, rows=islice(_rejected(rejected), MOST_ROWS), lines=summary.rejected)


def _write_summary(report: Report, summary: Summary) -> None:
    sheet = report.sheet("summary 汇总", widths=[24, 34, 14, 14, 18, 14, 18])
    sheet.row([Heading(_conclusion(summary))])
    sheet.row([])
    currency = summary.bridges[0].currency if len(summary.bridges) == 1 else None
    sheet.header([both(code) for code in ("side", "files", "read", "accepted", "rejected", "totals", "amount")])
    for side, figures in summary.sides.items():
        amount = _money(figures.amount_minor, currency)
        counts = (figures.files, figures.read, figures.accepted, figures.rejected, figures.totals)
        sheet.row([both(side), *counts, amount])
    sheet.row([both("links"), summary.links])
    sheet.row([])
    sheet.header([both(code) for code in ("class", "class_name", "ours", "theirs", "difference")])
    for kind, total in summary.classes.items():
        amount = _money(total.amount_minor, currency)
        sheet.row([kind, class_both(kind), total.ours_lines, total.theirs_lines, amount])


def _conclusion(summary: Summary) -> str:
    if summary.exit == 0:
        return said_both("explained")
    return said_both("unexplained", lines=f"{summary.open_lines:,}", rejected=f"{summary.rejected:,}")


def _write_bridges(report: Report, bridges: tuple[Bridge, ...]) -> None:
    sheet = report.sheet("bridge 余额调节", widths=[34, 26, 20, 20])
    sheet.row([Heading(said_both("bridge_sign"))])
    for bridge in bridges:
        sheet.row([])
        sheet.row([Heading(f"{both('bridge')} {bridge.currency}")])
        sheet.header([both("cause"), both("class"), both("difference"), both("balance")])
        opening = Money(bridge.opening_minor, bridge.currency)
        balance = opening + Money(bridge.ours_minor, bridge.currency)
        if opening:
            sheet.row([both("opening"), None, None, opening])
        sheet.row([both("ours_balance"), None, None, balance])
        last = first = 0
        for bar in bridge.bars:
            amount = Money(bar.amount_minor, bridge.currency)
            balance -= amount
            last = sheet.row([class_both(bar.cause), bar.cause, amount, balance])
            first = first or last
        if last:
            sheet.bars(first=first, last=last, column=2)
        sheet.row([both("theirs_balance"), None, None, opening + Money(bridge.theirs_minor, bridge.currency)])


def _residual(row: tuple[Any, ...]) -> list[Cell]:
    side, token, minor, currency, quantity, *codes = row[:11]
    line_quantity, amount, line_currency, components, places, *place = row[11:]
    return [
        both(side), token, class_both(token), _money(minor, currency), currency, _quantity(quantity), *codes,
        _quantity(line_quantity), _money(amount, line_currency), _parts(components, currency), _places(places), *place,
    ]  # fmt: skip


def _link(row: tuple[Any, ...], only_currency: str | None) -> list[Cell]:
    token, minor, currency, quantity, *rest = row
    known = currency or only_currency
    return [token, class_both(token), _money(minor, known), known, _quantity(quantity), *rest]


def _candidate(row: tuple[Any, ...], only_currency: str | None) -> list[Cell]:
    *head, minor, quantity, days_apart = row
    return [*head, _money(minor, only_currency), _quantity(quantity), days_apart]


def _rejected(file: Path) -> Iterator[list[Cell]]:
    with file.open(encoding="utf-8-sig", newline="") as handle:
        for record in islice(csv.reader(handle), 1, None):
            yield [int(cell) if place == 2 and cell.isdigit() else cell for place, cell in enumerate(record)]


class Told(Protocol):
    """Who hears how far a report is."""

    def rows(self, done: int, whole: int) -> None:
        """Hear how many rows are written, of how many."""

    def query(self, number: int, part: int) -> None:
        """Hear how much of the query for a table is done, per mille; the tables count from 0."""


class _Seen:
    """Counts the rows that go into the report, hears whether to stop, and tells how many are done."""

    def __init__(self, whole: int, is_stopped: Callable[[], bool] | None, told: Told | None) -> None:
        self._whole, self._is_stopped, self._told = whole, is_stopped, told
        self._done = 0

    def looking(self, number: int) -> Callable[[int], None] | None:
        """Say who hears how far the query for a table is."""
        told = self._told
        return None if told is None else lambda part: told.query(number, part)

    def passing(self, rows: Iterable[list[Cell]]) -> Iterator[list[Cell]]:
        """Hand rows on."""
        for row in rows:
            if self._done % _STOP_EVERY == 0:
                self._look()
            self._done += 1
            yield row

    def _look(self) -> None:
        if self._is_stopped is not None and self._is_stopped():
            raise Stopped("The run was stopped.")
        if self._told is not None:
            self._told.rows(self._done, self._whole)


def _count(file: Path) -> int:
    return int(next(read_rows(file, _COUNT))[0])


def _money(minor: int | None, currency: str | None) -> Cell:
    return None if minor is None or currency is None else Money(minor, currency)


def _quantity(thousandths: int | None) -> Cell:
    return None if thousandths is None else Quantity(thousandths)


def _parts(components: list[Mapping[str, Any]] | None, currency: str) -> str:
    return "; ".join(f"{part['cause']} {Money(part['amount_minor'], currency).major:,f}" for part in components or ())


def _places(places: list[Mapping[str, Any]] | None) -> str:
    shown = [_place(place) for place in (places or ())[:_PLACES_SHOWN]]
    return "; ".join(shown) + (f"; … {len(places or ())}" if len(places or ()) > _PLACES_SHOWN else "")


def _place(place: Mapping[str, Any]) -> str:
    return " ".join(str(part) for part in (place["file"], place["sheet"], place["row"]) if part is not None)
