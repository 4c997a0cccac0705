"""A negotiation in a real browser, in both languages: refused, begun, a round with a warning, guarded, a debrief."""

import pytest

from keytally.core.roles import Role
from keytally.negotiation.models import Negotiation
from keytally.negotiation.services import preparing
from keytally.playbook.models import PlaybookEntry
from keytally.site.tests.test_browser import AUDIT, BUNDLE

from .conftest import DAYS, NOW, PASSWORD, PRICE, about, person, ready

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(not (BUNDLE / "app.js").is_file(), reason="the front end is not built: npm ci && npm run build"),
]
WORDS = {
    "en": {"begin": "Begin", "missing": "Not ready", "keep": "Keep the round", "back": "nothing is asked in return",
           "beyond": "beyond our walk-away", "save": "Save", "open": "Prepare a negotiation"},
    "zh-hans": {"begin": "开始谈判", "missing": "谈判前提还缺", "keep": "保存本轮", "back": "没有换回条件",
                "beyond": "已超出我方底线", "save": "保存", "open": "准备谈判"},
}  # fmt: skip


def enter(page, live_server):
    page.goto(f"{live_server.url}/log-in/")
    page.fill("[name=username]", "grace")
    page.fill("[name=password]", PASSWORD)
    page.click("main button[type=submit]")
    page.wait_for_load_state()


@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_from_not_ready_to_a_deal_with_its_debrief(page, live_server, transactional_db, language):
    words = WORDS[language]
    director = person("grace", Role.SALES_DIRECTOR, language=language, name="何平")
    opportunity = about(director)
    enter(page, live_server)
    page.goto(f"{live_server.url}/funnel/{opportunity.pk}/")
    page.click(f"main button:has-text('{words['open']}')")
    page.wait_for_url("**/negotiation/*/")
    found = Negotiation.objects.get()
    for facts in (PRICE, DAYS):
        preparing.keep_issue(found.pk, facts, by=director, now=NOW)
    here = f"{live_server.url}/negotiation/{found.pk}/"
    page.goto(here)
    page.click(f"#readiness button:has-text('{words['begin']}')")
    assert words["missing"] in page.text_content("body")
    assert page.locator(".nego-unmet").count() == 4
    ready(found, director)
    page.goto(here)
    page.click(f"#readiness button:has-text('{words['begin']}')")
    page.wait_for_selector(f"a[href='/negotiation/{found.pk}/round/']")
    assert page.evaluate(AUDIT) == []

    page.set_viewport_size({"width": 390, "height": 844})
    price = found.issues.get(name="价格").pk
    page.goto(f"{here}round/")
    page.fill("[name=who]", "王总")
    page.fill(f"[name=us_{price}]", "93.5")
    page.click(f"button:has-text('{words['keep']}')")
    assert words["beyond"] in page.text_content("main")
    page.fill(f"[name=us_{price}]", "98.5")
    page.click(f"button:has-text('{words['keep']}')")
    assert words["back"] in page.text_content("main")
    assert page.input_value(f"[name=us_{price}]") == "98.5"
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    page.check("[name=acknowledged]")
    page.click(f"button:has-text('{words['keep']}')")
    page.wait_for_selector(".nego-round")

    page.set_viewport_size({"width": 1440, "height": 900})
    page.goto(f"{here}edit/deal/")
    page.fill(f"[name=level_{price}]", "96")
    page.fill("[name=note]", "签意向")
    page.fill("[name=title]", "年度合同复盘")
    page.fill("[name=text]", "先换议题，再谈价")
    page.click(f"main button:has-text('{words['save']}')")
    page.wait_for_selector("text=年度合同复盘")
    assert Negotiation.objects.get().state == "DEAL"
    assert PlaybookEntry.objects.get().outcome == "WON"
