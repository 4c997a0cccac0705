"""Which columns do these two sides share, which number leads, and may the clean pass be used?"""

from dataclasses import dataclass, replace
from datetime import date

from keytally.exchange.canonical import LINE_TYPES, Column, SideLines
from keytally.exchange.profile import MatchProfile, Measure
from keytally.reconciliation.engine.contract import Request
from keytally.reconciliation.engine.session import Session

SMALL_RUN_LINES = 1_000_000
SHARED_NUMBER_SHARE = 20
"""Document numbers are shared when they agree at least once for every so many order numbers that agree."""
SAMPLE_BLOCKS = 48
SAMPLE_BLOCK_ROWS = 2_048
"""On large runs so many rows, at so many places of the side with fewer lines, are looked for on the other side."""

SIDES = ("ours", "theirs")


@dataclass(frozen=True, slots=True)
class Number:
    """A column of document numbers, and how many of its (sampled) values stand on both sides."""

    column: Column
    agreeing: int

    @property
    def short(self) -> str:
        """Name the number in column names of the engine: doc or ord."""
        return "doc" if self.column is Column.DOC_NO else "ord"


@dataclass(frozen=True, slots=True)
class Plan:
    """What one run compares."""

    match: MatchProfile
    numbers: tuple[Number, ...]
    has_store: bool
    has_item: bool
    has_quantity: bool
    has_amount: bool
    is_small: bool
    period: tuple[date, date] | None

    @property
    def by_quantity(self) -> bool:
        """Tell whether the two sides meet by quantity, whatever their values."""
        return self.match.measure is Measure.QUANTITY

    @property
    def lead(self) -> Number | None:
        """Name the number that identifies a line, if any."""
        return self.numbers[0] if self.numbers else None


def make_plan(session: Session, request: Request) -> Plan:
    """Look at both sides and decide what is compared."""
    sides = [side for side in (request.ours, request.theirs) if side.accepted] or [request.ours]
    common = frozenset.intersection(*(side.present for side in sides))
    coded = [side.present & {Column.ITEM, Column.GTIN} for side in sides]
    plan = Plan(
        match=request.match,
        numbers=(),
        has_store=Column.STORE in common,
        has_item=all(coded),
        has_quantity=Column.QUANTITY in common,
        has_amount=Column.AMOUNT in common,
        is_small=request.ours.accepted + request.theirs.accepted <= SMALL_RUN_LINES,
        period=request.period,
    )
    return replace(plan, numbers=shared_numbers(session, common, is_small=plan.is_small))


def shared_numbers(session: Session, common: frozenset[Column], *, is_small: bool) -> tuple[Number, ...]:
    """List the number columns both sides share, the one that agrees more often first, documents before orders.

    Only agreeing values count, so that lines without a counterpart decide nothing.
    """
    columns = [column for column in (Column.DOC_NO, Column.ORDER_NO) if column in common]
    if len(columns) < 2:
        return tuple(Number(column, 0) for column in columns)
    document, documents = agreeing(session, Column.DOC_NO, is_small=is_small)
    if not is_small and document.agreeing * SHARED_NUMBER_SHARE < documents:
        return (Number(Column.ORDER_NO, 0),)
    order, _ = agreeing(session, Column.ORDER_NO, is_small=is_small)
    if document.agreeing * SHARED_NUMBER_SHARE < order.agreeing:
        return (order,)
    return tuple(sorted((document, order), key=lambda number: -number.agreeing))


def agreeing(session: Session, column: Column, *, is_small: bool) -> tuple[Number, int]:
    """Count the (sampled) values of a column on the side with fewer lines, and those the other side has too."""
    few, many = sorted((session.request.ours, session.request.theirs), key=lambda side: side.accepted)
    rows = "" if is_small else sample_sql(few)
    both, values = session.rows(
        f"""with few as (
            select distinct {column} as number from ({lines_sql(few, rows=rows)}) where {column} is not null),
        known as (select distinct m.{column} as number from ({lines_sql(many)}) m
            semi join few f on f.number = m.{column})
        select (select count(*) from known), (select count(*) from few)""",
        line_parameters(few, many),
    )[0]
    return Number(column, int(str(both))), int(str(values))


def sample_sql(side: SideLines) -> str:
    """Compose the SELECT of the row ids of blocks that lie evenly over a side."""
    last = max(table.base + table.rows for table in side.tables)
    return f"""(select cast(1 + block.range * {last // SAMPLE_BLOCKS} + r.range as integer) as rid
        from range({SAMPLE_BLOCKS}) block cross join range({SAMPLE_BLOCK_ROWS}) r)"""


def lines_sql(side: SideLines, *, rows: str = "") -> str:
    """Compose the SELECT of all accepted lines of a side, its columns named; or of those in a relation of `rid`."""
    columns = ", ".join(LINE_TYPES)
    parts = [f"select {columns} from ({source.only(rows) if rows else source.sql})" for source in side.sources]
    empty = ", ".join(f"cast(null as {kind}) as {name}" for name, kind in LINE_TYPES.items())
    return " union all ".join(parts) or f"select {empty} where false"


def line_parameters(*sides: SideLines) -> dict[str, object]:
    """Collect the parameters of the sources of some sides."""
    return {name: value for side in sides for source in side.sources for name, value in source.parameters.items()}
