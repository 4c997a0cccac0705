"""Which lines agree in everything, so that nobody needs to look at them again?

One full join over fingerprints nominates pairs while the files are read, and tells the rows that nothing agrees with;
bitmaps of row numbers find second claimants.
"""

from collections.abc import Mapping

from keytally.reconciliation.engine.codes import coded_sql
from keytally.reconciliation.engine.contract import Request
from keytally.reconciliation.engine.identity import id_sql
from keytally.reconciliation.engine.plan import Plan, line_parameters
from keytally.reconciliation.engine.session import Session

EPOCH = "date '1970-01-01'"
ROWS = {"ours": "a", "theirs": "-b"}
"""The sides of a pair and the row number each of them is about."""

COUNTED_BY_PLACE_BITS = 20
"""Words whose numbers lie so near each other are counted in an array, not hashed: those of 64 million rows."""


def pair_clean_lines(session: Session, request: Request, plan: Plan) -> None:
    """Fill `clean` (a, b, days apart, look), and `ours_row` and `theirs_row` with the rows left open.

    The look of a line is a hash of all that is compared but its number. Where there is no clean pass, every row is left
    open, and none is listed.
    """
    session.run("create table clean (a integer, b integer, days_apart integer, look ubigint)")
    if not has_clean_pass(plan):
        return
    nominate(session, request, plan)
    session.run("create table ours_row as select a as rid from clean where b is null")
    session.run("create table theirs_row as select -b as rid from clean where a is null")
    session.run("delete from clean where a is null or b is null")
    drop_second_claimants(session)
    leave_decided_lines(session, request)


def has_clean_pass(plan: Plan) -> bool:
    """Tell whether clean lines are paired before any line is opened: on large runs whose rules allow it."""
    return not plan.is_small and exact_rule(plan) in plan.match.rules


def exact_rule(plan: Plan) -> str:
    """Name the rule that the clean pass stands for; none when the sides share no number."""
    if plan.lead is None:
        return ""
    return "exact_document" if plan.lead.short == "doc" else "exact_order"


def nominate(session: Session, request: Request, plan: Plan) -> None:
    """Pair the lines with equal fingerprints whose dates lie near each other; every other line stands alone."""
    ours, theirs = (fingerprint_sql(session, request, plan, side=side) for side in (0, 1))
    session.run(
        f"""insert into clean select o.n, t.n, coalesce(o.date - t.date, 0), t.look
            from (select n, date, print from ({ours})) o full join ({theirs}) t
            on o.print = t.print and coalesce(o.date - t.date, 0) between -$days and $days""",
        {"days": plan.match.window_days, **line_parameters(request.ours, request.theirs), **period_parameters(plan)},
    )


def fingerprint_sql(session: Session, request: Request, plan: Plan, *, side: int) -> str:
    """Compose a side's fingerprints: all compared fields in one 64-bit hash.

    Lines of special kinds, without a number or outside the period have none, and are left for the rules.
    """
    lead = plan.lead
    number = f"m.{lead.column}" if lead else "null"
    special = [f"{number} is null"]
    if plan.period:
        special.append("m.date < $period_from or m.date >= $period_before")
    if session.count("select count(*) from kind where side = $side", {"side": side}):
        special.append(f"m.doc_type in (select doc_type from kind where side = {side})")
    look = look_sql(plan, store="m.store_print", item="m.item_print")
    return f"""select m.n, m.date, {look} as look,
        case when {" or ".join(special)} then null else hash({number}, {look}) end as print
        from ({coded_sql(session, request, plan, side=side)}) m"""


def look_sql(plan: Plan, *, store: str, item: str) -> str:
    """Compose the look of a line `m`, the hash of all that is compared but its number, from the hashes of its codes."""
    figures = [f"m.{name}" for name, there in (("quantity", plan.has_quantity), ("amount", plan.has_amount)) if there]
    return f"hash({', '.join((store, item, 'm.currency', *figures))})"


def period_parameters(plan: Plan) -> dict[str, object]:
    """Return the parameters of the period, where there is one."""
    return {"period_from": plan.period[0], "period_before": plan.period[1]} if plan.period else {}


def leave_decided_lines(session: Session, request: Request) -> None:
    """Take lines that a person decided on out of the clean pairs, so that the decision rules them."""
    if request.decisions is None:
        return
    for side, (column, lines) in enumerate((("a", request.ours), ("b", request.theirs))):
        decided = ("ours_id", "theirs_id")[side]
        found = " union all ".join(
            f"select {'-' if side else ''}l.rid as n from ({source.sql}) l"
            f" where {id_sql('l', occurrence='1')} in (select {decided} from read_parquet($decisions))"
            for source in lines.sources
        )
        if found:
            reopen(
                session,
                f"select rowid as place, a, b from clean where {column} in ({found})",
                {"decisions": str(request.decisions), **line_parameters(lines)},
            )


def drop_second_claimants(session: Session) -> None:
    """Drop every pair one of whose lines stands in a second pair, and open their rows again."""
    parts = " union all ".join(
        f"""select c.rowid as place, c.a, c.b from clean c join ({twice_sql(row)}) w on w.word = {word_sql(row)}
            where w.twice & {bit_sql(row)} <> 0"""
        for row in ROWS.values()
    )
    session.run(f"set perfect_ht_threshold = {COUNTED_BY_PLACE_BITS}")
    reopen(session, parts)
    session.run("reset perfect_ht_threshold")


def twice_sql(row: str) -> str:
    """Compose the SELECT of the rows that stand in `clean` more than once, as bits, 64 to a word.

    A row marked an even number of times is missing from the exclusive or; a word in which a row is marked three times
    or more counts as marked twice throughout, which only sends clean lines on to the rules.
    """
    return f"""select word, case when marks = bit_count(bits) + bit_count(bits & ~odd) then bits & ~odd else bits
            end as twice
        from (
            select {word_sql(row)} as word, bit_or({bit_sql(row)}) as bits, bit_xor({bit_sql(row)}) as odd,
                count(*) as marks
            from clean group by 1 having marks <> bit_count(bits))"""


def word_sql(row: str) -> str:
    """Compose the word of a row; by a division, whose bounds the database knows, so that it counts words by place."""
    return f"{row} // 64"


def bit_sql(row: str) -> str:
    """Compose the bit of a row in its word; both sides of the shift are of one type, as no other is fast."""
    return f"(cast(1 as ubigint) << cast(({row}) & 63 as ubigint))"


def reopen(session: Session, pairs: str, parameters: Mapping[str, object] | None = None) -> None:
    """Take pairs (place, a, b) out of `clean`, so that the rules see their rows."""
    if session.run(f"create table dropped as {pairs}", parameters):
        for side, row in ROWS.items():
            session.run(f"insert into {side}_row select distinct {row} from dropped")
        session.run("delete from clean where rowid in (select place from dropped)")
    session.run("drop table dropped")
