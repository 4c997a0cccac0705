"""In which class does a link or a lonely line end, and of which components is its difference made?"""

from keytally.exchange.profile import MatchProfile, Measure
from keytally.reconciliation.engine.plan import Plan
from keytally.reconciliation.engine.session import Session

GROUP_SQL = """
    create table linked_group as
    with member as (select distinct grp, a as n from pair union select distinct grp, b from pair),
    summed as (
        select m.grp,
            sum(l.amount) filter (where l.side = 0) as ours_a, sum(l.amount) filter (where l.side = 1) as theirs_a,
            sum(l.quantity) filter (where l.side = 0) as ours_q, sum(l.quantity) filter (where l.side = 1) as theirs_q,
            bool_and(l.quantity is not null) as has_q, bool_and(l.amount is not null) as has_a,
            min(l.currency) <> max(l.currency) as currencies_differ,
            min(l.store_key) <> max(l.store_key) as stores_differ,
            min(nullif(l.item_key, '')) <> max(nullif(l.item_key, '')) as items_differ,
            bool_and(l.is_inside) as all_inside, bool_or(l.is_inside) as any_inside,
            max(l.day) - min(l.day) as spread, max(l.n) as top_n, min(l.n) filter (where l.side = 0) as first_n,
            count(*) filter (where l.side = 0) as ours_lines, count(*) filter (where l.side = 1) as theirs_lines
        from member m join line l on l.n = m.n group by m.grp)
    select grp, coalesce(ours_a, 0) as ours_a, coalesce(theirs_a, 0) as theirs_a, coalesce(ours_q, 0) as ours_q,
        coalesce(theirs_q, 0) as theirs_q, has_q, has_a, currencies_differ, coalesce(stores_differ, false) as stores_differ,
        coalesce(items_differ, false) as items_differ, all_inside, any_inside, coalesce(spread, 0) as spread, first_n,
        ours_lines, theirs_lines
    from summed"""

MEASURED_SQL = """
    create table measured as
    with gap as (
        select g.*, ours_a - theirs_a as d, case when has_q then ours_q - theirs_q else 0 end as dq from linked_group g),
    priced as (
        select *, case
            when dq = 0 or not has_a then 0
            when ours_q <> 0 then cast(sign(dq) * sign(ours_a) * sign(ours_q) as hugeint)
                * ((2 * abs(dq) * abs(cast(ours_a as hugeint)) + abs(ours_q)) // (2 * abs(ours_q)))
            when theirs_q <> 0 then cast(sign(dq) * sign(theirs_a) * sign(theirs_q) as hugeint)
                * ((2 * abs(dq) * abs(cast(theirs_a as hugeint)) + abs(theirs_q)) // (2 * abs(theirs_q)))
            else d end as part
        from gap)
    select p.*, d - part as rest,
        abs(d) <= greatest(s.tolerance, abs(ours_a) * cast(s.ppm as hugeint) // 1000000) as is_within,
        abs(d - part) <= greatest(s.tolerance, abs(ours_a) * cast(s.ppm as hugeint) // 1000000) as rest_is_within,
        abs(d - part) * 2 * abs(ours_q) <= abs(dq) + 2 * abs(ours_q) as rest_is_rounding,
        exists (select 1 from tax_ratio r
            where abs((ours_a - part) * cast(r.theirs_ppm as hugeint) - cast(theirs_a as hugeint) * r.ours_ppm)
                <= greatest(r.ours_ppm, r.theirs_ppm) and abs(d - part) > 1) as is_tax,
        case when abs(theirs_q) < abs(ours_q) then 'SHORT' else 'OVER' end as q_class
    from priced p cross join setting s"""

TAIL = """when spread > s.days then 'TIMING' when stores_differ then 'WRONG_STORE' when items_differ then 'WRONG_ITEM'
    else 'MATCHED'"""

EDGE = """when not any_inside then 'OUTSIDE_PERIOD' when not all_inside then 'TIMING'
    when currencies_differ then 'CURRENCY'"""

BY_AMOUNT = f"""case {EDGE}
    when d = 0 and (dq = 0 or not s.is_both) then case {TAIL} end
    when dq = 0 and is_within then 'ROUNDING'
    when dq = 0 and is_tax then 'TAX'
    when dq = 0 and has_q then 'PRICE'
    when dq = 0 then 'UNEXPLAINED'
    when rest_is_rounding or rest_is_within then q_class
    else 'MIXED' end"""

BY_QUANTITY = f"""case {EDGE}
    when not has_q then 'UNEXPLAINED'
    when dq <> 0 then q_class
    when d <> 0 then 'VALUE_BASIS'
    else {{tail}} end""".replace("{tail}", f"case {TAIL} end")

LONE_CLASS = """case
    when not l.is_inside then 'OUTSIDE_PERIOD'
    when o.class is not null then o.class
    when l.family = 1 then 'PAYMENT_UNBOOKED'
    when l.family = 2 then 'DEDUCTION_UNKNOWN'
    when l.is_return then 'RETURN_UNBOOKED'
    when not l.is_cancelling and l.quantity < 0 then 'RETURN_UNBOOKED'
    when not l.is_cancelling and l.amount < 0 and l.quantity is null and l.item_key = '' and s.has_item then 'DEDUCTION_UNKNOWN'
    when l.side = 0 then 'NOT_RECEIVED'
    else 'NOT_IN_BOOKS' end"""


def load_settings(session: Session, plan: Plan) -> None:
    """Put what the rules compare by into one-row and ratio tables, so that no value is formatted into a step."""
    session.run("create table setting (tolerance bigint, ppm bigint, days integer, is_both boolean, has_item boolean)")
    match = plan.match
    session.run(
        "insert into setting values ($tolerance, $ppm, $days, $is_both, $has_item)",
        {
            "tolerance": match.tolerance_minor,
            "ppm": match.tolerance_ppm,
            "days": match.window_days,
            "is_both": match.measure is Measure.BOTH,
            "has_item": plan.has_item,
        },
    )
    session.run("create table tax_ratio (ours_ppm bigint, theirs_ppm bigint)")
    for ours, theirs in tax_ratios(match):
        session.run("insert into tax_ratio values ($ours, $theirs)", {"ours": ours, "theirs": theirs})


def tax_ratios(match: MatchProfile) -> list[tuple[int, int]]:
    """List the ratios in which amounts stand when one side takes another tax rate, or none.

    >>> tax_ratios(MatchProfile(tax_rates_ppm=(130_000,)))
    [(1000000, 1130000), (1130000, 1000000)]
    """
    factors = [1_000_000, *(1_000_000 + rate for rate in match.tax_rates_ppm)]
    return [(ours, theirs) for ours in factors for theirs in factors if ours != theirs]


def judge(session: Session, plan: Plan) -> None:
    """Give every group and every lonely line its class and components; fill `judged` and `verdict`."""
    session.run(GROUP_SQL)
    session.run(MEASURED_SQL)
    session.run(
        f"""create table judged as
        select m.*, {BY_QUANTITY if plan.by_quantity else BY_AMOUNT} as class from measured m cross join setting s"""
    )
    session.run(VERDICT_SQL, {"by_quantity": plan.by_quantity})
    session.run(
        f"""insert into verdict
        select l.n, {LONE_CLASS} as class, cast(null as integer) as grp,
            case when l.is_inside then coalesce(l.amount, 0) * (1 - 2 * l.side) else 0 end as amount_minor,
            case when l.is_inside then coalesce(l.quantity, 0) * (1 - 2 * l.side) else 0 end as quantity,
            {LONE_CLASS} as cause, cast(null as varchar) as rest_cause, cast(0 as bigint) as rest_minor
        from line l anti join (select a as n from pair union all select b from pair) k on k.n = l.n
        left join lone o on o.n = l.n cross join setting s"""
    )


VERDICT_SQL = """
    create table verdict as
    with member as (select distinct grp, a as n from pair union select distinct grp, b from pair),
    own as (
        select m.grp, m.n, g.class, g.d, g.dq, g.part, g.rest, g.q_class, g.rest_is_rounding, g.rest_is_within, g.is_tax,
            g.has_a, g.first_n = m.n as is_first, g.class = 'CURRENCY' or (g.class = 'TIMING' and not g.all_inside) as is_own,
            case when l.is_inside then coalesce(l.amount, 0) * (1 - 2 * l.side) else 0 end as own_a,
            case when l.is_inside then coalesce(l.quantity, 0) * (1 - 2 * l.side) else 0 end as own_q
        from member m join judged g on g.grp = m.grp join line l on l.n = m.n)
    select n, class, grp,
        cast(case when class = 'OUTSIDE_PERIOD' then 0 when is_own then own_a when is_first then d else 0 end as bigint) as amount_minor,
        cast(case when class = 'OUTSIDE_PERIOD' then 0 when is_own then own_q when is_first then dq else 0 end as bigint) as quantity,
        case when class in ('SHORT', 'OVER', 'MIXED') then q_class else class end as cause,
        case when not is_first or class not in ('SHORT', 'OVER', 'MIXED') or rest = 0 then null
            when class = 'MIXED' then case when is_tax then 'TAX' else 'PRICE' end
            when by_quantity then 'VALUE_BASIS'
            when rest_is_rounding then null else 'ROUNDING' end as rest_cause,
        cast(rest as bigint) as rest_minor
    from own cross join (select $by_quantity as by_quantity)"""
