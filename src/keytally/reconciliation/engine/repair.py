"""Which open lines belong together although number, store or item is wrong or missing?

Every rule here asks that the other fields agree and that the answer is the only one, or by its date far the likeliest.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from keytally.exchange.canonical import Column
from keytally.reconciliation.engine.opening import code_key
from keytally.reconciliation.engine.pairing import Rule, leave_ties, pair_in_order, pair_mutual_best
from keytally.reconciliation.engine.plan import Number, Plan, line_parameters, lines_sql
from keytally.reconciliation.engine.same_number import (
    DAYS_APART,
    MOST_ALIKE,
    NEAR_PRICE,
    SAME_PRICE,
    SAME_SIGN,
    TWINS,
    compared_figures,
)
from keytally.reconciliation.engine.session import Session

NEAR_LENGTH = 4
FAR_LENGTH = 40
DATE_ODDS = 9
"""How many times as usual a distance of dates must be to decide between two candidates."""
PRIOR_PAIRS = 20
WEIGHT_UNIT = 1_000_000

DAY_TWINS = (*TWINS, "day")
SIDES = "o.side = 0 and t.side = 1"
IN_WINDOW = "coalesce(o.day - t.day, 0) between -s.days and s.days"


UNKNOWN_ITEM = "(o.item in (select item from unknown_item) or t.item in (select item from unknown_item))"
"""One of the two lines has an item code that stands on its side alone and in no map."""


def learn_dates(session: Session) -> None:
    """Learn from the pairs made so far how far apart the dates of the same thing lie; fill `lag` (days, weight)."""
    session.run(
        f"""create or replace table lag as
        with sure as (
            select days_apart as days from clean
            union all
            select x.day - y.day from pair p join line x on x.n = p.a join line y on y.n = p.b
            where p.confidence >= 95 and x.day is not null and y.day is not null),
        seen as (select days, count(*) as hits from sure group by days),
        possible as (select unnest(range(-s.days, s.days + 1)) as days from setting s),
        prior as (select days, 1.0 / ((1 + abs(days)) * (1 + abs(days))) as share from possible)
        select cast(p.days as integer) as days,
            cast(-{WEIGHT_UNIT} * (coalesce(x.hits, 0) + {PRIOR_PAIRS} * p.share / (select sum(share)
                from prior)) as bigint) as weight
        from prior p left join seen x on x.days = p.days"""
    )


def equal(*names: str) -> str:
    """Compose the condition that two open lines agree in some columns."""
    return " and ".join(
        f"o.{name} is not distinct from t.{name}" if name in ("q", "a", "p") else f"o.{name} = t.{name}"
        for name in names
    )


def uncontradicted(plan: Plan, number: Number) -> str:
    """Compose the condition that no other number the sides share speaks against a pair."""
    others = [other.short for other in plan.numbers if other != number]
    return " and ".join(f"coalesce(o.{short}_core = t.{short}_core, true)" for short in others) or "true"


def near_sql(number: Number) -> str:
    """Compose the condition that the numbers of `o` and `t` are one typing error apart."""
    key = f"{number.short}_core"
    return f"""o.{key} <> t.{key} and length(o.{key}) >= {NEAR_LENGTH} and length(t.{key}) >= {NEAR_LENGTH}
        and damerau_levenshtein(o.{key}, t.{key}) = 1"""


def pair_near_numbers(session: Session, plan: Plan, number: Number) -> None:
    """Pair lines whose numbers are one typing error apart and the rest agrees; then mend numbers nobody else has."""
    key = f"{number.short}_key"
    session.run(
        f"""create table stray as
        select {key} as key from open where {key} is not null group by {key} having min(side) = max(side)"""
    )
    candidates = f"""select o.n as a, t.n as b, {DAYS_APART} as score
        from (select l.* from open l semi join stray x on x.key = l.{key}) o
        join (select l.* from open l semi join stray x on x.key = l.{key}) t
            on {equal("place", *compared_figures(plan))} and {near_sql(number)}
        semi join ({few_alike("place", *compared_figures(plan))}) x
            on {" and ".join(f"x.{name} is not distinct from o.{name}" for name in ("place", *compared_figures(plan)))}
        cross join setting s where {SIDES} and {IN_WINDOW} and {uncontradicted(plan, number)}"""
    pair_mutual_best(session, Rule("near_number", 90), candidates=candidates, twins=DAY_TWINS)
    if plan.has_item:
        mend_numbers(session, plan, number)
    session.run("drop table stray")


def variants_sql(key: str) -> str:
    """Compose the forms of a number with one character left out, itself among them: near numbers share one."""
    without = f"list_transform(range(1, length({key}) + 1), lambda i: {key}[:i - 1] || {key}[i + 1:])"
    return f"unnest(list_distinct({without} || [{key}]))"


def mend_numbers(session: Session, plan: Plan, number: Number) -> None:
    """Give a line whose number is a `stray` the one near number of its store, item and like price.

    The other side does not have a stray number. The rules that follow treat the line like any line of its new number.
    Both sides are looked at before either is changed, so that neither goes first: of two numbers that could take each
    other's place the smaller stays, and none is mended to one that goes elsewhere.
    """
    core, key = f"{number.short}_core", f"{number.short}_key"
    columns = f"n, side, place, doc_core, ord_core, {key}, day, q, a"
    session.run(
        f"""create table orphan as
        select {", ".join(f"v.{name}" for name in columns.split(", "))} from open v
        semi join stray x on x.key = v.{key}
        semi join (select place, side from open) y on y.place = v.place and y.side <> v.side
        where length(v.{core}) between {NEAR_LENGTH} and {FAR_LENGTH}"""
    )
    session.run(
        f"""create table mending as
        with lost as (select {columns}, {variants_sql(core)} as variant from orphan),
        known as (
            select {columns}, {variants_sql(core)} as variant from open v
            semi join orphan x on x.place = v.place and x.side <> v.side
            where length(v.{core}) between {NEAR_LENGTH} and {FAR_LENGTH})
        select o.n, o.side, min(o.{key}) as old_key, min(t.{core}) as core, min(t.{key}) as key
        from lost o join known t on t.variant = o.variant and o.side <> t.side and {equal("place")}
            and {near_sql(number)} and {SAME_SIGN}
            and (o.q is null or t.q is null or o.a is null or t.a is null or o.q = t.q or {SAME_PRICE} or {NEAR_PRICE})
        cross join setting s where {IN_WINDOW} and {uncontradicted(plan, number)}
        group by o.n, o.side having min(t.{core}) = max(t.{core})
        qualify min(min(o.{core})) over (partition by o.side, min(t.{key}))
            = max(min(o.{core})) over (partition by o.side, min(t.{key}))"""
    )
    session.run(
        """create table found as select m.n, m.core, m.key from mending m
        anti join mending w on w.side <> m.side and w.old_key = m.key and (w.key <> m.old_key or w.core < m.core)"""
    )
    session.run(f"update open set {core} = found.core, {key} = found.key from found where open.n = found.n")
    session.run(f"update line set {key} = found.key from found where line.n = found.n")
    for table in ("found", "mending", "orphan"):
        session.run(f"drop table {table}")


@dataclass(frozen=True, slots=True)
class OtherCode:
    """One of the two codes of a place that may be wrong, and the other one that must not be.

    Where the figures differ too, `doubt` must speak for a wrong code, and `nearness` comes before the days.
    """

    rule: str
    wrong: str
    kept: str
    doubt: str = "true"
    nearness: str = "0"


OTHER_STORE = OtherCode("other_store", wrong="store", kept="item")
OTHER_ITEM = OtherCode(
    "other_item", wrong="item", kept="store", doubt=UNKNOWN_ITEM, nearness="cast(o.q <> t.q as integer) * 100000"
)


def pair_other_store(session: Session, plan: Plan, number: Number) -> None:
    """Pair lines that agree in everything but the store; then those whose price or quantity differs too."""
    if not plan.has_store:
        return
    pair_other_code(session, plan, number, OTHER_STORE)
    if plan.has_item and plan.has_quantity and plan.has_amount:
        pair_other_code_and_figure(session, plan, number, OTHER_STORE)


def pair_other_item(session: Session, plan: Plan, number: Number) -> None:
    """Pair lines that agree in everything but the item; then lines of one price whose item one side does not know."""
    if not plan.has_item:
        return
    pair_other_code(session, plan, number, OTHER_ITEM)
    if not (plan.has_quantity and plan.has_amount):
        return
    find_unknown_items(session, plan)
    pair_other_code_and_figure(session, plan, number, OTHER_ITEM)
    mistyped = f"""select o.n as a, t.n as b, {DAYS_APART} as score
        from open o join open t on {equal("store", "family", "currency", "q", "a")} and o.item <> t.item
            and {near_sql(number)} and {UNKNOWN_ITEM}
        cross join setting s where {SIDES} and {IN_WINDOW} and {uncontradicted(plan, number)}"""
    pair_mutual_best(session, Rule("other_item", 70), candidates=mistyped, twins=DAY_TWINS)


def pair_other_code(session: Session, plan: Plan, number: Number, code: OtherCode) -> None:
    """Pair lines that agree in number, figures and the code that is kept, and not in the one that is wrong."""
    agree = equal(f"{number.short}_core", code.kept, "family", "currency", *compared_figures(plan))
    candidates = f"""select o.n as a, t.n as b, {DAYS_APART} as score
        from open o join open t on {agree} and o.{code.wrong} <> t.{code.wrong}
        where {SIDES} and {uncontradicted(plan, number)}"""
    pair_mutual_best(session, Rule(code.rule, 85), candidates=candidates, twins=DAY_TWINS)


def pair_other_code_and_figure(session: Session, plan: Plan, number: Number, code: OtherCode) -> None:
    """Pair lines that agree in number, the kept code and price or quantity, and not in the code that is wrong."""
    agree = equal(f"{number.short}_core", code.kept, "family", "currency")
    candidates = f"""select o.n as a, t.n as b, {code.nearness} + {DAYS_APART} as score
        from open o join open t on {agree} and o.{code.wrong} <> t.{code.wrong}
            and (o.q = t.q or {SAME_PRICE}) and {code.doubt}
        where {SIDES} and {SAME_SIGN} and {uncontradicted(plan, number)}"""
    pair_mutual_best(session, Rule(code.rule, 75), candidates=candidates, twins=DAY_TWINS)


def find_unknown_items(session: Session, plan: Plan) -> None:
    """Fill `unknown_item`: the item codes of open lines that stand on one side alone and in no map.

    The item of a clean line stands on both sides, so one of them is asked: which items it has more often than waiting.
    """
    session.run(
        """create or replace table unknown_item as
        select item_key as item from line where item_key <> 0
            and item_key not in (select c.number from coded c join item_code i on i.ours = c.key)
        group by item_key having min(side) = max(side)"""
    )
    if plan.is_small or not session.count("select count(*) from unknown_item"):
        return
    ours = session.request.ours
    items = [
        f"select {name} as item, count(*) as lines from ({{source}}) where {condition} group by {name}"
        for name, condition in (("item", "item is not null"), ("gtin", "item is null and gtin is not null"))
    ]
    counted = " union all ".join(items)
    session.run(
        f"""create table seen_item as
        with stored as ({counted.format(source=lines_sql(ours))}),
        waiting as ({counted.format(source="select item, gtin from ours_open")})
        select s.item from (select item, sum(lines) as lines from stored group by item) s
        left join (select item, sum(lines) as lines from waiting group by item) w on w.item = s.item
        where s.lines > coalesce(w.lines, 0)""",
        line_parameters(ours),
    )
    session.run(
        f"""delete from unknown_item where item in (
            select number from coded where key in (select {code_key("s.item")} from seen_item s))"""
    )
    session.run("drop table seen_item")


def few_alike(*names: str) -> str:
    """Compose the SELECT of the values of some columns that both sides have, but not too many lines alike."""
    listed = ", ".join(names)
    return f"""select {listed} from open group by {listed}
        having count(*) filter (where side = 0) between 1 and {MOST_ALIKE}
            and count(*) filter (where side = 1) between 1 and {MOST_ALIKE}"""


def pair_missing_numbers(session: Session, plan: Plan, number: Number) -> None:
    """Pair a line that has no number with the one line that agrees in all the rest, its date deciding."""
    core = f"{number.short}_core"
    missing = f"(o.{core} is null or t.{core} is null) and {uncontradicted(plan, number)}"
    keys = ("place", *compared_figures(plan))
    rule = Rule("missing_number", 80)
    pair_in_order(session, rule, number="day", keys=(*keys, f"{number.short}_key"))
    leave_crowds(session, rule, keys=keys, missing=missing)
    agreeing = f"""select o.n as a, t.n as b, g.weight as score
        from open o join open t on {equal(*keys)} and {missing}
        join lag g on g.days = coalesce(o.day - t.day, 0) where {SIDES}"""
    pair_mutual_best(session, rule, candidates=agreeing, twins=DAY_TWINS, odds=DATE_ODDS)
    if not (plan.has_quantity and plan.has_amount and plan.has_item):
        return
    priced = f"""select o.n as a, t.n as b, g.weight as score
        from open o join open t on {equal("place")} and {missing} and (o.q = t.q or {SAME_PRICE}) and {SAME_SIGN}
        semi join ({few_alike("place")}) x on x.place = o.place
        join lag g on g.days = coalesce(o.day - t.day, 0) where {SIDES}"""
    pair_mutual_best(session, Rule("missing_number", 70), candidates=priced, twins=DAY_TWINS, odds=DATE_ODDS)


def leave_crowds(session: Session, rule: Rule, *, keys: Sequence[str], missing: str) -> None:
    """Leave lines without a number to a person where too many look alike to compare each with each.

    The candidates of a line are those that stand at its place in the order of dates, and one before and after.
    """
    listed = ", ".join(f"l.{key}" for key in keys)
    session.run(
        f"""create table contest as
        with crowd as (
            select {", ".join(keys)} from open group by {", ".join(keys)}
            having least(count(*) filter (where side = 0), count(*) filter (where side = 1)) > {MOST_ALIKE}),
        queued as (
            select l.n, l.side, {listed}, l.doc_core, l.ord_core,
                row_number() over (partition by l.side, {listed} order by l.day, l.print, l.n) as turn
            from open l semi join crowd c on {" and ".join(f"c.{key} is not distinct from l.{key}" for key in keys)})
        select o.n as a, t.n as b, abs(o.turn - t.turn) as score
        from queued o join queued t on {equal(*keys)} and t.turn between o.turn - 1 and o.turn + 1 and {missing}
        where {SIDES}"""
    )
    leave_ties(session, rule)


def pair_amount_store_date(session: Session, plan: Plan) -> None:
    """Pair lines of one store and amount within the window, where each is the other's only candidate."""
    if not plan.has_amount or plan.by_quantity:
        return
    candidates = f"""select o.n as a, t.n as b, g.weight as score
        from open o join open t on {equal("store", "family", "currency", "a")}
            and (o.item = t.item or o.item = 0 or t.item = 0)
            and (o.q is null or t.q is null or o.q = t.q) and o.a <> 0
        semi join ({few_alike("store", "family", "currency", "a")}) x
            on x.store = o.store and x.family = o.family and x.currency = o.currency and x.a = o.a
        join lag g on g.days = coalesce(o.day - t.day, 0)
        where {SIDES}"""
    pair_mutual_best(session, Rule("amount_store_date", 60), candidates=candidates, twins=DAY_TWINS, odds=DATE_ODDS)


def pair_by_user_rules(session: Session, plan: Plan) -> None:
    """Pair lines by the rules a person wrote: the named columns and the measure agree."""
    names = {
        Column.DOC_NO: "doc", Column.ORDER_NO: "ord", Column.STORE: "store", Column.ITEM: "item",
        Column.LINE_NO: "line_no", Column.QUANTITY: "q", Column.AMOUNT: "a", Column.DATE: "day",
    }  # fmt: skip
    for rule in plan.match.user_rules:
        keys = tuple(dict.fromkeys([*(names[column] for column in rule.columns), *compared_figures(plan)]))
        window = plan.match.window_days if rule.window_days is None else rule.window_days
        candidates = f"""select o.n as a, t.n as b, {DAYS_APART} as score
            from open o join open t on {equal(*keys, "family", "currency")}
            where {SIDES} and coalesce(o.day - t.day, 0) between -{int(window)} and {int(window)}"""
        pair_mutual_best(session, Rule(rule.name, 95), candidates=candidates, twins=(*keys, "family", "currency"))
