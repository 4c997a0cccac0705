"""How are links, residuals and candidates written, so that others can build on them?"""

from dataclasses import dataclass

from keytally.reconciliation.engine.clean import exact_rule
from keytally.reconciliation.engine.contract import Request
from keytally.reconciliation.engine.decided import name_lines
from keytally.reconciliation.engine.judging import IS_OWN
from keytally.reconciliation.engine.plan import SIDES, Plan
from keytally.reconciliation.engine.session import Session

NAMED_ALL = "select n from line"
NAMED_RESIDUALS = """select n from verdict where class <> 'MATCHED' union all select a from candidate
    union all select b from candidate union all select a from pair where rule = 'person'
    union all select b from pair where rule = 'person'"""
COMPONENTS = """case
    when v.rest_minor = 0 and v.amount_minor = 0 then []
    when v.rest_minor = 0 then [{'cause': v.cause, 'amount_minor': v.amount_minor}]
    when v.amount_minor = v.rest_minor then [{'cause': v.rest_cause, 'amount_minor': v.rest_minor}]
    else [
        {'cause': v.cause, 'amount_minor': v.amount_minor - v.rest_minor},
        {'cause': v.rest_cause, 'amount_minor': v.rest_minor}] end"""
"""The one or two components of a difference, those of nothing left out."""

PARQUET = "(format parquet, parquet_version v2, dictionary_size_limit 4096, write_bloom_filter false)"


LINKED_SQL = """
    select p.a, -p.b as b, u.id as ours_id, v.id as theirs_id, p.grp, p.rule, p.confidence, g.class,
        case when m.is_further then g.amount_minor * 0 else g.amount_minor end as amount_minor,
        case when m.is_further then 0 else g.quantity end as quantity
    from pair p join group_total g on g.grp = p.grp
    left join (
        select a, b, row_number() over (partition by grp order by a, -b) > 1 as is_further
        from pair semi join many using (grp)) m on m.a = p.a and m.b = p.b
    left join (select n, id from named where n > 0) u on u.n = p.a
    left join (select n, id from named where n < 0) v on v.n = p.b"""
"""Every pair that the rules made, the difference of a group on its first; an absent one stays absent on all."""


def write_outputs(session: Session, request: Request, plan: Plan) -> None:
    """Write links.parquet, residuals.parquet and candidates.parquet."""
    load_locations(session, request)
    name_lines(session, which=NAMED_ALL if plan.is_small else NAMED_RESIDUALS, beside=", l.currency")
    session.run(
        f"""create table group_total as
        select grp, class, case when class = 'OUTSIDE_PERIOD' then 0 else dq end as quantity,
            case when class = 'OUTSIDE_PERIOD' then 0 else d end as amount_minor
        from judged where not {IS_OWN}
        union all
        select grp, min(class), sum(quantity), case when min(class) <> 'CURRENCY' then sum(amount_minor) end
        from verdict semi join (select grp from judged where {IS_OWN}) own using (grp) group by grp"""
    )
    write_links(session, request, plan)
    write_residuals(session, request, plan)
    write_candidates(session, request)


def load_locations(session: Session, request: Request) -> None:
    """Fill `location`: which file and sheet the row ids of a side belong to."""
    session.run("create table location (side tinyint, file varchar, sheet varchar, base integer)")
    for side, lines in enumerate((request.ours, request.theirs)):
        for table in lines.tables:
            session.run(
                "insert into location values ($side, $file, $sheet, $base)",
                {"side": side, "file": table.file, "sheet": table.sheet, "base": table.base},
            )
    session.run("create type file_name as enum (select distinct file from location order by 1)")
    session.run("create type sheet_name as enum (select distinct coalesce(sheet, '') from location order by 1)")
    for side, name in enumerate(SIDES):
        session.run(
            f"""create table {name}_place as
            select cast(file as file_name) as file, cast(sheet as sheet_name) as sheet, base
                from location where side = {side}"""
        )
    session.run(
        """create table one_place as
        select o.file as ours_file, o.sheet as ours_sheet, o.base as ours_base, t.file as theirs_file,
            t.sheet as theirs_sheet, t.base as theirs_base from ours_place o cross join theirs_place t"""
    )
    session.run(
        """create table any_place as select cast(0 as tinyint) as side, file, sheet, base from ours_place
        union all select cast(1 as tinyint), file, sheet, base from theirs_place"""
    )


def place_join(request: Request, alias: str, *, side: int, row: str) -> str:
    """Compose the join that finds the file, sheet and base of a row id."""
    tables = (request.ours, request.theirs)[side].tables
    if len(tables) == 1:
        return f"cross join {SIDES[side]}_place {alias}"
    return f"asof join {SIDES[side]}_place {alias} on {row} > {alias}.base"


@dataclass(frozen=True, slots=True)
class AnyPlace:
    """How the file, sheet and row of lines of either side are found: what to join, and the columns of that."""

    join: str
    file: str
    sheet: str
    row: str


def any_place(request: Request, *, n: str) -> AnyPlace:
    """Compose how the lines `n` of either side are found; where each side is one table, without looking for it."""
    if len(request.ours.tables) == len(request.theirs.tables) == 1:
        file, sheet, base = (
            f"case when {n} > 0 then y.ours_{name} else y.theirs_{name} end" for name in ("file", "sheet", "base")
        )
        return AnyPlace("cross join one_place y", file, sheet, f"abs({n}) - {base}")
    side = f"y.side = cast({n} < 0 as tinyint)"
    return AnyPlace(f"asof join any_place y on {side} and abs({n}) > y.base", "y.file", "y.sheet", f"abs({n}) - y.base")


def write_links(session: Session, request: Request, plan: Plan) -> None:
    """Write every pair across the sides, the difference of a group on its first."""
    session.run(
        """create type rule_name as enum (
            select rule from pair union select 'exact_document' union select 'exact_order' order by 1)"""
    )
    session.run("create type class_name as enum (select class from verdict union select 'MATCHED' order by 1)")
    clean_rule = exact_rule(plan) or "exact_order"
    session.run(
        f"""copy (
        with linked as ({LINKED_SQL}),
        every_link as (
            select a, b, ours_id, theirs_id, grp, cast(rule as rule_name) as rule,
                cast(confidence as tinyint) as confidence,
                cast(class as class_name) as class, cast(amount_minor as bigint) as amount_minor,
                    cast(quantity as bigint) as quantity
            from linked
            union all
            select a, -b, null, null, a, cast('{clean_rule}' as rule_name), cast(100 as tinyint),
                cast('MATCHED' as class_name),
                cast(0 as bigint), cast(0 as bigint) from clean)
        select x.file as ours_file, x.sheet as ours_sheet, k.a - x.base as ours_row,
            y.file as theirs_file, y.sheet as theirs_sheet, k.b - y.base as theirs_row,
            k.ours_id, k.theirs_id, cast(k.grp as bigint) as "group", k.rule,
                cast(k.confidence as integer) as confidence,
            k.class, k.amount_minor, k.quantity
        from every_link k {place_join(request, "x", side=0, row="k.a")} {place_join(request, "y", side=1, row="k.b")}
        {"order by k.a, k.b" if plan.is_small else ""}) to $path {PARQUET}""",
        {"path": str(request.out / "links.parquet")},
    )


def write_residuals(session: Session, request: Request, plan: Plan) -> None:
    """Write every line that is not cleanly matched, with its components and what it was compared with."""
    spot, place = any_place(request, n="o.m"), any_place(request, n="v.n")
    session.run(
        f"""create table opposite as
        with other as (
            select p.a as n, p.b as m from pair p semi join (select grp from judged where class <> 'MATCHED') v
                on v.grp = p.grp
            union all
            select p.b, p.a from pair p semi join (select grp from judged where class <> 'MATCHED') v on v.grp = p.grp
            union all
            select n, twin from lone where twin is not null),
        named_place as (
            select o.n, {{'file': cast({spot.file} as varchar), 'sheet': cast({spot.sheet} as varchar),
                'row': {spot.row}}} as spot
            from other o {spot.join}),
        counted as (select n from named_place group by n having count(*) > 1)
        select n, [spot] as rows from named_place anti join counted using (n)
        union all
        select n, list_sort(list(spot)) from named_place semi join counted using (n) group by n"""
    )
    session.run(
        f"""copy (
        select case when v.n > 0 then 'ours' else 'theirs' end as side, {place.file} as file, {place.sheet} as sheet,
            {place.row} as row, i.id,
            cast(v.class as class_name) as class, i.currency, v.amount_minor, v.quantity,
            coalesce(o.rows, []) as counterpart_rows,
            {COMPONENTS} as components
        from verdict v join named i on i.n = v.n left join opposite o on o.n = v.n {place.join}
        where v.class <> 'MATCHED'
        {"order by v.n < 0, abs(v.n)" if plan.is_small else ""}) to $path {PARQUET}""",
        {"path": str(request.out / "residuals.parquet")},
    )


def write_candidates(session: Session, request: Request) -> None:
    """Write the ranked candidates of ambiguous lines."""
    session.run(
        f"""copy (
        select x.file as ours_file, x.sheet as ours_sheet, c.a - x.base as ours_row,
            y.file as theirs_file, y.sheet as theirs_sheet, -c.b - y.base as theirs_row,
            u.id as ours_id, v.id as theirs_id,
            cast(greatest(
                rank() over (partition by c.a order by c.score),
                    rank() over (partition by c.b order by c.score)) as integer) as rank,
            c.rule, cast(c.confidence as integer) as confidence,
            cast(coalesce(o.amount, 0) - coalesce(t.amount, 0) as bigint) as amount_minor,
            cast(coalesce(o.quantity, 0) - coalesce(t.quantity, 0) as bigint) as quantity, o.day - t.day as days_apart
        from candidate c join line o on o.n = c.a join line t on t.n = c.b
        join named u on u.n = c.a join named v on v.n = c.b
        {place_join(request, "x", side=0, row="c.a")} {place_join(request, "y", side=1, row="-c.b")}
        order by c.b desc, c.score, c.a) to $path {PARQUET}""",
        {"path": str(request.out / "candidates.parquet")},
    )
