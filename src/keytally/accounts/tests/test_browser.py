"""Accounts in a real browser, in both languages: modes, duplicates, ladder, score, search, import."""

from datetime import UTC, datetime, timedelta

import pytest

from keytally.accounts.labels import CodeSide
from keytally.accounts.models import AccountNode, PartyRoles
from keytally.accounts.rules.four_bigs import Part
from keytally.accounts.rules.parties import NodeKind
from keytally.accounts.services import figures
from keytally.accounts.services.classes import lay_out_classes
from keytally.accounts.services.codes import add_code
from keytally.accounts.services.contacts import add_contact, record_evidence
from keytally.core.roles import Role
from keytally.kernel.periods import Period
from keytally.site.tests.test_browser import AUDIT, BUNDLE

from .conftest import NOW, PASSWORD, TODAY, add, person

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(not (BUNDLE / "app.js").is_file(), reason="the front end is not built: npm ci && npm run build"),
]
WORDS = {
    "en": {
        "save": "Save",
        "add": "New account",
        "record": "Record the evidence",
        "forbidden": "settled with head office, never with a store",
        "undo": "Undo the merge",
        "one": "Merge into",
        "too_high": "one rung at a time",
        "recognised": "recognised",
        "no_data": "no data",
        "try": "Try it (nothing is kept)",
        "import": "Import",
        "district": "district could not be resolved",
    },
    "zh-hans": {
        "save": "保存",
        "add": "新增客户",
        "record": "记录证据",
        "forbidden": "不能与门店结账",
        "undo": "撤销合并",
        "one": "并入",
        "too_high": "一次只能上一级",
        "recognised": "认可",
        "no_data": "无数据",
        "try": "试导入（不保存）",
        "import": "导入",
        "district": "无法确定区县",
    },
}


@pytest.fixture(params=["en", "zh-hans"])
def language(request):
    return request.param


@pytest.fixture
def manager(transactional_db, language, settings, tmp_path):
    settings.FILES_ROOT = tmp_path / "files"
    lay_out_classes()
    return person("grace", [Role.SALES_DIRECTOR], language=language, name="何平")


@pytest.fixture
def words(language):
    return WORDS[language]


@pytest.fixture
def here(page, live_server, manager):
    """Log in and answer the way to a page."""

    def to(path):
        page.goto(f"{live_server.url}{path}")

    to("/accounts/")
    page.fill("#id_username", "grace")
    page.fill("#id_password", PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url(f"{live_server.url}/accounts/")
    return to


@pytest.fixture
def tree(manager):
    chain = add(NodeKind.CHAIN, "永盛超市", owner=manager)
    head = add(NodeKind.HEAD_OFFICE, "永盛总部", parent=chain)
    depot = add(NodeKind.DC, "永盛仓", parent=chain)
    return chain, head, depot, add(NodeKind.STORE, "永盛中山店", parent=chain, address="上海市长宁区中山西路1号")


def choose_parties(page, here, store, words, *, ship_to, bill_to, starts_on):
    here(f"/accounts/{store.pk}/edit/parties/")
    page.select_option("#id_ship_to", str(ship_to.pk))
    page.select_option("#id_bill_to", str(bill_to.pk))
    page.fill("#id_starts_on", starts_on)
    page.get_by_role("button", name=words["save"], exact=True).click()


def test_a_chain_gets_a_store_in_three_modes_and_the_forbidden_one_is_refused(page, here, tree, words):
    _chain, head, depot, store = tree
    for day, ship_to, bill_to in (
        ("2026-01-01", store, store),
        ("2026-02-01", store, head),
        ("2026-03-01", depot, head),
    ):
        choose_parties(page, here, store, words, ship_to=ship_to, bill_to=bill_to, starts_on=day)
        page.get_by_role("heading", level=1, name=store.name_zh).wait_for()
        page.locator("#parties").wait_for()
    assert [roles.mode for roles in PartyRoles.objects.order_by("starts_on")] == ["A", "B", "C"]
    choose_parties(page, here, store, words, ship_to=depot, bill_to=store, starts_on="2026-04-01")
    page.get_by_text(words["forbidden"]).wait_for()
    assert page.input_value("#id_starts_on") == "2026-04-01"
    assert PartyRoles.objects.count() == 3


def test_a_store_is_added_below_a_chain(page, here, tree, words):
    here(f"/accounts/new/?parent={tree[0].code}")
    page.fill("#id_name_zh", "永盛漕溪店")
    page.fill("#id_address", "上海市徐汇区漕溪路1号")
    page.get_by_role("button", name=words["save"], exact=True).click()
    page.get_by_role("heading", name="永盛漕溪店").wait_for()
    assert AccountNode.objects.get(name_zh="永盛漕溪店").area_code == "310104"


def test_duplicates_are_merged_and_taken_apart_again(page, here, tree, words):
    twin = add(NodeKind.STORE, "永盛（中山）分店", parent=tree[0], address="上海市长宁区中山西路1号")
    here("/accounts/duplicates/")
    page.get_by_role("button", name=f"{words['one']} {tree[3].code}").click()
    page.get_by_role("button", name=words["undo"]).click()
    page.get_by_role("button", name=f"{words['one']} {tree[3].code}").wait_for()
    assert AccountNode.objects.get(pk=twin.pk).merged_into is None


def test_a_relationship_climbs_by_evidence_and_decays_without(page, here, tree, manager, words):
    facts = {"name": "王建国", "decision_role": "BUYER", "weight": 40}
    contact = add_contact(tree[0], facts=facts, holder=manager, by=manager, now=NOW)
    long_ago = datetime.now(UTC).date() - timedelta(days=100)
    proof = {"kind": "VISIT", "note": "x", "by": manager, "today": long_ago, "now": NOW}
    record_evidence(contact, on=long_ago - timedelta(days=9), rung=2, **proof)
    record_evidence(contact, on=long_ago, rung=3, **proof)
    here(f"/accounts/contacts/{contact.pk}/evidence/")
    assert page.locator(".acc-held").count() == 2
    page.select_option("#id_rung", "5")
    page.fill("#id_note", "a shared project")
    page.get_by_role("button", name=words["record"]).click()
    page.get_by_text(words["too_high"]).wait_for()
    page.select_option("#id_rung", "3")
    page.get_by_role("button", name=words["record"]).click()
    page.locator(".acc-rung[aria-current]", has_text=words["recognised"]).wait_for()


def test_the_score_says_on_what_it_stands(page, here, tree, manager, words):
    other = add(NodeKind.CHAIN, "惠丰", owner=manager)
    month = Period.month("2026-06")
    rows = [
        figures.Measured(node.pk, "SALES", month, amount, "t", "CNY") for node, amount in ((tree[3], 9), (other, 5))
    ]
    figures.record_measures(rows, now=NOW)
    figures.judge_part(tree[0], part=Part.POTENTIAL, points=70, reason="新区域", by=manager, on=TODAY, now=NOW)
    figures.score_accounts(as_of=TODAY)
    here(f"/accounts/{tree[0].pk}/")
    score = page.locator("#score")
    score.get_by_text("新区域").wait_for()
    assert words["no_data"] in score.inner_text()


def test_a_store_is_found_by_two_characters_by_pinyin_and_by_their_code(page, here, tree, manager):
    add_code(tree[3], side=CodeSide.THEIRS, code="SH-0071", by=manager, now=NOW)
    for text in ("中山", "zhongshan", "sh-0071"):
        here("/accounts/")
        page.keyboard.press("/")
        page.keyboard.type(text)
        page.locator("[data-search-found] a", has_text="永盛中山店").wait_for()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/accounts/{tree[3].pk}/")


def test_a_file_of_stores_comes_in_and_says_what_stayed_open(page, here, tree, words):
    here("/accounts/imports/")
    text = "chain,store_name,lat,lng\n永盛超市,永盛浦建店,31.2,121.5\n新世界,新世界停车场,31.3,121.4\n"
    page.set_input_files("#id_file", {"name": "stores.csv", "mimeType": "text/csv", "buffer": text.encode()})
    page.fill("#id_area", "310000")
    page.check("[name=adds_chains]")
    page.locator("form.card button").click()
    page.get_by_role("button", name=words["try"]).click()
    page.get_by_text(words["district"]).wait_for()
    page.get_by_role("button", name=words["import"], exact=True).click()
    page.locator(".button-danger").wait_for()
    here("/accounts/?gap=DOUBTFUL")
    page.get_by_role("link", name="新世界停车场").wait_for()


@pytest.mark.parametrize("width", [1440, 390])
def test_pages_have_names_contrast_and_room(page, here, tree, manager, width):
    facts = {"name": "王建国", "decision_role": "BUYER", "weight": 40, "phone": "13800138000"}
    contact = add_contact(tree[0], facts=facts, holder=manager, by=manager, now=NOW)
    page.set_viewport_size({"width": width, "height": 844})
    names = ("", "map/", "concentration/", "imports/", "duplicates/", "classes/", "new/")
    paths = [f"/accounts/{name}" for name in names]
    paths += [f"/accounts/{tree[0].pk}/", f"/accounts/{tree[3].pk}/", f"/accounts/contacts/{contact.pk}/evidence/"]
    paths += [f"/accounts/{tree[3].pk}/edit/{what}/" for what in ("facts", "parties", "classes")]
    for path in paths:
        here(path)
        assert page.evaluate(AUDIT) == [], path
        assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth"), path
