"""Which lines are still open, and under which keys can they meet?"""

import string

from keytally.exchange.canonical import LINE_TYPES
from keytally.reconciliation.engine.clean import EPOCH, is_open_sql, period_parameters
from keytally.reconciliation.engine.codes import mapped_sql
from keytally.reconciliation.engine.contract import Request
from keytally.reconciliation.engine.identity import FIELDS
from keytally.reconciliation.engine.plan import SIDES, Plan, line_parameters, lines_sql
from keytally.reconciliation.engine.session import Session

PRINTED = string.digits + string.ascii_letters + "-/._#"
HALF_WIDTH = f"{PRINTED} "
FULL_WIDTH = "".join(chr(ord(sign) + 0xFEE0) for sign in PRINTED) + "\u3000"
CORE_DIGITS = 4
"""Digits a number must have before it may stand for itself without prefix and suffix."""


def open_lines(session: Session, request: Request, plan: Plan) -> None:
    """Fill `line` with every line that is not clean, with its codes and keys, and `open` with what rules compare.

    Equal integers stand for equal things: `place` for store, item, family and currency, `doc_key` and `ord_key` for a
    place and the bare digits of a number. They are hashes, checked to be free of collisions among the open lines.
    """
    for side, lines in enumerate((request.ours, request.theirs)):
        columns = ", ".join(f"l.{name}" for name in LINE_TYPES)
        session.run(
            f"""create table {SIDES[side]}_open as select {columns} from ({lines_sql(lines)}) l
            left join {SIDES[side]}_word w on w.word = l.rid >> 6 where {is_open_sql("l.rid")}""",
            line_parameters(lines),
        )
    salt = 0
    while salt == 0 or collides(session, plan):
        salt += 1
        parts = [line_sql(session, request, plan, side=side) for side in (0, 1)]
        session.run(
            f"create or replace table line as {' union all '.join(parts)}", {"salt": salt, **period_parameters(plan)}
        )
    for name in SIDES:
        session.run(f"drop table {name}_open")
    session.run("create table open as " + OPEN_SQL)


DERIVED = (
    "store_key", "item_key", "family", "is_cancelling", "is_return", "day", "is_inside",
    "doc_bare", "doc_core", "ord_bare", "ord_core", "print",
)  # fmt: skip

OPEN_SQL = """
    select n, side, doc_no as doc, order_no as ord, line_no, doc_bare, ord_bare, doc_core, ord_core, place, doc_key,
        ord_key,
        store_key as store, item_key as item, family, currency, is_cancelling, is_return, day, quantity as q,
            unit_price as p,
        amount as a, print
    from line"""


def line_sql(session: Session, request: Request, plan: Plan, *, side: int) -> str:
    """Compose the SELECT of a side's open lines with their codes, numbers, marks and salted keys."""
    fields = ", ".join(f"m.{name}" for name in FIELDS)
    inside = "(m.date is null or (m.date >= $period_from and m.date < $period_before))" if plan.period else "true"
    shared = {number.short for number in plan.numbers}
    document = number_sql("m.doc_no", is_shared="doc" in shared)
    order = number_sql("m.order_no", is_shared="ord" in shared)
    place = ", ".join(["b.store_key", "b.item_key", "b.family", *(["b.currency"] if plan.has_amount else [])])
    bare_line = f"""select m.n, cast({side} as tinyint) as side, {fields}, {code_key("m.store_code")} as store_key,
        {code_key("m.item_code")} as item_key, coalesce(k.family, cast(0 as tinyint)) as family,
        coalesce(k.is_cancelling, false) as is_cancelling, coalesce(k.is_return, false) as is_return,
        cast(m.date - {EPOCH} as integer) as day, {inside} as is_inside, {document[0]} as doc_bare,
        {document[1]} as doc_core, {order[0]} as ord_bare, {order[1]} as ord_core, hash({fields}) as print
        from ({mapped_sql(session, request, plan, side=side, relation=f"{SIDES[side]}_open")}) m
        left join kind k on k.side = {side} and k.doc_type = m.doc_type"""
    names = ", ".join(f"b.{name}" for name in ("n", "side", *FIELDS, *DERIVED))
    return f"""select {names}, hash($salt, {place}) as place,
        case when b.doc_core is not null then hash($salt, b.doc_core, {place}) end as doc_key,
        case when b.ord_core is not null then hash($salt, b.ord_core, {place}) end as ord_key
        from ({bare_line}) b"""


def number_sql(text: str, *, is_shared: bool) -> tuple[str, str]:
    """Compose the bare form and the core of a number; one that the sides do not share has neither."""
    if not is_shared:
        return "cast(null as varchar)", "cast(null as varchar)"
    half = half_width(text)
    return bare(half), f"coalesce({core(half)}, {bare(half)})"


def collides(session: Session, plan: Plan) -> bool:
    """Tell whether two different places, or numbers of a place, share a hash."""
    parts = ["hash(store_key, item_key, family)"]
    checks = [
        ("place", parts),
        *((f"{number.short}_key", [*parts, f"hash({number.short}_core)"]) for number in plan.numbers),
    ]
    return any(
        session.count(
            f"""select count(*) from (select {key} from line where {key} is not null group by {key}
            having {" or ".join(f"min({part}) <> max({part})" for part in other)})"""
        )
        for key, other in checks
    )


def half_width(text: str) -> str:
    """Compose a text with full-width letters, digits and separators as their ASCII forms."""
    ascii_form = f"translate({text}, '{FULL_WIDTH}', '{HALF_WIDTH}')"
    return f"case when strlen({text}) = length({text}) then {text} else {ascii_form} end"


def bare(text: str) -> str:
    """Compose a number without separators, in capitals, without leading zeros; an empty one is NULL."""
    return f"nullif(ltrim(upper(regexp_replace({text}, '[-_/.# :]+', '', 'g')), '0'), '')"


def core(text: str) -> str:
    """Compose a number's first long run of digits without prefix, suffix, separators and leading zeros."""
    trunk = f"regexp_replace(regexp_replace({text}, '[-_/.# :]+[0-9A-Za-z]{{1,2}}$', ''), '[-_/.# :]+', '', 'g')"
    digits = f"ltrim(regexp_extract({trunk}, '[0-9]{{{CORE_DIGITS},}}'), '0')"
    return f"case when length({digits}) >= {CORE_DIGITS} then {digits} end"


def code_key(code: str) -> str:
    """Compose a code in capitals, half width, without leading zeros where it is all digits; an absent one is empty."""
    text = f"upper(trim({half_width(code)}))"
    return f"coalesce(case when regexp_full_match({text}, '0[0-9]*') then ltrim({text}, '0') else {text} end, '')"
