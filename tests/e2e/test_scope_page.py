"""A director takes a list away and says why; an outsider sees nothing, not even by its address."""

import os
from datetime import UTC, datetime
from pathlib import Path

import openpyxl
import pytest
from playwright.sync_api import BrowserContext, Page, expect

from keytally.core.models import Export
from keytally.core.roles import Role
from keytally.core.services import add_person
from keytally.reconciliation import services

PASSWORD = "tally-to-the-cent"
IMAGES = Path(__file__).parents[2] / "docs" / "guide" / "images"
WITH_SCREENSHOTS = os.environ.get("KEYTALLY_SCREENSHOTS") == "1"
SIZES = {1440: {"width": 1440, "height": 900}, 390: {"width": 390, "height": 844}}
WORDS = {
    "en": {"take": "Take the file", "why": "Say in a few words", "class": "Personal", "not_found": "404"},
    "zh": {"take": "导出文件", "why": "请简要说明", "class": "个人信息", "not_found": "404"},
}
NOW = datetime(2026, 8, 3, 1, tzinfo=UTC)

pytestmark = pytest.mark.usefixtures("bundle")


@pytest.fixture
def people(transactional_db):
    def add(username, name, *roles, language):
        return add_person(
            username, name=name, password=PASSWORD, roles=roles, by=None, now=NOW, language=language, email="a@b.cn"
        )

    def of(language):
        code = {"en": "en", "zh": "zh-hans"}[language]
        return (
            add("auditor", "汤敏", Role.AUDITOR, Role.ADMINISTRATOR, language=code),
            add("owner", "王磊", Role.RECEIVABLES_ACCOUNTANT, language=code),
            add("outsider", "外人", language=code),
        )

    return of


def log_in(page: Page, address: str, username: str) -> None:
    page.goto(f"{address}/log-in/")
    page.fill("#id_username", username)
    page.fill("#id_password", PASSWORD)
    page.click("main button[type=submit]")
    page.wait_for_load_state()


def look(page: Page, name: str, *, language: str, width: int) -> None:
    """See that a page fits a desk and a phone, keep pictures where asked, and go on in the journey's own width."""
    for each in (*SIZES, width):
        page.set_viewport_size(SIZES[each])
        assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), (name, each)
        if WITH_SCREENSHOTS:
            page.screenshot(path=IMAGES / f"export-{name}-{language}-{each}.png", full_page=True)


@pytest.mark.parametrize(("language", "width"), [("en", 1440), ("zh", 390)])
def test_a_list_leaves_with_a_reason_and_a_name(live_server, page: Page, people, tmp_path, language, width):
    people(language)
    words, picture = WORDS[language], {"language": language, "width": width}
    page.set_viewport_size(SIZES[width])
    log_in(page, live_server.url, "auditor")
    page.goto(f"{live_server.url}/exports/take/people/")
    expect(page.locator("main")).to_contain_text(words["class"])
    page.locator("main button[type=submit]").click()
    expect(page.locator("[role=alert]")).to_contain_text(words["why"])
    page.fill("#id_reason", "年审 / yearly audit")
    look(page, "take", **picture)
    with page.expect_download() as download:
        page.locator("main button[type=submit]", has_text=words["take"]).click()
    download.value.save_as(tmp_path / "people.xlsx")
    sheet = openpyxl.load_workbook(tmp_path / "people.xlsx").worksheets[0]
    assert "汤敏" in sheet["A1"].value
    assert Export.objects.get().reason == "年审 / yearly audit"
    page.goto(f"{live_server.url}/exports/")
    expect(page.locator("main tbody tr")).to_have_count(1)
    expect(page.locator("main tbody")).to_contain_text("年审")
    look(page, "list", **picture)


@pytest.mark.parametrize("language", list(WORDS))
def test_an_outsider_sees_nothing(live_server, page: Page, context: BrowserContext, people, language):
    _auditor, owner, _outsider = people(language)
    found = services.open_demo(name="只给主人看", by=owner, now=NOW)
    log_in(page, live_server.url, "outsider")
    for address in ("/reconciliation/", f"/reconciliation/{found.pk}/", "/jobs/", "/exports/", "/users/"):
        answer = page.goto(f"{live_server.url}{address}")
        assert answer.status == 403, address
        expect(page.locator("body")).not_to_contain_text("只给主人看")
    page.goto(f"{live_server.url}/today/")
    expect(page.locator("body")).not_to_contain_text("只给主人看")
    assert page.locator("#side-bar nav a").count() <= 1
    log_in_again = context.new_page()
    context.clear_cookies()
    log_in(log_in_again, live_server.url, "owner")
    log_in_again.goto(f"{live_server.url}/reconciliation/{found.pk}/")
    expect(log_in_again.locator("body")).to_contain_text("只给主人看")
