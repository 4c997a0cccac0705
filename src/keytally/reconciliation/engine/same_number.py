"""Which open lines carry the same number: do they agree, or differ, or add up?"""

from keytally.exchange.profile import Measure
from keytally.reconciliation.engine.pairing import Rule, pair_in_order, pair_mutual_best, take
from keytally.reconciliation.engine.plan import Number, Plan
from keytally.reconciliation.engine.session import Session

TWINS = ("doc_key", "ord_key", "place", "q", "p", "a")
WITHIN_TOLERANCE = (
    "abs(cast({ours} as hugeint) - {theirs}) <= greatest(s.tolerance, abs({ours}) * cast(s.ppm as hugeint) // 1000000)"
)
DAYS_APART = "least(abs(coalesce(o.day - t.day, 0)), 9999)"
SAME_PRICE = "abs(cast(o.a as hugeint) * t.q - cast(t.a as hugeint) * o.q) <= greatest(abs(o.q), abs(t.q))"
"""The two unit prices differ by less than a minor unit on either line."""

NEAR_PRICE = "abs(cast(o.a as hugeint) * t.q - cast(t.a as hugeint) * o.q) * 4 <= abs(cast(o.a as hugeint) * t.q)"
"""The two unit prices differ by a quarter at most."""

SAME_SIGN = "coalesce(sign(o.a) * sign(t.a), 1) >= 0 and coalesce(sign(o.q) * sign(t.q), 1) >= 0"
"""The lines go the same way: a return and a delivery are never one thing."""

MOST_ALIKE = 40
"""Lines a side that may look alike for each to be compared with each."""

MOST_RIVALS = 12
"""Lines a side may have under one key for the key to tell which of them differ from which."""

ALIKE_COLUMNS = (
    "n", "side", "place", "q", "a", "day", "line_no", "print", "is_inside", "family", "is_cancelling", "is_return",
)  # fmt: skip
"""What the exact rules look at beside the number itself."""

MOST_PARTS = 12
"""Lines of one key among which sums of two and three are looked for."""


def compared_figures(plan: Plan) -> tuple[str, ...]:
    """List the figures two lines must share to agree at once."""
    if plan.by_quantity:
        return ("q",)
    return tuple(name for name, there in (("q", plan.has_quantity), ("a", plan.has_amount)) if there)


def same_key(number: Number) -> str:
    """Compose the condition that `o` and `t` have the same number, store, item, family and currency."""
    return f"o.side = 0 and t.side = 1 and o.{number.short}_key = t.{number.short}_key"


def pair_exact(session: Session, plan: Plan, number: Number) -> None:
    """Pair lines that agree in the number as written and in everything compared."""
    rule = Rule("exact_document" if number.short == "doc" else "exact_order", 100)
    key = f"{number.short}_key"
    alike = find_alike(session, plan, number)
    pair_evident(session, plan, rule, number=number, alike=alike)
    if plan.by_quantity and plan.has_amount:
        pair_in_order(session, rule, number=number.short, keys=(key, "q", "a"), among=alike)
    pair_in_order(session, rule, number=number.short, keys=(key, *compared_figures(plan)), among=alike)


def find_alike(session: Session, plan: Plan, number: Number) -> str:
    """Fill a table with the open lines whose key and main figure both sides have, and return its name.

    They are few, so that looking closer is cheap. It is found by hashes and may hold a line too many; the rules that
    read it compare the fields themselves.
    """
    figure = "q" if plan.by_quantity or not plan.has_amount else "a"
    look, alike = f"hash(l.{number.short}_key, l.{figure})", alike_table(number)
    names = dict.fromkeys((*ALIKE_COLUMNS, "doc", number.short, f"{number.short}_bare", f"{number.short}_key"))
    sides = [
        f"""select {", ".join(f"l.{name}" for name in names)} from open l
        semi join (select {look} as look from open l where l.side = {1 - side} and l.{number.short}_key is not null) x
            on x.look = {look} where l.side = {side} and l.{number.short}_key is not null"""
        for side in (0, 1)
    ]
    session.run(f"create or replace table {alike} as {' union all '.join(sides)}")
    return alike


def alike_table(number: Number) -> str:
    """Name the table of lines alike in a number; it stands from the exact rule of the number to the normalized one."""
    return f"{number.short}_alike"


def still_alike(session: Session, plan: Plan, number: Number) -> str:
    """Take those of the lines found alike that are open still, or find them."""
    alike = alike_table(number)
    if not session.has_table(alike):
        return find_alike(session, plan, number)
    session.run(f"delete from {alike} where n not in (select n from open)")
    return alike


def pair_evident(session: Session, plan: Plan, rule: Rule, *, number: Number, alike: str) -> None:
    """Pair lines that agree exactly, near in date and inside the period, where neither has a second claimant.

    The clean pass does the same on large runs, before any line is opened.
    """
    figures = [name for name, there in (("q", plan.has_quantity), ("a", plan.has_amount)) if there]
    equal = " and ".join(f"o.{name} is not distinct from t.{name}" for name in figures)
    session.run(
        f"""create table found as
        with plain as (
            select n, side, day, {number.short}, {number.short}_key as key, q, a,
                hash({", ".join((number.short, f"{number.short}_key", *figures))}) as look from {alike}
            where is_inside and family = 0 and not is_cancelling and not is_return and {number.short} is not null),
        crowd as (select look from plain group by look, side having count(*) > {MOST_ALIKE}),
        choice as materialized (
            select o.n as a, t.n as b
            from (select * from plain where side = 0) o join (select * from plain where side = 1) t
                on o.look = t.look and o.{number.short} = t.{number.short} and o.key = t.key and {equal}
            anti join crowd c on c.look = o.look
            cross join setting s where coalesce(o.day - t.day, 0) between -s.days and s.days)
        select c.a, c.b, c.a as grp from choice c
        semi join (select a from choice group by a having count(*) = 1) x on x.a = c.a
        semi join (select b from choice group by b having count(*) = 1) y on y.b = c.b"""
    )
    take(session, rule, among=alike)


def pair_normalized(session: Session, plan: Plan, number: Number) -> None:
    """Pair lines whose numbers agree without separators and leading zeros, then without prefix and suffix."""
    keys, key = compared_figures(plan), f"{number.short}_key"
    alike = still_alike(session, plan, number)
    pair_in_order(session, Rule("normalized", 98), number=f"{number.short}_bare", keys=("place", *keys), among=alike)
    pair_in_order(session, Rule("normalized", 97), number=key, keys=keys, among=alike)
    if plan.match.measure is Measure.AMOUNT and plan.has_quantity and plan.has_amount:
        pair_in_order(session, Rule("normalized", 90), number=key, keys=("a",), among=alike)
    session.run(f"drop table {alike}")


def pair_within_tolerance(session: Session, plan: Plan, number: Number) -> None:
    """Pair lines of one key and quantity whose amounts differ by no more than the tolerance."""
    if plan.by_quantity or not plan.has_amount or not (plan.match.tolerance_minor or plan.match.tolerance_ppm):
        return
    candidates = f"""select o.n as a, t.n as b,
            least(abs(cast(o.a as hugeint) - t.a), 100000000000) * 10000 + {DAYS_APART} as score
        from open o join open t on {same_key(number)} and o.q is not distinct from t.q
        semi join ({few_rivals(number)}) x on x.key = o.{number.short}_key cross join setting s
        where {WITHIN_TOLERANCE.format(ours="o.a", theirs="t.a")}"""
    pair_mutual_best(session, Rule("within_tolerance", 97), candidates=candidates, twins=TWINS)


def pair_equal_sums(session: Session, plan: Plan, number: Number) -> None:
    """Link one line to several of its key on the other side that add up to it."""
    find_several(session, number)
    for one in (0, 1):
        link_whole_set(session, plan, number, one=one, among="several")
        for parts in (2, 3):
            link_subset(session, plan, number, one=one, parts=parts, among="several")
    session.run("drop table several")


def find_several(session: Session, number: Number) -> None:
    """Fill `several` with the open lines of the keys that one side has and the other more than once."""
    key = f"{number.short}_key"
    session.run(
        f"""create table several as
        select l.n, l.side, l.{key}, l.q, l.a, l.day, l.print from open l
        semi join (
            select {key} as key from open where {key} is not null group by {key}
            having min(side) <> max(side) and count(*) > 2) x on x.key = l.{key}"""
    )


def link_whole_set(
    session: Session, plan: Plan, number: Number, *, one: int, rule: str = "equal_sums", among: str = "open"
) -> None:
    """Link the only line of a key to all lines of the other side, where the sums agree."""
    key = f"{number.short}_key"
    session.run(
        f"""create table found as
        with counted as (
            select {key} as key, count(*) filter (where side = {one}) as ones,
                count(*) filter (where side = {1 - one}) as parts
            from {among} where {key} is not null group by 1 having ones = 1 and parts > 1),
        summed as (
            select l.{key} as key, min(l.n) filter (where l.side = {one}) as n,
                sum(l.q) filter (where l.side = {one}) as q, sum(l.a) filter (where l.side = {one}) as a,
                sum(l.q) filter (where l.side <> {one}) as parts_q, sum(l.a) filter (where l.side <> {one}) as parts_a,
                bool_and(l.q is not null) as has_q, bool_and(l.q is null) as has_no_q,
                    bool_and(l.a is not null) as has_a
            from {among} l semi join counted c on c.key = l.{key} group by 1),
        hit as (select x.key, x.n from summed x cross join setting s where {sums_agree(plan)})
        select {pair_columns(one, "h.n", "l.n")} from hit h join {among} l on l.{key} = h.key and l.side = {1 - one}"""
    )
    take(session, Rule(rule, 95), among=among)


def sums_agree(plan: Plan) -> str:
    """Compose the condition that a line and the sum of the other side's lines of its key agree."""
    conditions = []
    if plan.has_quantity:
        conditions.append("((x.has_q and x.q = x.parts_q) or x.has_no_q)")
    if plan.has_amount and not plan.by_quantity:
        conditions.append(f"x.has_a and {WITHIN_TOLERANCE.format(ours='x.a', theirs='x.parts_a')}")
    return " and ".join(conditions)


def link_subset(
    session: Session,
    plan: Plan,
    number: Number,
    *,
    one: int,
    parts: int,
    rule: str = "equal_sums",
    among: str = "open",
) -> None:
    """Link a line to two or three of its key on the other side, where only one choice adds up to it."""
    key = f"{number.short}_key"
    names = [f"p{index}" for index in range(parts)]
    joins = " ".join(
        f"join part {name} on {name}.key = x.key" + (f" and {name}.rank > p{index - 1}.rank" if index else "")
        for index, name in enumerate(names)
    )
    total = {figure: " + ".join(f"{name}.{figure}" for name in names) for figure in ("q", "a")}
    firsts = " and ".join(first_of_twins(names, index) for index in range(parts))
    session.run(
        f"""create table found as
        with contested as (
            select {key} as key from {among} where {key} is not null group by 1
            having count(*) filter (where side = {one}) > 0
                and count(*) filter (where side = {1 - one}) between {parts} and {MOST_PARTS}),
        entrant as (
            select l.n, l.side, l.{key} as key, l.q, l.a,
                row_number() over (partition by l.side, l.{key} order by l.q, l.a, l.day, l.print, l.n) as rank,
                row_number() over (partition by l.side, l.{key}, l.q, l.a order by l.day, l.print, l.n) as turn
            from {among} l semi join contested c on c.key = l.{key}),
        part as (select n, key, q, a, rank, turn from entrant where side = {1 - one}),
        answer as (
            select x.n, [{", ".join(f"{name}.n" for name in names)}] as members,
                count(*) over (partition by x.n) as answers
            from entrant x {joins} cross join setting s
            where x.side = {one} and x.turn = 1 and {firsts} and {sum_agrees(plan, total)}),
        member as (select n, unnest(members) as m from answer where answers = 1),
        claimed as (select n, m, count(*) over (partition by m) as claims from member),
        sure as (select n from claimed group by n having max(claims) = 1)
        select {pair_columns(one, "c.n", "c.m")} from claimed c semi join sure z on z.n = c.n"""
    )
    take(session, Rule(rule, 93), among=among)


def first_of_twins(names: list[str], index: int) -> str:
    """Compose the condition that a part is the next unused of its twins: only one of equal choices is looked at."""
    name = names[index]
    before = [
        f"cast({other}.q is not distinct from {name}.q and {other}.a is not distinct from {name}.a as integer)"
        for other in names[:index]
    ]
    return f"{name}.turn = 1{''.join(f' + {equal}' for equal in before)}"


def sum_agrees(plan: Plan, total: dict[str, str]) -> str:
    """Compose the condition that the parts' figures add up to `x`."""
    conditions = []
    if plan.has_quantity:
        conditions.append(f"x.q = {total['q']}")
    if plan.has_amount and not plan.by_quantity:
        conditions.append(f"({WITHIN_TOLERANCE.format(ours='x.a', theirs='(' + total['a'] + ')')})")
    return " and ".join(conditions)


def pair_columns(one: int, single: str, member: str) -> str:
    """Compose a, b and grp of a group whose single line stands on side `one`."""
    if one == 0:
        return f"{single} as a, {member} as b, {single} as grp"
    return f"{member} as a, {single} as b, min({member}) over (partition by {single}) as grp"


def pair_same_key(session: Session, plan: Plan, number: Number) -> None:
    """Link lines of one key that differ: by price or quantity first, then whatever is nearest."""
    if number == plan.lead:
        pair_normalized(session, plan, number)
    if not plan.has_item:
        pair_in_order(session, Rule("same_key", 90), number="line_no", keys=(f"{number.short}_key", "way"))
    for one in (0, 1):
        link_parts_with_difference(session, plan, number, one=one)
    tier = "0"
    if plan.has_quantity and plan.has_amount:
        tier = f"case when o.q = t.q then 0 when {SAME_PRICE} then 1 else 2 end"
    gap = "abs(cast(o.q as hugeint) - t.q)" if plan.by_quantity else "abs(cast(o.a as hugeint) - t.a)"
    candidates = f"""select o.n as a, t.n as b,
            {tier} * 1000000000000000000 // 1000
            + least(coalesce({gap}, 0), 9999999999) * 100000
            + cast(o.line_no is distinct from t.line_no as integer) * 50000 + {DAYS_APART} as score
        from open o join open t on {same_key(number)} and {SAME_SIGN}
        semi join ({few_rivals(number)}) x on x.key = o.{number.short}_key"""
    pair_mutual_best(session, Rule("same_key", 90), candidates=candidates, twins=TWINS)
    pair_other_currency(session, plan, number)


def few_rivals(number: Number) -> str:
    """Compose the SELECT of the keys with lines on both sides, and not too many to tell them apart."""
    key = f"{number.short}_key"
    return f"""select {key} as key from open where {key} is not null group by {key}
        having count(*) filter (where side = 0) between 1 and {MOST_RIVALS}
            and count(*) filter (where side = 1) between 1 and {MOST_RIVALS}"""


def link_parts_with_difference(session: Session, plan: Plan, number: Number, *, one: int) -> None:
    """Link the only line of a key to its parts of several documents or days, though they do not add up.

    They are smaller and at its price, or their quantities add up and their amounts do not.
    """
    if not (plan.has_quantity and plan.has_amount):
        return
    key = f"{number.short}_key"
    session.run(
        f"""create table found as
        with counted as (
            select {key} as key, min(n) filter (where side = {one}) as n from open where {key} is not null group by 1
            having count(*) filter (where side = {one}) = 1
                and count(*) filter (where side = {1 - one}) between 2 and {MOST_PARTS}),
        part as (
            select o.n as one_n, o.q as one_q, t.n, sum(t.q) over (partition by o.n) as sum_q,
                bool_and({SAME_PRICE} and abs(t.q) < abs(o.q) and sign(t.q) = sign(o.q)) over (partition by o.n)
                    and count(distinct (t.doc, t.day)) over (partition by o.n) > 1 as are_parts
            from counted c join open o on o.n = c.n join open t on t.{key} = c.key and t.side = {1 - one})
        select {pair_columns(one, "p.one_n", "p.n")} from part p where p.sum_q = p.one_q or p.are_parts"""
    )
    take(session, Rule("same_key", 85))


def pair_other_currency(session: Session, plan: Plan, number: Number) -> None:
    """Link lines that agree in number, store, item and quantity, and stand in two currencies."""
    if not plan.has_amount:
        return
    core = f"{number.short}_core"
    quantity = "and o.q = t.q" if plan.has_quantity else ""
    candidates = f"""select o.n as a, t.n as b, {DAYS_APART} as score
        from open o join open t on o.{core} = t.{core} and o.store = t.store and o.item = t.item
            and o.family = t.family {quantity}
        where o.side = 0 and t.side = 1 and o.currency <> t.currency"""
    pair_mutual_best(session, Rule("same_key", 80), candidates=candidates, twins=(*TWINS, "line_no"))
