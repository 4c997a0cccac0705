"""Pages of approvals: inbox, one tap, many at once, new, one request, who is sitting on it."""

import csv
import io
from datetime import UTC, datetime, timedelta
from urllib.parse import urlencode

import pytest
from django.urls import reverse

from keytally.approvals import services
from keytally.approvals.models import Request, Slot
from keytally.approvals.queries import inbox
from keytally.approvals.tests import cast
from keytally.approvals.tests import definitions as given
from keytally.approvals.tests.cast import draft
from keytally.core.models import Export

LANGUAGES = ["en", "zh-hans"]


@pytest.fixture
def company(db):
    """A company that works now: pages read the clock."""
    now = datetime.now(UTC)
    made = cast.make_company(now=now)
    cast.accept(*given.EVERY, by=made.admin, now=now)
    return made


def ask(company, amount="15000", **facts):
    return services.start(
        "spend_request", draft=draft(company, amount, **facts), by=company["REP"], now=datetime.now(UTC)
    )


def as_role(client, company, role):
    person = company[role] if role in company.people else getattr(company, role)
    client.force_login(person)
    return client


def slot(company, role):
    return inbox.waiting_slots(company[role], now=datetime.now(UTC)).get()


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(
    "name", ["inbox", "batch", "requests", "kinds", "waiting", ("request", "first"), ("new", "spend_request"), "badge"]
)
def test_every_page_opens_in_both_languages(client, company, name, language):
    request = ask(company)
    company["RKM"].language = language
    company["RKM"].save()
    page, argument = name if isinstance(name, tuple) else (name, None)
    arguments = [request.pk] if argument == "first" else [argument] if argument else []
    found = as_role(client, company, "RKM").get(reverse(f"approvals:{page}", args=arguments))
    assert found.status_code == 200
    if page in ("inbox", "batch", "waiting", "request"):
        assert "端架费" in found.content.decode()


def test_one_tap_approves(client, company):
    request = ask(company)
    found = as_role(client, company, "RKM").post(
        reverse("approvals:decide", args=[slot(company, "RKM").pk]), {"outcome": "APPROVED"}
    )
    assert found.headers["Location"] == reverse("approvals:inbox")
    request.refresh_from_db()
    assert request.state == "APPROVED"


def test_a_refusal_without_a_reason_is_asked_for_it(client, company):
    ask(company)
    found = as_role(client, company, "RKM").post(
        reverse("approvals:decide", args=[slot(company, "RKM").pk]), {"outcome": "REFUSED", "reason": " "}
    )
    assert found.status_code == 422
    assert 'role="alert"' in found.content.decode()
    assert Request.objects.get().state == "RUNNING"


def test_several_are_decided_at_once_each_with_its_own_reason(client, company):
    for title in ("one", "two", "three"):
        ask(company, title=title)
    slots = {each.step.request.title: each.pk for each in Slot.objects.select_related("step__request")}
    found = as_role(client, company, "RKM").post(
        reverse("approvals:batch"),
        {
            f"outcome-{slots['one']}": "APPROVED",
            f"outcome-{slots['two']}": "REFUSED",
            f"reason-{slots['two']}": "预算已满",
            f"outcome-{slots['three']}": "RETURNED",
        },
    )
    assert found.status_code == 422
    states = dict(Request.objects.values_list("title", "state"))
    assert states == {"one": "APPROVED", "two": "REFUSED", "three": "RUNNING"}
    assert Slot.objects.get(outcome="REFUSED").comment == "预算已满"
    assert '<option value="RETURNED" selected>' in found.content.decode()


def test_a_person_asks_for_an_approval_and_sees_the_route_first(client, company):
    login = as_role(client, company, "REP")
    address = reverse("approvals:new", args=["spend_request"])
    typed = {
        "title": "8月端架",
        "account_name": "永辉超市",
        "amount": "15,000.50",
        "fact_over_budget": "on",
        "text": "三家店",
        "position": company.place("REP"),
        "key": "k1",
    }
    preview = login.post(address, {**typed, "preview": "1"})
    assert "吕芳" in preview.content.decode()
    assert not Request.objects.exists()
    files = {"files": io.BytesIO("门店\n".encode())}
    files["files"].name = "清单.csv"
    found = login.post(address, {**typed, **files})
    made = Request.objects.get()
    assert found.headers["Location"] == reverse("approvals:request", args=[made.pk])
    assert (made.amount_minor, made.facts, made.account_name) == (
        1_500_050,
        {"over_budget": True, "urgent": False},
        "永辉超市",
    )
    assert "清单.csv" in login.get(found.headers["Location"]).content.decode()
    assert login.post(address, typed).headers["Location"] == found.headers["Location"]


def test_nothing_typed_is_lost_when_something_is_missing(client, company):
    found = as_role(client, company, "REP").post(
        reverse("approvals:new", args=["credit_application"]),
        {"title": "授信", "amount": "abc", "position": company.place("REP"), "text": "原因"},
    )
    assert found.status_code == 422
    page = found.content.decode()
    assert all(word in page for word in ("授信", 'value="abc"', "原因"))


def test_what_came_back_is_changed_and_sent_again(client, company):
    request = ask(company)
    services.return_for_change(
        slot(company, "RKM").pk, by=company["RKM"], now=datetime.now(UTC), comment="请附门店清单"
    )
    login = as_role(client, company, "REP")
    shown = login.get(reverse("approvals:request", args=[request.pk])).content.decode()
    assert "请附门店清单" in shown
    assert reverse("approvals:change", args=[request.pk]) in shown
    form = login.get(reverse("approvals:change", args=[request.pk])).content.decode()
    assert 'value="15,000.00"' in form
    login.post(
        reverse("approvals:change", args=[request.pk]),
        {"title": "端架费（改）", "amount": "30000", "position": company.place("REP"), "account_name": "永辉超市"},
    )
    request.refresh_from_db()
    assert (request.state, request.round, request.amount_minor) == ("RUNNING", 2, 3_000_000)


def test_a_request_is_withdrawn_and_remarked_on(client, company):
    request = ask(company)
    login = as_role(client, company, "REP")
    login.post(reverse("approvals:comment", args=[request.pk]), {"text": "请尽快"})
    login.post(reverse("approvals:withdraw", args=[request.pk]), {"reason": "客户取消"})
    shown = login.get(reverse("approvals:request", args=[request.pk])).content.decode()
    assert "请尽快" in shown
    assert "客户取消" in shown
    request.refresh_from_db()
    assert request.state == "WITHDRAWN"


@pytest.mark.parametrize("page", ["request", "change", "withdraw", "comment"])
def test_an_outsider_finds_nothing(client, company, page):
    request = ask(company)
    login = as_role(client, company, "outsider")
    address = reverse(f"approvals:{page}", args=[request.pk])
    call = login.get if page in ("request", "change") else login.post
    assert call(address).status_code == 404
    assert "端架费" not in login.get(reverse("approvals:requests") + "?view=all").content.decode()
    assert "端架费" not in login.get(reverse("approvals:inbox")).content.decode()


def test_an_outsider_decides_nothing(client, company):
    request = ask(company)
    as_role(client, company, "outsider").post(
        reverse("approvals:decide", args=[slot(company, "RKM").pk]), {"outcome": "APPROVED"}
    )
    request.refresh_from_db()
    assert request.state == "RUNNING"


def test_the_report_names_who_is_sitting_on_it(client, company):
    ask(company, over_budget=True)
    page = as_role(client, company, "SD").get(reverse("approvals:waiting")).content.decode()
    assert "吕芳" in page
    assert "许静" in page
    only = client.get(reverse("approvals:waiting"), {"person": company["RKM"].pk}).content.decode()
    assert "Show all" in only or "显示全部" in only
    assert as_role(client, company, "REP").get(reverse("approvals:waiting")).status_code == 403


@pytest.mark.parametrize("person", ["9" * 40, "-1", "٣", "' or 1=1"])
def test_the_report_bears_any_address(client, company, person):
    ask(company, over_budget=True)
    assert as_role(client, company, "SD").get(reverse("approvals:waiting"), {"person": person}).status_code == 200


def test_a_manager_sees_in_the_report_only_their_own_people(client, company):
    ask(company, over_budget=True)
    page = as_role(client, company, "RM").get(reverse("approvals:waiting")).content.decode()
    assert "吕芳" in page
    assert "许静" not in page


def rows_of(client, listing, **asked):
    taken = client.post(reverse("core:take", args=[listing]) + f"?{urlencode(asked)}", {"format": "csv", "reason": ""})
    lines = b"".join(taken.streaming_content).decode("utf-8-sig").splitlines()
    return lines[0], list(csv.reader(lines[2:]))


def test_lists_are_taken_away_as_they_are_filtered_and_reach(client, company):
    request = ask(company, over_budget=True)
    ask(company, "300000", title="堆头费")
    mark, rows = rows_of(as_role(client, company, "RM"), "approval_requests", view="all", text="端架")
    assert company["RM"].name in mark
    assert [(row[1], row[5], row[7], row[8]) for row in rows] == [("端架费", "15000.00", "李娜", "吕芳, 许静")]
    _mark, rows = rows_of(client, "approval_waiting")
    assert [(row[0], row[2]) for row in rows] == [("吕芳", "端架费")]
    assert rows_of(as_role(client, company, "AM"), "approval_requests")[1] == []
    assert Export.objects.filter(code__startswith="approval").count() == 3
    assert request.is_running


@pytest.mark.parametrize("page", ["inbox", "requests", "waiting"])
def test_lists_need_the_same_queries_however_long(client, company, page, django_assert_max_num_queries):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    login = as_role(client, company, "SD")
    counts = []
    for more in (2, 20):
        for number in range(more):
            ask(company, "300000", title=f"{page} {more} {number}", key=f"{more}-{number}")
        login.get(reverse(f"approvals:{page}"), {"view": "all"})
        with CaptureQueriesContext(
            connection,
        ) as caught:
            assert login.get(reverse(f"approvals:{page}"), {"view": "all"}).status_code == 200
        counts.append(len(caught))
    assert counts[0] == counts[1]


def test_late_is_said_in_words(client, company):
    request = ask(company)
    request.steps.update(due_at=datetime.now(UTC) - timedelta(days=1))
    company["RKM"].language = "en"
    company["RKM"].save()
    assert "late since" in as_role(client, company, "RKM").get(reverse("approvals:inbox")).content.decode()
