"""In which class does a link or a lonely line end, and of which components is its difference made?"""

from keytally.exchange.profile import MatchProfile, Measure
from keytally.reconciliation.engine.plan import Plan
from keytally.reconciliation.engine.session import Session

SINGLE_SQL = """
    create table linked_group as
    select p.grp, coalesce(o.amount, 0) as ours_a, coalesce(t.amount, 0) as theirs_a, coalesce(o.quantity, 0) as ours_q,
        coalesce(t.quantity, 0) as theirs_q, o.quantity is not null and t.quantity is not null as has_q,
        o.amount is not null and t.amount is not null as has_a, o.currency <> t.currency as currencies_differ,
        o.store_key <> t.store_key as stores_differ, o.item_key <> t.item_key and o.item_key <> 0
            and t.item_key <> 0 as items_differ,
        o.is_inside as ours_inside, t.is_inside as theirs_inside, o.is_inside and t.is_inside as all_inside,
        o.is_inside or t.is_inside as any_inside, coalesce(abs(o.day - t.day), 0) as spread, 2 as lines,
        p.a as first_n, p.b as other_n
    from pair p join line o on o.n = p.a and o.side = 0 join line t on t.n = p.b and t.side = 1
    where p.grp not in (select grp from many)"""

MANY_SQL = """
    insert into linked_group
    with member as (select distinct grp, a as n from pair semi join many using (grp)
        union select distinct grp, b from pair semi join many using (grp))
    select m.grp, coalesce(sum(l.amount) filter (where l.side = 0), 0),
        coalesce(sum(l.amount) filter (where l.side = 1), 0),
        coalesce(sum(l.quantity) filter (where l.side = 0), 0), coalesce(sum(l.quantity) filter (where l.side = 1), 0),
        bool_and(l.quantity is not null), bool_and(l.amount is not null), min(l.currency) <> max(l.currency),
        min(l.store_key) <> max(l.store_key), coalesce(min(nullif(l.item_key, 0)) <> max(nullif(l.item_key, 0)),
            false),
        bool_or(l.is_inside) filter (where l.side = 0), bool_or(l.is_inside) filter (where l.side = 1),
        bool_and(l.is_inside), bool_or(l.is_inside), coalesce(max(l.day) - min(l.day), 0), count(*),
        min(l.n) filter (where l.side = 0), cast(null as integer)
    from member m join line l on l.n = m.n cross join setting s group by m.grp"""
"""Sums over the groups of more than two lines; `other_n` is NULL there.

Every line was rounded once, so that a sum of many may stray from a tax ratio by half a minor unit for each.
"""


def _at_price_of(side: str) -> str:
    """Write what the quantity between two sides is worth at the price of one of them, rounded half up."""
    return f"""cast(sign(dq) * sign({side}_a) * sign({side}_q) as hugeint)
        * ((2 * abs(dq) * abs(cast({side}_a as hugeint)) + abs({side}_q)) // nullif(2 * abs({side}_q), 0))"""


IS_ROUNDING_AT_THEIR_PRICE = f"""coalesce(
        abs(d - {_at_price_of("theirs")}) * 2 * abs(theirs_q) <= abs(dq) + 2 * abs(theirs_q), false)"""
"""The rest of a difference is one minor unit, or what rounding their price left."""

MEASURED_SQL = f"""
    with gap as (
        select g.*, cast(ours_a as hugeint) - theirs_a as d,
            case when has_q then cast(ours_q as hugeint) - theirs_q else 0 end as dq
            from linked_group g),
    priced as (
        select *, case
            when dq = 0 or not has_a then 0
            when ours_q <> 0 then {_at_price_of("ours")}
            when theirs_q <> 0 then {_at_price_of("theirs")}
            else d end as part
        from gap)
    select p.*, d - part as rest,
        abs(d) <= greatest(s.tolerance, abs(ours_a) * cast(s.ppm as hugeint) // 1000000) as is_within,
        abs(d - part) <= greatest(s.tolerance, abs(ours_a) * cast(s.ppm as hugeint) // 1000000) as rest_is_within,
        case when dq = 0 then false
            when not has_a then abs(d) <= 1
            when ours_q <> 0 and abs(d - part) * 2 * abs(ours_q) <= abs(dq) + 2 * abs(ours_q) then true
            else {IS_ROUNDING_AT_THEIR_PRICE} end as rest_is_rounding,
        exists (select 1 from tax_ratio r
            where abs((ours_a - part) * cast(r.theirs_ppm as hugeint) - cast(theirs_a as hugeint) * r.ours_ppm) * 2
                <= greatest(r.ours_ppm, r.theirs_ppm) * p.lines and abs(d - part) > 1) as is_tax,
        case when abs(theirs_q) < abs(ours_q) or (abs(theirs_q) = abs(ours_q) and dq > 0) then 'SHORT'
            else 'OVER' end as q_class
    from priced p cross join setting s"""

TAIL = """when spread > s.days then 'TIMING' when stores_differ then 'WRONG_STORE' when items_differ then 'WRONG_ITEM'
    else 'MATCHED'"""

EDGE = """when not any_inside then 'OUTSIDE_PERIOD' when not all_inside then 'TIMING'
    when currencies_differ and s.has_amount then 'CURRENCY'"""

BY_AMOUNT = f"""case {EDGE}
    when d = 0 and (dq = 0 or not s.is_both) then case {TAIL} end
    when dq = 0 and is_within then 'ROUNDING'
    when dq = 0 and is_tax then 'TAX'
    when dq = 0 and has_q and has_a then 'PRICE'
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
    when not l.is_cancelling and l.amount < 0 and l.quantity is null and l.item_key = 0 and s.has_item
        then 'DEDUCTION_UNKNOWN'
    when l.side = 0 then 'NOT_RECEIVED'
    else 'NOT_IN_BOOKS' end"""


def load_settings(session: Session, plan: Plan) -> None:
    """Put what the rules compare by into one-row and ratio tables, so that no value is formatted into a step."""
    session.run(
        """create table setting (
            tolerance bigint, ppm bigint, days integer, is_both boolean, has_item boolean, has_amount boolean)"""
    )
    match = plan.match
    session.run(
        "insert into setting values ($tolerance, $ppm, $days, $is_both, $has_item, $has_amount)",
        {
            "tolerance": match.tolerance_minor,
            "ppm": match.tolerance_ppm,
            "days": match.window_days,
            "is_both": match.measure is Measure.BOTH,
            "has_item": plan.has_item,
            "has_amount": plan.has_amount,
        },
    )
    session.run("create table tax_ratio (ours_ppm bigint, theirs_ppm bigint)")
    ratios = tax_ratios(match)
    session.run(
        "insert into tax_ratio select unnest($ours::bigint[]), unnest($theirs::bigint[])",
        {"ours": [ours for ours, _ in ratios], "theirs": [theirs for _, theirs in ratios]},
    )


def tax_ratios(match: MatchProfile) -> list[tuple[int, int]]:
    """List the ratios in which amounts stand when one side takes another tax rate, or none.

    >>> tax_ratios(MatchProfile(tax_rates_ppm=(130_000,)))
    [(1000000, 1130000), (1130000, 1000000)]
    """
    factors = [1_000_000, *(1_000_000 + rate for rate in match.tax_rates_ppm)]
    return [(ours, theirs) for ours in factors for theirs in factors if ours != theirs]


def judge(session: Session, plan: Plan) -> None:
    """Give every group and every lonely line its class and components; fill `judged` and `verdict`."""
    session.run("create table many as select grp from pair group by grp having count(*) > 1")
    session.run(SINGLE_SQL)
    session.run(MANY_SQL)
    session.run(
        f"""create table judged as
        select m.*, {BY_QUANTITY if plan.by_quantity else BY_AMOUNT} as class
        from ({MEASURED_SQL}) m cross join setting s"""
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


IS_OWN = "(currencies_differ or (class = 'TIMING' and not all_inside))"
"""Each line of the group stands with its own amount, since the group has no difference in one bridge and period."""

VERDICT_SQL = f"""
    create table verdict as
    with own as (
        select g.first_n as n, g.grp, g.class, true as is_first, g.ours_a * cast(g.ours_inside as integer) as own_a,
            g.ours_q * cast(g.ours_inside as integer) as own_q, g.all_inside, g.currencies_differ, g.d, g.dq, g.rest,
                g.q_class, g.rest_is_rounding, g.is_tax
        from judged g where g.other_n is not null
        union all
        select g.other_n, g.grp, g.class, false, -g.theirs_a * cast(g.theirs_inside as integer),
            -g.theirs_q * cast(g.theirs_inside as integer), g.all_inside, g.currencies_differ, g.d, g.dq, g.rest,
                g.q_class, g.rest_is_rounding, g.is_tax
        from judged g where g.other_n is not null
        union all
        select m.n, g.grp, g.class, g.first_n = m.n,
            coalesce(l.amount, 0) * (1 - 2 * l.side) * cast(l.is_inside as integer),
            coalesce(l.quantity, 0) * (1 - 2 * l.side) * cast(l.is_inside as integer),
            g.all_inside, g.currencies_differ, g.d, g.dq, g.rest, g.q_class, g.rest_is_rounding, g.is_tax
        from (select grp, a as n from pair semi join many using (grp)
            union select grp, b from pair semi join many using (grp)) m
        join judged g on g.grp = m.grp and g.other_n is null join line l on l.n = m.n),
    split as (
        select n, grp, class, is_first, own_a, own_q, d, dq, rest, q_class, rest_is_rounding, is_tax,
            {IS_OWN} as is_own from own),
    caused as (
        select n, class, grp,
            cast(case when class = 'OUTSIDE_PERIOD' then 0 when is_own then own_a when is_first then d
                else 0 end as bigint) as amount_minor,
            cast(case when class = 'OUTSIDE_PERIOD' then 0 when is_own then own_q when is_first then dq
                else 0 end as bigint) as quantity,
            case when class in ('SHORT', 'OVER', 'MIXED') then q_class else class end as cause,
            case when is_own or not is_first or class not in ('SHORT', 'OVER', 'MIXED') or rest = 0 then null
                when class = 'MIXED' then case when is_tax then 'TAX' else 'PRICE' end
                when $by_quantity then 'VALUE_BASIS'
                when rest_is_rounding then null else 'ROUNDING' end as rest_cause,
            cast(rest as bigint) as rest_minor
        from split)
    select n, class, grp, amount_minor, quantity, cause, rest_cause,
        case when rest_cause is null then 0 else rest_minor end as rest_minor
    from caused"""
