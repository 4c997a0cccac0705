"""Two people, or two clicks, at the same instant: one decision is made, and the other is told."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import pytest
from django.db import connection

from keytally.approvals import services
from keytally.approvals.models import Request, Slot
from keytally.approvals.tests import cast
from keytally.approvals.tests import definitions as given
from keytally.approvals.tests.cast import NOW, draft
from keytally.core.models import AuditEntry
from keytally.core.subjects import Subject
from keytally.kernel.money import Money

LATER = NOW + timedelta(hours=1)
pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def company(transactional_db):
    made = cast.make_company()
    cast.accept(*given.EVERY, by=made.admin)
    return made


def at_once(*calls):
    """Run calls at the same time, each with a connection of its own; answer what each came to."""
    together = Barrier(len(calls))

    def run(call):
        try:
            together.wait(10)
            return call()
        except services.UnableToDecide as refusal:
            return refusal.code
        finally:
            connection.close()

    with ThreadPoolExecutor(len(calls)) as pool:
        return list(pool.map(run, calls))


def decide(slot, person, outcome):
    return lambda: services.decide(slot.pk, outcome=outcome, by=person, now=LATER, comment="x").state


def test_of_two_deciders_at_once_one_decides(company):
    services.start("credit_application", draft=draft(company, "1000", tier="A"), by=company["REP"], now=NOW)
    for role, outcome in (("AR", "DONE"), ("AKM", "APPROVED")):
        slot = Slot.objects.get(step__state="OPEN", outcome="")
        services.decide(slot.pk, outcome=outcome, by=company[role], now=LATER)
    slot = Slot.objects.get(step__state="OPEN", outcome="")
    found = at_once(decide(slot, company["NKM"], "NO_OBJECTION"), decide(slot, company["CM"], "OBJECTION"))
    assert sorted(found) == ["DECIDED_ALREADY", "RUNNING"]
    assert AuditEntry.objects.filter(action="approval.decide").count() == 3


def test_approving_and_refusing_side_by_side_ends_in_a_refusal(company):
    request = services.start(
        "spend_request", draft=draft(company, "15000", over_budget=True), by=company["REP"], now=NOW
    )
    by_role = {slot.roles[0]: slot for slot in Slot.objects.all()}
    at_once(decide(by_role["RKM"], company["RKM"], "APPROVED"), decide(by_role["FD"], company["FD"], "REFUSED"))
    request.refresh_from_db()
    assert request.state == "REFUSED"
    assert AuditEntry.objects.filter(action="approval.refused").count() == 1


def test_a_double_click_decides_once(company):
    services.start("spend_request", draft=draft(company, "15000"), by=company["REP"], now=NOW)
    slot = Slot.objects.get()
    found = at_once(*[decide(slot, company["RKM"], "APPROVED")] * 2)
    assert found == ["APPROVED", "APPROVED"]
    assert AuditEntry.objects.filter(action="approval.decide").count() == 1
    assert AuditEntry.objects.filter(action="approval.approved").count() == 1


def test_a_form_sent_twice_at_once_makes_one_request(company):
    typed = draft(company, "15000", key="form-1")
    at_once(*[lambda: services.start("spend_request", draft=typed, by=company["REP"], now=NOW).state] * 2)
    assert Request.objects.count() == 1


def test_a_capability_that_submits_twice_at_once_makes_one_request(company):
    def submit():
        return services.submit(
            "spend_request",
            subject=Subject("agreement", 7),
            title="年度合同",
            amount=Money.of("1000", "CNY"),
            facts={},
            content_hash="a",
            by=company["REP"],
            position=company.place("REP"),
            now=NOW,
        ).pk

    found = at_once(submit, submit)
    assert found == [Request.objects.get().pk] * 2


def test_withdrawing_while_it_is_decided_leaves_one_end(company):
    request = services.start("spend_request", draft=draft(company, "15000"), by=company["REP"], now=NOW)
    slot = Slot.objects.get()
    found = at_once(
        decide(slot, company["RKM"], "APPROVED"),
        lambda: services.withdraw(request.pk, by=company["REP"], now=LATER).state,
    )
    request.refresh_from_db()
    assert request.state in found
    assert AuditEntry.objects.filter(action__in=["approval.approved", "approval.withdrawn"]).count() == 1
