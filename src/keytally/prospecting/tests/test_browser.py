"""A rep's way on a phone, in both languages: paste a table, prepare, call, visit, turn into an opportunity."""

import os
from datetime import UTC, datetime
from pathlib import Path

import pytest

from keytally.core.clock import business_date
from keytally.core.roles import Role
from keytally.prospecting.models import Lead
from keytally.site.tests.test_browser import AUDIT, BUNDLE

from .conftest import PASSWORD, person

IMAGES = Path(__file__).parents[4] / "docs" / "guide" / "images"
WITH_SCREENSHOTS = os.environ.get("KEYTALLY_SCREENSHOTS") == "1"
pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(not (BUNDLE / "app.js").is_file(), reason="the front end is not built: npm ci && npm run build"),
]
WORDS = {
    "en": {
        "read": "3 rows read: 2 new, 0 in doubt, 1 that cannot be taken",
        "unprepared": "Not prepared yet",
        "plan": "counter-plan",
        "became": "It became an opportunity",
        "done": "Done",
    },
    "zh-hans": {
        "read": "共读取 3 行：2 行新增，0 行存疑，1 行无法接收",
        "unprepared": "尚未准备",
        "plan": "对策",
        "became": "已转为商机",
        "done": "完成",
    },
}
WIDTHS = {"en": 1440, "zh-hans": 390}
TABLE = "公司名称\t联系人\t电话\n鲜果坊生鲜超市\t李雷\t0571-8800 0001\n百味便利\t韩梅\t0571-8800 0002\n\t无名\t1\n"


@pytest.fixture(params=["en", "zh-hans"])
def language(request):
    return request.param


@pytest.fixture
def here(page, live_server, transactional_db, language, settings, tmp_path):
    settings.FILES_ROOT = tmp_path / "files"
    person("lina", Role.SALES_REP, language=language, name="李娜")
    page.set_viewport_size({"width": WIDTHS[language], "height": 900})

    def to(path):
        page.goto(f"{live_server.url}{path}")

    to("/prospecting/")
    page.fill("#id_username", "lina")
    page.fill("#id_password", PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url(f"{live_server.url}/prospecting/")
    return to


def picture(page, name, language):
    if WITH_SCREENSHOTS:
        short = {"en": "en", "zh-hans": "zh"}[language]
        page.screenshot(path=IMAGES / f"prospecting-{name}-{short}-{WIDTHS[language]}.png", full_page=False)


def fits(page):
    assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")
    assert page.evaluate(AUDIT) == []


def work_on(page, here, lead, *, words, today):
    """Call too early, prepare, call, visit without a plan, plan, visit."""
    here(f"/prospecting/leads/{lead.pk}/touch/?kind=CALL")
    page.fill("#id_text", "对方愿意看样品。")
    page.click("main button[type=submit]")
    assert words["unprepared"] in page.locator("main").inner_text()
    assert page.input_value("#id_text") == "对方愿意看样品。"

    here(f"/prospecting/leads/{lead.pk}/")
    while page.locator("#prepare input[name=is_done][value=yes] ~ button").count():
        page.locator("#prepare input[name=is_done][value=yes] ~ button").first.click()
        page.wait_for_load_state()
    here(f"/prospecting/leads/{lead.pk}/touch/?kind=CALL")
    page.select_option("#id_outcome", "APPOINTMENT")
    page.fill("#id_text", "约好拜访，带样品。")
    page.check("#id_may_write")
    page.click("main button[type=submit]")
    page.wait_for_url(f"**/leads/{lead.pk}/")

    here(f"/prospecting/leads/{lead.pk}/touch/?kind=VISIT")
    page.fill("#id_text", "看了冷柜。")
    page.click("main button[type=submit]")
    assert words["plan"] in page.locator(".notice-error").inner_text()
    here(f"/prospecting/leads/{lead.pk}/plan/")
    page.fill("#id_plan", "先谈动销，后谈价格。")
    page.fill("#id_review_on", today)
    page.click("main button[type=submit]")
    page.wait_for_url(f"**/leads/{lead.pk}/")
    here(f"/prospecting/leads/{lead.pk}/touch/?kind=VISIT")
    page.fill("#id_text", "看了冷柜，确认需求。")
    page.click("main button[type=submit]")
    page.wait_for_url(f"**/leads/{lead.pk}/")


def test_a_rep_finds_a_lead_works_on_it_and_turns_it_into_an_opportunity(page, here, language):
    words, today = WORDS[language], business_date(datetime.now(UTC)).isoformat()
    fits(page)
    here("/prospecting/leads/paste/")
    page.fill("#id_table", TABLE)
    page.click('button[value="look"]')
    assert words["read"] in page.locator("#looked").inner_text()
    fits(page)
    picture(page, "paste", language)
    page.click('button[value="keep"]')
    page.wait_for_url("**/prospecting/leads/")
    here("/prospecting/")
    picture(page, "turn", language)
    fits(page)
    lead = Lead.objects.get(name="鲜果坊生鲜超市")
    work_on(page, here, lead, words=words, today=today)
    fits(page)
    picture(page, "lead", language)

    here(f"/prospecting/leads/{lead.pk}/convert/")
    page.fill("#id_name", "鲜果坊全系列")
    page.click("main button[type=submit]")
    page.wait_for_url(f"**/leads/{lead.pk}/")
    assert words["became"] in page.locator("main").inner_text()
    lead.refresh_from_db()
    assert lead.opportunity.stage == "TARGET"
