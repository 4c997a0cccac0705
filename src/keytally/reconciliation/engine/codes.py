"""How do their store and item codes, and the kinds of both sides' documents, become comparable?"""

from collections.abc import Mapping
from pathlib import Path

from keytally.exchange.canonical import LINE_TYPES, Column
from keytally.reconciliation.engine.contract import Request, UnableToRun
from keytally.reconciliation.engine.kinds import Kind, special_kinds
from keytally.reconciliation.engine.plan import Plan, line_parameters, lines_sql
from keytally.reconciliation.engine.session import Session

FIRST_DAY = "date '0001-01-01'"
LAST_DAY = "date '9999-12-31'"


def load_codes(session: Session, request: Request) -> None:
    """Load both code maps and the document kinds into tables."""
    load_map(session, "store_code", request.store_map, what="store map")
    load_map(session, "item_code", request.item_map, what="item map")
    load_kinds(session, request)


def load_map(session: Session, table: str, path: Path | None, *, what: str) -> None:
    """Load a map of their codes to ours; refuse it when one code stands for two of ours at once."""
    session.run(f"create table {table} (theirs varchar, ours varchar, starts_on date, ends_before date)")
    if path is None:
        return
    session.run(
        f"""insert into {table}
        with given as (
            select distinct theirs, ours, coalesce(starts_on, {FIRST_DAY}) as starts_on,
                coalesce(ends_before, {LAST_DAY}) as ends_before
            from read_parquet($path) where theirs is not null and ours is not null),
        marked as (
            select theirs, ours, starts_on, ends_before, starts_on > max(ends_before) over (
                partition by theirs, ours order by starts_on, ends_before
                rows between unbounded preceding and 1 preceding) as is_new
            from given),
        grouped as (
            select theirs, ours, starts_on, ends_before, count(*) filter (where is_new) over (
                partition by theirs, ours order by starts_on, ends_before rows unbounded preceding) as stretch
            from marked)
        select theirs, ours, nullif(min(starts_on), {FIRST_DAY}), nullif(max(ends_before), {LAST_DAY})
        from grouped group by theirs, ours, stretch""",
        {"path": str(path)},
    )
    clash = session.rows(
        f"""select a.theirs, a.ours, b.ours from {table} a join {table} b on a.theirs = b.theirs and a.ours < b.ours
            and coalesce(a.starts_on, {FIRST_DAY}) < coalesce(b.ends_before, {LAST_DAY})
            and coalesce(b.starts_on, {FIRST_DAY}) < coalesce(a.ends_before, {LAST_DAY})
            order by 1, 2, 3 limit 1"""
    )
    if clash:
        theirs, ours, other = clash[0]
        raise UnableToRun(
            f"In the {what} their code {theirs!r} stands for {ours!r} and {other!r} on the same day;"
            " give the rows dates that do not overlap."
        )


def load_gtins(session: Session, request: Request, plan: Plan, *, relation: str) -> None:
    """Load what our item of a GTIN is, from the item map and from our own lines, where only one item has it.

    Only for the GTINs of a relation of their lines whose item the map does not know whatever the date.
    """
    session.run("create table gtin_code (gtin varchar, item varchar)")
    session.run(
        f"""create table wanted as select distinct gtin from {relation} where gtin is not null and (item is null
            or item not in (select theirs from item_code where starts_on is null and ends_before is null))"""
    )
    if not session.count("select count(*) from wanted"):
        session.run("drop table wanted")
        return
    parts: list[str] = []
    parameters: dict[str, object] = {}
    if request.item_map is not None:
        parts.append(
            """select m.gtin, m.ours as item from read_parquet($item_map) m semi join wanted w on w.gtin = m.gtin
            where m.ours is not null"""
        )
        parameters["item_map"] = str(request.item_map)
    if plan.has_item and {Column.ITEM, Column.GTIN} <= request.ours.present and Column.GTIN in request.theirs.present:
        parts.append(
            f"""select distinct l.gtin, l.item from ({lines_sql(request.ours)}) l semi join wanted w on w.gtin = l.gtin
            where l.item is not null"""
        )
        parameters |= line_parameters(request.ours)
    if parts:
        union = " union all ".join(parts)
        session.run(
            f"insert into gtin_code select gtin, min(item) from ({union}) group by gtin having min(item) = max(item)",
            parameters,
        )
    session.run("drop table wanted")


def load_kinds(session: Session, request: Request) -> None:
    """Load the family and the marks of every document type that is not plain trade."""
    session.run(
        "create table kind (side tinyint, doc_type varchar, family tinyint, is_cancelling boolean, is_return boolean)"
    )
    for side, lines in enumerate((request.ours, request.theirs)):
        if Column.DOC_TYPE not in lines.present:
            continue
        found = session.rows(
            f"select distinct doc_type from ({lines_sql(lines)}) where doc_type is not null", line_parameters(lines)
        )
        insert_kinds(session, side, special_kinds(str(row[0]) for row in found))


def insert_kinds(session: Session, side: int, kinds: Mapping[str, Kind]) -> None:
    """Add document types of one side to the table of kinds."""
    session.run(
        """insert into kind select $side, unnest($doc_types::varchar[]), unnest($families::tinyint[]),
            unnest($are_cancelling::boolean[]), unnest($are_returns::boolean[])""",
        {
            "side": side,
            "doc_types": list(kinds),
            "families": [int(kind.family) for kind in kinds.values()],
            "are_cancelling": [kind.is_cancelling for kind in kinds.values()],
            "are_returns": [kind.is_return for kind in kinds.values()],
        },
    )


def mapped_sql(session: Session, request: Request, plan: Plan, *, side: int, relation: str) -> str:
    """Compose the SELECT of a relation of a side's lines, with comparable codes.

    Adds `n` (the row id, negative on their side), `store_code` and `item_code` to the canonical columns; a code that
    is not compared is NULL.
    """
    joins: list[str] = []
    store = "l.store" if plan.has_store else "cast(null as varchar)"
    item = "coalesce(l.item, l.gtin)" if plan.has_item else "cast(null as varchar)"
    if side == 1 and plan.has_store and session.count("select count(*) from store_code"):
        joins.append(map_join(session, "store_code", "s", "l.store"))
        store = "coalesce(s.ours, l.store)"
    if side == 1 and plan.has_item:
        item = map_item(session, joins)
    fields = ", ".join(f"l.{name}" for name in LINE_TYPES if name != "rid")
    return f"""select {"-" if side else ""}l.rid as n, {fields}, {store} as store_code, {item} as item_code
        from {relation} l {" ".join(joins)}"""


def coded_sql(session: Session, request: Request, plan: Plan, *, side: int) -> str:
    """Compose the SELECT of a side's lines with hashes of their comparable codes, the GTIN fallback left out.

    Adds `n`, `store_print` and `item_print`. A code is hashed before it is compared, because a column of few different
    codes is hashed once per code, not once per line.
    """
    joins: list[str] = []
    store = "hash(l.store)" if plan.has_store else "hash(null)"
    item = "case when l.item is not null then hash(l.item) else hash(l.gtin) end" if plan.has_item else "hash(null)"
    if side == 1 and plan.has_store and session.count("select count(*) from store_code"):
        joins.append(map_join(session, "store_code", "s", "l.store", hashed=True))
        store = f"coalesce(s.print, {store})"
    if side == 1 and plan.has_item and session.count("select count(*) from item_code"):
        joins.append(map_join(session, "item_code", "i", "l.item", hashed=True))
        item = f"coalesce(i.print, {item})"
    fields = ", ".join(f"l.{name}" for name in LINE_TYPES if name != "rid")
    return f"""select {"-" if side else ""}l.rid as n, {fields}, {store} as store_print, {item} as item_print
        from ({lines_sql((request.ours, request.theirs)[side])}) l {" ".join(joins)}"""


def map_item(session: Session, joins: list[str]) -> str:
    """Add the joins that turn their item code into ours, and return the expression for it."""
    options = []
    if session.count("select count(*) from item_code"):
        joins.append(map_join(session, "item_code", "i", "l.item"))
        options.append("i.ours")
    if session.count("select count(*) from gtin_code"):
        joins.append("left join gtin_code g on g.gtin = l.gtin")
        options.append("g.item")
    return f"coalesce({', '.join([*options, 'l.item', 'l.gtin'])})"


def map_join(session: Session, table: str, alias: str, code: str, *, hashed: bool = False) -> str:
    """Compose the join to a map, with its dates only where it has any; hashed, it gives `print` instead of `ours`."""
    dated = session.count(f"select count(*) from {table} where starts_on is not null or ends_before is not null")
    within = f""" and ({alias}.starts_on is null or l.date >= {alias}.starts_on)
        and ({alias}.ends_before is null or l.date < {alias}.ends_before)"""
    relation = f"(select theirs, hash(ours) as print, starts_on, ends_before from {table})" if hashed else table
    return f"left join {relation} {alias} on {alias}.theirs = {code}{within if dated else ''}"
