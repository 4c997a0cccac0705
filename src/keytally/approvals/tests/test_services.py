"""Requests run, are decided, come back, are withdrawn; nothing changes under them."""

import io
from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from keytally.approvals import services
from keytally.approvals.events import RequestDecided
from keytally.approvals.models import Remark, Request, Seat, Slot, Step
from keytally.approvals.queries import contents, inbox
from keytally.approvals.queries.requests import is_approved, latest_about, visible_to
from keytally.approvals.services.submitting import File
from keytally.approvals.tests.cast import NOW, draft
from keytally.core import events
from keytally.core.clock import business_date
from keytally.core.models import Attachment, AuditEntry, OutgoingMail
from keytally.core.subjects import Subject
from keytally.kernel.money import Money
from keytally.people.services.delegation import delegate
from keytally.worklist.models import WorkItem

TODAY = business_date(NOW)
LATER = NOW + timedelta(hours=1)


@pytest.fixture
def heard():
    found = []
    events.subscribe(RequestDecided, found.append)
    yield found
    events.unsubscribe(RequestDecided, found.append)


def ask(company, amount="15000", **facts):
    return services.start("spend_request", draft=draft(company, amount, **facts), by=company["REP"], now=NOW)


def slot(company, role, now=NOW):
    return inbox.waiting_slots(company[role], now=now).get()


def decide(company, role, outcome="APPROVED", now=LATER, **facts):
    return services.decide(slot(company, role, now).pk, outcome=outcome, by=company[role], now=now, **facts)


def waiting(company):
    return {role for role in company.people if inbox.waiting_count(company[role], now=NOW)}


def items(company, role):
    return list(WorkItem.objects.filter(owner=company[role], state="OPEN").values_list("kind", "reason_code"))


def test_a_request_waits_for_the_nearest_holder_and_ends_approved(company, heard):
    request = ask(company)
    assert waiting(company) == {"RKM"}
    assert items(company, "RKM") == [("approval", "DECIDE")]
    assert OutgoingMail.objects.get().to == company["RKM"]
    ended = decide(company, "RKM")
    assert ended.state == Request.State.APPROVED
    assert waiting(company) == set()
    assert items(company, "RKM") == []
    assert [(event.outcome, event.kind, event.request_id) for event in heard] == [
        ("APPROVED", "spend_request", request.pk)
    ]
    assert is_approved(Subject("approval_request", request.pk), kind="spend_request", content_hash=ended.content_hash)


def test_everything_is_audited_with_who_and_why(company):
    request = ask(company)
    decide(company, "RKM", "REFUSED", comment="预算已满")
    actions = AuditEntry.objects.filter(subject_kind="approval_request", subject_id=request.pk).order_by("id")
    assert list(actions.values_list("action", "person", "reason")) == [
        ("approval.submit", company["REP"].pk, ""),
        ("approval.decide", company["RKM"].pk, "预算已满"),
        ("approval.refused", company["RKM"].pk, "预算已满"),
    ]


def test_steps_follow_one_another_and_those_of_one_step_stand_side_by_side(company):
    request = services.start("credit_application", draft=draft(company, "300000", tier="A"), by=company["REP"], now=NOW)
    assert waiting(company) == {"AR"}
    decide(company, "AR", "DONE")
    assert waiting(company) == {"AKM"}
    decide(company, "AKM")
    decide(company, "RKM")
    assert waiting(company) == {"NKM", "CM"}
    decide(company, "CM", "OBJECTION", comment="账期太长")
    assert waiting(company) == {"NKM", "FS"}
    decide(company, "NKM")
    assert request.state == Request.State.RUNNING
    decide(company, "FS")
    ended = decide(company, "FD")
    assert ended.state == Request.State.APPROVED
    assert waiting(company) == {"AR"}
    follow = decide(company, "AR", "DONE")
    assert follow.state == Request.State.APPROVED
    assert waiting(company) == set()
    assert set(Step.objects.values_list("state", flat=True)) == {"DONE"}


def test_who_is_only_informed_gets_a_mail_and_nothing_waits(company):
    services.start("credit_application", draft=draft(company, "1000", tier="C"), by=company["REP"], now=NOW)
    decide(company, "AR", "DONE")
    decide(company, "AKM")
    assert OutgoingMail.objects.filter(template__endswith="informed.txt").count() == 2
    assert waiting(company) == {"RKM", "FS"}


def test_a_refusal_ends_what_others_still_had_to_decide(company):
    ask(company, over_budget=True)
    assert waiting(company) == {"RKM", "FD"}
    request = decide(company, "FD", "REFUSED", comment="超预算")
    assert request.state == Request.State.REFUSED
    assert waiting(company) == set()
    assert items(company, "RKM") == []
    assert set(Slot.objects.values_list("outcome", flat=True)) == {"REFUSED", "DROPPED"}


@pytest.mark.parametrize("outcome", ["REFUSED", "RETURNED"])
def test_a_no_needs_a_reason(company, outcome):
    ask(company)
    with pytest.raises(services.UnableToDecide, match="REASON_MISSING"):
        decide(company, "RKM", outcome, comment="  ")


def test_returned_for_change_it_comes_again_as_a_new_round(company, heard):
    request = ask(company)
    services.return_for_change(slot(company, "RKM").pk, by=company["RKM"], now=LATER, comment="请附门店清单")
    assert items(company, "REP") == [("approval_own", "RETURNED")]
    again = services.start_again(
        request.pk, draft=draft(company, "25000", title="端架费（改）"), by=company["REP"], now=LATER
    )
    assert (again.state, again.round, again.title, again.level) == ("RUNNING", 2, "端架费（改）", 2)
    assert waiting(company) == {"NKM"}
    assert items(company, "REP") == []
    assert list(Step.objects.order_by("round", "place").values_list("round", "state")) == [(1, "DONE"), (2, "OPEN")]
    change = AuditEntry.objects.get(action="approval.change")
    assert change.before == {"amount_minor": 1_500_000, "title": "端架费"}
    assert [event.outcome for event in heard] == ["RETURNED"]


def test_only_the_requester_sends_it_again_and_only_what_came_back(company):
    request = ask(company)
    with pytest.raises(services.UnableToDecide, match="NOT_RETURNED"):
        services.start_again(request.pk, draft=draft(company, "1"), by=company["REP"], now=LATER)
    services.return_for_change(slot(company, "RKM").pk, by=company["RKM"], now=LATER, comment="?")
    with pytest.raises(services.UnableToDecide, match="NOT_YOURS"):
        services.start_again(request.pk, draft=draft(company, "1"), by=company["RKM"], now=LATER)


def test_its_requester_takes_it_back_nobody_else(company):
    request = ask(company)
    with pytest.raises(services.UnableToDecide, match="NOT_YOURS"):
        services.withdraw(request.pk, by=company["RKM"], now=LATER)
    assert services.withdraw(request.pk, by=company["REP"], now=LATER, reason="客户取消").state == "WITHDRAWN"
    assert services.withdraw(request.pk, by=company["REP"], now=LATER).state == "WITHDRAWN"
    assert waiting(company) == set()
    assert items(company, "RKM") == []


def test_a_decision_sent_twice_is_made_once(company):
    ask(company)
    number = slot(company, "RKM").pk
    for _click in range(2):
        services.decide(number, outcome="APPROVED", by=company["RKM"], now=LATER)
    assert AuditEntry.objects.filter(action="approval.decide").count() == 1


def test_the_second_of_two_deciders_is_told_who_was_first(company):
    services.start("credit_application", draft=draft(company, "1000", tier="A"), by=company["REP"], now=NOW)
    decide(company, "AR", "DONE")
    decide(company, "AKM")
    number = slot(company, "CM").pk
    services.decide(number, outcome="NO_OBJECTION", by=company["CM"], now=LATER)
    with pytest.raises(services.UnableToDecide, match="DECIDED_ALREADY") as refused:
        services.decide(number, outcome="NO_OBJECTION", by=company["NKM"], now=LATER)
    assert refused.value.parameters == {"person": "韩雪"}


@pytest.mark.parametrize("role", ["REP", "ASS", "SD", "AR"])
def test_nobody_else_decides_it(company, role):
    ask(company)
    with pytest.raises(services.UnableToDecide, match="NOT_YOURS"):
        services.decide(slot(company, "RKM").pk, outcome="APPROVED", by=company[role], now=LATER)


def test_a_delegate_decides_and_both_names_are_kept(company):
    ask(company)
    away = {"starts_at": NOW, "ends_at": NOW + timedelta(days=3), "by": company["RKM"], "now": NOW}
    delegate(company["RKM"], to=company["FS"], **away)
    found = inbox.explained(list(inbox.waiting_slots(company["FS"], now=LATER)), company["FS"], now=LATER)
    assert [(each.request.title, each.for_person) for each in found] == [("端架费", company["RKM"])]
    services.decide(slot(company, "FS", LATER).pk, outcome="APPROVED", by=company["FS"], now=LATER)
    made = Slot.objects.get()
    assert (made.decided_by, made.decided_for) == (company["FS"], company["RKM"])


def test_a_delegate_reads_the_request_on_the_very_day_they_begin_to_stand_in(company):
    request = ask(company)
    afternoon = NOW + timedelta(hours=5)
    away = {"starts_at": afternoon, "ends_at": NOW + timedelta(days=3), "by": company["RKM"], "now": afternoon}
    assert not visible_to(company["FS"], TODAY).exists()
    delegate(company["RKM"], to=company["FS"], **away)
    assert visible_to(company["FS"], TODAY).get() == request
    assert not visible_to(company["FS"], TODAY + timedelta(days=4)).exists()


def test_the_requester_is_no_delegate_for_their_own_request(company):
    ask(company)
    away = {"starts_at": NOW, "ends_at": NOW + timedelta(days=3), "by": company["RKM"], "now": NOW}
    delegate(company["RKM"], to=company["REP"], **away)
    assert not inbox.waiting_slots(company["REP"], now=LATER).exists()
    with pytest.raises(services.UnableToDecide, match="NOT_YOURS"):
        services.decide(slot(company, "RKM").pk, outcome="APPROVED", by=company["REP"], now=LATER)


def test_the_same_form_sent_twice_asks_once(company):
    first = ask(company, key="form-1")
    assert ask(company, key="form-1").pk == first.pk
    assert Request.objects.count() == 1


def test_a_changed_text_voids_the_approval_at_the_decision(company, heard):
    texts = {7: "one"}
    contents.register_content("agreement", lambda number: texts[number])
    try:
        request = submit(company, texts[7])
        texts[7] = "two"
        ended = decide(company, "RKM")
    finally:
        contents.forget_content("agreement")
    assert ended.pk == request.pk
    assert ended.state == Request.State.VOID
    assert [event.outcome for event in heard] == ["VOID"]
    assert not is_approved(Subject("agreement", 7), kind="spend_request", content_hash="two")


def submit(company, content_hash):
    return services.submit(
        "spend_request",
        subject=Subject("agreement", 7),
        title="年度合同",
        amount=Money.of("1000", "CNY"),
        facts={},
        content_hash=content_hash,
        by=company["REP"],
        position=company.place("REP"),
        now=NOW,
    )


def test_a_thing_has_one_running_request_of_a_kind(company):
    request = submit(company, "a")
    assert submit(company, "a").pk == request.pk
    with pytest.raises(services.UnableToSubmit, match="RUNS_ALREADY"):
        submit(company, "b")
    assert latest_about(Subject("agreement", 7), kind="spend_request") == request


def test_a_capability_sends_its_thing_again(company):
    request = submit(company, "a")
    services.return_for_change(slot(company, "RKM").pk, by=company["RKM"], now=LATER, comment="?")
    again = services.resubmit(request.pk, draft=draft(company, "1000"), content_hash="b", by=company["REP"], now=LATER)
    assert (again.round, again.content_hash, again.subject_id) == (2, "b", 7)
    assert decide(company, "RKM").state == "APPROVED"


def test_a_running_request_and_a_made_decision_cannot_be_rewritten(company):
    request = ask(company)
    with pytest.raises(IntegrityError), transaction.atomic():
        Request.objects.filter(pk=request.pk).update(amount_minor=1)
    decide(company, "RKM")
    with pytest.raises(IntegrityError), transaction.atomic():
        Request.objects.filter(pk=request.pk).update(title="x")
    with pytest.raises(IntegrityError), transaction.atomic():
        Slot.objects.update(decided_by=company["SD"])


def test_files_belong_to_what_is_decided(company):
    files = [File("清单.csv", io.BytesIO("门店\n".encode()))]
    request = ask(company, files=files)
    before = request.content_hash
    kept = Attachment.objects.get()
    assert (kept.subject_kind, kept.subject_id) == ("approval_request", request.pk)
    kept.delete()
    assert contents.current_hash(request) != before
    assert decide(company, "RKM").state == Request.State.VOID


def test_limits_that_nobody_accepted_hold_nothing(company, monkeypatch):
    from keytally.approvals import definitions
    from keytally.approvals.tests.definitions import SPEND

    known = definitions.InForce(SPEND, is_default=True, number=0)
    monkeypatch.setattr(definitions, "in_force", lambda *_args, **_facts: known)
    with pytest.raises(services.UnableToSubmit, match="LIMITS_NOT_ACCEPTED"):
        ask(company)


def test_a_request_that_nobody_could_decide_is_refused_and_leaves_nothing(company):
    with pytest.raises(services.UnableToSubmit, match="NOBODY_DECIDES"):
        services.start("write_off", draft=draft(company, "9000", by="GM"), by=company["GM"], now=NOW)
    assert not Request.objects.exists()


def test_a_remark_is_kept_beside_the_decisions(company):
    request = ask(company)
    services.comment(request.pk, text=" 请看附件 ", by=company["RKM"], now=LATER)
    assert list(Remark.objects.values_list("text", "person")) == [("请看附件", company["RKM"].pk)]


def test_an_outsider_sees_nothing_and_those_concerned_see_it(company):
    request = ask(company)
    seen = {role for role in company.people if visible_to(company[role], TODAY).filter(pk=request.pk).exists()}
    assert seen == {"REP", "ASS", "AM", "RM", "RKM", "AKM", "SD", "FD", "GM", "NKM"}
    assert not visible_to(company.outsider, TODAY).exists()
    assert not visible_to(company.admin, TODAY).exists()


def test_who_was_asked_and_who_decided_still_see_it_when_it_has_ended(company):
    request = ask(company, over_budget=True)
    decide(company, "RKM", "REFUSED", comment="?")
    assert visible_to(company["RKM"], TODAY).get() == request
    assert Seat.objects.filter(is_waiting=True).count() == 0
