"""How are links, residuals and candidates written, so that others can build on them?"""

from keytally.reconciliation.engine.clean import exact_rule
from keytally.reconciliation.engine.contract import Request
from keytally.reconciliation.engine.decided import name_lines
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


def write_outputs(session: Session, request: Request, plan: Plan) -> None:
    """Write links.parquet, residuals.parquet and candidates.parquet."""
    load_locations(session, request)
    name_lines(session, which=NAMED_ALL if plan.is_small else NAMED_RESIDUALS)
    session.run(
        """create table group_total as
        select grp, min(class) as class, sum(quantity) as quantity,
            case when min(class) <> 'CURRENCY' then sum(amount_minor) end as amount_minor
        from verdict where grp is not null group by grp"""
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


def place_join(request: Request, alias: str, *, side: int, row: str) -> str:
    """Compose the join that finds the file, sheet and base of a row id."""
    tables = (request.ours, request.theirs)[side].tables
    if len(tables) == 1:
        return f"cross join {SIDES[side]}_place {alias}"
    return f"asof join {SIDES[side]}_place {alias} on {row} > {alias}.base"


def write_links(session: Session, request: Request, plan: Plan) -> None:
    """Write every pair across the sides, the difference of a group on its first."""
    session.run(
        """create type rule_name as enum (
            select rule from pair union select 'exact_document' union select 'exact_order' order by 1)"""
    )
    session.run("create type class_name as enum (select class from verdict union select 'MATCHED' order by 1)")
    session.run(
        """create table linked as
        select p.a, -p.b as b, u.id as ours_id, v.id as theirs_id, p.grp, p.rule, p.confidence, g.class,
            case when o.b is not null or m.grp is null then g.amount_minor else g.amount_minor * 0 end as amount_minor,
            case when o.b is not null or m.grp is null then g.quantity else 0 end as quantity
        from pair p join group_total g on g.grp = p.grp
        left join many m on m.grp = p.grp
        left join (
            select a, b from pair semi join many using (grp)
            qualify row_number() over (partition by grp order by a, -b) = 1) o on o.a = p.a and o.b = p.b
        left join named u on u.n = p.a left join named v on v.n = p.b"""
    )
    clean_rule = exact_rule(plan) or "exact_order"
    session.run(
        f"""copy (
        with every_link as (
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
    session.run("create table place (n integer, file file_name, sheet sheet_name, row integer)")
    for side in (0, 1):
        row = "-v.n" if side else "v.n"
        session.run(
            f"""insert into place select v.n, x.file, x.sheet, {row} - x.base
            from (select n from verdict where sign(n) = {1 - 2 * side} and class <> 'MATCHED'
                  union select b from candidate where sign(b) = {1 - 2 * side}
                  union select a from candidate where sign(a) = {1 - 2 * side}
                  union select twin from lone where sign(twin) = {1 - 2 * side}) v
            {place_join(request, "x", side=side, row=row)}"""
        )
    session.run(
        """create table opposite as
        with other as (
            select p.a as n, p.b as m from pair p semi join (select grp from judged where class <> 'MATCHED') v
                on v.grp = p.grp
            union all
            select p.b, p.a from pair p semi join (select grp from judged where class <> 'MATCHED') v on v.grp = p.grp
            union all
            select n, twin from lone where twin is not null),
        named_place as (
            select o.n, {'file': cast(p.file as varchar), 'sheet': cast(p.sheet as varchar), 'row': p.row} as spot
            from other o join place p on p.n = o.m),
        counted as (select n from named_place group by n having count(*) > 1)
        select n, [spot] as rows from named_place anti join counted using (n)
        union all
        select n, list_sort(list(spot)) from named_place semi join counted using (n) group by n"""
    )
    session.run(
        f"""copy (
        select case when l.side = 0 then 'ours' else 'theirs' end as side, p.file, p.sheet, p.row, i.id,
            cast(v.class as class_name) as class, l.currency, v.amount_minor, v.quantity,
            coalesce(o.rows, []) as counterpart_rows,
            {COMPONENTS} as components
        from verdict v join line l on l.n = v.n join place p on p.n = v.n join named i on i.n = v.n
        left join opposite o on o.n = v.n where v.class <> 'MATCHED'
        {"order by l.side, abs(l.n)" if plan.is_small else ""}) to $path {PARQUET}""",
        {"path": str(request.out / "residuals.parquet")},
    )


def write_candidates(session: Session, request: Request) -> None:
    """Write the ranked candidates of ambiguous lines."""
    session.run(
        f"""copy (
        select x.file as ours_file, x.sheet as ours_sheet, x.row as ours_row,
            y.file as theirs_file, y.sheet as theirs_sheet, y.row as theirs_row, u.id as ours_id, v.id as theirs_id,
            cast(greatest(
                rank() over (partition by c.a order by c.score),
                    rank() over (partition by c.b order by c.score)) as integer) as rank,
            c.rule, cast(c.confidence as integer) as confidence,
            cast(coalesce(o.amount, 0) - coalesce(t.amount, 0) as bigint) as amount_minor,
            cast(coalesce(o.quantity, 0) - coalesce(t.quantity, 0) as bigint) as quantity, o.day - t.day as days_apart
        from candidate c join line o on o.n = c.a join line t on t.n = c.b
        join place x on x.n = c.a join place y on y.n = c.b join named u on u.n = c.a join named v on v.n = c.b
        order by c.b desc, c.score, c.a) to $path {PARQUET}""",
        {"path": str(request.out / "candidates.parquet")},
    )
