"""Which lines are still open, and under which keys can they meet?"""

import string

from keytally.exchange.canonical import Column, SideLines
from keytally.reconciliation.engine.clean import EPOCH, has_clean_pass, look_sql, period_parameters
from keytally.reconciliation.engine.codes import load_gtins, mapped_sql
from keytally.reconciliation.engine.contract import Request
from keytally.reconciliation.engine.identity import FIELDS
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
    """Fill `line` with every line that is not clean, with its codes and keys, and `open` with what rules compare.

    Equal integers stand for equal things: `place` for store, item, family and currency, `doc_key` and `ord_key` for a
    place and the bare digits of a number. They are hashes, checked to be free of collisions among the open lines.
    After a clean pass only the rows listed in `ours_row` and `theirs_row` are read.
    """
    for side, lines in enumerate((request.ours, request.theirs)):
        fetch_open_lines(session, lines, name=SIDES[side], are_listed=has_clean_pass(plan))
        load_forms(session, plan, side=side)
    load_gtins(session, request, plan, relation="theirs_open")
    salt = 0
    while salt == 0 or collides(session, plan):
        salt += 1
        parts = [line_sql(session, request, plan, side=side) for side in (0, 1)]
        session.run(
            f"create or replace table line as {' union all '.join(parts)}",
            {"salt": salt, **period_parameters(plan)},
        )
        for number in plan.numbers:
            drop_suffixes(session, plan, number, salt=salt)
    for table in (f"{name}_{part}" for name in SIDES for part in ("open", "doc_form", "ord_form")):
        session.run(f"drop table {table}")
    session.open_rows = session.run("create table open as " + OPEN_SQL)


def fetch_open_lines(session: Session, lines: SideLines, *, name: str, are_listed: bool) -> None:
    """Fill `{name}_open` with the lines of a side that are not clean."""
    rows = f"{name}_row" if are_listed else ""
    session.run(f"create table {name}_open as {lines_sql(lines, rows=rows)}", line_parameters(lines))
    session.run(f"drop table if exists {name}_row")


DERIVED = (
    "store_key", "item_key", "family", "is_cancelling", "is_return", "day", "is_inside",
    "doc_bare", "doc_core", "doc_trunk", "ord_bare", "ord_core", "ord_trunk", "print", "look",
)  # fmt: skip

RENAMED = {
    "doc": "doc_no", "ord": "order_no", "store": "store_key", "item": "item_key", "q": "quantity", "p": "unit_price",
    "a": "amount", "way": "cast(sign(coalesce(nullif(amount, 0), quantity, 0)) as tinyint)",
}  # fmt: skip
OPEN_COLUMNS = (
    "n", "side", "doc", "ord", "line_no", "doc_bare", "ord_bare", "doc_core", "ord_core", "place", "doc_key", "ord_key",
    "store", "item", "family", "currency", "is_cancelling", "is_return", "day", "is_inside", "q", "p", "a", "print",
    "way",
)  # fmt: skip
OPEN_SQL = f"select {', '.join(f'{RENAMED.get(name, name)} as {name}' for name in OPEN_COLUMNS)} from line"


def shrink_open(session: Session) -> int:
    """Write `open` anew once most of it is closed, since closed lines cost every later step; return what is left."""
    waiting = session.count("select count(*) from open")
    if waiting * 2 < session.open_rows:
        session.run(f"create table shrunk as select {', '.join(OPEN_COLUMNS)} from open")
        session.run("drop table open")
        session.run("alter table shrunk rename to open")
        session.open_rows = waiting
    return waiting


def line_sql(session: Session, request: Request, plan: Plan, *, side: int) -> str:
    """Compose the SELECT of a side's open lines with their codes, numbers, marks and salted keys."""
    fields = ", ".join(f"m.{name}" for name in FIELDS)
    inside = "(m.date is null or (m.date >= $period_from and m.date < $period_before))" if plan.period else "true"
    shared = {number.short for number in plan.numbers}
    forms = ", ".join(
        f"{form_sql(f'm.{column}', form, alias=f'{short}_form', is_shared=short in shared)} as {short}_{form}"
        for short, column in (("doc", Column.DOC_NO), ("ord", Column.ORDER_NO))
        for form in ("bare", "core", "trunk")
    )
    name = SIDES[side]
    place = place_sql(plan, "b")
    bare_line = f"""select m.n, cast({side} as tinyint) as side, {fields}, {code_key("m.store_code")} as store_key,
        {code_key("m.item_code")} as item_key, coalesce(k.family, cast(0 as tinyint)) as family,
        coalesce(k.is_cancelling, false) as is_cancelling, coalesce(k.is_return, false) as is_return,
        cast(m.date - {EPOCH} as integer) as day, {inside} as is_inside, {forms}, hash({fields}) as print,
        {look_sql(plan, store="hash(m.store_code)", item="hash(m.item_code)")} as look
        from ({mapped_sql(session, request, plan, side=side, relation=f"{name}_open")}) m
        left join {name}_doc_form doc_form on doc_form.number = m.doc_no
        left join {name}_ord_form ord_form on ord_form.number = m.order_no
        left join kind k on k.side = {side} and k.doc_type = m.doc_type"""
    names = ", ".join(f"b.{name}" for name in ("n", "side", *FIELDS, *DERIVED))
    return f"""select {names}, hash($salt, {place}) as place,
        case when b.doc_core is not null then hash($salt, b.doc_core, {place}) end as doc_key,
        case when b.ord_core is not null then hash($salt, b.ord_core, {place}) end as ord_key
        from ({bare_line}) b"""


def place_sql(plan: Plan, alias: str) -> str:
    """Compose the columns that make a place."""
    names = ["store_key", "item_key", "family", *(["currency"] if plan.has_amount else [])]
    return ", ".join(f"{alias}.{name}" for name in names)


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
    if form == "trunk":
        return f"{alias}.trunk"
    short = f"when {text} > '1' then {text} else nullif(ltrim({text}, '0'), '') end"
    return f"case when {alias}.number is not null then {alias}.{form} {short}"


def drop_suffixes(session: Session, plan: Plan, number: Number, *, salt: int) -> None:
    """Leave out the numeric suffix of a number where the other side has the number without it and not with it."""
    core, key, trunk = (f"{number.short}_{form}" for form in ("core", "key", "trunk"))
    session.run(
        f"""create table found as
        with short as (
            select l.n, l.side, l.{key} as long_key, l.{trunk} as core,
                hash($salt, l.{trunk}, {place_sql(plan, "l")}) as key
            from line l where l.{trunk} is not null)
        select s.n, s.core, s.key from short s
        semi join (select {key} as key, side from line) x on x.key = s.key and x.side <> s.side
        anti join (select {key} as key, side from line) y on y.key = s.long_key and y.side <> s.side""",
        {"salt": salt},
    )
    session.run(f"update line set {core} = found.core, {key} = found.key from found where line.n = found.n")
    session.run("drop table found")


def collides(session: Session, plan: Plan) -> bool:
    """Tell whether two different places, or numbers of a place, share a hash."""
    parts = [f"hash({place_sql(plan, 'line')})"]
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
