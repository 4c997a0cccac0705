"""What did a person accept or refuse, and which lines of this run is it about?"""

from keytally.reconciliation.engine.contract import Request
from keytally.reconciliation.engine.identity import fields_sql, id_sql
from keytally.reconciliation.engine.pairing import Rule, take
from keytally.reconciliation.engine.session import Session


def name_lines(session: Session, *, which: str, beside: str = "") -> None:
    """Fill `named` (n, id) for the lines that a SELECT of `n` lists; equal lines are numbered as they come.

    `beside` names more columns of the lines `l`.
    """
    session.run(
        f"""create or replace table named as
        with rival as (select print from line group by print having count(*) > 1),
        repeated as (
            select l.n, row_number() over (partition by sign(l.n), {fields_sql("l")} order by abs(l.n)) as occurrence
            from as_read l semi join (
                select n from line v semi join rival e on e.print = v.print) e on e.n = l.n)
        select l.n, {id_sql("l", occurrence="coalesce(x.occurrence, 1)")} as id{beside}
        from as_read l left join repeated x on x.n = l.n where l.n in ({which})"""
    )


def apply_decisions(session: Session, request: Request) -> int:
    """Link what a person accepted, remember what was refused, and return how many decisions met no line of this run."""
    if request.decisions is None:
        return 0
    name_lines(session, which="select n from line")
    session.run(
        """create table decision as
        select o.n as a, t.n as b, lower(trim(d.decision)) as decision from read_parquet($decisions) d
        left join (select v.n, v.id from named v where v.n > 0) o on o.id = d.ours_id
        left join (select v.n, v.id from named v where v.n < 0) t on t.id = d.theirs_id""",
        {"decisions": str(request.decisions)},
    )
    session.run(
        """insert into refused select distinct a, b from decision
           where decision = 'refuse' and a is not null and b is not null"""
    )
    session.run(
        """create table found as
        select distinct a, b, a as grp from decision where decision = 'accept' and a is not null and b is not null
            and (a, b) not in (select (a, b) from refused)"""
    )
    while join_groups(session):
        pass
    take(session, Rule("person", 100))
    return session.count("select count(*) from decision where a is null or b is null")


def join_groups(session: Session) -> int:
    """Give pairs that share a line the smaller of their groups; return how many pairs changed."""
    return session.run(
        """update found set grp = least.grp from (
            select f.a, f.b, min(x.grp) as grp from found f join found x on x.a = f.a or x.b = f.b
            group by f.a, f.b) least
        where least.a = found.a and least.b = found.b and least.grp < found.grp"""
    )
