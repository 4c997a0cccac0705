"""From a pasted table to a repeat purchase, in both languages: a rep on the phone or at the desk, and a manager.

A lead is found, called and visited, and becomes an opportunity; it goes through every gate, is refused at one and let
past another by a manager, is negotiated, won and opened again.
"""

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from playwright.sync_api import expect

from keytally.core.clock import business_date
from keytally.core.roles import Role
from keytally.core.services import add_person
from keytally.funnel.models import Opportunity
from keytally.funnel.rules.stages import Stage, TeamRole
from keytally.negotiation.models import Negotiation
from keytally.prospecting.models import Lead
from keytally.site.tests.browsing import let_in
from keytally.site.tests.test_browser import AUDIT, BUNDLE

PASSWORD = "a-long-enough-password"
IMAGES = Path(__file__).parents[2] / "docs" / "guide" / "images"
WITH_SCREENSHOTS = os.environ.get("KEYTALLY_SCREENSHOTS") == "1"
pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(not (BUNDLE / "app.js").is_file(), reason="the front end is not built: npm ci && npm run build"),
]
LEVELS = tuple(f"{whose}_{level}" for whose in ("our", "their") for level in ("opening", "target", "walk_away"))
PRICE = dict(zip(LEVELS, ("100", "97", "94", "90", "93", "97"), strict=True))
PRICE |= {"name": "供价", "unit": "元", "our_weight": "60", "their_weight": "30", "step": "0.5"}
TERM = dict(zip(LEVELS, ("30", "45", "60", "90", "60", "30"), strict=True))
TERM |= {"name": "账期", "unit": "天", "our_weight": "10", "their_weight": "50", "step": "15"}
PROJECT = {
    "our_standard_met": "毛利、账期都在本公司标准以内。",
    "team_and_process": "采购、品类、财务三方参加，采购总监拍板。",
    "core_need": "冷柜坪效提高一成。",
}
PDF = b"%PDF-1.4\ntrailer << >>\n%%EOF\n"
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

    let_in(page, live_server.url, rep)
    to("/prospecting/")
    return to


@pytest.fixture
def become(page, live_server, language):
    def sit_down(who, *, width):
        let_in(page, live_server.url, who, language=language)
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
        page.wait_for_timeout(400 if WITH_SCREENSHOTS else 50)
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


def answer(page, path, **typed):
    """Open a page of the opportunity or the negotiation by its link, fill its form in and save it."""
    page.click(f"main a[href^='{path}']")
    for name, value in typed.items():
        field = page.locator(f"[name={name}]")
        if value is True:
            field.check()
        elif field.evaluate("one => one.tagName") == "SELECT":
            field.select_option(value)
        else:
            field.fill(value)
    save(page)


def save(page):
    page.click("main form.form-card button[type=submit]")
    page.wait_for_url(lambda url: not any(part in url for part in ("/edit/", "/mandate/", "/relate/", "/round/")))


def set_up(page, here, one, *, rep, manager):
    """Form the project team and type what is known of their project, from the gate's own links."""
    here(f"/funnel/{one.pk}/")
    answer(page, f"/funnel/{one.pk}/edit/team/", person=str(rep.pk), role=TeamRole.PROJECT_MANAGER)
    answer(page, f"/funnel/{one.pk}/edit/team/", person=str(manager.pk), role=TeamRole.PROJECT_TEAM)
    for code, note in PROJECT.items():
        answer(page, f"/funnel/{one.pk}/edit/evidence/?criterion={code}&to=PROJECT", note=note)


def name_who_decides(page, here, one):
    """Put the person who decides on the decision map, with weight and stance, led there by the opportunity."""
    here(f"/funnel/{one.pk}/")
    path = f"/accounts/{one.account_id}/relate/contact/"
    answer(page, path, name="王总", decision_role="DECISION_MAKER", weight="60", stance="SUPPORTS")
    here(f"/funnel/{one.pk}/")
    assert "王总" in page.locator("#decision").inner_text()


def lay_the_contract_to_it(page, here, one):
    """Attach the contract that both have signed."""
    here(f"/funnel/{one.pk}/")
    page.click(f"a[href='/funnel/{one.pk}/edit/paper/']")
    page.select_option("#id_kind", "SIGNED_CONTRACT")
    page.set_input_files("#id_file", {"name": "合同.pdf", "mimeType": "application/pdf", "buffer": PDF})
    save(page)
    assert "合同.pdf" in page.locator("#evidence").inner_text()


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


def let_past(page, here, one, *, language):
    """Let it past a closed gate, as a manager with a reason; the page says so ever after."""
    here(f"/funnel/{one.pk}/")
    page.click(f"a[href='/funnel/{one.pk}/override/NEGOTIATION/']")
    page.click("main form.form-card button[type=submit]")
    assert stage_of(one) == Stage.RECOGNITION, "without a reason nothing moves"
    page.fill("#id_reason", "王总要求本周就谈，合同文本下周给。")
    page.click("main form.form-card button[type=submit]")
    page.locator("#history").wait_for()
    assert stage_of(one) == Stage.NEGOTIATION
    assert "合同文本下周给" in page.locator("#history").inner_text()
    look(page, "opportunity", language)


def prepare(page, here, one, *, day):
    """Put the issues on the table with their limits, name who decides, confirm the dates, and begin."""
    here(f"/funnel/{one.pk}/")
    page.click(f"form[action='/negotiation/open/{one.pk}/'] button")
    page.wait_for_url("**/negotiation/*/")
    number = Negotiation.objects.get().pk
    begin = "#readiness form[action$='/begin/'] button"
    page.click(begin)
    expect(page.locator(".notice-error")).to_be_visible()
    for issue in (PRICE, TERM):
        answer(page, f"/negotiation/{number}/mandate/issue/", **issue)
    page.click(f"a[href='/negotiation/{number}/edit/person/']")
    expect(page.locator("#suggestions option[value='王总']")).to_have_count(1)
    page.go_back()
    answer(page, f"/negotiation/{number}/edit/person/", name="王总", decides=True, confirmed_on=day.isoformat())
    dates = {"starts_on": day.isoformat(), "finishes_on": (day + timedelta(days=20)).isoformat()}
    way = {"way": "SEVERAL_ROUNDS", "route": "IN_TURN", "suppliers": "2"}
    answer(page, f"/negotiation/{number}/edit/preconditions/", **way, **dates, dates_confirmed=True)
    page.click(begin)
    page.locator(f"main a[href='/negotiation/{number}/round/']").first.wait_for()
    return Negotiation.objects.get()


def negotiate(page, here, one, *, day, language):
    """Prepare and begin a negotiation, keep a round, agree: all of it on the pages."""
    found = prepare(page, here, one, day=day)
    price, term = (found.issues.get(name=name).pk for name in ("供价", "账期"))
    page.click(f"#rounds a[href='/negotiation/{found.pk}/round/']")
    page.fill("[name=who]", "王总")
    page.fill(f"[name=us_{price}]", "98.5")
    page.fill(f"[name=back_{price}]", "账期不超过 45 天")
    page.fill(f"[name=them_{term}]", "60")
    page.check("[name=price_objection]")
    page.fill("[name=deadline]", (day + timedelta(days=20)).isoformat())
    page.click("main form.form-card button[type=submit]")
    page.wait_for_url(f"**/negotiation/{found.pk}/**")
    expect(page.locator(".nego-round")).to_have_count(1)
    look(page, "negotiation", language)
    page.click(".page-head details summary")
    page.click(f"a[href='/negotiation/{found.pk}/edit/deal/']")
    page.fill(f"[name=level_{price}]", "97")
    page.fill(f"[name=level_{term}]", "45")
    page.fill("[name=note]", "双方签意向")
    page.fill("[name=title]", "鲜果坊谈判复盘")
    page.fill("[name=text]", "先换账期，再谈价。")
    page.click("main form.form-card button[type=submit]")
    page.get_by_text("鲜果坊谈判复盘").first.wait_for()
    assert Negotiation.objects.get().state == "DEAL"


def win_and_repeat(page, here, one, *, language):
    """Lay the signed contract to it, close it as won, say that they paid, and open the next cycle."""
    lay_the_contract_to_it(page, here, one)
    move_on(page, here, one, Stage.CLOSING, language=language)
    here(f"/funnel/{one.pk}/")
    page.click(".page-head details summary")
    answer(page, f"/funnel/{one.pk}/edit/won/")
    look(page, "won", language)
    answer(page, f"/funnel/{one.pk}/edit/evidence/", criterion="paid_as_agreed", note="首付款已到账。")
    expect(page.locator("#closing .fun-past")).to_have_count(2)
    answer(page, f"/funnel/{one.pk}/edit/repeat/")
    again = Opportunity.objects.get(earlier=one)
    assert (again.stage, again.source, again.state) == (Stage.INTENT, "REPEAT", "OPEN")
    assert page.url.endswith(f"/funnel/{again.pk}/")
    look(page, "repeat", language)


def test_from_a_pasted_table_to_a_repeat_purchase(page, here, become, rep, manager, language):
    words, day = WORDS[language], business_date(datetime.now(UTC))
    one = find_and_convert(page, here, language=language, words=words, today=day.isoformat())
    be_refused(page, here, one, words=words, language=language)
    set_up(page, here, one, rep=rep, manager=manager)
    move_on(page, here, one, Stage.PROJECT, language=language)
    name_who_decides(page, here, one)

    become(manager, width=1440)
    here(f"/funnel/{one.pk}/")
    page.click(f"form[action='/funnel/{one.pk}/accept/'] button")
    page.wait_for_load_state()
    move_on(page, here, one, Stage.RECOGNITION, language=language)
    let_past(page, here, one, language=language)
    here("/funnel/")
    look(page, "board", language)
    negotiate(page, here, one, day=day, language=language)
    shown = Opportunity.objects.get(pk=one.pk).evidence.values_list("criterion", flat=True)
    assert {"majority_for_us", "price_objection", "dated_negotiation", "our_team_formed"} <= set(shown)

    become(rep, width=WIDTHS[language])
    win_and_repeat(page, here, one, language=language)
