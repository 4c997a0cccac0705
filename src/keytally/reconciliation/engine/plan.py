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
SAMPLE_MASK = 63
"""On large runs one number in 64 is looked at to see how many both sides share."""

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
    return replace(plan, numbers=shared_numbers(session, common, mask=0 if plan.is_small else SAMPLE_MASK))


def shared_numbers(session: Session, common: frozenset[Column], *, mask: int) -> tuple[Number, ...]:
    """List the number columns both sides share, the one that agrees more often first, documents before orders.

    Only agreeing values count, so that lines without a counterpart decide nothing.
    """
    columns = [column for column in (Column.DOC_NO, Column.ORDER_NO) if column in common]
    if len(columns) < 2:
        return tuple(Number(column, 0) for column in columns)
    document, documents = agreeing(session, Column.DOC_NO, mask=mask)
    if mask and document.agreeing * SHARED_NUMBER_SHARE < documents:
        return (Number(Column.ORDER_NO, 0),)
    order, _ = agreeing(session, Column.ORDER_NO, mask=mask)
    if document.agreeing * SHARED_NUMBER_SHARE < order.agreeing:
        return (order,)
    return tuple(sorted((document, order), key=lambda number: -number.agreeing))


def agreeing(session: Session, column: Column, *, mask: int) -> tuple[Number, int]:
    """Count the sampled values of a column that stand on both sides, and those of the side with fewer."""
    sides = (session.request.ours, session.request.theirs)
    parts = [
        f"select {column} as number, {side} = 0 as is_ours from ({lines_sql(lines)}) where hash({column}) & {mask} = 0"
        for side, lines in enumerate(sides)
    ]
    both, ours, theirs = session.rows(
        f"""with standing as (
            select number, bool_or(is_ours) as with_us, bool_or(not is_ours) as with_them
            from ({" union all ".join(parts)}) where number is not null group by number)
        select count(*) filter (where with_us and with_them), count(*) filter (where with_us),
            count(*) filter (where with_them) from standing""",
        line_parameters(*sides),
    )[0]
    return Number(column, int(str(both))), min(int(str(ours)), int(str(theirs)))


def lines_sql(side: SideLines, *, rows: str = "") -> str:
    """Compose the SELECT of all accepted lines of a side, its columns named; or of those in a relation of `rid`."""
    columns = ", ".join(LINE_TYPES)
    parts = [f"select {columns} from ({source.only(rows) if rows else source.sql})" for source in side.sources]
    empty = ", ".join(f"cast(null as {kind}) as {name}" for name, kind in LINE_TYPES.items())
    return " union all ".join(parts) or f"select {empty} where false"


def line_parameters(*sides: SideLines) -> dict[str, object]:
    """Collect the parameters of the sources of some sides."""
    return {name: value for side in sides for source in side.sources for name, value in source.parameters.items()}
