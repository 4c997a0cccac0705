"""Tasks that people of the team ask of one another (row S12): asked, done, declined, withdrawn, passed on."""

from datetime import date

import pytest
from django.urls import reverse

from keytally.people.models import TeamTask
from keytally.people.queries import handover as handover_queries
from keytally.people.queries import tasks as queries
from keytally.people.services import handover as handovers
from keytally.people.services import tasks as services
from keytally.people.work import tasks_to_do

from .conftest import NOW, TODAY
from .staff_cast import DAY, client_of, text

pytestmark = pytest.mark.django_db
State = TeamTask.State


def ask(company, *, by="akm", owner="rep", due_on=TODAY):
    return services.ask_task(
        title="补拍端架照片",
        text="大润发闸北店",
        owner=company.people[owner],
        due_on=due_on,
        by=company.people[by],
        now=NOW,
    )


def test_it_waits_for_whom_it_is_asked_of_until_it_is_done(company):
    task, rep = ask(company), company.people["rep"]
    (waiting,) = tasks_to_do(rep, NOW)
    assert "补拍端架照片" in waiting.sentence
    services.end_task(task.pk, state=State.DONE, by=rep, now=NOW, answer="已上传")
    assert list(tasks_to_do(rep, NOW)) == []
    assert TeamTask.objects.get().answer == "已上传"


@pytest.mark.parametrize(
    ("state", "by", "answer", "code"),
    [
        (State.DONE, "akm", "", "NOT_YOURS"),
        (State.DECLINED, "rep", "", "NO_REASON"),
        (State.DECLINED, "rep2", "no", "NOT_YOURS"),
        (State.WITHDRAWN, "rep", "", "NOT_YOURS"),
    ],
)
def test_who_may_end_it_how(company, state, by, answer, code):
    task = ask(company)
    with pytest.raises(services.UnableToTask, match=code):
        services.end_task(task.pk, state=state, by=company.people[by], now=NOW, answer=answer)
    assert TeamTask.objects.get().state == State.OPEN


def test_it_ends_once(company):
    task = ask(company)
    services.end_task(task.pk, state=State.WITHDRAWN, by=company.people["akm"], now=NOW)
    with pytest.raises(services.UnableToTask, match="ENDED_ALREADY"):
        services.end_task(task.pk, state=State.DONE, by=company.people["rep"], now=NOW)


def test_it_is_not_asked_for_yesterday_or_of_someone_gone(company):
    with pytest.raises(services.UnableToTask, match="DUE_IN_THE_PAST"):
        ask(company, due_on=date(2026, 5, 31))
    company.people["rep"].is_active = False
    with pytest.raises(services.UnableToTask, match="RECEIVER_GONE"):
        ask(company)


def test_it_is_seen_by_both_and_by_those_above(company):
    ask(company)

    def sees(name):
        return queries.visible_tasks(company.people[name], TODAY).exists()

    assert [sees(name) for name in ("rep", "akm", "sd", "rep2")] == [True, True, True, False]


def test_open_tasks_go_along_with_a_handover(company):
    task, done = ask(company), ask(company)
    services.end_task(done.pk, state=State.DONE, by=company.people["rep"], now=NOW)
    giver, receiver = company.people["rep"], company.people["rep2"]
    handover = handovers.propose_handover(
        giver=giver, receiver=receiver, chosen=None, ends_access=False, by=giver, now=NOW, reason="moves"
    )
    fingerprint = handover_queries.plan_of(handover, now_held=handover_queries.held(giver)).fingerprint
    handovers.confirm_handover(handover.pk, fingerprint=fingerprint, by=receiver, now=NOW, remarks={})
    assert TeamTask.objects.get(pk=task.pk).owner == receiver
    assert TeamTask.objects.get(pk=done.pk).owner == giver


@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_it_is_asked_and_answered_on_pages(company, language):
    manager, rep = (client_of(company.people[name], language=language) for name in ("akm", "rep"))
    page = reverse("people:task_new")
    said = {"title": "补拍照片", "owner": company.person("rep"), "due_on": DAY, "text": "两张"}
    wrong = manager.post(page, {**said, "due_on": "2020-01-01"})
    assert (wrong.status_code, "两张" in text(wrong)) == (422, True)
    assert manager.post(page, said).status_code == 302
    task = TeamTask.objects.get()
    shown, end = reverse("people:task", args=[task.pk]), reverse("people:task_end", args=[task.pk])
    assert 'value="DONE"' not in text(manager.get(shown))
    assert "补拍照片" in text(rep.get("/today/"))
    assert rep.post(end, {"state": "DECLINED"}).status_code == 422
    assert rep.post(end, {"state": "LOST"}).status_code == 422
    assert rep.post(end, {"state": "DONE", "answer": "好了"}).status_code == 302
    assert "好了" in text(manager.get(shown))
    assert "补拍照片" in text(manager.get(reverse("people:tasks") + "?state=ALL&whose=asked"))
    assert "补拍照片" not in text(manager.get(reverse("people:tasks")))
    assert client_of(company.people["rep2"]).get(shown).status_code == 404


def test_the_list_asks_the_same_however_many(company, django_assert_max_num_queries):
    client = client_of(company.people["akm"])
    for _number in range(12):
        ask(company)
    with django_assert_max_num_queries(14):
        client.get(reverse("people:tasks"))
