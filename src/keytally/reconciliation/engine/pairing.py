"""How do open lines become pairs: in order, by mutual best, or never when a tie stands between them?

`open` holds the lines that wait, `pair` what is linked, `lone` the lines that got a class without a link, `candidate`
the ties. A rule fills `found` (a, b, grp) and calls `take`.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from keytally.reconciliation.engine.session import Session

MAX_ROUNDS = 64
"""Every round closes at least one pair of each rival set; what is left after so many rounds goes to a person."""


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule's name and how sure a pair it makes is, in per cent."""

    name: str
    confidence: int


def make_tables(session: Session) -> None:
    """Create the tables that rules fill."""
    session.run("create table pair (a integer, b integer, grp integer, rule varchar, confidence tinyint)")
    session.run("create table lone (n integer, class varchar, twin integer)")
    session.run("create table candidate (a integer, b integer, rule varchar, confidence tinyint, score bigint)")
    session.run("create table refused (a integer, b integer)")


def take(session: Session, rule: Rule, *, among: str = "open", from_contest: bool = False) -> int:
    """Link what the rule found, unless a person refused it, and close its lines; return the pairs made.

    Where it was found in a contest, what is closed leaves that too.
    """
    if session.request.decisions is not None:
        session.run(
            "delete from found where grp in (select f.grp from found f join refused r on f.a = r.a and f.b = r.b)"
        )
    made = session.run(
        "insert into pair select a, b, grp, $name, $confidence from found",
        {"name": rule.name, "confidence": rule.confidence},
    )
    for table in {"open", among} if made else ():
        session.run(f"delete from {table} where n in (select a from found union all select b from found)")
    if made and from_contest:
        session.run("delete from contest where a in (select a from found) or b in (select b from found)")
    session.run("drop table found")
    return made


def close_lone(session: Session) -> int:
    """Give the lines in `found` (n, class, twin) their class and close them; return how many."""
    made = session.run("insert into lone select n, class, twin from found")
    if made:
        session.run("delete from open where n in (select n from found)")
    session.run("drop table found")
    return made


def same(keys: Sequence[str], left: str, right: str) -> str:
    """Compose the condition that two lines agree in some columns, an absent value agreeing with an absent one."""
    return " and ".join(f"{left}.{key} is not distinct from {right}.{key}" for key in keys)


def pair_in_order(session: Session, rule: Rule, *, number: str, keys: Sequence[str], among: str = "open") -> int:
    """Pair lines that agree in number and keys in date order; lines without the number wait.

    `among` is `open` or a table of open lines that holds all that may agree; what is paired leaves it too.
    """
    columns = (number, *keys)
    listed = ", ".join(f"o.{key}" for key in columns)
    agree = same(keys, "o", "t") + f" and o.{number} = t.{number}"
    turn = f"row_number() over (partition by {listed} order by o.day, o.doc, o.line_no, o.print, abs(o.n))"
    sides = [
        f"""select o.n, {listed}, {turn} as turn from {among} o
            semi join (select {", ".join(columns)} from {among} where side = {1 - side}) t on {agree}
            where o.side = {side}"""
        for side in (0, 1)
    ]
    session.run(
        f"""create table found as with ours as ({sides[0]}), theirs as ({sides[1]})
            select o.n as a, t.n as b, o.n as grp from ours o join theirs t on {agree} and o.turn = t.turn"""
    )
    return take(session, rule, among=among)


def pair_mutual_best(session: Session, rule: Rule, *, candidates: str, twins: Sequence[str], odds: int = 1) -> int:
    """Pair lines that are each other's single best candidate, round after round; what ties stays for a person.

    `candidates` is a SELECT of (a, b, score), the lower score the better; `twins` are the columns in which lines of a
    side must agree to be interchangeable. With `odds` above 1 scores are weights below zero, and the best must weigh
    that many times the second.
    """
    waiting = session.run(f"create table contest as {candidates}")
    if waiting and session.request.decisions is not None:
        waiting -= session.run("delete from contest where (a, b) in (select (a, b) from refused)")
    made = pair_only_choices(session, rule) if waiting else 0
    if made == waiting:
        session.run("drop table contest")
        return made
    for _ in range(MAX_ROUNDS):
        found = one_round(session, rule, twins=twins, odds=odds)
        made += found
        if not found:
            break
    leave_ties(session, rule)
    return made


def pair_only_choices(session: Session, rule: Rule) -> int:
    """Pair the lines of a contest that have no other choice on either side, as most have; return the pairs made."""
    session.run(
        """create table found as
        select c.a, c.b, c.a as grp from contest c
        semi join (select a from contest group by a having count(*) = 1) x on x.a = c.a
        semi join (select b from contest group by b having count(*) = 1) y on y.b = c.b"""
    )
    return take(session, rule, from_contest=True)


def one_round(session: Session, rule: Rule, *, twins: Sequence[str], odds: int) -> int:
    """Pair the mutual best of what is left of a contest; return the pairs made."""
    if not session.count("select count(*) from contest"):
        return 0
    listed = ", ".join(f"l.{name}" for name in twins)
    session.run(
        f"""create or replace table entrant as
            select l.n, row_number() over (partition by l.side, {listed} order by l.day, l.doc, l.line_no, l.print,
                l.n) as turn
            from open l where l.n in (select a from contest union all select b from contest)"""
    )
    session.run(
        """create table found as
        with ranked as (
            select c.a, c.b, c.score,
                row_number() over (partition by c.a order by c.score, c.b) as a_rank,
                row_number() over (partition by c.b order by c.score, c.a) as b_rank,
                lead(c.score) over (partition by c.a order by c.score, c.b) as a_next,
                lead(c.score) over (partition by c.b order by c.score, c.a) as b_next
            from contest c join entrant x on x.n = c.a join entrant y on y.n = c.b and y.turn = x.turn
        )
        select a, b, a as grp from ranked
        where a_rank = 1 and b_rank = 1
            and (a_next is null or (a_next > score and score <= cast(a_next as hugeint) * $odds))
            and (b_next is null or (b_next > score and score <= cast(b_next as hugeint) * $odds))""",
        {"odds": odds},
    )
    return take(session, rule, from_contest=True)


def leave_ties(session: Session, rule: Rule) -> None:
    """Keep what nothing tells apart as candidates, and their lines out of weaker rules."""
    tied = session.run(
        "insert into candidate select a, b, $name, $confidence, score from contest",
        {"name": rule.name, "confidence": rule.confidence},
    )
    if tied:
        session.run(
            """create table found as select n, 'AMBIGUOUS' as class, cast(null as integer) as twin
               from (select a as n from contest union select b from contest)"""
        )
        close_lone(session)
    session.run("drop table contest")
