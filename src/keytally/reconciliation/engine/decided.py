"""What did a person accept or refuse, and which lines of this run is it about?"""

from keytally.reconciliation.engine.contract import Request
from keytally.reconciliation.engine.identity import id_sql
from keytally.reconciliation.engine.pairing import Rule, take
from keytally.reconciliation.engine.session import Session


def name_lines(session: Session) -> None:
    """Fill `named` (n, id): the identity of every open line, lines equal in all fields numbered as they come."""
    session.run(
        f"""create table named as
        with equals as (select side, base from line group by side, base having count(*) > 1),
        numbered as (
            select l.n, l.base, row_number() over (partition by l.side, l.base order by abs(l.n)) as occurrence
            from line l semi join equals e on e.side = l.side and e.base = l.base)
        select l.n, {id_sql("l.base", "coalesce(x.occurrence, 1)")} as id from line l left join numbered x on x.n = l.n"""
    )


def apply_decisions(session: Session, request: Request) -> int:
    """Link what a person accepted, remember what was refused, and return how many decisions met no line of this run."""
    if request.decisions is None:
        return 0
    session.run(
        """create table decision as
        select o.n as a, t.n as b, lower(trim(d.decision)) as decision from read_parquet($decisions) d
        left join (select v.n, v.id from named v where v.n > 0) o on o.id = d.ours_id
        left join (select v.n, v.id from named v where v.n < 0) t on t.id = d.theirs_id""",
        {"decisions": str(request.decisions)},
    )
    session.run(
        "insert into refused select distinct a, b from decision where decision = 'refuse' and a is not null and b is not null"
    )
    session.run(
        """create table found as
        with accepted as (
            select distinct a, b from decision where decision = 'accept' and a is not null and b is not null
            and (a, b) not in (select (a, b) from refused)),
        starred as (select a, b, min(a) over (partition by b) as star from accepted)
        select a, b, min(star) over (partition by a) as grp from starred"""
    )
    take(session, Rule("person", 100))
    return session.count("select count(*) from decision where a is null or b is null")
