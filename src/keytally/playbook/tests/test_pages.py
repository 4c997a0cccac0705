"""The pages and the API: what is typed stays, who may not change does not, lists cost the same however long."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from keytally.core.exports import listing, offer_of
from keytally.core.roles import Role
from keytally.identity.services.tokens import make_token
from keytally.playbook.models import PlaybookEntry, SupportExpert, SupportQuestion, ValueGiven
from keytally.playbook.services import support

from .conftest import NOW, TODAY, person, write


def logged_in(client, who):
    client.force_login(who)
    return client


def test_an_entry_that_is_refused_keeps_what_was_typed(client, rep):
    said = {
        "kind": "OBJECTION",
        "title_zh": "太贵",
        "body_zh": "比竞品贵",
        "stage": ["NEGOTIATION"],
        "category": "饮料，乳品",
    }
    answer = logged_in(client, rep).post("/playbook/new/", said)
    assert answer.status_code == 422
    assert b"An objection needs the answer" in answer.content and "比竞品贵".encode() in answer.content
    answer = client.post("/playbook/new/", {**said, "answer_zh": "换算毛利", "key": "k"})
    entry = PlaybookEntry.objects.get()
    assert answer.url == f"/playbook/{entry.pk}/"
    assert {one.code for one in entry.tags.all()} == {"NEGOTIATION", "饮料", "乳品"}


def test_somebody_else_may_read_but_not_change(client, rep):
    entry = write(rep)
    other = logged_in(client, person("other", Role.SALES_REP))
    assert other.get(f"/playbook/{entry.pk}/").status_code == 200
    assert other.get(f"/playbook/{entry.pk}/edit/").status_code == 404
    assert other.post(f"/playbook/{entry.pk}/retire/", {"reason": "x"}).status_code == 404


def test_an_old_version_is_read_and_made_the_newest(client, rep):
    entry = write(rep)
    logged_in(client, rep)
    said = {"kind": "LESSON", "title_zh": "新标题", "body_zh": "新正文", "number": "1", "reason": "x"}
    assert client.post(f"/playbook/{entry.pk}/edit/", said).status_code == 302
    assert client.post(f"/playbook/{entry.pk}/edit/", {**said, "title_zh": "第三"}).status_code == 422
    assert "账期换端架".encode() in client.get(f"/playbook/{entry.pk}/?version=1").content
    client.post(f"/playbook/{entry.pk}/versions/1/restore/")
    entry.refresh_from_db()
    assert (entry.title_zh, entry.number) == ("账期换端架", 3)


def test_a_chain_is_named_only_to_who_may_see_it(client, rep, chain):
    entry = write(rep, node=chain.pk)
    assert "Yongsheng" in logged_in(client, rep).get(f"/playbook/{entry.pk}/").content.decode()
    other = logged_in(client, person("other", Role.SALES_REP))
    for page in ("/playbook/", f"/playbook/{entry.pk}/"):
        assert "Yongsheng" not in other.get(page).content.decode()


@pytest.mark.parametrize("path", ["/playbook/", "/playbook/questions/"])
def test_a_list_costs_the_same_however_long(client, rep, expert, chain, path):
    def fill(count):
        for place in range(count):
            write(rep, zh=f"第{place}条", node=chain.pk, tags=[])
            support.ask(support.Wish(f"问题{place}", "x"), by=rep, now=NOW)

    logged_in(client, rep)
    fill(2)
    client.get(path)
    with CaptureQueriesContext(
        connection,
    ) as few:
        client.get(path)
    fill(12)
    with CaptureQueriesContext(connection) as many:
        client.get(path)
    assert len(many) == len(few)


def test_experts_are_named_and_the_clock_set_from_a_day_on(client, director, rep):
    logged_in(client, director)
    said = {
        "what": "expert",
        "person": rep.pk,
        "desk": "PLANNING",
        "starts_on": "2026-08-03",
        "difficulty": ["WIDE_GAP"],
    }
    assert client.post("/playbook/experts/", said).status_code == 302
    expert = SupportExpert.objects.get()
    assert expert.topics == [["DIFFICULTY", "WIDE_GAP"]]
    assert client.post("/playbook/experts/", said).status_code == 422
    assert client.post(f"/playbook/experts/{expert.pk}/end/").status_code == 302
    late = {"what": "clock", "working_days": "5", "starts_on": "2020-01-01", "reason": "x"}
    assert client.post("/playbook/experts/", late).status_code == 422
    assert client.post("/playbook/experts/", {**late, "starts_on": "2030-01-01"}).status_code == 302


def test_value_stands_on_the_page_of_the_account_and_is_taken_back(client, rep, chain):
    logged_in(client, rep)
    said = {"kind": "SALES_DATA", "what": "动销分析", "given_on": "2026-08-03", "key": "k"}
    assert client.post(f"/playbook/value/{chain.pk}/", said).status_code == 302
    assert "动销分析" in client.get(f"/accounts/{chain.pk}/").content.decode()
    given = ValueGiven.objects.get()
    client.post(f"/playbook/value/given/{given.pk}/withdraw/", {"reason": "typed twice"})
    assert "typed twice" in client.get(f"/accounts/{chain.pk}/").content.decode()


def test_lists_leave_the_house_as_they_are_filtered(rep, expert, chain):
    write(rep, zh="一", node=chain.pk)
    write(rep, zh="二")
    support.ask(support.Wish("问", "x"), by=rep, now=NOW)
    for code, asked, rows in (("playbook", {"text": "一"}, 1), ("support_questions", {}, 1), ("value_given", {}, 0)):
        assert offer_of(listing(code), person=rep, as_of=TODAY, asked=asked).row_count == rows


def test_programs_write_ask_and_answer(client, rep, expert, chain):
    def call(who, method, path, body=None, key="a"):
        _token, secret = make_token(who, name="x", permissions=who.permissions, days=1, now=NOW.replace(year=2030))
        headers = {"Authorization": f"Bearer {secret}", "Idempotency-Key": key}
        return client.generic(method, f"/api/v1/playbook/{path}", body or "", "application/json", headers=headers)

    body = '{"kind": "LESSON", "title_zh": "甲", "body_zh": "乙", "tags": [{"axis": "STAGE", "code": "PROJECT"}]}'
    made = call(rep, "POST", "entries", body)
    assert made.status_code == 200 and made.json()["tags"] == [{"axis": "STAGE", "code": "PROJECT"}]
    assert call(rep, "POST", "entries", '{"kind": "CASE", "title_zh": "甲"}', key="b").status_code == 422
    assert call(rep, "GET", "entries?tag=STAGE:PROJECT").json()["items"][0]["title_zh"] == "甲"
    asked = call(rep, "POST", "questions", '{"title": "问", "text": "怎么办"}', key="c").json()
    assert asked["experts"] == [expert.pk]
    assert call(rep, "POST", f"questions/{asked['id']}/answer", '{"text": "x"}').status_code == 404
    assert call(expert, "POST", f"questions/{asked['id']}/answer", '{"text": "这样"}').json()["state"] == "ANSWERED"
    assert SupportQuestion.objects.get().entry is not None
    value = '{"kind": "TIE", "what": "店庆", "given_on": "2026-08-03"}'
    assert call(rep, "POST", f"value/{chain.pk}", value, key="d").status_code == 200
    assert call(rep, "GET", f"value/{chain.pk}").json()["items"][0]["what"] == "店庆"


def test_a_frequent_question_has_a_channel_and_comes_up_for_review(client, rep):
    said = {
        "kind": "OBJECTION", "title_zh": "进场费为何不同", "body_zh": "门店问", "answer_zh": "按业态", "key": "k",
        "channel": "便利店", "review_on": "2020-01-01",
    }  # fmt: skip
    logged_in(client, rep).post("/playbook/new/", said)
    entry = PlaybookEntry.objects.get()
    page = client.get(f"/playbook/{entry.pk}/").content.decode()
    assert "便利店" in page and "2020-01-01" in page
    assert "进场费为何不同" in client.get("/playbook/?state=REVIEW").content.decode()
    assert "进场费为何不同" in client.get("/playbook/?text=bianlidian").content.decode(), "found by the channel's sound"
    form = client.get(f"/playbook/{entry.pk}/edit/").content.decode()
    assert 'value="便利店"' in form and 'value="2020-01-01"' in form
    changed = {**said, "review_on": "2999-01-01", "number": "1", "reason": "reviewed"}
    assert client.post(f"/playbook/{entry.pk}/edit/", changed).status_code == 302
    assert "进场费为何不同" not in client.get("/playbook/?state=REVIEW").content.decode()
    client.post(f"/playbook/{entry.pk}/versions/1/restore/")
    entry.refresh_from_db()
    assert (entry.channel, str(entry.review_on)) == ("便利店", "2020-01-01")
