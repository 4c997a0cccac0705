"""How does a test write two small ledgers, tally them, and look at what came out?"""

import itertools
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from pathlib import Path

import duckdb

from keytally.exchange.canonical import LINE_TYPES, Column, LinesSource, SideLines, TableRef
from keytally.exchange.profile import MatchProfile
from keytally.reconciliation.engine.contract import Outcome, Request
from keytally.reconciliation.engine.run import run

FIRST_DAY = date(2026, 7, 1)


@dataclass(frozen=True, slots=True)
class Line:
    """One line as a test writes it: whole units, minor units, days counted from the first of July 2026."""

    doc: str | None = "INV-10001"
    q: int | None = 10
    a: int | None = 10_000
    day: int | None = 0
    store: str | None = "S1"
    item: str | None = "A1"
    order: str | None = None
    kind: str | None = None
    line_no: str | None = None
    gtin: str | None = None
    currency: str = "CNY"

    def values(self) -> tuple[object, ...]:
        """Return the canonical columns in the order of `LINE_TYPES`, without the row id."""
        on = None if self.day is None else FIRST_DAY + timedelta(days=self.day)
        quantity = None if self.q is None else self.q * 1000
        return (
            *(self.doc, self.kind, self.line_no, self.order, self.store, self.item, self.gtin),
            *(on, quantity, None, self.a, self.currency),
        )


NAMES = {
    Column.DOC_NO: "doc", Column.DOC_TYPE: "kind", Column.LINE_NO: "line_no", Column.ORDER_NO: "order",
    Column.STORE: "store", Column.ITEM: "item", Column.GTIN: "gtin", Column.DATE: "day", Column.QUANTITY: "q",
    Column.AMOUNT: "a",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Tally:
    """What came out of a run, read back from the written files."""

    outcome: Outcome
    links: list[dict[str, object]]
    residuals: list[dict[str, object]]
    candidates: list[dict[str, object]]

    def pairs(self) -> set[tuple[int, int]]:
        """Return the linked rows (ours, theirs)."""
        return {(int(str(k["ours_row"])), int(str(k["theirs_row"]))) for k in self.links}

    def shown(self) -> list[tuple[object, ...]]:
        """Return (ours row, theirs row, rule, class) of every link."""
        return [(k["ours_row"], k["theirs_row"], k["rule"], k["class"]) for k in self.links]

    def rest(self) -> dict[tuple[str, int], tuple[str, dict[str, int]]]:
        """Return class and components of every residual line by side and row."""
        return {
            (str(r["side"]), int(str(r["row"]))): (str(r["class"]), components(r["components"])) for r in self.residuals
        }

    def bars(self, currency: str = "CNY") -> dict[str, int]:
        """Return the bars of a currency's bridge."""
        found = [bridge for bridge in self.outcome.bridges if bridge.currency == currency]
        return {bar.cause: bar.amount_minor for bridge in found for bar in bridge.bars}

    def classes(self) -> dict[str, tuple[int, int, int]]:
        """Return the lines of both sides and the difference of every class that has any."""
        totals = self.outcome.classes.items()
        return {str(name): (t.ours_lines, t.theirs_lines, t.amount_minor) for name, t in totals}


def components(listed: object) -> dict[str, int]:
    """Return components as a mapping, refusing a cause that stands twice."""
    pairs = [(part["cause"], part["amount_minor"]) for part in listed]
    assert len(dict(pairs)) == len(pairs)
    return dict(pairs)


@cache
def workbench() -> duckdb.DuckDBPyConnection:
    """Open the one database in which tests write and read their files."""
    return duckdb.connect(":memory:")


def write_side(folder: Path, name: str, lines: Sequence[Line], *, cuts: Sequence[int] = ()) -> SideLines:
    """Write the lines of a side as typed Parquet, cut into several files where asked, and describe them."""
    edges = [0, *cuts, len(lines)]
    tables, sources = [], []
    for index, (start, end) in enumerate(itertools.pairwise(edges)):
        file = folder / f"{name}{index}.parquet"
        write_parquet(file, [(rid, *lines[rid - 1].values()) for rid in range(start + 1, end + 1)])
        tables.append(TableRef(file.name, None, start, end - start))
        parameter = f"{name}_{index}"
        sources.append(LinesSource(f"select * from read_parquet(${parameter})", {parameter: str(file)}))
    present = {column for column, field in NAMES.items() if any(getattr(line, field) is not None for line in lines)}
    return SideLines(tuple(tables), tuple(sources), frozenset(present | {Column.CURRENCY}), len(lines))


def write_parquet(file: Path, rows: Iterable[tuple[object, ...]]) -> None:
    """Write rows of canonical values as typed Parquet."""
    with workbench().cursor() as connection:
        connection.execute(
            f"create or replace temp table line ({', '.join(f'{n} {k}' for n, k in LINE_TYPES.items())})"
        )
        rows = list(rows)
        if rows:
            places = ", ".join("(" + ", ".join("?" for _ in LINE_TYPES) + ")" for _ in rows)
            connection.execute(f"insert into line values {places}", [value for row in rows for value in row])
        connection.execute("copy line to $file (format parquet)", {"file": str(file)})


def write_map(folder: Path, name: str, rows: Sequence[Mapping[str, object]]) -> Path:
    """Write a code map of (ours, theirs, starts_on, ends_before, gtin) as the engine reads it."""
    file = folder / f"{name}.parquet"
    with workbench().cursor() as connection:
        connection.execute(
            "create or replace temp table m (ours text, theirs text, gtin text, starts_on date, ends_before date)"
        )
        for row in rows:
            names = ("ours", "theirs", "gtin", "starts_on", "ends_before")
            connection.execute("insert into m values (?, ?, ?, ?, ?)", [row.get(column) for column in names])
        connection.execute("copy m to $file (format parquet)", {"file": str(file)})
    return file


def write_decisions(folder: Path, rows: Sequence[tuple[str, str, str]]) -> Path:
    """Write decisions (ours id, theirs id, decision) as the engine reads them."""
    file = folder / "decisions.parquet"
    with workbench().cursor() as connection:
        connection.execute(
            "create or replace temp table d (ours_id varchar, theirs_id varchar, decision varchar, reason varchar)"
        )
        for row in rows:
            connection.execute("insert into d values (?, ?, ?, null)", list(row))
        connection.execute("copy d to $file (format parquet)", {"file": str(file)})
    return file


def request_for(folder: Path, ours: Sequence[Line], theirs: Sequence[Line], **options: object) -> Request:
    """Write both sides below a folder and make the request to tally them."""
    folder.mkdir(parents=True, exist_ok=True)
    out, scratch = folder / "out", folder / "scratch"
    for made in (out, scratch):
        made.mkdir(exist_ok=True)
    match, cuts = options.pop("match", MatchProfile()), options.pop("cuts", {})
    named = (("ours", ours), ("theirs", theirs))
    sides = (write_side(folder, name, lines, cuts=cuts.get(name, ())) for name, lines in named)
    return Request(*sides, match, out, scratch, memory="512MB", threads=1, **options)


def tally(folder: Path, ours: Sequence[Line], theirs: Sequence[Line], **options: object) -> Tally:
    """Tally two small ledgers and read back what was written."""
    request = request_for(folder, ours, theirs, **options)
    return read_back(request.out, run(request))


def read_back(out: Path, outcome: Outcome) -> Tally:
    """Read the three files of a run."""
    return Tally(outcome, *(read_rows(out / f"{name}.parquet") for name in ("links", "residuals", "candidates")))


def read_rows(file: Path) -> list[dict[str, object]]:
    """Read a Parquet file as dictionaries, in an order that does not depend on the run."""
    with workbench().cursor() as connection:
        found = connection.execute("select * from read_parquet($file) order by all", {"file": str(file)})
        names = [column[0] for column in found.description]
        return [dict(zip(names, row, strict=True)) for row in found.fetchall()]
