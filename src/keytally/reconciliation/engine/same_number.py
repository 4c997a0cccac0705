"""Which open lines carry the same number: do they agree, or differ, or add up?"""

from keytally.exchange.profile import Measure
from keytally.reconciliation.engine.pairing import Rule, pair_in_order, pair_mutual_best, take
from keytally.reconciliation.engine.plan import Number, Plan
from keytally.reconciliation.engine.session import Session

PLACE = ("store", "item", "family", "currency")
TWINS = ("doc_key", "ord_key", *PLACE, "q", "p", "a")
WITHIN_TOLERANCE = "abs({ours} - {theirs}) <= greatest(s.tolerance, abs({ours}) * cast(s.ppm as hugeint) // 1000000)"
DAYS_APART = "least(abs(coalesce(o.day - t.day, 0)), 9999)"
SAME_PRICE = "abs(cast(o.a as hugeint) * t.q - cast(t.a as hugeint) * o.q) <= greatest(abs(o.q), abs(t.q))"
"""The two unit prices differ by less than a minor unit on either line."""

MOST_PARTS = 12
"""Lines of one key among which sums of two and three are looked for."""


def compared_figures(plan: Plan) -> tuple[str, ...]:
    """List the figures two lines must share to agree at once."""
    if plan.by_quantity:
        return ("q",)
    return tuple(name for name, there in (("q", plan.has_quantity), ("a", plan.has_amount)) if there)


def same_key(number: Number) -> str:
    """Compose the condition that `o` and `t` have the same number, store, item, family and currency."""
    equal = " and ".join(f"o.{key} = t.{key}" for key in PLACE)
    return f"o.side = 0 and t.side = 1 and o.{number.short}_key = t.{number.short}_key and {equal}"


def pair_exact(session: Session, plan: Plan, number: Number) -> None:
    """Pair lines that agree in the number as written and in everything compared."""
    rule = Rule("exact_document" if number.short == "doc" else "exact_order", 100)
    if plan.by_quantity and plan.has_amount:
        pair_in_order(session, rule, number=number.short, keys=(*PLACE, "q", "a"))
    pair_in_order(session, rule, number=number.short, keys=(*PLACE, *compared_figures(plan)))


def pair_normalized(session: Session, plan: Plan, number: Number) -> None:
    """Pair lines whose numbers agree without separators and leading zeros, then without prefix and suffix."""
    keys = (*PLACE, *compared_figures(plan))
    for form, confidence in (("bare", 98), ("key", 97)):
        pair_in_order(session, Rule("normalized", confidence), number=f"{number.short}_{form}", keys=keys)
    if plan.match.measure is Measure.AMOUNT and plan.has_quantity and plan.has_amount:
        pair_in_order(session, Rule("normalized", 90), number=f"{number.short}_key", keys=(*PLACE, "a"))


def pair_within_tolerance(session: Session, plan: Plan, number: Number) -> None:
    """Pair lines of one key and quantity whose amounts differ by no more than the tolerance."""
    if plan.by_quantity or not plan.has_amount:
        return
    candidates = f"""select o.n as a, t.n as b, abs(o.a - t.a) * 10000 + {DAYS_APART} as score
        from open o join open t on {same_key(number)} and o.q is not distinct from t.q cross join setting s
        where {WITHIN_TOLERANCE.format(ours="o.a", theirs="t.a")}"""
    pair_mutual_best(session, Rule("within_tolerance", 97), candidates=candidates, twins=TWINS)


def pair_equal_sums(session: Session, plan: Plan, number: Number) -> None:
    """Link one line to several of its key on the other side that add up to it."""
    for one in (0, 1):
        link_whole_set(session, plan, number, one=one)
        for parts in (2, 3):
            link_subset(session, plan, number, one=one, parts=parts)


def link_whole_set(session: Session, plan: Plan, number: Number, *, one: int) -> None:
    """Link the only line of a key to all lines of the other side, where the sums agree."""
    keys = f"{number.short}_key, {', '.join(PLACE)}"
    session.run(
        f"""create table found as
        with many as (
            select {keys}, sum(q) as q, sum(a) as a, count(*) as parts, count(q) as with_q, count(a) as with_a
            from open where side = {1 - one} and {number.short}_key is not null group by all having count(*) > 1),
        single as (
            select {keys}, min(n) as n, min(q) as q, min(a) as a
            from open where side = {one} and {number.short}_key is not null group by all having count(*) = 1),
        hit as (
            select x.n, x.{number.short}_key, {", ".join(f"x.{key}" for key in PLACE)}
            from single x join many y on {equal_keys(number, "x", "y")} cross join setting s
            where {sums_agree(plan, "x", "y")})
        select {pair_columns(one, "h.n", "l.n")}
        from hit h join open l on l.side = {1 - one} and {equal_keys(number, "h", "l")}"""
    )
    take(session, Rule("equal_sums", 95))


def link_subset(session: Session, plan: Plan, number: Number, *, one: int, parts: int) -> None:
    """Link a line to two or three of its key on the other side, where only one choice adds up to it."""
    names = [f"p{index}" for index in range(parts)]
    joins = " ".join(
        f"join part {name} on {equal_keys(number, 'x', name)}" + (f" and {name}.rank > p{index - 1}.rank" if index else "")
        for index, name in enumerate(names)
    )
    total = {figure: " + ".join(f"{name}.{figure}" for name in names) for figure in ("q", "a")}
    firsts = " and ".join(first_of_twins(names, index) for index in range(parts))
    members = ", ".join(f"{name}.n" for name in names)
    session.run(
        f"""create table found as
        with part as (
            select n, {number.short}_key, {", ".join(PLACE)}, q, a,
                row_number() over (partition by {number.short}_key, {", ".join(PLACE)} order by q, a, day, base, n) as rank,
                row_number() over (partition by {number.short}_key, {", ".join(PLACE)}, q, a order by day, base, n) as place,
                count(*) over (partition by {number.short}_key, {", ".join(PLACE)}) as parts
            from open where side = {1 - one} and {number.short}_key is not null
            qualify parts between {parts} and {MOST_PARTS}),
        single as (
            select n, {number.short}_key, {", ".join(PLACE)}, q, a,
                row_number() over (partition by {number.short}_key, {", ".join(PLACE)}, q, a order by day, base, n) as place
            from open where side = {one} and {number.short}_key is not null),
        answer as (
            select x.n, [{members}] as members, count(*) over (partition by x.n) as answers
            from single x {joins} cross join setting s
            where x.place = 1 and {firsts} and {sum_agrees(plan, total)}),
        member as (select n, unnest(members) as m from answer where answers = 1),
        claimed as (select n, m, count(*) over (partition by m) as claims from member),
        sure as (select n from claimed group by n having max(claims) = 1)
        select {pair_columns(one, "c.n", "c.m")} from claimed c semi join sure z on z.n = c.n"""
    )
    take(session, Rule("equal_sums", 93))


def first_of_twins(names: list[str], index: int) -> str:
    """Compose the condition that a part is the next unused of its twins: only one of equal choices is looked at."""
    name = names[index]
    before = [f"cast({other}.q is not distinct from {name}.q and {other}.a is not distinct from {name}.a as integer)" for other in names[:index]]
    return f"{name}.place = 1{''.join(f' + {equal}' for equal in before)}"


def sum_agrees(plan: Plan, total: dict[str, str]) -> str:
    """Compose the condition that the parts' figures add up to `x`."""
    conditions = []
    if plan.has_quantity:
        conditions.append(f"x.q = {total['q']}")
    if plan.has_amount and not plan.by_quantity:
        conditions.append(f"({WITHIN_TOLERANCE.format(ours='x.a', theirs='(' + total['a'] + ')')})")
    return " and ".join(conditions)


def sums_agree(plan: Plan, one: str, many: str) -> str:
    """Compose the condition that the sums over a whole key agree."""
    conditions = []
    if plan.has_quantity:
        conditions.append(f"(({one}.q = {many}.q and {many}.with_q = {many}.parts) or ({one}.q is null and {many}.with_q = 0))")
    if plan.has_amount and not plan.by_quantity:
        inside = WITHIN_TOLERANCE.format(ours=f"{one}.a", theirs=f"{many}.a")
        conditions.append(f"({many}.with_a = {many}.parts and {inside})")
    return " and ".join(conditions)


def equal_keys(number: Number, left: str, right: str) -> str:
    """Compose the condition that two relations agree in number, store, item, family and currency."""
    return " and ".join(f"{left}.{key} = {right}.{key}" for key in (f"{number.short}_key", *PLACE))


def pair_columns(one: int, single: str, member: str) -> str:
    """Compose a, b and grp of a group whose single line stands on side `one`."""
    if one == 0:
        return f"{single} as a, {member} as b, {single} as grp"
    return f"{member} as a, {single} as b, min({member}) over (partition by {single}) as grp"


def pair_same_key(session: Session, plan: Plan, number: Number) -> None:
    """Link lines of one key that differ: by price or quantity first, then whatever is nearest."""
    for one in (0, 1):
        link_parts_with_difference(session, plan, number, one=one)
    tier = "0"
    if plan.has_quantity and plan.has_amount:
        tier = f"case when o.q = t.q then 0 when {SAME_PRICE} then 1 else 2 end"
    gap = "abs(o.q - t.q)" if plan.by_quantity else "abs(o.a - t.a)"
    candidates = f"""select o.n as a, t.n as b,
            {tier} * 1000000000000000000 // 1000
            + least(coalesce({gap}, 0), 9999999999) * 100000
            + cast(o.line_no is distinct from t.line_no as integer) * 50000 + {DAYS_APART} as score
        from open o join open t on {same_key(number)}"""
    pair_mutual_best(session, Rule("same_key", 90), candidates=candidates, twins=TWINS)


def link_parts_with_difference(session: Session, plan: Plan, number: Number, *, one: int) -> None:
    """Link the only line of a key to several smaller ones that keep its price but do not reach it, or its quantity but not its price."""
    if not (plan.has_quantity and plan.has_amount):
        return
    keys = f"{number.short}_key, {', '.join(PLACE)}"
    session.run(
        f"""create table found as
        with single as (
            select {keys}, min(n) as n, min(q) as q, min(a) as a
            from open where side = {one} and {number.short}_key is not null group by all having count(*) = 1),
        part as (
            select x.n as one_n, x.q as one_q, t.n, t.q,
                sum(t.q) over (partition by x.n) as sum_q, count(*) over (partition by x.n) as parts,
                bool_and({SAME_PRICE.replace("o.", "x.")} and abs(t.q) < abs(x.q) and sign(t.q) = sign(x.q))
                    over (partition by x.n) as are_parts
            from single x join open t on t.side = {1 - one} and {equal_keys(number, "x", "t")})
        select {pair_columns(one, "p.one_n", "p.n")} from part p
        where p.parts between 2 and {MOST_PARTS}
            and (p.sum_q = p.one_q or (p.are_parts and abs(p.sum_q) < abs(p.one_q)))"""
    )
    take(session, Rule("same_key", 85))
