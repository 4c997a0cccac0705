"""The owner hears of a fall before it comes, once; a promise waits until it is answered."""

from datetime import date, timedelta

from keytally.accounts.labels import PromiseKind, PromiseState
from keytally.accounts.rules.ladder import EvidenceKind, Rung
from keytally.accounts.services import practice
from keytally.accounts.services.contacts import add_contact, record_evidence
from keytally.accounts.services.warnings import warn_of_falls, warn_of_promises
from keytally.worklist.queries import items_of

from .conftest import NOW, TODAY


def prove(contact, by, *, days_ago, rung):
    day = TODAY - timedelta(days=days_ago)
    record_evidence(contact, on=day, kind=EvidenceKind.VISIT, rung=Rung(rung), note="seen", by=by, today=TODAY, now=NOW)


def test_the_holder_is_told_once_and_no_longer_once_something_happened(cast, director, rep):
    facts = {"name": "王建国", "decision_role": "BUYER"}
    contact = add_contact(cast.chain, facts=facts, holder=rep, by=director, now=NOW)
    prove(contact, director, days_ago=80, rung=2)
    assert warn_of_falls(now=NOW) == 1
    assert warn_of_falls(now=NOW) == 0
    (waiting,) = items_of(rep, now=NOW)
    assert "王建国" in str(waiting.sentence)
    prove(contact, director, days_ago=0, rung=2)
    assert items_of(rep, now=NOW) == []


def test_a_promise_waits_until_it_is_answered(cast, director, rep):
    pledge = practice.Pledge(PromiseKind.SPEND, "display money", "two end caps", date(2026, 8, 5))
    given = practice.promise(cast.chain, pledge=pledge, owner=rep, by=director, on=TODAY, now=NOW)
    assert warn_of_promises(now=NOW) == 1
    assert len(items_of(rep, now=NOW)) == 1
    practice.answer_promise(given, state=PromiseState.KEPT, evidence="photo", by=rep, on=TODAY, now=NOW)
    assert items_of(rep, now=NOW) == []
