"""Which lines are still open, and under which keys can they meet?"""

from keytally.exchange.canonical import LINE_TYPES
from keytally.reconciliation.engine.clean import EPOCH, is_open_sql, period_parameters
from keytally.reconciliation.engine.codes import mapped_sql
from keytally.reconciliation.engine.contract import Request
from keytally.reconciliation.engine.identity import FIELDS, base_sql
from keytally.reconciliation.engine.plan import Plan, line_parameters
from keytally.reconciliation.engine.session import Session

FULL_WIDTH = "０１２３４５６７８９ＡＢＣＤＥＦＧＨＩＪＫＬＭＮＯＰＱＲＳＴＵＶＷＸＹＺａｂｃｄｅｆｇｈｉｊｋｌｍｎｏｐｑｒｓｔｕｖｗｘｙｚ－／．＿＃　"
HALF_WIDTH = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz-/._# "
CORE_DIGITS = 4
"""Digits a number must have before it may stand for itself without prefix and suffix."""


def open_lines(session: Session, request: Request, plan: Plan) -> None:
    """Fill `line` with every line that is not clean, with its keys, marks and md5."""
    columns = ", ".join(f"{name} {LINE_TYPES[name]}" for name in FIELDS)
    session.run(f"create table line (n integer, side tinyint, {columns}, {KEY_COLUMNS})")
    for side, lines in enumerate((request.ours, request.theirs)):
        session.run(
            f"insert into line {line_sql(session, request, plan, side=side)}",
            {**line_parameters(lines), **period_parameters(plan)},
        )
    session.run("create table open as " + OPEN_SQL)


KEY_COLUMNS = """store_key varchar, item_key varchar, family tinyint, is_cancelling boolean, is_return boolean,
    day integer, is_inside boolean, doc_bare varchar, doc_key varchar, ord_bare varchar, ord_key varchar, base varchar"""

OPEN_SQL = """
    select n, side, doc_no as doc, order_no as ord, line_no, doc_bare, doc_key, ord_bare, ord_key,
        store_key as store, item_key as item, family, currency, is_cancelling, is_return, day,
        quantity as q, unit_price as p, amount as a, base
    from line"""


def line_sql(session: Session, request: Request, plan: Plan, *, side: int) -> str:
    """Compose the SELECT of a side's open lines with their keys."""
    row = "-m.n" if side else "m.n"
    table = ("ours_word", "theirs_word")[side]
    inside = "(m.date is null or (m.date >= $period_from and m.date < $period_before))" if plan.period else "true"
    fields = ", ".join(f"m.{name}" for name in FIELDS)
    doc, order = half_width("m.doc_no"), half_width("m.order_no")
    return f"""select m.n, {side}, {fields}, {code_key("m.store_code")}, {code_key("m.item_code")}, m.family,
        coalesce(k.is_cancelling, false), coalesce(k.is_return, false), m.date - {EPOCH}, {inside},
        {bare(doc)}, coalesce({core(doc)}, {bare(doc)}), {bare(order)}, coalesce({core(order)}, {bare(order)}), {base_sql("m")}
        from ({mapped_sql(session, request, plan, side=side)}) m
        left join {table} w on w.word = ({row}) >> 6
        left join kind k on k.side = {side} and k.doc_type = m.doc_type
        where {is_open_sql(row)}"""


def half_width(text: str) -> str:
    """Compose a text with full-width letters, digits and separators as their ASCII forms."""
    return f"translate({text}, '{FULL_WIDTH}', '{HALF_WIDTH}')"


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
