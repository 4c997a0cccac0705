"""The first page in a browser: what waits, by keyboard and on a phone; workflows drawn, accepted and changed."""

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from keytally.approvals import definitions, services
from keytally.approvals.services.workflows import accept_limits
from keytally.approvals.tests import cast
from keytally.approvals.tests.cast import draft
from keytally.core.clock import business_date
from keytally.core.models import User
from keytally.core.roles import Role
from keytally.core.services import add_person
from keytally.core.subjects import Subject
from keytally.site.tests.browsing import let_in
from keytally.worklist.services import open_item

IMAGES = Path(__file__).parents[2] / "docs" / "guide" / "images"
AUDIT = Path(__file__).parents[2] / "src/keytally/site/tests/accessibility.js"
WITH_SCREENSHOTS = os.environ.get("KEYTALLY_SCREENSHOTS") == "1"
# The pages that the guide shows.
SHOWN = ("today", "workflows", "workflow", "working-days")
WORDS = {
    "en": {
        "overdue": "Overdue",
        "nothing": "Nothing waits for you",
        "put_off": "Until the next working day",
        "off": "1 thing put off",
        "accept": "Accept the ticked limits as they stand",
        "accepted": "The limits of 1 workflow are accepted.",
        "preview": "See what would change",
        "keep": "Keep this version",
        "kept": "is kept and takes effect on",
    },
    "zh-hans": {
        "overdue": "已逾期",
        "nothing": "您没有待办事项",
        "put_off": "推后到下一个工作日",
        "off": "已推后 1 项",
        "accept": "接受勾选的权限金额",
        "accepted": "已接受 1 个流程的审批权限。",
        "preview": "查看将有哪些变化",
        "keep": "保存此版本",
        "kept": "起生效",
    },
}
LANGUAGES = pytest.mark.parametrize("language", ["en", "zh-hans"])
WIDTHS = (1440, 390)
# The journeys are made in Chinese on a phone and in English at a desk; every page is looked at in both widths.
JOURNEYS = pytest.mark.parametrize(("language", "width"), [("en", 1440), ("zh-hans", 390)])
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


def enter(page: Page, live_server, person: User, *, language: str, width: int) -> None:
    """Let a person in, as the log-in page does, without its words."""
    let_in(page, live_server.url, person, language=language)
    resize(page, width)


def resize(page: Page, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 844 if width < 500 else 900})


def look(page: Page, name: str, *, language: str) -> None:
    """Audit a page at a desk and on a phone, and keep a picture of it where asked."""
    before = page.viewport_size["width"]
    for width in WIDTHS:
        resize(page, width)
        assert page.evaluate(AUDIT.read_text("utf-8")) == [], (name, width)
        fits = "document.documentElement.scrollWidth <= document.documentElement.clientWidth"
        assert page.evaluate(fits), (name, width)
        if WITH_SCREENSHOTS and name in SHOWN:
            page.screenshot(path=IMAGES / f"{name}-{language.partition('-')[0]}-{width}.png", full_page=True)
    resize(page, before)


def busy(company, now) -> User:
    """Give the finance supervisor decisions of three urgencies, and a thing without a deadline."""
    accept_limits(definitions.declared(), by=company.admin, now=now - timedelta(days=30))
    for days, title, amount in ((9, "永辉6月扣款差异核销", "420"), (0, "7月对账尾差核销", "380")):
        facts = {"text": "双方逐行核对无单据可追。", "cause": "分行四舍五入累计，单据无差异。"}
        asked_at = now - timedelta(days=days)
        said = draft(company, amount, title=title, **facts)
        services.start("write_off", draft=said, by=company["REP"], now=asked_at)
    later = {"kind": "approval_own", "owner": company["FS"], "reason_code": "", "now": now}
    far = {"title": {"zh": "三季度物流费用复核", "en": "Check the freight of the third quarter"}}
    open_item(subject=Subject("x", 1), deadline=now + timedelta(days=20), parameters=far, **later)
    open_item(subject=Subject("x", 2), deadline=None, parameters={"title": "大润发新店资料"}, **later)
    return company["FS"]


@JOURNEYS
def test_everything_that_waits_stands_on_the_first_page_by_urgency(
    page: Page, live_server, company, faults, language, width
):
    words, now = WORDS[language], datetime.now(UTC)
    enter(page, live_server, busy(company, now), language=language, width=width)
    page.goto(live_server.url)
    expect(page).to_have_url(f"{live_server.url}/today/")
    first = page.locator(".tl-group").first
    expect(first).to_contain_text(words["overdue"])
    expect(first).to_contain_text("永辉6月扣款差异核销")
    look(page, "today", language=language)
    first.locator(".tl-open", has_text="永辉6月扣款差异核销").click()
    expect(page.locator("h1")).to_contain_text("永辉6月扣款差异核销")
    assert faults == []


@LANGUAGES
def test_the_keyboard_moves_opens_and_leaves_a_field_alone(page: Page, live_server, company, faults, language):
    enter(page, live_server, busy(company, datetime.now(UTC)), language=language, width=1440)
    page.goto(f"{live_server.url}/today/")
    rows = page.locator("[data-list-row]")
    wanted = page.locator("[data-list-row]", has_text="7月对账尾差核销")
    place = next(number for number in range(rows.count()) if "7月对账尾差核销" in rows.nth(number).inner_text())
    for _press in range(place + 2):
        page.keyboard.press("j")
    expect(rows.nth(place + 1)).to_be_focused()
    page.keyboard.press("k")
    expect(wanted).to_be_focused()
    page.locator("input[name=text]").click()
    page.keyboard.type("jk")
    expect(page.locator("input[name=text]")).to_have_value("jk")
    wanted.focus()
    page.keyboard.press("Enter")
    expect(page.locator("h1")).to_contain_text("7月对账尾差核销")
    assert faults == []


@JOURNEYS
def test_a_thing_is_put_off_and_nothing_left_teaches(page: Page, live_server, company, faults, language, width):
    words, now = WORDS[language], datetime.now(UTC)
    person = company.outsider
    enter(page, live_server, person, language=language, width=width)
    page.goto(f"{live_server.url}/today/")
    expect(page.locator(".empty-title")).to_have_text(words["nothing"])
    look(page, "today-empty", language=language)
    open_item(
        kind="approval_own",
        subject=Subject("x", 1),
        owner=person,
        deadline=now + timedelta(days=40),
        reason_code="",
        parameters={"title": "大润发新店资料"},
        now=now,
    )
    page.reload()
    page.locator(".tl-pause summary").click()
    page.get_by_role("button", name=words["put_off"]).click()
    expect(page.locator(".tl-snoozed summary")).to_have_text(words["off"])
    assert faults == []


@JOURNEYS
def test_limits_are_accepted_and_changed_and_the_workflow_is_drawn(
    page: Page, live_server, company, faults, language, width
):
    words = WORDS[language]
    director = add_person(
        "finance-director",
        name="陈静",
        password=None,
        roles=[Role.FINANCE_DIRECTOR],
        by=None,
        now=datetime(2026, 9, 1, tzinfo=UTC),
    )
    enter(page, live_server, director, language=language, width=width)
    page.goto(f"{live_server.url}/workflows/")
    look(page, "workflows", language=language)
    page.locator("#accept-write_off").check()
    page.get_by_role("button", name=words["accept"]).click()
    expect(page.locator(".notice-success")).to_contain_text(words["accepted"])
    page.goto(f"{live_server.url}/workflows/spend_request/edit/")
    page.fill("#id_level_0_up_to", "15000")
    page.fill("#id_reason", "2026年董事会决议")
    look(page, "workflow-edit", language=language)
    page.get_by_role("button", name=words["preview"]).click()
    expect(page.locator(".wf-preview")).to_contain_text("15,000.00")
    page.get_by_role("button", name=words["keep"]).click()
    expect(page.locator(".notice-success")).to_contain_text(words["kept"])
    expect(page.locator(".wf-limits")).to_contain_text("≤ 15,000.00")
    look(page, "workflow", language=language)
    page.locator(".wf-drawing a").nth(1).focus()
    page.keyboard.press("Enter")
    expect(page).to_have_url(f"{live_server.url}/workflows/spend_request/#step-SR-2")
    kept = definitions.in_force("spend_request", as_of=business_date(datetime.now(UTC)))
    assert kept.workflow.limits.levels[0].up_to_minor == 1_500_000
    assert faults == []


@JOURNEYS
def test_the_calendars_are_shown(page: Page, live_server, company, faults, language, width):
    enter(page, live_server, company.admin, language=language, width=width)
    page.goto(f"{live_server.url}/calendar/?year=2026")
    look(page, "working-days", language=language)
    page.goto(f"{live_server.url}/workflows/ka_work_cycle/calendar/?year=2026")
    look(page, "work-cycle", language=language)
    assert faults == []
