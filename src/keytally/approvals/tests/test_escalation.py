"""Nothing passes by itself: reminders, managers told, silence of the consulted, over a holiday; and a chore does it."""

from datetime import datetime

import pytest

from keytally.approvals import services
from keytally.approvals.models import Slot, Step
from keytally.approvals.queries import inbox
from keytally.approvals.tests import cast
from keytally.approvals.tests import definitions as given
from keytally.approvals.tests.cast import draft
from keytally.core.models import AuditEntry, OutgoingMail
from keytally.jobs.chores import chores
from keytally.worklist.models import WorkItem

EVE_OF_HOLIDAY = datetime.fromisoformat("2026-09-30T10:00+08:00")


def at(text):
    return datetime.fromisoformat(f"{text}+08:00")


@pytest.fixture
def company(db):
    made = cast.make_company(now=at("2026-09-01T09:00"))
    cast.accept(*given.EVERY, by=made.admin, now=at("2026-09-01T09:00"))
    return made


@pytest.fixture
def request_(company):
    return services.start("spend_request", draft=draft(company, "15000"), by=company["REP"], now=EVE_OF_HOLIDAY)


def mails(template):
    found = OutgoingMail.objects.filter(template__endswith=f"{template}.txt").order_by("id")
    return [mail.to.username for mail in found.select_related("to")]


def late_items():
    found = WorkItem.objects.filter(kind="approval_late", state="OPEN").select_related("owner")
    return sorted(item.owner.username for item in found)


def test_the_holiday_counts_nothing(company, request_):
    for day in range(1, 8):
        assert services.escalate_due(at(f"2026-10-0{day}T12:00")) == 0
    assert mails("reminder") == []


def test_it_reminds_tells_the_manager_and_then_the_managers_manager(company, request_):
    services.escalate_due(at("2026-10-08T09:15"))
    assert (mails("reminder"), late_items()) == (["rkm"], [])
    services.escalate_due(at("2026-10-08T18:00"))
    assert (mails("late"), late_items()) == (["rm"], ["rm"])
    services.escalate_due(at("2026-10-09T17:59"))
    assert mails("late") == ["rm"]
    services.escalate_due(at("2026-10-09T18:00"))
    assert (mails("late"), late_items()) == (["rm", "sd"], ["rm", "sd"])
    request_.refresh_from_db()
    assert request_.state == "RUNNING"
    assert Slot.objects.get().outcome == ""


def test_it_does_everything_once_however_often_it_runs(company, request_):
    for _turn in range(3):
        services.escalate_due(at("2026-10-12T18:00"))
    assert (mails("reminder"), mails("late")) == ([], ["rm", "sd"])
    told = AuditEntry.objects.filter(action__in=["approval.reminded", "approval.manager_told", "approval.senior_told"])
    assert told.count() == 3


def test_a_decision_ends_the_delay_for_the_managers_too(company, request_):
    services.escalate_due(at("2026-10-12T18:00"))
    slot = inbox.waiting_slots(company["RKM"], now=at("2026-10-13T09:00")).get()
    services.decide(slot.pk, outcome="APPROVED", by=company["RKM"], now=at("2026-10-13T09:00"))
    assert late_items() == []
    assert not WorkItem.objects.filter(state="OPEN").exists()


def test_silence_of_the_consulted_is_no_objection_but_of_nobody_else(company):
    services.start("credit_application", draft=draft(company, "1000", tier="A"), by=company["REP"], now=EVE_OF_HOLIDAY)
    for role, outcome in (("AR", "DONE"), ("AKM", "APPROVED")):
        slot = inbox.waiting_slots(company[role], now=EVE_OF_HOLIDAY).get()
        services.decide(slot.pk, outcome=outcome, by=company[role], now=EVE_OF_HOLIDAY)
    services.escalate_due(at("2026-10-08T18:00"))
    consulted = Slot.objects.get(step__code="CL-5")
    assert (consulted.outcome, consulted.decided_by) == ("SILENT", None)
    assert {step.code for step in Step.objects.filter(state="OPEN")} == {"CL-7"}
    services.escalate_due(at("2026-11-30T18:00"))
    assert set(Slot.objects.filter(step__code="CL-7").values_list("outcome", flat=True)) == {""}
    assert AuditEntry.objects.get(action="approval.silent").after["people"] == sorted(
        [company["NKM"].pk, company["CM"].pk]
    )


def test_the_worker_does_it_every_few_minutes(company, request_):
    known = chores()
    assert {"approvals.escalate", "approvals.reroute"} <= set(known)
    known["approvals.escalate"].duty(at("2026-10-08T18:00"))
    assert late_items() == ["rm"]
