"""Do all lines and all minor units that went in come out, and does each bridge meet?"""

from collections.abc import Mapping

from keytally.reconciliation.engine.clean import period_parameters
from keytally.reconciliation.engine.contract import Bar, Bridge, ClassTotal, ConservationBroken, LineClass, Request
from keytally.reconciliation.engine.plan import Plan, line_parameters, lines_sql
from keytally.reconciliation.engine.session import Session


def check_lines(session: Session, request: Request) -> None:
    """Refuse to go on unless every line is clean or open exactly once, and open or closed exactly once."""
    clean = session.count("select count(*) from clean")
    for side, lines in enumerate((request.ours, request.theirs)):
        waiting = session.count("select count(*) from line where side = $side", {"side": side})
        if clean + waiting != lines.accepted:
            raise broken(session, f"{lines.accepted} lines went in and {clean + waiting} came out")
    total, twice = session.rows(
        """select count(*), count(*) filter (where times > 1) from (select n, count(*) as times from (
            select distinct grp, a as n from pair union all select distinct grp, b from pair
            union all select cast(null as integer), n from lone union all select null, n from open) group by n)"""
    )[0]
    lines_open = session.count("select count(*) from line")
    if twice or total != lines_open:
        raise broken(session, f"{lines_open} open lines went in, {total} came out and {twice} of them twice")


def balances(session: Session, request: Request, plan: Plan) -> dict[str, tuple[int, int]]:
    """Sum both sides' lines of the period per currency that has amounts, as they were read."""
    inside = "where date is null or (date >= $period_from and date < $period_before)" if plan.period else ""
    totals: dict[str, tuple[int, int]] = {}
    valued: set[str] = set()
    for side, lines in enumerate((request.ours, request.theirs)):
        rows = session.rows(
            f"""select currency, coalesce(sum(amount), 0), count(amount)
                from ({lines_sql(lines)}) {inside} group by currency""",
            {**line_parameters(lines), **period_parameters(plan)},
        )
        for currency, total, amounts in rows:
            valued |= {str(currency)} if amounts else set()
            before = totals.get(str(currency), (0, 0))
            totals[str(currency)] = (int(str(total)), before[1]) if side == 0 else (before[0], int(str(total)))
    return {currency: total for currency, total in totals.items() if currency in valued or not valued}


def bridges(session: Session, request: Request, plan: Plan) -> tuple[Bridge, ...]:
    """Build the bridge of every currency and refuse any that does not meet."""
    bars: dict[str, list[Bar]] = {}
    for currency, cause, amount in session.rows(
        """with component as (
            select l.currency, v.cause, v.amount_minor - v.rest_minor as amount_minor
            from verdict v join line l on l.n = v.n
            union all
            select l.currency, v.rest_cause, v.rest_minor from verdict v join line l
                on l.n = v.n where v.rest_cause is not null)
        select currency, cause, sum(amount_minor) from component where amount_minor <> 0 group by all order by 1, 2"""
    ):
        bars.setdefault(str(currency), []).append(Bar(str(cause), int(str(amount))))
    totals = balances(session, request, plan)
    built = []
    for currency in sorted({*totals, *bars, *request.opening_minor}):
        ours, theirs = totals.get(currency, (0, 0))
        bridge = Bridge(currency, request.opening_minor.get(currency, 0), ours, tuple(bars.get(currency, ())), theirs)
        if ours - sum(bar.amount_minor for bar in bridge.bars) != theirs:
            raise broken(session, f"the bridge in {currency} does not lead from {ours} to {theirs}")
        built.append(bridge)
    return tuple(built)


def class_totals(session: Session) -> Mapping[LineClass, ClassTotal]:
    """Count the lines of both sides and sum the differences per class."""
    clean = session.count("select count(*) from clean")
    rows = session.rows(
        """select class, count(*) filter (where n > 0), count(*) filter (where n < 0), sum(amount_minor)
           from verdict group by class"""
    )
    totals = {
        LineClass(str(name)): ClassTotal(int(str(ours)), int(str(theirs)), int(str(amount)))
        for name, ours, theirs, amount in rows
    }
    matched = totals.get(LineClass.MATCHED, ClassTotal(0, 0, 0))
    totals[LineClass.MATCHED] = ClassTotal(
        matched.ours_lines + clean, matched.theirs_lines + clean, matched.amount_minor
    )
    return totals


def check_classes(session: Session, request: Request, totals: Mapping[LineClass, ClassTotal]) -> None:
    """Refuse a result in which a line has no class, or the classes do not sum to the lines."""
    out = (sum(total.ours_lines for total in totals.values()), sum(total.theirs_lines for total in totals.values()))
    if out != (request.ours.accepted, request.theirs.accepted):
        raise broken(
            session,
            f"{request.ours.accepted} and {request.theirs.accepted} lines went in, {out[0]} and {out[1]} have a class",
        )


def broken(session: Session, what: str) -> ConservationBroken:
    """Name the step after which something was lost."""
    return ConservationBroken(
        f"Nothing was written, because after the step {session.step_name!r} {what}; please report it with the files."
    )
