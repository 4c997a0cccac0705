"""A delegate approves on a phone; a request comes back and goes again; a delay climbs after a holiday."""

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from keytally.approvals import services
from keytally.approvals.models import Request, Slot
from keytally.approvals.tests import cast
from keytally.approvals.tests.cast import draft
from keytally.approvals.workflows import shipped
from keytally.core.models import User
from keytally.people.services.delegation import delegate
from keytally.site.tests.browsing import let_in

IMAGES = Path(__file__).parents[2] / "docs" / "guide" / "images"
WITH_SCREENSHOTS = os.environ.get("KEYTALLY_SCREENSHOTS") == "1"
PHONE = {"width": 390, "height": 844}
DESK = {"width": 1440, "height": 900}
WORDS = {
    "en": {
        "approve": "Approve",
        "no": "Return for change / Refuse",
        "back": "Return for change",
        "for": "for 曹阳",
        "by": "王磊 for 曹阳",
        "approved": "Approved",
        "change": "Change it and send it again",
        "again": "Send again",
        "nothing": "Nothing waits for your decision",
        "told": "manager told 2026-10-09 18:00",
        "late": "late since",
        "round": "Round 1",
        "submit": "Submit",
        "preview": "Show the route first",
    },
    "zh-hans": {
        "approve": "同意",
        "no": "退回修改 / 否决",
        "back": "退回修改",
        "for": "代曹阳",
        "by": "王磊代曹阳",
        "approved": "已同意",
        "change": "修改后重新提交",
        "again": "重新提交",
        "nothing": "没有等您审批的事项",
        "told": "已于 2026-10-09 18:00 告知上级",
        "late": "已逾期",
        "round": "第 1 轮",
        "submit": "提交",
        "preview": "先看审批路线",
    },
}
LANGUAGES = pytest.mark.parametrize("language", ["en", "zh-hans"])
pytestmark = pytest.mark.usefixtures("bundle")


@pytest.fixture
def company(transactional_db):
    return cast.make_company(now=datetime(2026, 9, 1, tzinfo=UTC))


@pytest.fixture
def faults(page: Page) -> list[str]:
    found: list[str] = []
    page.on("console", lambda message: found.append(message.text) if message.type in ("error", "warning") else None)
    page.on("pageerror", lambda error: found.append(str(error)))
    return found


def accept(company, now):
    cast.accept(*map(shipped, ("write_off", "credit_application")), by=company.admin, now=now)


def enter(page: Page, live_server, person: User, *, language: str, size: dict[str, int]) -> None:
    """Let a person in, as the log-in page does, without its words."""
    let_in(page, live_server.url, person, language=language)
    page.set_viewport_size(size)


def picture(page: Page, name: str, *, language: str) -> None:
    overflow = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert overflow <= 0, f"{name} is {overflow} px wider than the window"
    if WITH_SCREENSHOTS:
        IMAGES.mkdir(parents=True, exist_ok=True)
        width = page.viewport_size["width"]
        short = language.partition("-")[0]
        page.screenshot(path=IMAGES / f"approvals-{name}-{short}-{width}.png", full_page=True)


def ask(company, now, title="7月对账尾差核销", amount="380"):
    facts = {"text": "7月对账后剩余尾差，双方逐行核对无单据可追。", "cause": "分行四舍五入累计，单据无差异。"}
    return services.start("write_off", draft=draft(company, amount, title=title, **facts), by=company["REP"], now=now)


@LANGUAGES
def test_a_delegate_approves_on_a_phone_with_one_tap(page: Page, live_server, company, faults, language):
    words, now = WORDS[language], datetime.now(UTC)
    accept(company, now)
    request = ask(company, now)
    ask(company, now, title="6月运费零头核销", amount="96.50")
    away = {"starts_at": now, "ends_at": now + timedelta(days=3), "by": company["FS"], "now": now}
    delegate(company["FS"], to=company["AR"], **away)
    enter(page, live_server, company["AR"], language=language, size=PHONE)
    page.goto(f"{live_server.url}/approvals/")
    card = page.locator(".ap-card", has_text="7月对账尾差核销")
    expect(card).to_contain_text(words["for"])
    expect(page.locator(".top-bar .badge-count").first).to_have_text("2")
    picture(page, "inbox", language=language)
    page.set_viewport_size(DESK)
    picture(page, "inbox", language=language)
    page.set_viewport_size(PHONE)
    card.get_by_role("button", name=words["approve"]).click()
    expect(page.locator(".notice-success")).to_be_visible()
    page.goto(f"{live_server.url}/approvals/requests/{request.pk}/")
    expect(page.locator(".ap-route")).to_contain_text(words["by"])
    expect(page.locator(".page-head .state")).to_have_text(words["approved"])
    picture(page, "request", language=language)
    assert Slot.objects.get(step__request=request, step__code="WO-2").decided_for == company["FS"]
    assert faults == []


@LANGUAGES
def test_a_request_comes_back_is_changed_and_goes_again(page: Page, live_server, company, faults, language):
    words, now = WORDS[language], datetime.now(UTC)
    accept(company, now)
    request = ask(company, now)
    enter(page, live_server, company["FS"], language=language, size=PHONE)
    page.goto(f"{live_server.url}/approvals/")
    page.locator(".ap-reasoned summary").click()
    page.locator("textarea[name=reason]").fill("请附逐行明细")
    picture(page, "return", language=language)
    page.get_by_role("button", name=words["back"], exact=True).click()
    expect(page.get_by_text(words["nothing"])).to_be_visible()

    enter(page, live_server, company["REP"], language=language, size=DESK)
    page.goto(f"{live_server.url}/approvals/requests/{request.pk}/")
    expect(page.locator(".ap-comment")).to_have_text("请附逐行明细")
    page.get_by_role("link", name=words["change"]).click()
    page.fill("#id_amount", "2,600.00")
    page.set_input_files(
        "#id_files", {"name": "逐行明细.csv", "mimeType": "text/csv", "buffer": "单据,差额\n".encode()}
    )
    page.get_by_role("button", name=words["again"], exact=True).click()
    page.wait_for_url(f"**/approvals/requests/{request.pk}/")
    expect(page.get_by_text("逐行明细.csv")).to_be_visible()
    expect(page.locator("summary", has_text=words["round"])).to_be_visible()
    page.locator(".ap-why-route summary").click()
    picture(page, "round", language=language)
    request.refresh_from_db()
    assert (request.round, request.state, request.level) == (2, "RUNNING", 2)
    assert faults == []


@LANGUAGES
def test_a_delay_climbs_after_the_holiday_not_during_it(page: Page, live_server, company, faults, language):
    words = WORDS[language]
    before = datetime.fromisoformat("2026-09-30T10:00+08:00")
    accept(company, before)
    request = ask(company, before)
    step = request.steps.get(code="WO-2")
    services.escalate_due(datetime.fromisoformat("2026-10-07T23:00+08:00"))
    step.refresh_from_db()
    assert step.reminded_at is None
    services.escalate_due(datetime.fromisoformat("2026-10-08T14:10+08:00"))
    services.escalate_due(datetime.fromisoformat("2026-10-09T18:00+08:00"))
    step.refresh_from_db()
    assert (step.reminded_at, step.manager_told_at, step.senior_told_at) == (
        datetime.fromisoformat("2026-10-08T14:10+08:00"),
        datetime.fromisoformat("2026-10-09T18:00+08:00"),
        None,
    )
    enter(page, live_server, company["FD"], language=language, size=PHONE)
    page.goto(f"{live_server.url}/today/")
    page.get_by_text("7月对账尾差核销").first.click()
    page.wait_for_url(f"**/approvals/requests/{request.pk}/")
    expect(page.locator(".ap-route")).to_contain_text(words["told"])
    expect(page.locator(".ap-route")).to_contain_text(words["late"])
    enter(page, live_server, company["GM"], language=language, size=DESK)
    page.goto(f"{live_server.url}/approvals/waiting/")
    expect(page.locator("table").first).to_contain_text("曹阳")
    picture(page, "waiting", language=language)
    assert Request.objects.get().state == "RUNNING"
    assert faults == []


@LANGUAGES
def test_a_person_asks_for_an_approval_and_an_outsider_sees_nothing(page: Page, live_server, company, faults, language):
    words, now = WORDS[language], datetime.now(UTC)
    accept(company, now)
    enter(page, live_server, company["REP"], language=language, size=DESK)
    page.goto(f"{live_server.url}/approvals/requests/new/")
    picture(page, "kinds", language=language)
    page.locator('a[href$="/new/credit_application/"]').click()
    page.fill("#id_title", "永辉超市授信")
    page.fill("#id_account_name", "永辉超市")
    page.fill("#id_amount", "300,000")
    page.select_option("#id_fact_tier", "A")
    page.fill("#id_fact_term_days", "45")
    page.get_by_role("button", name=words["preview"]).click()
    expect(page.locator(".ap-route")).to_contain_text("沈杰")
    picture(page, "new", language=language)
    page.get_by_role("button", name=words["submit"], exact=True).click()
    page.wait_for_url("**/approvals/requests/*/")
    address = page.url
    picture(page, "route", language=language)
    enter(page, live_server, company.outsider, language=language, size=PHONE)
    page.goto(address)
    expect(page.get_by_text("永辉超市")).to_have_count(0)
    page.goto(f"{live_server.url}/approvals/requests/?view=all")
    expect(page.get_by_text("永辉超市")).to_have_count(0)
    assert [fault for fault in faults if "404" not in fault] == []
