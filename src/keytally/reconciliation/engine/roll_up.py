"""Where do two sides meet when one settles by store and the other by head office, and what is each store's part?

A roll-up says of every code where it meets: a store at its head office, a warehouse there too, a head office at
itself. Lines are rolled up only where the other side has a line of the same number and item for the head office.
"""

from collections.abc import Iterator, Mapping
from pathlib import Path

from keytally.reconciliation.engine.codes import mapped_sql
from keytally.reconciliation.engine.contract import ConservationBroken, Request
from keytally.reconciliation.engine.maps import code_in, validity_of
from keytally.reconciliation.engine.opening import code_key
from keytally.reconciliation.engine.pairing import Rule, take
from keytally.reconciliation.engine.plan import Number, Plan, line_parameters, lines_sql
from keytally.reconciliation.engine.same_number import SAME_SIGN, link_subset, link_whole_set, pair_columns
from keytally.reconciliation.engine.session import Session
from keytally.reconciliation.engine.tables import TableShape, read_table, write_parquet

ROLL_UP = TableShape("code,meets,kind[,from,to]", required=("code", "meets", "kind"), optional=("from", "to"))
SUB_BALANCES = "sub_balances.parquet"
STORE = "store"
_TYPES: Mapping[str, str] = {
    "code": "VARCHAR",
    "meets": "VARCHAR",
    "is_store": "BOOLEAN",
    "starts_on": "DATE",
    "ends_before": "DATE",
}


def convert_roll_up(file: Path, *, into: Path) -> None:
    """Turn a roll-up as a table has it into the Parquet file that the engine reads."""
    write_parquet(_rows(file), types=_TYPES, file=into)


def _rows(file: Path) -> Iterator[tuple[str | None, ...]]:
    for row in read_table(file, shape=ROLL_UP):
        is_store = str(row.needed("kind") == STORE).lower()
        yield code_in(row, "code"), code_in(row, "meets"), is_store, *validity_of(row)


def load_roll_up(session: Session, request: Request) -> None:
    """Fill `roll` (code, meets, is_store, first_day, last_day) with keys of codes and days as the lines have them."""
    source = "read_parquet($path)" if request.roll_up else ROLL_NOTHING
    session.run(
        f"""create table roll as
        select {code_key("code")} as code, {code_key("meets")} as meets, is_store,
            coalesce(starts_on - date '1970-01-01', -1000000) as first_day,
            coalesce(ends_before - date '1970-01-01', 10000000) - 1 as last_day from {source}""",
        {"path": str(request.roll_up)} if request.roll_up else {},
    )
    session.run("create table moved_line (n integer, store varchar, is_store boolean)")


ROLL_NOTHING = """(select cast(null as varchar) as code, cast(null as varchar) as meets, true as is_store,
    cast(null as date) as starts_on, cast(null as date) as ends_before where false)"""


def meet_at_head_office(session: Session, plan: Plan) -> None:
    """Roll lines up to the head office where the other side has only a line of it, and link what belongs together."""
    if not plan.has_store or not session.count("select count(*) from roll"):
        return
    for number in plan.numbers:
        if move_up(session, number):
            for one in (0, 1):
                link_whole_set(session, plan, number, one=one, rule="roll_up")
                for parts in (2, 3):
                    link_subset(session, plan, number, one=one, parts=parts, rule="roll_up")
                link_differing_set(session, number, one=one)
        session.run("drop table moved")


def move_up(session: Session, number: Number) -> int:
    """Give lines that can only meet at the head office its place and key; return how many lines."""
    core, key = f"{number.short}_core", f"{number.short}_key"
    alike = f"partition by {core}, meets, item, family, currency"
    moved = session.run(
        f"""create table moved as
        with named as (
            select distinct k.number, r.code, r.meets, r.is_store, r.first_day, r.last_day
            from roll r join coded k on k.key = r.code),
        rolled as (
            select l.n, l.side, l.{core}, l.place, l.{key}, l.store, l.item, l.family, l.currency,
                r.code, r.meets, r.is_store
            from open l join named r
                on r.number = l.store and coalesce(l.day, r.last_day) between r.first_day and r.last_day
            where l.{core} is not null),
        counted as (
            select n, code, is_store, min(store) filter (where not is_store) over ({alike}) as store,
                min(place) filter (where not is_store) over ({alike}) as place,
                min({key}) filter (where not is_store) over ({alike}) as key,
                count(*) filter (where side = 0 and is_store) over ({alike}) as our_stores,
                count(*) filter (where side = 1 and is_store) over ({alike}) as their_stores,
                count(*) filter (where side = 0 and not is_store) over ({alike}) as our_offices,
                count(*) filter (where side = 1 and not is_store) over ({alike}) as their_offices
            from rolled)
        select n, code, is_store, store, place, key from counted
        where (our_stores > 0 and their_offices > 0) or (their_stores > 0 and our_offices > 0)"""
    )
    session.run("insert into moved_line select n, code, is_store from moved where n not in (select n from moved_line)")
    session.run(f"update open set store = m.store, place = m.place, {key} = m.key from moved m where open.n = m.n")
    session.run(f"update line set store_key = m.store, {key} = m.key from moved m where line.n = m.n")
    return moved


def link_differing_set(session: Session, number: Number, *, one: int) -> None:
    """Link the only line of a rolled-up key to all of the other side's, though they do not add up."""
    key = f"{number.short}_key"
    session.run(
        f"""create table found as
        with counted as (
            select l.{key} as key, min(l.n) filter (where l.side = {one}) as n from open l
            semi join moved m on m.n = l.n where l.{key} is not null group by 1
            having count(*) filter (where l.side = {one}) = 1 and count(*) filter (where l.side = {1 - one}) > 0),
        part as (
            select o.n as one_n, t.n from counted c join open o on o.n = c.n
            join open t on t.{key} = c.key and t.side = {1 - one} where {SAME_SIGN})
        select {pair_columns(one, "p.one_n", "p.n")} from part p"""
    )
    take(session, Rule("roll_up", 88))


def write_sub_balances(session: Session, request: Request, plan: Plan) -> None:
    """Write what each store, and what each head office for none of them, has on both sides; they add up to both."""
    if not plan.has_store or not plan.has_amount or not session.count("select count(*) from roll"):
        return
    parts = [_totals_sql(session, request, plan, side=side) for side in (0, 1)]
    parameters = {**line_parameters(request.ours, request.theirs), **_period(plan)}
    session.run(f"create table own_total as {' union all '.join(parts)}", parameters)
    session.run("create table told_total as " + TOLD_SQL)
    session.run(SUB_BALANCES_SQL)
    _check(session)
    session.run(
        "copy (select * from sub_balance order by currency, store) to $path (format parquet)",
        {"path": str(request.out / SUB_BALANCES)},
    )


def _totals_sql(session: Session, request: Request, plan: Plan, *, side: int) -> str:
    """Compose the sums of a side's lines by the store they name, as the maps read it."""
    inside = "where date is null or (date >= $period_from and date < $period_before)" if plan.period else ""
    lines = lines_sql((request.ours, request.theirs)[side])
    relation = f"(select * from ({lines}) {inside})" if inside else f"({lines})"
    return f"""select cast({side} as tinyint) as side, {code_key("m.store_code")} as store, m.currency,
        count(*) as lines, cast(coalesce(sum(m.amount), 0) as bigint) as minor
        from ({mapped_sql(session, request, plan, side=side, relation=relation)}) m group by 1, 2, 3"""


def _period(plan: Plan) -> dict[str, object]:
    return {"period_from": plan.period[0], "period_before": plan.period[1]} if plan.period else {}


TOLD_SQL = """
    with told as (
        select k.grp, x.side, x.n, x.currency, x.amount, x.is_inside, m.store, m.is_store
        from (
            select grp, a as n from pair where rule = 'roll_up' union select grp, b from pair where rule = 'roll_up') k
        join line x on x.n = k.n join moved_line m on m.n = k.n),
    whole as (
        select grp, min(store) filter (where not is_store) as office from told group by grp
        having bool_and(is_inside) and min(currency) = max(currency) and bool_or(is_store) and bool_or(not is_store)
            and bool_and(is_store = (side = 0)) <> bool_and(is_store = (side = 1)))
    select 1 - t.side as side, t.store, t.currency, t.amount as minor from told t semi join whole w on w.grp = t.grp
        where t.is_store
    union all
    select 1 - t.side, w.office, t.currency, -t.amount from told t join whole w on w.grp = t.grp where t.is_store"""
"""What the head office's lines are told to be of each store by the other side's lines, taken off the head office."""

SUB_BALANCES_SQL = """
    create table sub_balance as
    with every as (
        select side, store, currency, lines, minor, 0 as told from own_total
        union all select side, store, currency, 0, 0, minor from told_total),
    summed as (
        select store, currency, cast(coalesce(sum(lines) filter (where side = 0), 0) as bigint) as ours_lines,
            cast(coalesce(sum(lines) filter (where side = 1), 0) as bigint) as theirs_lines,
            cast(coalesce(sum(minor + told) filter (where side = 0), 0) as bigint) as ours_minor,
            cast(coalesce(sum(minor + told) filter (where side = 1), 0) as bigint) as theirs_minor,
            cast(coalesce(sum(told) filter (where side = 0), 0) as bigint) as ours_told_minor,
            cast(coalesce(sum(told) filter (where side = 1), 0) as bigint) as theirs_told_minor
        from every group by store, currency)
    select s.store, coalesce(r.is_store, false) as is_store, coalesce(r.meets, s.store) as meets, s.currency,
        s.ours_lines, s.theirs_lines, s.ours_minor, s.theirs_minor, s.ours_told_minor, s.theirs_told_minor
    from summed s left join (select code, bool_and(is_store) as is_store, min(meets) as meets from roll group by code) r
        on r.code = s.store"""


def _check(session: Session) -> None:
    """Refuse sub-balances that do not add up to the lines of both sides."""
    gaps = session.rows(
        """with own as (select currency, side, sum(minor) as minor from own_total group by all),
        sub as (
            select currency, 0 as side, sum(ours_minor) as minor from sub_balance group by currency
            union all select currency, 1, sum(theirs_minor) from sub_balance group by currency)
        select s.currency from sub s left join own o on o.currency = s.currency and o.side = s.side
        where s.minor <> coalesce(o.minor, 0)"""
    )
    if gaps:
        raise ConservationBroken(
            f"Nothing was written, because the stores' balances in {gaps[0][0]} do not add up;"
            " please report it with the files."
        )
