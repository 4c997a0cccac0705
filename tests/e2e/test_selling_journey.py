"""From a pasted table to a repeat purchase, in both languages: a rep on the phone or at the desk, and a manager.

A lead is found, called and visited, and becomes an opportunity; it goes through every gate, is refused at one and let
past another by a manager, is negotiated, won and opened again.
"""

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from django.conf import settings as configured
from django.test import Client
from playwright.sync_api import expect

from keytally.core.clock import business_date
from keytally.core.roles import Role
from keytally.core.services import add_person
from keytally.funnel.models import Opportunity
from keytally.funnel.rules.stages import Stage, TeamRole
from keytally.funnel.services.evidence import NewEvidence, record_evidence
from keytally.funnel.services.team import add_member
from keytally.negotiation.models import Negotiation
from keytally.negotiation.rules.readiness import Way
from keytally.negotiation.services import preparing
from keytally.negotiation.services.preparing import IssueFacts
from keytally.prospecting.models import Lead
from keytally.site.tests.test_browser import AUDIT, BUNDLE

PASSWORD = "a-long-enough-password"
IMAGES = Path(__file__).parents[2] / "docs" / "guide" / "images"
WITH_SCREENSHOTS = os.environ.get("KEYTALLY_SCREENSHOTS") == "1"
pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(not (BUNDLE / "app.js").is_file(), reason="the front end is not built: npm ci && npm run build"),
]
PRICE = IssueFacts("供价", 1000, 970, 940, 900, 930, 970, 60, 30, unit="元", decimals=1, step=5)
TERM = IssueFacts("账期", 30, 45, 60, 90, 60, 30, 10, 50, unit="天", step=15)
WORDS = {
    "en": {
        "read": "3 rows read: 2 new, 0 in doubt, 1 that cannot be taken",
        "unprepared": "Not prepared yet",
        "plan": "counter-plan",
        "became": "It became an opportunity",
        "missing": "is closed: 1 more of",
    },
    "zh-hans": {
        "read": "共读取 3 行：2 行新增，0 行存疑，1 行无法接收",
        "unprepared": "尚未准备",
        "plan": "对策",
        "became": "已转为商机",
        "missing": "的关卡未打开：以下各项还差1项",
    },
}
WIDTHS = {"en": 1440, "zh-hans": 390}
TABLE = "公司名称\t联系人\t电话\n鲜果坊生鲜超市\t李雷\t0571-8800 0001\n百味便利\t韩梅\t0571-8800 0002\n\t无名\t1\n"


@pytest.fixture(params=["en", "zh-hans"])
def language(request):
    return request.param


def person(username, role, *, language, name):
    now = datetime.now(UTC)
    return add_person(username, name=name, password=PASSWORD, roles=[role], by=None, now=now, language=language)


@pytest.fixture
def rep(transactional_db, language):
    return person("lina", Role.SALES_REP, language=language, name="李娜")


@pytest.fixture
def manager(transactional_db, language):
    return person("grace", Role.SALES_DIRECTOR, language=language, name="何平")


@pytest.fixture
def here(page, live_server, rep, language, settings, tmp_path):
    settings.FILES_ROOT = tmp_path / "files"
    page.set_viewport_size({"width": WIDTHS[language], "height": 900})

    def to(path):
        page.goto(f"{live_server.url}{path}")

    to("/prospecting/")
    page.fill("#id_username", "lina")
    page.fill("#id_password", PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url(f"{live_server.url}/prospecting/")
    return to


@pytest.fixture
def become(page, live_server, language):
    def sit_down(who, *, width):
        client = Client()
        client.force_login(who)
        name = configured.SESSION_COOKIE_NAME
        page.context.clear_cookies()
        page.context.add_cookies(
            [
                {"name": name, "value": client.cookies[name].value, "url": live_server.url},
                {"name": configured.LANGUAGE_COOKIE_NAME, "value": language, "url": live_server.url},
            ]
        )
        page.set_viewport_size({"width": width, "height": 900})

    return sit_down


def picture(page, name, language, *, capability="prospecting", full=False):
    if WITH_SCREENSHOTS:
        short, width = {"en": "en", "zh-hans": "zh"}[language], page.viewport_size["width"]
        page.screenshot(path=IMAGES / f"{capability}-{name}-{short}-{width}.png", full_page=full)


def look(page, name, language):
    """Look at a page of the funnel or a negotiation at both widths; it fits and breaks no rule of access."""
    before = page.viewport_size
    for width in (390, 1440):
        page.set_viewport_size({"width": width, "height": 900})
        page.evaluate("scrollTo(0, 0)")
        page.wait_for_timeout(400)
        fits(page)
        picture(page, name, language, capability="funnel", full=True)
    page.set_viewport_size(before)


def fits(page):
    assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")
    assert page.evaluate(AUDIT) == []


def work_on(page, here, lead, *, words, today):
    """Call too early, prepare, call, visit without a plan, plan, visit."""
    here(f"/prospecting/leads/{lead.pk}/touch/?kind=CALL")
    page.select_option("#id_outcome", "INTERESTED")
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
    page.select_option("#id_outcome", "INTERESTED")
    page.fill("#id_text", "看了冷柜。")
    page.click("main button[type=submit]")
    assert words["plan"] in page.locator(".notice-error").inner_text()
    here(f"/prospecting/leads/{lead.pk}/plan/")
    page.fill("#id_plan", "先谈动销，后谈价格。")
    page.fill("#id_review_on", today)
    page.click("main button[type=submit]")
    page.wait_for_url(f"**/leads/{lead.pk}/")
    here(f"/prospecting/leads/{lead.pk}/touch/?kind=VISIT")
    page.select_option("#id_outcome", "INTERESTED")
    page.fill("#id_text", "看了冷柜，确认需求。")
    page.click("main button[type=submit]")
    page.wait_for_url(f"**/leads/{lead.pk}/")


def find_and_convert(page, here, *, language, words, today):
    """Paste a table, work on a lead of it, turn it into an opportunity."""
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
    page.fill("#id_amount_minor", "680000")
    page.click("main button[type=submit]")
    page.wait_for_url(f"**/leads/{lead.pk}/")
    assert words["became"] in page.locator("main").inner_text()
    lead.refresh_from_db()
    assert lead.opportunity.stage == Stage.TARGET
    return lead.opportunity


def stage_of(one):
    return Opportunity.objects.get(pk=one.pk).stage


def be_refused(page, here, one, *, words, language):
    """Try a closed gate - by dragging at the desk, by the button on the phone - read why, and bring the evidence."""
    if WIDTHS[language] > 1000:
        here("/funnel/")
        card = page.locator(f'[data-card][data-number="{one.pk}"]')
        card.drag_to(page.locator('[data-column="INTENT"]'))
    else:
        here(f"/funnel/{one.pk}/")
        page.click(".fun-gate input[name=to][value=INTENT] ~ button")
    page.wait_for_url("**/edit/evidence/**")
    assert words["missing"] in page.locator("main").inner_text()
    assert page.locator("#id_criterion option:checked").get_attribute("value") == "evaluating"
    look(page, "refused", language)
    here("/funnel/")
    expect(page.locator(f'[data-column="TARGET"] [data-card][data-number="{one.pk}"]')).to_have_count(1)
    assert stage_of(one) == Stage.TARGET
    page.go_back()
    page.select_option("#id_criterion", "need_stated")
    page.fill("#id_note", "采购要求坪效提高一成。")
    page.click("main form.form-card button[type=submit]")
    page.wait_for_url("**/funnel/" if WIDTHS[language] > 1000 else f"**/funnel/{one.pk}/**")
    assert stage_of(one) == Stage.INTENT


def prove(one, *codes, by):
    now = datetime.now(UTC)
    for code in codes:
        known = NewEvidence(code, business_date(now), note="会议纪要")
        record_evidence(opportunity_id=one.pk, evidence=known, by=by, now=now)


def move_on(page, here, one, to, *, language):
    """Go through an open gate: by dragging where the board has room for it, else by the button."""
    if page.viewport_size["width"] > 1000:
        here("/funnel/")
        page.locator(f'[data-card][data-number="{one.pk}"]').drag_to(page.locator(f'[data-column="{to}"]'))
        there = f'[data-column="{to}"] [data-card][data-number="{one.pk}"]:not(.fun-moving)'
        expect(page.locator(there)).to_have_count(1)
    else:
        here(f"/funnel/{one.pk}/")
        page.click(f".fun-gate input[name=to][value={to}] ~ button")
        page.wait_for_load_state()
    assert stage_of(one) == to


def let_past(page, here, one, *, words, language):
    """Let it past a closed gate, as a manager with a reason; the page says so ever after."""
    here(f"/funnel/{one.pk}/")
    page.click(f"a[href='/funnel/{one.pk}/override/RECOGNITION/']")
    page.click("main form.form-card button[type=submit]")
    assert stage_of(one) == Stage.PROJECT, "without a reason nothing moves"
    page.fill("#id_reason", "财务总监口头同意，纪要下周补。")
    page.click("main form.form-card button[type=submit]")
    page.locator("#history").wait_for()
    assert stage_of(one) == Stage.RECOGNITION
    assert "财务总监口头同意" in page.locator("#history").inner_text()
    look(page, "opportunity", language)


def negotiate(page, here, one, *, by, language):
    """Prepare and begin a negotiation, keep a round, agree."""
    here(f"/funnel/{one.pk}/")
    page.click(f"form[action='/negotiation/open/{one.pk}/'] button")
    page.wait_for_url("**/negotiation/*/")
    found, now = Negotiation.objects.get(), datetime.now(UTC)
    day = business_date(now)
    for facts in (PRICE, TERM):
        preparing.keep_issue(found.pk, facts, by=by, now=now)
    preparing.keep_person(found.pk, name="王总", decides=True, confirmed_on=day, by=by, now=now)
    facts = {"way": Way.SEVERAL_ROUNDS, "route": "IN_TURN", "suppliers": 2, "starts_on": day}
    facts |= {"finishes_on": day + timedelta(days=20), "dates_confirmed": True}
    preparing.keep_preconditions(found.pk, facts=facts, by=by, now=now)
    page.reload()
    page.click("#readiness form[action$='/begin/'] button")
    page.wait_for_load_state()
    here(f"/negotiation/{found.pk}/round/")
    price, term = (found.issues.get(name=name).pk for name in ("供价", "账期"))
    page.fill("[name=who]", "王总")
    page.fill(f"[name=us_{price}]", "98.5")
    page.fill(f"[name=back_{price}]", "账期不超过 45 天")
    page.fill(f"[name=them_{term}]", "60")
    page.check("[name=price_objection]")
    page.click("main form.form-card button[type=submit]")
    page.wait_for_url(f"**/negotiation/{found.pk}/**")
    expect(page.locator(".nego-round")).to_have_count(1)
    look(page, "negotiation", language)
    here(f"/negotiation/{found.pk}/edit/deal/")
    page.fill(f"[name=level_{price}]", "97")
    page.fill(f"[name=level_{term}]", "45")
    page.fill("[name=note]", "双方签意向")
    page.fill("[name=title]", "鲜果坊谈判复盘")
    page.fill("[name=text]", "先换账期，再谈价。")
    page.click("main form.form-card button[type=submit]")
    page.get_by_text("鲜果坊谈判复盘").first.wait_for()
    assert Negotiation.objects.get().state == "DEAL"


def test_from_a_pasted_table_to_a_repeat_purchase(page, here, become, rep, manager, language):
    words, today = WORDS[language], business_date(datetime.now(UTC)).isoformat()
    one = find_and_convert(page, here, language=language, words=words, today=today)
    be_refused(page, here, one, words=words, language=language)
    now = datetime.now(UTC)
    add_member(opportunity_id=one.pk, person=manager, role=TeamRole.PROJECT_TEAM, by=manager, now=now)
    prove(one, "our_standard_met", "team_and_process", "core_need", by=rep)
    if not Opportunity.objects.get(pk=one.pk).evidence.filter(criterion="our_team_formed").exists():
        prove(one, "our_team_formed", by=rep)
    move_on(page, here, one, Stage.PROJECT, language=language)

    become(manager, width=1440)
    here(f"/funnel/{one.pk}/")
    page.click(f"form[action='/funnel/{one.pk}/accept/'] button")
    page.wait_for_load_state()
    let_past(page, here, one, words=words, language=language)
    here("/funnel/")
    look(page, "board", language)
    prove(one, "our_contract_form", by=manager)
    move_on(page, here, one, Stage.NEGOTIATION, language=language)
    negotiate(page, here, one, by=manager, language=language)

    become(rep, width=WIDTHS[language])
    here(f"/funnel/{one.pk}/edit/evidence/?criterion=contract_signed&to=CLOSING&then=CLOSING")
    page.fill("#id_note", "双方盖章合同已收到。")
    page.click("main form.form-card button[type=submit]")
    page.wait_for_url("**/funnel/")
    assert stage_of(one) == Stage.CLOSING
    here(f"/funnel/{one.pk}/edit/won/")
    page.click("main form.form-card button[type=submit]")
    page.locator(f"a[href='/funnel/{one.pk}/edit/repeat/']").wait_for()
    look(page, "won", language)
    page.click(f"a[href='/funnel/{one.pk}/edit/repeat/']")
    page.click("main form.form-card button[type=submit]")
    page.wait_for_url(lambda url: "/edit/" not in url)
    again = Opportunity.objects.get(earlier=one)
    assert (again.stage, again.source, again.state) == (Stage.INTENT, "REPEAT", "OPEN")
    assert page.url.endswith(f"/funnel/{again.pk}/")
    look(page, "repeat", language)
