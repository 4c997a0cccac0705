"""The organisation chart is walked by keyboard, opened, zoomed and read as a list; a position gets another boss."""

import os
from datetime import UTC, datetime, timedelta
from itertools import product
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from keytally.core.clock import business_date
from keytally.core.models import User
from keytally.core.roles import Role
from keytally.core.services import add_person
from keytally.people.demo import LOG_INS, lay_out_company
from keytally.people.models import Position
from keytally.people.queries.organisation import organisation
from keytally.site.tests.browsing import let_in

ROOT = Path(__file__).parents[2]
IMAGES = ROOT / "docs" / "guide" / "images"
AUDIT = (ROOT / "src/keytally/site/tests/accessibility.js").read_text(encoding="utf-8")
WITH_SCREENSHOTS = os.environ.get("KEYTALLY_SCREENSHOTS") == "1"
PHONE = {"width": 390, "height": 844}
DESK = {"width": 1440, "height": 900}
WORDS = {
    "en": {"list": "As a list", "drawing": "As a drawing", "whole": "Whole", "save": "Save", "boss": "Another boss"},
    "zh-hans": {"list": "列表方式", "drawing": "图形方式", "whole": "全图", "save": "保存", "boss": "更换上级"},
}
NAMES = dict(zip(LOG_INS, ("Grace Lin", "赵敏", "王磊", "陈静", "李娜", "刘建国", "孙涛"), strict=True))
PICTURES = {"chart", "position", "person"}
DASHES = "getComputedStyle(document.querySelector('.chart-drawing .chart-dotted')).strokeDasharray"
LANGUAGES = pytest.mark.parametrize("language", ["en", "zh-hans"])
pytestmark = pytest.mark.usefixtures("bundle")


@pytest.fixture
def admin(transactional_db) -> User:
    now = datetime.now(UTC)
    roles = [Role.ADMINISTRATOR]
    person = add_person("admin", name="周强", password="tally-to-the-cent", roles=roles, by=None, now=now)
    for username in LOG_INS:
        add_person(username, name=NAMES[username], password=None, roles=[Role.SALES_REP], by=None, now=now)
    lay_out_company(person, now)
    return person


@pytest.fixture
def faults(page: Page, live_server) -> list[str]:
    found: list[str] = []
    page.on("console", lambda message: found.append(message.text) if message.type in ("error", "warning") else None)
    page.on("pageerror", lambda error: found.append(str(error)))
    return found


def keep(page: Page, name: str, language: str) -> None:
    if WITH_SCREENSHOTS and name in PICTURES:
        width = (page.viewport_size or DESK)["width"]
        page.screenshot(path=IMAGES / f"people-{name}-{language[:2]}-{width}.png")


def at(page: Page) -> str:
    """Name the card that has the focus by its position's code."""
    number = page.evaluate("document.activeElement.dataset.position")
    return Position.objects.get(pk=number).code


def press(page: Page, key: str) -> str:
    page.keyboard.press(key)
    return at(page)


def test_the_chart_is_walked_by_the_arrow_keys(page: Page, live_server, admin, faults) -> None:
    let_in(page, live_server.url, admin, language="en")
    page.goto(f"{live_server.url}/people/?levels=3")
    page.locator(".chart-card").first.focus()
    assert at(page) == "HQ-GM"
    assert press(page, "ArrowRight") == "HQ-SD"
    assert press(page, "ArrowDown") == "HQ-FD"
    assert press(page, "ArrowUp") == "HQ-SD"
    assert press(page, "ArrowRight") == "HQ-NKM"
    assert press(page, "ArrowLeft") == "HQ-SD"
    assert press(page, "Home") == "HQ-GM"
    assert page.evaluate("document.querySelectorAll('.chart-card[tabindex=\"0\"]').length") == 1
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Enter")
    page.wait_for_url("**/people/positions/*/**")
    assert faults == []


def test_space_opens_and_closes_and_the_address_tells_it(page: Page, live_server, admin, faults) -> None:
    let_in(page, live_server.url, admin, language="en")
    page.goto(f"{live_server.url}/people/?levels=2")
    director = Position.objects.get(code="HQ-SD")
    card = page.locator(f'.chart-card[data-position="{director.pk}"]')
    card.focus()
    expect(card).to_have_attribute("aria-expanded", "false")
    page.keyboard.press(" ")
    expect(card).to_have_attribute("aria-expanded", "true")
    expect(card).to_be_focused()
    assert "open=" in page.url
    page.reload()
    expect(card).to_have_attribute("aria-expanded", "true")
    card.focus()
    page.keyboard.press(" ")
    expect(card).to_have_attribute("aria-expanded", "false")
    page.keyboard.press("ArrowRight")
    expect(page.locator(f'.chart-card[data-boss="{director.pk}"]').first).to_be_focused()
    page.locator(f'[data-toggle="{director.pk}"]').click()
    expect(card).to_have_attribute("aria-expanded", "false")
    assert faults == []


def test_the_chart_is_zoomed_and_its_dotted_lines_hidden(page: Page, live_server, admin, faults) -> None:
    let_in(page, live_server.url, admin, language="en")
    page.goto(f"{live_server.url}/people/")
    drawing = page.locator(".chart-drawing")
    width = int(drawing.get_attribute("width") or 0)
    page.locator('[data-zoom="in"]').click()
    assert int(drawing.get_attribute("width") or 0) > width
    page.get_by_role("button", name="Whole", exact=True).click()
    box, frame = drawing.bounding_box(), page.locator("[data-chart-scroll]").bounding_box()
    assert box is not None
    assert frame is not None
    assert box["width"] <= frame["width"] + 1
    line = page.locator(".chart-drawing .chart-dotted").first
    expect(line).to_be_visible()
    assert (
        page.evaluate("getComputedStyle(document.querySelector('.chart-drawing .chart-dotted')).strokeDasharray")
        != "none"
    )
    page.get_by_label("Dotted lines").uncheck()
    expect(line).to_be_hidden()
    assert faults == []


@LANGUAGES
def test_pages_have_names_contrast_and_room(page: Page, live_server, admin, faults, language) -> None:
    let_in(page, live_server.url, admin, language=language)
    shanghai = Position.objects.get(code="SH-AKM")
    holder = organisation(as_of=business_date(datetime.now(UTC))).holders(shanghai.pk)[0]
    pages = {
        "chart": "/people/",
        "drawing": "/people/?view=drawing",
        "list": "/people/?view=list",
        "positions": "/people/positions/",
        "position": f"/people/positions/{shanghai.pk}/",
        "appoint": f"/people/positions/{shanghai.pk}/appoint/",
        "persons": "/people/persons/",
        "person": f"/people/persons/{holder}/",
        "units": "/people/units/",
        "absence": "/people/absence/",
        "allot": "/people/positions/allot/",
    }
    for size, (name, path) in product((DESK, PHONE), pages.items()):
        page.set_viewport_size(size)
        page.goto(f"{live_server.url}{path}")
        assert page.evaluate(AUDIT) == [], path
        assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth"), path
        keep(page, name, language)
    assert faults == []


def test_a_phone_gets_the_list_first_and_the_drawing_if_wanted(page: Page, live_server, admin, faults) -> None:
    page.set_viewport_size(PHONE)
    let_in(page, live_server.url, admin, language="en")
    page.goto(f"{live_server.url}/people/")
    expect(page.locator(".chart-list")).to_be_visible()
    page.get_by_role("link", name="As a drawing").click()
    expect(page.locator(".chart-drawing")).to_be_visible()
    assert faults == []


@LANGUAGES
def test_a_position_gets_another_boss_by_a_suggestion(page: Page, live_server, admin, faults, language) -> None:
    let_in(page, live_server.url, admin, language=language)
    rep, tomorrow = Position.objects.get(code="ZJ-REP-1"), business_date(datetime.now(UTC)) + timedelta(days=1)
    page.goto(f"{live_server.url}/people/positions/{rep.pk}/")
    page.get_by_role("link", name=WORDS[language]["boss"]).click()
    page.locator("#id_boss").press_sequentially("ZJ-AKM")
    option = page.locator("#found-positions option").first
    expect(option).to_have_attribute("value", f"ZJ-AKM · {_name('ZJ-AKM', language)}")
    page.locator("#id_boss").fill(option.get_attribute("value") or "")
    page.locator("#id_starts_on").fill(tomorrow.isoformat())
    page.locator("#id_reason").fill("按城市划归")
    page.get_by_role("button", name=WORDS[language]["save"]).click()
    expect(page.get_by_text("按城市划归")).to_be_visible()
    boss = organisation(as_of=tomorrow).solid_boss(rep.pk)
    assert boss == Position.objects.get(code="ZJ-AKM").pk
    assert organisation(as_of=tomorrow - timedelta(days=1)).solid_boss(rep.pk) != boss
    assert faults == []


def _name(code: str, language: str) -> str:
    place = Position.objects.get(code=code)
    return place.name_zh if language.startswith("zh") else place.name_en


def test_without_scripts_the_chart_still_opens(browser, live_server, admin) -> None:
    context = browser.new_context(java_script_enabled=False, viewport=DESK)
    page = context.new_page()
    let_in(page, live_server.url, admin, language="en")
    page.goto(f"{live_server.url}/people/?levels=2&view=list")
    before = page.locator(".chart-list li").count()
    page.get_by_role("link", name="Open Sales director").click()
    assert page.locator(".chart-list li").count() > before
    context.close()
