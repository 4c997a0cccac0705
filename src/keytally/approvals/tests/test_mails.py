"""Mails say who asks for what, in the reader's language, as it was typed, with the way to the request."""

import pytest

from keytally.approvals import services
from keytally.approvals.queries import inbox
from keytally.approvals.services import telling
from keytally.approvals.tests.cast import NOW, draft
from keytally.core.models import OutgoingMail
from keytally.core.outbox import wording


@pytest.mark.parametrize(
    ("language", "words"), [("en", "asks for your decision: A & B <C>"), ("zh-hans", "请您审批：A & B <C>")]
)
def test_a_decision_is_asked_for(company, language, words):
    person = company["RKM"]
    person.language = language
    person.save()
    request = services.start(
        "spend_request", draft=draft(company, "15000", title="A & B <C>"), by=company["REP"], now=NOW
    )
    subject, text = wording(OutgoingMail.objects.get())
    assert subject == f"李娜{' ' if language == 'en' else ''}{words}"
    assert "15,000.00 CNY" in text
    assert "2026-07-07 18:00" in text
    assert text.rstrip().endswith(f"/approvals/requests/{request.pk}/")


def test_every_mail_can_be_worded(company):
    request = services.start("spend_request", draft=draft(company, "15000"), by=company["REP"], now=NOW)
    step = request.steps.get()
    telling.remind(request, step, [company["RKM"]], now=NOW)
    telling.inform(request, step, [company["RKM"]], now=NOW)
    telling.tell_managers(request, step, [company["RM"].pk], now=NOW)
    slot = inbox.waiting_slots(company["RKM"], now=NOW).get()
    services.decide(slot.pk, outcome="RETURNED", by=company["RKM"], now=NOW, comment="请附门店清单")
    found = {mail.template.rpartition("/")[2]: wording(mail) for mail in OutgoingMail.objects.order_by("id")}
    assert set(found) == {"to_decide.txt", "reminder.txt", "informed.txt", "late.txt", "ended.txt"}
    assert all(subject and "\n" not in subject for subject, _text in found.values())
    assert "请附门店清单" in found["ended.txt"][1]
    assert found["ended.txt"][0].startswith("已退回修改：")
