"""Which lines agree in everything, so that nobody needs to look at them again?

One join over fingerprints nominates pairs while the files are read; bitmaps of row numbers find second claimants.
"""

from collections.abc import Mapping

from keytally.reconciliation.engine.codes import coded_sql
from keytally.reconciliation.engine.contract import Request
from keytally.reconciliation.engine.identity import id_sql
from keytally.reconciliation.engine.plan import Plan, line_parameters
from keytally.reconciliation.engine.session import Session

EPOCH = "date '1970-01-01'"
WORDS = {"ours_word": "a", "theirs_word": "-b"}
"""The bitmap tables and the row number each of them is about; a word covers 64 rows."""


def pair_clean_lines(session: Session, request: Request, plan: Plan) -> None:
    """Fill `clean` (a, b, days apart, look) and the bitmaps of the rows that stand in it.

    The look of a line is a hash of all that is compared but its number.
    """
    session.run("create table clean (a integer, b integer, days_apart integer, look ubigint)")
    if not plan.is_small and exact_rule(plan) in plan.match.rules:
        nominate(session, request, plan)
    mark_words(session)
    drop_second_claimants(session)
    leave_decided_lines(session, request)


def exact_rule(plan: Plan) -> str:
    """Name the rule that the clean pass stands for; none when the sides share no number."""
    if plan.lead is None:
        return ""
    return "exact_document" if plan.lead.short == "doc" else "exact_order"


def nominate(session: Session, request: Request, plan: Plan) -> None:
    """Pair the lines with equal fingerprints whose dates lie near each other and inside the period."""
    ours, theirs = (fingerprint_sql(session, request, plan, side=side) for side in (0, 1))
    session.run(
        f"""insert into clean select o.n, t.n, coalesce(o.day - t.day, 0), o.look
            from ({ours}) o join ({theirs}) t on o.print = t.print
            where coalesce(o.day - t.day, 0) between -$days and $days""",
        {"days": plan.match.window_days, **line_parameters(request.ours, request.theirs), **period_parameters(plan)},
    )


def fingerprint_sql(session: Session, request: Request, plan: Plan, *, side: int) -> str:
    """Compose a side's fingerprints: all compared fields in one 64-bit hash.

    Lines of special kinds, without a number or outside the period are left for the rules.
    """
    lead = plan.lead
    number = f"m.{lead.column}" if lead else "null"
    conditions = [f"{number} is not null"]
    if plan.period:
        conditions.append("(m.date is null or (m.date >= $period_from and m.date < $period_before))")
    if session.count("select count(*) from kind where side = $side", {"side": side}):
        conditions.append(f"(m.doc_type is null or m.doc_type not in (select doc_type from kind where side = {side}))")
    look = look_sql(plan, store="m.store_print", item="m.item_print")
    return f"""select m.n, m.date - {EPOCH} as day, {look} as look, hash({number}, {look}) as print
        from ({coded_sql(session, request, plan, side=side)}) m where {" and ".join(conditions)}"""


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
                f"select a, b from clean where {column} in ({found})",
                {"decisions": str(request.decisions), **line_parameters(lines)},
            )


def mark_words(session: Session) -> None:
    """Mark the rows that stand in `clean`, 64 to a word, and which of them stand in it more than once.

    A row marked an even number of times is missing from the exclusive or; a word in which a row is marked three times
    or more counts as marked twice throughout, which only sends clean lines on to the rules.
    """
    for table, row in WORDS.items():
        session.run(
            f"""create table {table} as
            with marked as (
                select ({row}) >> 6 as word, bit_or(cast(1 as ubigint) << (({row}) & 63)) as bits,
                    bit_xor(cast(1 as ubigint) << (({row}) & 63)) as odd, count(*) as marks
                from clean group by 1)
            select word, bits, case
                when marks = bit_count(bits) then cast(0 as ubigint)
                when marks = bit_count(bits) + bit_count(bits & ~odd) then bits & ~odd else bits end as twice
            from marked"""
        )


def drop_second_claimants(session: Session) -> None:
    """Drop every pair one of whose lines stands in a second pair, and clear the rows that are open again."""
    parts = " union ".join(
        f"""select c.a, c.b from clean c
            join (select word, twice from {table} where twice <> 0) w on w.word = ({row}) >> 6
            where (w.twice >> (({row}) & 63)) & 1 = 1"""
        for table, row in WORDS.items()
    )
    reopen(session, parts)


def reopen(session: Session, pairs: str, parameters: Mapping[str, object] | None = None) -> None:
    """Take some pairs out of `clean` and clear their rows, so that the rules see them."""
    session.run(f"create or replace table dropped as {pairs}", parameters)
    if session.count("select count(*) from dropped"):
        session.run("delete from clean where (a, b) in (select (a, b) from dropped)")
        for table, row in WORDS.items():
            clear_rows(session, table, f"select distinct {row} as row from dropped")


def clear_rows(session: Session, table: str, rows: str) -> None:
    """Clear the bits of some rows in a bitmap, so that they count as open."""
    session.run(
        f"""update {table} set bits = xor({table}.bits, gone.bits) from (
            select row >> 6 as word, bit_or(cast(1 as ubigint) << (row & 63)) as bits from ({rows}) group by 1) gone
            where {table}.word = gone.word"""
    )


def is_open_sql(row: str) -> str:
    """Compose the condition that a row does not stand in `clean`; `w` is the joined word."""
    return f"(w.word is null or (w.bits >> (({row}) & 63)) & 1 = 0)"
