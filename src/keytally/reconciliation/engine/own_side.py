"""Which lines of one side undo or repeat another line of the same side?"""

from keytally.reconciliation.engine.opening import number_sql, shape_parameters
from keytally.reconciliation.engine.pairing import close_lone, same
from keytally.reconciliation.engine.plan import Number, Plan, line_parameters, lines_sql
from keytally.reconciliation.engine.session import Session

SUFFIX_LENGTH = 4
"""Characters by which a cancellation may lengthen the number of the document it cancels."""

KEYS = ("side", "ord_core", "place")
HAS_FIGURE = "(coalesce(a, 0) <> 0 or coalesce(q, 0) <> 0) and not is_return"
FIGURES = ("quantity", "amount", "currency")

IS_NEGATIVE = "coalesce(nullif(a, 0), q) < 0"


def close_reversals(session: Session, _plan: Plan) -> None:
    """Close evident reversals with what they reverse: of the same document, of one that points, then by kind."""
    if find_reversible(session):
        close_opposites(session, undoes=IS_NEGATIVE, keys=(*KEYS, "doc", "case when doc is null then day end"))
        close_pointing(session)
        close_opposites(session, undoes="is_cancelling", keys=KEYS)
    session.run("drop table reversible")


def find_reversible(session: Session) -> int:
    """Fill `reversible` with the open lines that share side, order and place with one that may undo another."""
    look = f"hash({', '.join(KEYS)})"
    columns = ", ".join(("n", "day", "doc", "line_no", "print", *KEYS, "q", "a", "is_cancelling"))
    return session.run(
        f"""create table reversible as
        select {columns} from open where {HAS_FIGURE} and {look} in (
            select {look} from open where {HAS_FIGURE} and ({IS_NEGATIVE} or is_cancelling))"""
    )


def close_reversed(session: Session) -> None:
    """Close the lines in `found`, which leave the reversible ones too."""
    session.run("delete from reversible where n in (select n from found)")
    close_lone(session)


def close_opposites(session: Session, *, undoes: str, keys: tuple[str, ...]) -> None:
    """Close lines of the same keys and opposite figures with each other, in date order."""
    names = [f"k{index}" for index in range(len(keys))]
    partition = ", ".join([*names, "amount", "quantity"])
    equal = " and ".join(f"x.{name} is not distinct from c.{name}" for name in [*names, "amount", "quantity"])
    columns = ", ".join(("n", "day", "doc", "line_no", "print", *names, "undoes", "amount", "quantity"))
    session.run(
        f"""create table found as
        with marked as (
            select n, day, doc, line_no, print,
                {", ".join(f"{key} as {name}" for key, name in zip(keys, names, strict=True))},
                {undoes} as undoes,
                case when {undoes} then -a else a end as amount, case when {undoes} then -q else q end as quantity
            from reversible),
        undoing as materialized (select {columns} from marked where undoes),
        undone as (select {columns} from marked x semi join undoing c on not x.undoes and {equal}),
        contested as (
            select {columns} from undone union all select {columns} from undoing x semi join undone c on {equal}),
        placed as (
            select n, undoes, {partition},
                row_number() over (partition by {partition}, undoes order by day, doc, line_no, print, n) as turn
            from contested),
        closed as (
            select x.n as n, c.n as twin from placed x join placed c
            on not x.undoes and c.undoes and x.turn = c.turn and {equal})
        select n, 'CANCELLED' as class, twin from closed union all select twin, 'CANCELLED', n from closed"""
    )
    close_reversed(session)


def close_pointing(session: Session) -> None:
    """Close a line with the one whose document number lengthens its own, where both have no other choice."""
    equal = " and ".join(f"x.{key} is not distinct from c.{key}" for key in KEYS)
    session.run(
        f"""create table found as
        with cancelling as (
            select n, doc, {", ".join(KEYS)}, q, a, {IS_NEGATIVE} as undoes from reversible where doc is not null),
        choice as (
            select x.n as n, c.n as twin, count(*) over (partition by x.n) as ways,
                count(*) over (partition by c.n) as claims
            from cancelling x join cancelling c on {equal} and c.undoes and not x.undoes and x.a is not distinct
                from -c.a and x.q is not distinct from -c.q
                and starts_with(c.doc, x.doc) and length(c.doc) - length(x.doc) between 1 and {SUFFIX_LENGTH}),
        undone as (select n, twin from choice where ways = 1 and claims = 1)
        select n, 'CANCELLED' as class, twin from undone union all select twin, 'CANCELLED', n from undone"""
    )
    close_reversed(session)


def close_duplicates(session: Session, plan: Plan, *, same_document: bool) -> None:
    """Close lines that repeat a linked line of their side in number, store, item and figures.

    With `same_document` only those whose document, as written, and date are the same too.
    """
    if plan.lead is None:
        return
    key = f"{plan.lead.short}_key"
    document = "and l.doc_no is not distinct from o.doc and l.day is not distinct from o.day" if same_document else ""
    session.run(
        f"""create table found as
        with alike_line as materialized (
            select l.n, l.{key}, l.quantity, l.amount, l.doc_no, l.day from line l
            semi join (select hash(o.{key}, o.side, o.a) as look from open o where o.{key} is not null) o
                on o.look = hash(l.{key}, l.side, l.amount)
            anti join open x on x.n = l.n),
        rival as (
            select l.n, l.{key} as key, l.quantity, l.amount, l.doc_no, l.day from alike_line l
            semi join (select a as n from pair union all select b from pair) p on p.n = l.n)
        select o.n, 'DUPLICATE' as class, min(l.n) as twin
        from open o join rival l on l.key = o.{key} and sign(l.n) = sign(o.n)
            and l.quantity is not distinct from o.q and l.amount is not distinct from o.a {document}
        group by o.n"""
    )
    close_lone(session)


def close_repeated_documents(session: Session, plan: Plan) -> None:
    """Close lines that repeat a linked line of the same document and date."""
    close_duplicates(session, plan, same_document=True)


def close_repeated_figures(session: Session, plan: Plan) -> None:
    """Close lines that repeat a linked line under another document or date."""
    close_duplicates(session, plan, same_document=False)


def close_repeats_of_clean_lines(session: Session, plan: Plan) -> None:
    """Close lines that repeat a line of the clean pass in number, store, item and figures.

    The twins are found by their looks; then their numbers are read and compared.
    """
    if plan.lead is None or plan.is_small:
        return
    core = f"{plan.lead.short}_core"
    session.run(
        f"""create table wanted as select l.n, l.side, o.{core} as core, l.look, l.quantity, l.amount, l.currency
            from line l join open o on o.n = l.n where o.{core} is not null and o.family = 0"""
    )
    fetch_clean_twins(session, plan.lead)
    session.run(
        f"""create table found as
        select o.n, 'DUPLICATE' as class, min(case when o.side = 0 then w.a else w.b end) as twin
        from wanted o join twin w on w.look = o.look and w.core = o.core and {same(FIGURES, "w", "o")} group by o.n"""
    )
    close_lone(session)
    session.run("drop table wanted")
    session.run("drop table twin")


def fetch_clean_twins(session: Session, number: Number) -> None:
    """Fill `twin` with the clean pairs that look like a wanted line, and the core of their number.

    The number of a clean pair is the same on both sides as written, so ours are read, and only the rows of these pairs.
    """
    lines = session.request.ours
    session.run("create table twin_pair as select c.a, c.b, c.look from clean c semi join wanted w on w.look = c.look")
    session.run("create table twin_row as select distinct a as rid from twin_pair")
    shapes = shape_parameters(session.request, side=0)
    session.run(
        f"""create table twin as
        select p.a, p.b, p.look, {number_sql(f"l.{number.column}", shapes=tuple(shapes))[1]} as core,
            {", ".join(f"l.{name}" for name in FIGURES)}
        from twin_pair p join ({lines_sql(lines, rows="twin_row")}) l on l.rid = p.a""",
        {**line_parameters(lines), **shapes},
    )
    session.run("drop table twin_pair")
    session.run("drop table twin_row")
