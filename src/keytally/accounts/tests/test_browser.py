"""Accounts in a real browser, both languages, both screens: modes, search, duplicates, ladder, score, import."""

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from django.db import IntegrityError, transaction

from keytally.accounts.labels import CodeSide
from keytally.accounts.models import AccountImport, AccountNode, PartyRoles
from keytally.accounts.models.imports import ImportKind
from keytally.accounts.rules.four_bigs import Part
from keytally.accounts.rules.parties import NodeKind
from keytally.accounts.rules.tiers import Tier
from keytally.accounts.services import figures, import_jobs, importing
from keytally.accounts.services.classes import classify, lay_out_classes, set_tier
from keytally.accounts.services.codes import add_code
from keytally.accounts.services.contacts import add_contact, record_evidence
from keytally.accounts.services.nodes import change_account
from keytally.accounts.subjects import IMPORT
from keytally.core.roles import Role
from keytally.core.subjects import Subject
from keytally.identity.services.tokens import make_token
from keytally.imports.services import Upload
from keytally.jobs.services import enqueue
from keytally.kernel.periods import Period
from keytally.site.tests.browsing import let_in
from keytally.site.tests.test_browser import AUDIT, BUNDLE

from .conftest import NOW, TODAY, add, person

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
        "undone": "The merge was undone",
        "taken": "is the name of another axis",
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
        "undone": "合并已撤销",
        "taken": "已是其他分类轴",
        "too_high": "一次只能上一级",
        "recognised": "认可",
        "no_data": "无数据",
        "try": "试导入（不保存）",
        "import": "导入",
        "district": "无法确定区县",
    },
}


SCREENS = [("en", 1440), ("en", 390), ("zh-hans", 1440), ("zh-hans", 390)]
IMAGES = Path(__file__).parents[4] / "docs/guide/images"


@pytest.fixture(params=[SCREENS[0], SCREENS[3]], ids=lambda screen: f"{screen[0]}-{screen[1]}")
def screen(request):
    return request.param


@pytest.fixture
def manager(transactional_db, screen, settings, tmp_path):
    settings.FILES_ROOT = tmp_path / "files"
    lay_out_classes()
    return person("grace", [Role.SALES_DIRECTOR], language=screen[0], name="何平")


@pytest.fixture
def words(screen):
    return WORDS[screen[0]]


@pytest.fixture
def here(page, live_server, manager, screen):
    """Log in on a screen of this width and answer the way to a page."""
    page.set_viewport_size({"width": screen[1], "height": 844})

    def to(path):
        page.goto(f"{live_server.url}{path}")

    let_in(page, live_server.url, manager)
    to("/accounts/")
    return to


@pytest.fixture
def picture(page, screen):
    """Keep a picture for the guide, if asked."""

    def keep(name):
        if os.environ.get("KEYTALLY_SCREENSHOTS") == "1":
            page.evaluate("window.scrollTo(0, 0)")
            language = screen[0].removesuffix("-hans")
            page.screenshot(path=IMAGES / f"accounts-{name}-{language}-{screen[1]}.png", full_page=screen[1] > 390)

    return keep


@pytest.fixture
def tree(manager):
    chain = add(NodeKind.CHAIN, "永盛超市", owner=manager)
    head = add(NodeKind.HEAD_OFFICE, "永盛总部", parent=chain)
    depot = add(NodeKind.DC, "永盛仓", parent=chain)
    return chain, head, depot, add(NodeKind.STORE, "永盛中山店", parent=chain, address="上海市长宁区中山西路1号")


def add_here(page, here, words, kind, name, *, parent=""):
    here(f"/accounts/new/?kind={kind}&parent={parent}")
    page.fill("#id_name_zh", name)
    if kind == "STORE":
        page.fill("#id_address", "上海市徐汇区漕溪路1号")
    page.get_by_role("button", name=words["save"], exact=True).click()
    page.get_by_role("heading", level=1, name=name).wait_for()
    return AccountNode.objects.get(name_zh=name)


def choose_parties(page, here, store, words, *, ship_to, bill_to, starts_on):
    here(f"/accounts/{store.pk}/edit/parties/")
    page.select_option("#id_ship_to", str(ship_to.pk))
    page.select_option("#id_bill_to", str(bill_to.pk))
    page.fill("#id_starts_on", starts_on)
    page.get_by_role("button", name=words["save"], exact=True).click()


def test_a_chain_has_stores_in_three_modes_and_the_forbidden_one_is_refused_at_every_door(
    page, here, manager, words, picture
):
    chain = add_here(page, here, words, "CHAIN", "永盛超市")
    head = add_here(page, here, words, "HEAD_OFFICE", "永盛总部", parent=chain.code)
    depot = add_here(page, here, words, "DC", "永盛仓", parent=chain.code)
    stores = [add_here(page, here, words, "STORE", f"永盛{number}店", parent=chain.code) for number in "一二三"]
    assert {store.area_code for store in stores} == {"310104"}
    for store, ship_to, bill_to in zip(stores, (stores[0], stores[1], depot), (stores[0], head, head), strict=True):
        choose_parties(page, here, store, words, ship_to=ship_to, bill_to=bill_to, starts_on="2026-01-01")
        page.get_by_role("heading", level=1, name=store.name_zh).wait_for()
        page.locator("#parties .kt-verdict").wait_for()
    assert [roles.mode for roles in PartyRoles.objects.order_by("store")] == ["A", "B", "C"]
    choose_parties(page, here, stores[0], words, ship_to=depot, bill_to=stores[0], starts_on="2026-04-01")
    page.get_by_text(words["forbidden"]).wait_for()
    picture("forbidden")
    assert page.input_value("#id_starts_on") == "2026-04-01"
    give_file(page, here, words, FORBIDDEN)
    page.get_by_text(words["forbidden"]).wait_for()
    here("/accounts/?kind=STORE")
    picture("list")
    page.check(f"[name=node][value='{stores[1].pk}']")
    page.locator(".acc-bulk .acc-more > summary").click()
    page.select_option("[name=ship_to]", "DC")
    page.select_option("[name=bill_to]", "STORE")
    page.fill(".acc-bulk [name=starts_on]", "2026-04-01")
    page.locator(".acc-bulk > button").click()
    page.get_by_text(words["forbidden"]).wait_for()
    _kept, token = make_token(manager, name="x", permissions=manager.permissions, days=1, now=datetime.now(UTC))
    said = {"buyer": head.pk, "ship_to": depot.pk, "bill_to": stores[1].pk, "starts_on": "2026-04-01"}
    answer = page.request.post(
        page.url.split("/accounts/")[0] + f"/api/v1/accounts/{stores[1].pk}/parties",
        data=said,
        headers={"Authorization": f"Bearer {token}"},
    )
    assert (answer.status, answer.json()["code"]) == (422, "SHIP_TO_HEAD_OFFICE_BILL_TO_STORE")
    with pytest.raises(IntegrityError), transaction.atomic():
        PartyRoles.objects.filter(store=stores[1]).update(
            ship_to=depot, ship_to_kind="HEAD_OFFICE", bill_to_kind="STORE"
        )
    assert PartyRoles.objects.count() == 3


def at_work(manager):
    """An import of 20,000 stores of which a worker has done more than half."""
    file = Upload("门店档案_永盛_2026-11_v01.csv", ["系统,门店名称\n永盛超市,永盛一店\n".encode()])
    kept = importing.open_import(file, kind=ImportKind.STORES, area="", adds_chains=False, by=manager, now=NOW)
    parameters = {"import": kept.pk, "act": "import", "total": 20_000}
    subject = Subject(IMPORT, kept.pk)
    job = enqueue(kind=import_jobs.JOB_KIND, owner=manager, parameters=parameters, now=NOW, subject=subject)
    done = {"rows_done": 12_400, "rows_total": 20_000, "rows_per_second": 610, "seconds_left": 13}
    type(job).objects.filter(pk=job.pk).update(
        state="RUNNING",
        claim="worker",
        step="import",
        step_number=1,
        step_count=1,
        step_part=620,
        started_at=NOW,
        **done,
    )
    AccountImport.objects.filter(pk=kept.pk).update(state="IMPORTING")
    type(kept.batch).objects.filter(pk=kept.batch_id).update(read_rows=12_400, accepted_rows=12_391, rejected_rows=9)
    return kept


def test_a_store_is_found_and_its_duplicate_merged_and_taken_apart_again(page, here, tree, manager, words, picture):
    chain, _head, _depot, store = tree
    add_code(store, side=CodeSide.THEIRS, code="SH-0071", by=manager, now=NOW)
    for text in ("中山", "zhongshan", "zsd", "sh-0071"):
        here("/accounts/")
        page.keyboard.press("/")
        page.keyboard.type(text)
        page.locator("[data-search-found] a", has_text="永盛中山店").wait_for()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/accounts/{store.pk}/")
    twin = add(NodeKind.STORE, "永盛（中山）分店", parent=chain, address="上海市长宁区中山西路1号")
    here("/accounts/duplicates/")
    picture("duplicates")
    page.get_by_role("button", name=f"{words['one']} {store.code}").click()
    here(f"/accounts/{twin.pk}/")
    page.wait_for_url(f"**/accounts/{store.pk}/")
    here("/accounts/duplicates/")
    page.get_by_role("button", name=words["undo"]).click()
    page.get_by_role("button", name=f"{words['one']} {store.code}").wait_for()
    assert AccountNode.objects.get(pk=twin.pk).merged_into is None
    other = add(NodeKind.CHAIN, "永盛连锁", owner=manager)
    moved = add(NodeKind.STORE, "永盛天河店", parent=other)
    here(f"/accounts/{chain.pk}/edit/merge/")
    page.fill("#id_alias", other.code)
    page.fill("#id_reason", "2026年并购")
    page.get_by_role("button", name=words["save"], exact=True).click()
    page.get_by_role("heading", level=1, name="永盛超市").wait_for()
    assert AccountNode.objects.get(pk=moved.pk).chain == chain
    here("/accounts/duplicates/")
    page.get_by_role("button", name=words["undo"]).first.click()
    page.locator(".notice", has_text=words["undone"]).wait_for()
    assert AccountNode.objects.get(pk=moved.pk).chain == other


def test_an_axis_is_added_and_an_import_is_watched(page, here, tree, manager, words, picture):
    here("/accounts/classes/")
    new = page.locator("#new-axis")
    new.locator("[name=name_zh]").fill("业态")
    new.locator("[name=name_en]").fill("Display grade")
    new.locator("button").click()
    page.get_by_text(words["taken"]).wait_for()
    assert new.locator("[name=name_en]").input_value() == "Display grade"
    new.locator("[name=name_zh]").fill("陈列等级")
    new.locator("button").click()
    axis = page.locator("#axis-display_grade")
    axis.locator("form").last.locator("[name=name_zh]").fill("金牌")
    axis.locator("form").last.locator("[name=name_en]").fill("Gold")
    axis.locator("form").last.locator("button").click()
    axis.get_by_text("GOLD").first.wait_for()
    axis.locator("summary").click()
    picture("classes")
    here("/accounts/?kind=STORE")
    page.locator(".acc-more > summary").first.click()
    page.locator("select[name=class_display_grade]").first.wait_for()
    kept = at_work(manager)
    here(f"/accounts/imports/{kept.pk}/")
    page.locator(".job-card progress").wait_for()
    picture("progress")


def test_a_relationship_climbs_by_evidence_decays_without_and_the_score_is_explained(
    page, here, tree, manager, words, picture
):
    chain, store = tree[0], tree[3]
    facts = {"name": "王建国", "decision_role": "BUYER", "weight": 40}
    contact = add_contact(chain, facts=facts, holder=manager, by=manager, now=NOW)
    long_ago = datetime.now(UTC).date() - timedelta(days=100)
    proof = {"kind": "VISIT", "note": "初次拜访", "by": manager, "today": long_ago, "now": NOW}
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
    picture("ladder")
    here(f"/accounts/{chain.pk}/visits/visit/")
    page.check(f"[name=contacts][value='{contact.pk}']")
    page.fill("#id_notes", "谈妥两个端架")
    page.get_by_role("button", name=words["save"], exact=True).click()
    page.locator("#visits").get_by_text("谈妥两个端架").wait_for()
    _score(tree, manager)
    _furnish(chain, manager)
    here(f"/accounts/{chain.pk}/")
    score = page.locator("#score")
    score.get_by_text("新区域").wait_for()
    assert words["no_data"] in score.inner_text()
    picture("account")
    assert store.measures.count() == 1


def _furnish(chain, manager):
    """Write down what is known of a chain, so that its page shows what a page shows."""
    now = datetime.now(UTC)
    said = {"name_en": "Yongsheng Supermarkets", "address": "上海市长宁区中山西路1号", "phone": "021-62000000"}
    change_account(chain, facts={**said, "is_on_nka_list": True}, tax_id="91110000600037341L", by=manager, now=now)
    set_tier(chain, year=now.year, tier=Tier.A, by=manager, now=now)
    for axis, value in (("cooperation", "DIRECT"), ("operation", "MIXED")):
        classify(chain, axis=axis, values=[value], by=manager, now=now)
    for name, role, weight, stance in (
        ("李敏", "DECISION_MAKER", 40, "SUPPORTS"),
        ("陈静", "BUDGET_HOLDER", 20, "CHAMPION"),
    ):
        facts = {"name": name, "decision_role": role, "weight": weight, "stance": stance, "phone": "13800138000"}
        contact = add_contact(chain, facts=facts, holder=manager, by=manager, now=now)
        proof = {"on": now.date(), "kind": "VISIT", "note": "初次拜访", "by": manager, "today": now.date(), "now": now}
        for rung in range(1, 5 if role == "BUDGET_HOLDER" else 3):
            record_evidence(contact, rung=rung, **proof)


def _score(tree, manager):
    other = add(NodeKind.CHAIN, "惠丰", owner=manager)
    month = Period.month("2026-06")
    rows = [
        figures.Measured(node.pk, "SALES", month, amount, "t", "CNY") for node, amount in ((tree[3], 9), (other, 5))
    ]
    figures.record_measures(rows, now=NOW)
    judged = {"by": manager, "on": TODAY, "now": datetime.now(UTC)}
    figures.judge_part(tree[0], part=Part.POTENTIAL, points=70, reason="新区域", **judged)
    figures.score_accounts(as_of=TODAY)


FORBIDDEN = "系统,门店名称,下单方,收货方,结账方,三方关系起\n永盛超市,永盛四店,store,永盛仓,store,2026-01-01\n"


def give_file(page, here, words, text, *, area="", kind="STORES", name="stores.csv", is_good_rows_only=False):
    here("/accounts/imports/")
    page.select_option("[name=kind]", kind)
    body = text.encode() if isinstance(text, str) else text
    page.set_input_files("#id_file", {"name": name, "mimeType": "text/csv", "buffer": body})
    page.fill("#id_area", area)
    page.check("[name=adds_chains]")
    page.locator("form.card button").click()
    page.get_by_role("button", name=words["try"]).wait_for()
    if is_good_rows_only:
        page.check("[name=good_rows_only]")
    page.get_by_role("button", name=words["try"]).click()


def test_the_real_chains_and_stores_come_in_and_the_noise_is_found(page, here, manager, words, real_data, picture):
    page.set_default_timeout(120_000)
    chains = (real_data / "china" / "nsi_chain_brands_cn.csv").read_bytes()
    give_file(page, here, words, chains, kind="ACCOUNTS", name="chains.csv", is_good_rows_only=True)
    page.get_by_role("button", name=words["import"], exact=True).click()
    page.locator(".button-danger").wait_for()
    stores = (real_data / "china" / "shanghai_chain_stores.csv").read_bytes()
    give_file(page, here, words, stores, area="310000")
    page.get_by_text(words["district"]).wait_for()
    picture("import")
    page.get_by_role("button", name=words["import"], exact=True).click()
    page.locator(".button-danger").wait_for()
    assert AccountNode.objects.filter(kind="STORE").count() == 380
    assert not AccountNode.objects.filter(kind="STORE").exclude(area_code__startswith="31").exists()
    here("/accounts/?gap=DOUBTFUL")
    picture("doubtful")
    assert page.locator("tbody tr", has_text="停车").count() >= 1


@pytest.mark.parametrize("screen", SCREENS, indirect=True, ids=lambda screen: f"{screen[0]}-{screen[1]}")
def test_pages_have_names_contrast_and_room(page, here, tree, manager):
    facts = {"name": "王建国", "decision_role": "BUYER", "weight": 40, "phone": "13800138000"}
    contact = add_contact(tree[0], facts=facts, holder=manager, by=manager, now=NOW)
    names = ("", "map/", "concentration/", "imports/", "duplicates/", "classes/", "new/")
    paths = [f"/accounts/{name}" for name in names]
    paths += [f"/accounts/{tree[0].pk}/", f"/accounts/{tree[3].pk}/", f"/accounts/contacts/{contact.pk}/evidence/"]
    paths += [f"/accounts/{tree[3].pk}/edit/{what}/" for what in ("facts", "parties", "classes")]
    paths += [f"/accounts/{tree[0].pk}/visits/{what}/" for what in ("visit", "competitor")]
    for path in paths:
        here(path)
        assert page.evaluate(AUDIT) == [], path
        assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth"), path
