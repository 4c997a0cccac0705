"""Which lines are still open, and under which keys can they meet?"""

from keytally.exchange.canonical import LINE_TYPES
from keytally.reconciliation.engine.clean import EPOCH, is_open_sql, period_parameters
from keytally.reconciliation.engine.codes import mapped_sql
from keytally.reconciliation.engine.contract import Request
from keytally.reconciliation.engine.identity import FIELDS
from keytally.reconciliation.engine.plan import SIDES, Plan, line_parameters, lines_sql
from keytally.reconciliation.engine.session import Session

FULL_WIDTH = "０１２３４５６７８９ＡＢＣＤＥＦＧＨＩＪＫＬＭＮＯＰＱＲＳＴＵＶＷＸＹＺａｂｃｄｅｆｇｈｉｊｋｌｍｎｏｐｑｒｓｔｕｖｗｘｙｚ－／．＿＃　"
HALF_WIDTH = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz-/._# "
CORE_DIGITS = 4
"""Digits a number must have before it may stand for itself without prefix and suffix."""


def open_lines(session: Session, request: Request, plan: Plan) -> None:
    """Fill `line` with every line that is not clean, with its codes, numbers and marks, and `open` with its keys.

    In `open` equal integers stand for equal things: `place` for store, item, family and currency, `doc_key` and
    `ord_key` for a place and the bare digits of a number.
    """
    for side, lines in enumerate((request.ours, request.theirs)):
        row, columns = "l.rid", ", ".join(f"l.{name}" for name in LINE_TYPES)
        session.run(
            f"""create table {SIDES[side]}_open as select {columns} from ({lines_sql(lines)}) l
            left join {SIDES[side]}_word w on w.word = {row} >> 6 where {is_open_sql(row)}""",
            line_parameters(lines),
        )
    parts = [line_sql(session, request, plan, side=side) for side in (0, 1)]
    session.run(f"create table line as {' union all '.join(parts)}", period_parameters(plan))
    for name in SIDES:
        session.run(f"drop table {name}_open")
    intern_keys(session)


def line_sql(session: Session, request: Request, plan: Plan, *, side: int) -> str:
    """Compose the SELECT of a side's open lines with their codes, numbers and marks."""
    fields = ", ".join(f"m.{name}" for name in FIELDS)
    inside = "(m.date is null or (m.date >= $period_from and m.date < $period_before))" if plan.period else "true"
    doc, order = half_width("m.doc_no"), half_width("m.order_no")
    return f"""select m.n, cast({side} as tinyint) as side, {fields}, {code_key("m.store_code")} as store_key,
        {code_key("m.item_code")} as item_key, coalesce(k.family, cast(0 as tinyint)) as family,
        coalesce(k.is_cancelling, false) as is_cancelling, coalesce(k.is_return, false) as is_return,
        m.date - {EPOCH} as day, {inside} as is_inside, {bare(doc)} as doc_bare, coalesce({core(doc)}, {bare(doc)}) as doc_core,
        {bare(order)} as ord_bare, coalesce({core(order)}, {bare(order)}) as ord_core,
        hash({fields}) as print
        from ({mapped_sql(session, request, plan, side=side, relation=f"{SIDES[side]}_open")}) m
        left join kind k on k.side = {side} and k.doc_type = m.doc_type"""


def intern_keys(session: Session) -> None:
    """Number the places and keys of the open lines and fill `open`."""
    session.run(
        """create table place_key as
        select store_key, item_key, family, currency, cast(row_number() over () as integer) as place
        from (select distinct store_key, item_key, family, currency from line)"""
    )
    session.run(
        """create table placed as
        select l.n, l.doc_core, l.ord_core, p.place from line l join place_key p
        on p.store_key = l.store_key and p.item_key = l.item_key and p.family = l.family and p.currency = l.currency"""
    )
    for number in ("doc", "ord"):
        session.run(
            f"""create table {number}_keys as
            select core, place, cast(row_number() over () as integer) as key
            from (select distinct {number}_core as core, place from placed where {number}_core is not null)"""
        )
    session.run(
        """create table open as
        select l.n, l.side, l.doc_no as doc, l.order_no as ord, l.line_no, l.doc_bare, l.ord_bare, l.doc_core, l.ord_core,
            p.place, d.key as doc_key, o.key as ord_key, l.store_key as store, l.item_key as item, l.family, l.currency,
            l.is_cancelling, l.is_return, l.day, l.quantity as q, l.unit_price as p, l.amount as a, l.print
        from line l join placed p on p.n = l.n
        left join doc_keys d on d.core = p.doc_core and d.place = p.place
        left join ord_keys o on o.core = p.ord_core and o.place = p.place"""
    )
    session.run("create table keyed as select n, place, doc_key, ord_key from open")
    for table in ("placed", "doc_keys", "ord_keys", "place_key"):
        session.run(f"drop table {table}")


def half_width(text: str) -> str:
    """Compose a text with full-width letters, digits and separators as their ASCII forms."""
    return f"case when strlen({text}) = length({text}) then {text} else translate({text}, '{FULL_WIDTH}', '{HALF_WIDTH}') end"


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
