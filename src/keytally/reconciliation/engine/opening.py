"""Which lines are still open, and under which keys can they meet?"""

import string

from keytally.exchange.canonical import Column, SideLines
from keytally.reconciliation.engine.clean import EPOCH, has_clean_pass, look_sql, period_parameters
from keytally.reconciliation.engine.codes import load_gtins, mapped_sql
from keytally.reconciliation.engine.contract import Request
from keytally.reconciliation.engine.identity import FIELDS
from keytally.reconciliation.engine.kinds import Family
from keytally.reconciliation.engine.plan import SIDES, Number, Plan, line_parameters, lines_sql
from keytally.reconciliation.engine.session import Session

PRINTED = string.digits + string.ascii_letters + "-/._#"
HALF_WIDTH = f"{PRINTED} "
FULL_WIDTH = "".join(chr(ord(sign) + 0xFEE0) for sign in PRINTED) + "\u3000"
CORE_DIGITS = 4
"""Digits a number must have before it may stand for itself without prefix and suffix."""

SEPARATORS = "[-_/.# :]+"
SUFFIX = "[-_/.# :]+[0-9]{1,2}$"


def open_lines(session: Session, request: Request, plan: Plan) -> None:
    """Fill `open` with every line that is not clean, with all that rules compare, and `line` with what outlasts them.

    Equal integers stand for equal things: `store` and `item` for codes, `place` for store, item, family and currency,
    `doc_key` and `ord_key` for a place and the bare digits of a number. Keys are hashes, checked to be free of
    collisions among the open lines. `as_read` has the columns of these lines as they came in. After a clean pass only
    the rows listed in `ours_row` and `theirs_row` are read.
    """
    for side, lines in enumerate((request.ours, request.theirs)):
        fetch_open_lines(session, lines, name=SIDES[side], are_listed=has_clean_pass(plan))
        load_forms(session, plan, side=side)
    session.run(f"create view as_read as {' union all '.join(as_read_sql(side) for side in (0, 1))}")
    load_gtins(session, request, plan, relation="theirs_open")
    number_codes(session)
    salt = 0
    while salt == 0 or collides(session, plan):
        salt += 1
        parts = [line_sql(session, request, plan, side=side) for side in (0, 1)]
        session.run(
            f"create or replace table open as {' union all '.join(parts)}",
            {"salt": salt, **period_parameters(plan)},
        )
        for number in plan.numbers:
            drop_suffixes(session, number, salt=salt)
    for table in ("paid", *(f"{name}_{short}_form" for name in SIDES for short in ("doc", "ord"))):
        session.run(f"drop table {table}")
    session.open_rows = session.run(f"create table line as {LINE_SQL}")


def fetch_open_lines(session: Session, lines: SideLines, *, name: str, are_listed: bool) -> None:
    """Fill `{name}_open` with the lines of a side that are not clean."""
    rows = f"{name}_row" if are_listed else ""
    session.run(f"create table {name}_open as {lines_sql(lines, rows=rows)}", line_parameters(lines))
    session.run(f"drop table if exists {name}_row")


def as_read_sql(side: int) -> str:
    """Compose the SELECT of a side's open lines as they came in."""
    return f"select {'-' if side else ''}rid as n, {', '.join(FIELDS)} from {SIDES[side]}_open"


OPEN_COLUMNS = (
    "n", "side", "doc", "ord", "line_no", "doc_bare", "ord_bare", "doc_core", "ord_core", "place", "doc_key", "ord_key",
    "store", "item", "family", "currency", "is_cancelling", "is_return", "day", "is_inside", "q", "p", "a", "print",
    "way",
)  # fmt: skip

LINE_SQL = """select n, side, doc as doc_no, q as quantity, a as amount, money as currency, store as store_key,
    item as item_key, family, is_cancelling, is_return, day, is_inside, print, look, doc_key, ord_key from open"""


def shrink_open(session: Session) -> int:
    """Write `open` anew once two thirds of it are closed, as closed lines cost later steps; return what is left."""
    waiting = session.count("select count(*) from open")
    if waiting * 3 < session.open_rows:
        session.run(f"create table shrunk as select {', '.join(OPEN_COLUMNS)} from open")
        session.run("drop table open")
        session.run("alter table shrunk rename to open")
        session.open_rows = waiting
    return waiting


def line_sql(session: Session, request: Request, plan: Plan, *, side: int) -> str:
    """Compose the SELECT of a side's open lines with their codes, numbers, marks and salted keys."""
    inside = "(m.date is null or (m.date >= $period_from and m.date < $period_before))" if plan.period else "true"
    shared = {number.short for number in plan.numbers}
    forms = ", ".join(
        f"{form_sql(f'm.{column}', form, alias=f'{short}_form', is_shared=short in shared)} as {short}_{form}"
        for short, column in (("doc", Column.DOC_NO), ("ord", Column.ORDER_NO))
        for form in ("bare", "core")
    )
    name = SIDES[side]
    bare_line = f"""select m.n, cast({side} as tinyint) as side, m.doc_no as doc, m.order_no as ord, m.line_no, {forms},
        {place_sql(plan)} as place, coalesce(s.number, 0) as store, coalesce(i.number, 0) as item,
        coalesce(k.family, cast(0 as tinyint)) as family, c.number as currency,
        coalesce(k.is_cancelling, false) as is_cancelling, coalesce(k.is_return, false) as is_return,
        cast(m.date - {EPOCH} as integer) as day, {inside} as is_inside, m.quantity as q, m.unit_price as p,
        m.amount as a, hash({", ".join(f"m.{field}" for field in FIELDS)}) as print,
        cast(sign(coalesce(nullif(m.amount, 0), m.quantity, 0)) as tinyint) as way,
        {look_sql(plan, store="hash(m.store_code)", item="hash(m.item_code)")} as look, m.currency as money
        from ({mapped_sql(session, request, plan, side=side, relation=f"{name}_open")}) m
        left join coded s on s.code = m.store_code left join coded i on i.code = m.item_code
        left join paid c on c.currency = m.currency
        left join {name}_doc_form doc_form on doc_form.number = m.doc_no
        left join {name}_ord_form ord_form on ord_form.number = m.order_no
        left join kind k on k.side = {side} and k.doc_type = m.doc_type"""
    keys = {
        f"{short}_key": f"case when b.{short}_core is not null then hash($salt, b.{short}_core, b.place) end"
        for short in ("doc", "ord")
    }
    names = ", ".join(f"{keys.get(name, f'b.{name}')} as {name}" for name in (*OPEN_COLUMNS, "look", "money"))
    return f"select {names} from ({bare_line}) b"


def number_codes(session: Session) -> None:
    """Fill `coded` with what each code of an open line is compared by, and number that; fill `paid` with currencies.

    Different codes may be compared by the same. Few codes stand on many lines, so they are listed in a table first and
    each is looked at once; in one statement each line would be. 0 is no code.
    """
    named = ["select ours as code from store_code", "select ours from item_code", "select item from gtin_code"]
    for name in SIDES:
        named += [f"select store from {name}_open", f"select coalesce(item, gtin) from {name}_open"]
    session.run(f"create table code_found as {' union '.join(named)}")
    session.run(
        f"""create table coded as
        select code, key, dense_rank() over (order by key) as number from (
            select code, {code_key("code")} as key from code_found) where key <> ''"""
    )
    session.run("drop table code_found")
    currencies = " union ".join(f"select currency from {name}_open" for name in SIDES)
    session.run(
        f"create table paid as select currency, row_number() over (order by currency) as number from ({currencies})"
    )


def place_sql(plan: Plan) -> str:
    """Compose the number of a line's place from those of its store, item, family and currency, each below its bound."""
    item = "coalesce(i.number, 0)"
    place = f"coalesce(s.number, 0) * (select count(*) + 1 from coded) + {item}"
    place = f"({place}) * {len(Family)} + coalesce(k.family, 0)"
    if plan.has_amount:
        place = f"({place}) * (select count(*) + 1 from paid) + c.number"
    return f"cast({place} as ubigint)"


def shape_parameters(request: Request, *, side: int) -> dict[str, object]:
    """Name the shapes of a side's numbers as parameters, each as a pattern for the whole number."""
    shapes = (request.ours_shapes, request.theirs_shapes)[side]
    return {f"{SIDES[side]}_shape_{place}": shape for place, shape in enumerate(shapes)}


def shape_names(request: Request, *, side: int) -> tuple[str, ...]:
    """List the names of the parameters that hold the shapes of a side's numbers."""
    return tuple(shape_parameters(request, side=side))


def load_forms(session: Session, plan: Plan, *, side: int) -> None:
    """Fill `{side}_{number}_form` with the forms of a side's open numbers, those of digits alone left out."""
    shapes = shape_parameters(session.request, side=side)
    shared = {number.column for number in plan.numbers}
    for short, column in (("doc", Column.DOC_NO), ("ord", Column.ORDER_NO)):
        bare_form, core_form, trunk = number_sql("x.number", shapes=tuple(shapes))
        odd = "true" if shapes else "not regexp_full_match(number, '[0-9]+')"
        session.run(
            f"""create or replace table {SIDES[side]}_{short}_form as
            select x.number, {bare_form} as bare, {core_form} as core, {trunk} as trunk from (
                select distinct {column} as number from {SIDES[side]}_open
                where {column} is not null and {str(column in shared).lower()}) x where {odd}""",
            shapes,
        )


def number_sql(text: str, *, shapes: tuple[str, ...] = ()) -> tuple[str, str, str]:
    """Compose the bare form, the core and the core without a numeric suffix of a number.

    The first shape that fits says what the bare number is; where none does, the number is taken as written.
    """
    half = half_width(text)
    if shapes:
        fitting = ", ".join(f"nullif(regexp_extract({half}, ${shape}, 1), '')" for shape in shapes)
        half = f"coalesce({fitting}, {half})"
    trunk = f"regexp_replace({half}, '{SUFFIX}', '')"
    squeezed = f"regexp_replace({half}, '{SEPARATORS}', '', 'g')"
    without = f"case when {squeezed} <> {half} and regexp_matches({half}, '{SUFFIX}') then {core(trunk)} end"
    return bare(half), f"coalesce({core(half)}, {bare(half)})", without


def form_sql(text: str, form: str, *, alias: str, is_shared: bool) -> str:
    """Compose a form of a number: as loaded, or without its leading zeros where it is digits alone, as most are."""
    if not is_shared:
        return "cast(null as varchar)"
    short = f"when {text} > '1' then {text} else nullif(ltrim({text}, '0'), '') end"
    return f"case when {alias}.number is not null then {alias}.{form} {short}"


def drop_suffixes(session: Session, number: Number, *, salt: int) -> None:
    """Leave out the numeric suffix of a number where the other side has the number without it and not with it."""
    short, key = number.short, f"{number.short}_key"
    forms = " union all ".join(
        f"select number, trunk, {side} as side from {name}_{short}_form where trunk is not null"
        for side, name in enumerate(SIDES)
    )
    session.run(
        f"""create table found as
        with short as (
            select l.n, l.side, l.{key} as long_key, f.trunk as core, hash($salt, f.trunk, l.place) as key
            from open l join ({forms}) f on f.number = l.{short} and f.side = l.side)
        select s.n, s.core, s.key from short s
        semi join (select {key} as key, side from open) x on x.key = s.key and x.side <> s.side
        anti join (select {key} as key, side from open) y on y.key = s.long_key and y.side <> s.side""",
        {"salt": salt},
    )
    session.run(f"update open set {short}_core = found.core, {key} = found.key from found where open.n = found.n")
    session.run("drop table found")


def collides(session: Session, plan: Plan) -> bool:
    """Tell whether two different numbers, or numbers of two places, share a hash; another hash of both tells."""
    return any(
        session.count(
            f"""select count(*) from (
                select {short}_key from (select {short}_key, xor(hash({short}_core), place) as other from open)
                where {short}_key is not null group by {short}_key having min(other) <> max(other))"""
        )
        for short in (number.short for number in plan.numbers)
    )


def half_width(text: str) -> str:
    """Compose a text with full-width letters, digits and separators as their ASCII forms."""
    ascii_form = f"translate({text}, '{FULL_WIDTH}', '{HALF_WIDTH}')"
    return f"case when strlen({text}) = length({text}) then {text} else {ascii_form} end"


def bare(text: str) -> str:
    """Compose a number without separators, in capitals, without leading zeros; an empty one is NULL."""
    return f"nullif(ltrim(upper(regexp_replace({text}, '{SEPARATORS}', '', 'g')), '0'), '')"


def core(text: str) -> str:
    """Compose a number's last long run of digits, separators taken out, without leading zeros."""
    squeezed = f"regexp_replace({text}, '{SEPARATORS}', '', 'g')"
    closing = f"regexp_extract({squeezed}, '([0-9]{{{CORE_DIGITS},}})[^0-9]*$', 1)"
    inner = f"regexp_extract('#' || {squeezed}, '.*[^0-9]([0-9]{{{CORE_DIGITS},}})', 1)"
    digits = f"ltrim(coalesce(nullif({closing}, ''), {inner}), '0')"
    return f"case when length({digits}) >= {CORE_DIGITS} then {digits} end"


def code_key(code: str) -> str:
    """Compose a code in capitals, half width, without leading zeros where it is all digits; an absent one is empty."""
    text = f"upper(trim({half_width(code)}))"
    stripped = f"ltrim(left({text}, -1), '0') || right({text}, 1)"
    return f"coalesce(case when regexp_full_match({text}, '0+[0-9]+') then {stripped} else {text} end, '')"
