"""What does a reconciliation give back to a program? Typed results over the files of its folder."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import duckdb

from keytally.exchange.duck import let_progress_be_asked, watched
from keytally.reconciliation.engine.contract import OPEN_CLASSES, Bridge, ClassTotal, LineClass
from keytally.reconciliation.engine.folder import (
    CANDIDATES,
    LINKS,
    PROFILE,
    REJECTED,
    REPORT,
    RESIDUALS,
    SUMMARY,
)
from keytally.reconciliation.engine.messages import Translated
from keytally.reconciliation.engine.results import Component, Place, Side

_BATCH = 10_000


@dataclass(frozen=True, slots=True)
class SideSummary:
    """What was read of one side: read = accepted + rejected + totals; its balance is in minor units."""

    files: int
    read: int
    accepted: int
    rejected: int
    totals: int
    amount_minor: int


@dataclass(frozen=True, slots=True)
class Summary:
    """The whole result in figures; `exit` is 0 when every line is explained, else 1."""

    sides: Mapping[Side, SideSummary]
    links: int
    classes: Mapping[LineClass, ClassTotal]
    bridges: tuple[Bridge, ...]
    seconds: float
    exit: int
    version: int = 1

    @property
    def open_lines(self) -> int:
        """Lines of both sides that nobody has explained."""
        return sum(
            total.ours_lines + total.theirs_lines for kind, total in self.classes.items() if kind in OPEN_CLASSES
        )

    @property
    def rejected(self) -> int:
        """Rows of both sides that could not be read."""
        return sum(side.rejected for side in self.sides.values())


@dataclass(frozen=True, slots=True)
class LinkedPair:
    """A line of ours and a line of theirs that belong together; `quantity` counts thousandths, ours - theirs."""

    ours: Place
    theirs: Place
    ours_id: str | None
    theirs_id: str | None
    group: int
    rule: str
    confidence: int
    line_class: LineClass
    amount_minor: int | None
    quantity: int | None


@dataclass(frozen=True, slots=True)
class ResidualLine:
    """A line that is not cleanly matched; its difference is the sum of its components."""

    side: Side
    place: Place
    id: str
    line_class: LineClass
    currency: str
    amount_minor: int
    quantity: int | None
    counterparts: tuple[Place, ...]
    components: tuple[Component, ...]


@dataclass(frozen=True, slots=True)
class Candidate:
    """A possible counterpart of an ambiguous line; rank 1 is the best, and equals share a rank."""

    ours: Place
    theirs: Place
    ours_id: str
    theirs_id: str
    rank: int
    rule: str
    confidence: int
    amount_minor: int
    quantity: int
    days_apart: int | None


@dataclass(frozen=True, slots=True)
class Reconciliation:
    """A finished reconciliation: its summary, and its lines read from the files when they are asked for.

    `notes` are what a person should know although the run went through.
    """

    folder: Path
    summary: Summary
    notes: tuple[Translated, ...] = ()
    decisions_unused: int = 0
    step_seconds: Mapping[str, float] = field(default_factory=dict)

    @property
    def files(self) -> Mapping[str, Path]:
        """The files of the result by their published names."""
        names = (LINKS, RESIDUALS, CANDIDATES, REJECTED, PROFILE, REPORT, SUMMARY)
        return {name: self.folder / name for name in names if (self.folder / name).exists()}

    def links(self) -> Iterator[LinkedPair]:
        """Read the pairs across the sides, one after the other."""
        for row in read_rows(self.folder / LINKS, _LINKS):
            ours_id, theirs_id, group, rule, confidence, token, amount_minor, quantity = row[6:]
            yield LinkedPair(
                ours=Place(*row[:3]),
                theirs=Place(*row[3:6]),
                ours_id=ours_id,
                theirs_id=theirs_id,
                group=group,
                rule=rule,
                confidence=confidence,
                line_class=LineClass(token),
                amount_minor=amount_minor,
                quantity=quantity,
            )

    def residuals(self) -> Iterator[ResidualLine]:
        """Read the lines that are not cleanly matched, one after the other."""
        for side, file, sheet, row, line_id, token, currency, amount, quantity, places, parts in read_rows(
            self.folder / RESIDUALS, _RESIDUALS
        ):
            yield ResidualLine(
                side=Side(side),
                place=Place(file, sheet, row),
                id=line_id,
                line_class=LineClass(token),
                currency=currency,
                amount_minor=amount,
                quantity=quantity,
                counterparts=tuple(Place(place["file"], place["sheet"], place["row"]) for place in places or ()),
                components=tuple(Component(part["cause"], part["amount_minor"]) for part in parts or ()),
            )

    def candidates(self) -> Iterator[Candidate]:
        """Read the candidates of ambiguous lines, best first."""
        for row in read_rows(self.folder / CANDIDATES, _CANDIDATES):
            yield Candidate(Place(*row[:3]), Place(*row[3:6]), *row[6:])


_LINKS = """
select ours_file, ours_sheet, ours_row, theirs_file, theirs_sheet, theirs_row, ours_id, theirs_id,
  "group", rule, confidence, class, amount_minor, quantity
from read_parquet($file)
"""
_RESIDUALS = """
select side, file, sheet, row, id, class, currency, amount_minor, quantity, counterpart_rows, components
from read_parquet($file)
"""
_CANDIDATES = """
select ours_file, ours_sheet, ours_row, theirs_file, theirs_sheet, theirs_row, ours_id, theirs_id, rank, rule,
  confidence, amount_minor, quantity, days_apart
from read_parquet($file)
"""


def read_rows(
    file: Path, sql: str, on_part: Callable[[int], None] | None = None, /, **parameters: object
) -> Iterator[tuple[Any, ...]]:
    """Run a query over one Parquet file, tell per mille how far it is, and read its rows in batches."""
    with duckdb.connect(config={"threads": 2}) as connection:
        let_progress_be_asked(connection)
        with watched(connection, on_part=on_part):
            cursor = connection.execute(sql, {"file": str(file), **parameters})
        while rows := cursor.fetchmany(_BATCH):
            yield from rows
