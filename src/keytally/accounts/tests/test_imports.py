"""Files become accounts: tried first, all or nothing or good rows, never twice, undone until something depends."""

import csv
import io

import pytest
from django.apps import apps
from django.urls import reverse

from keytally.accounts.labels import CodeSide
from keytally.accounts.models import AccountImport, AccountNode, Contact, PartyRoles
from keytally.accounts.models.imports import ImportKind
from keytally.accounts.queries import dependents
from keytally.accounts.queries.snapshots import snapshot
from keytally.accounts.services import figures, importing, undoing
from keytally.accounts.services.codes import add_code
from keytally.accounts.services.contacts import add_contact
from keytally.accounts.services.keepers import give_over
from keytally.accounts.services.merging import merge
from keytally.accounts.services.nodes import change_account
from keytally.core.roles import Role
from keytally.imports.models import ImportBatch
from keytally.imports.services import Upload
from keytally.kernel.periods import Period

from .conftest import NOW, person


@pytest.fixture(autouse=True)
def folders(settings, tmp_path):
    settings.FILES_ROOT = tmp_path / "files"


HEADER = "系统,门店名称,地址,门店编码(客户),下单方,收货方,结账方,三方关系起,业态,营业面积"
GOOD = "永盛超市,永盛虹桥店,上海市长宁区虹桥路9号,7001,store,store,永盛总部,2026-01-01,大卖场,1200.5"


def opened(director, *lines, kind=ImportKind.STORES, header=HEADER, area="", adds_chains=False):
    text = "\n".join((header, *lines)).encode()
    return importing.open_import(
        Upload("stores.csv", [text]), kind=kind, area=area, adds_chains=adds_chains, by=director, now=NOW
    )


def imported(director, *lines, **options):
    kept = opened(director, *lines, **options)
    importing.check_import(kept, by=director, now=NOW)
    return kept, importing.run_import(kept, by=director, now=NOW)


def test_a_row_of_s1_becomes_a_store_with_code_parties_and_class(cast, director):
    imported(director, GOOD)
    store = AccountNode.objects.get(name_zh="永盛虹桥店")
    assert (store.chain, store.area_code, store.floor_area, store.status) == (
        cast.chain,
        "310105",
        1_200_500,
        "PROSPECT",
    )
    assert store.codes.get().code == "7001"
    assert PartyRoles.objects.get(store=store).mode == "B"
    assert store.classifications.get().value.code == "HYPERMARKET"


def test_trying_keeps_nothing_but_what_was_counted(cast, director):
    kept = opened(director, GOOD)
    outcome = importing.check_import(kept, by=director, now=NOW)
    assert (outcome.read, outcome.accepted) == (1, 1)
    assert not AccountNode.objects.filter(name_zh="永盛虹桥店").exists()


def test_read_is_accepted_and_rejected(cast, director):
    bad = GOOD.replace("1200.5", "big").replace("虹桥店", "坏店")
    forbidden = (
        GOOD.replace("store,store,永盛总部", "store,永盛嘉定仓,store").replace("虹桥", "禁").replace("7001", "7002")
    )
    kept = opened(director, GOOD, bad, forbidden)
    outcome = importing.check_import(kept, by=director, now=NOW)
    assert (outcome.read, outcome.accepted, len(outcome.rejected)) == (3, 1, 2)
    assert [one.code for one in outcome.rejected] == ["NO_QUANTITY", "SHIP_TO_HEAD_OFFICE_BILL_TO_STORE"]
    kept.batch.refresh_from_db()
    assert kept.batch.read_rows == kept.batch.accepted_rows + kept.batch.rejected_rows


def test_all_or_nothing_imports_nothing_where_a_row_is_rejected(cast, director):
    kept = opened(director, GOOD, GOOD.replace("1200.5", "big").replace("虹桥", "坏"))
    importing.check_import(kept, by=director, now=NOW)
    with pytest.raises(importing.UnableToImportAccounts, match="ROWS_REJECTED"):
        importing.run_import(kept, by=director, now=NOW)
    assert not AccountNode.objects.filter(name_zh="永盛虹桥店").exists()
    importing.set_columns(kept, columns=kept.columns, given=kept.given, is_good_rows_only=True)
    importing.check_import(kept, by=director, now=NOW)
    importing.run_import(kept, by=director, now=NOW)
    assert AccountNode.objects.filter(name_zh="永盛虹桥店").count() == 1


def test_the_same_file_again_adds_nothing(cast, director):
    imported(director, GOOD)
    imported(director, GOOD)
    assert AccountNode.objects.filter(name_zh="永盛虹桥店").count() == 1
    assert PartyRoles.objects.count() == 1


def test_what_could_not_be_resolved_is_reported(cast, director):
    _kept, outcome = imported(director, "永盛超市,永盛某店,无名路1号,,,,,,,", area="310000")
    assert outcome.warnings["DISTRICT_OPEN"] == 1
    assert AccountNode.objects.get(name_zh="永盛某店").area_code == "310000"


def test_an_unknown_chain_is_refused_or_added_as_was_chosen(cast, director):
    line = "新世界,新世界一店,,,,,,,,"
    kept = opened(director, line)
    assert importing.check_import(kept, by=director, now=NOW).rejected[0].code == "NO_CHAIN"
    imported(director, line, adds_chains=True)
    assert AccountNode.objects.get(name_zh="新世界一店").chain.name_zh == "新世界"


def test_an_import_is_undone_until_something_depends_on_it(cast, director):
    kept, _outcome = imported(director, GOOD, "新世界,新世界一店,,,,,,,,", adds_chains=True)
    before = AccountNode.objects.count()
    undoing.undo_import(kept, by=director, now=NOW)
    assert AccountNode.objects.count() == before - 3
    again, _outcome = imported(director, GOOD)
    store = AccountNode.objects.get(name_zh="永盛虹桥店")
    add_contact(store, facts={"name": "王", "decision_role": "BUYER"}, holder=None, by=director, now=NOW)
    with pytest.raises(importing.UnableToImportAccounts, match="HAS_DEPENDENTS"):
        undoing.undo_import(again, by=director, now=NOW)


def test_what_points_at_an_account_from_above_keeps_its_import_from_being_undone(client, cast, director):
    kept, _outcome = imported(director, GOOD)
    pointing = {(model._meta.label, name) for model, name in dependents._pointing()}
    assert {
        ("reconciliation.Reconciliation", "account"),
        ("reconciliation.CarriedLine", "account"),
        ("reconciliation.LearnedRule", "account"),
        ("funnel.Opportunity", "account"),
        ("prospecting.Lead", "account"),
        ("playbook.ValueGiven", "node"),
    } <= pointing
    store = AccountNode.objects.get(name_zh="永盛虹桥店")
    sides = [ImportBatch.objects.create(owner=director, created_at=NOW) for _ in range(2)]
    apps.get_model("reconciliation", "Reconciliation").objects.create(
        name="7", owner=director, created_at=NOW, changed_at=NOW, account=store, ours=sides[0], theirs=sides[1]
    )
    with pytest.raises(importing.UnableToImportAccounts, match="HAS_DEPENDENTS"):
        undoing.undo_import(kept, by=director, now=NOW)
    client.force_login(director)
    for language, words in (("en", "(reconciliations)"), ("zh-hans", "（对账）")):
        director.language = language
        director.save()
        page = client.post(reverse("accounts:undo_import", args=[kept.pk]), follow=True).content.decode()
        assert words in page
    assert AccountNode.objects.filter(pk=store.pk).exists()


def test_undoing_gives_back_what_was_changed(cast, director):
    kept, _outcome = imported(director, "永盛超市,永盛中山店,上海市徐汇区天平路3号,,,,,,,500")
    assert AccountNode.objects.get(pk=cast.store.pk).area_code == "310104"
    undoing.undo_import(kept, by=director, now=NOW)
    store = AccountNode.objects.get(pk=cast.store.pk)
    assert (store.area_code, store.floor_area) == ("310105", None)


def test_chains_contacts_and_measures_come_in_too(cast, director):
    imported(director, "系统,家家福,JiaJiaFu", kind=ImportKind.ACCOUNTS, header="类型,名称,英文名称")
    imported(
        director, "永盛超市,李雷,采购,40,支持我方", kind=ImportKind.CONTACTS, header="客户,姓名,职务,决策权重,备注"
    )
    line = f"{cast.store.code},SALES,2026-06,12345.67"
    imported(director, line, kind=ImportKind.MEASURES, header="客户,指标,月份,金额")
    assert AccountNode.objects.get(name_zh="家家福").kind == "CHAIN"
    assert Contact.objects.get(name="李雷").weight == 40
    assert cast.store.measures.get().figure == 1_234_567


def test_the_pages_lead_through_an_import(client, cast, director):
    client.force_login(director)
    file = io.BytesIO(f"{HEADER}\n{GOOD}\n".encode())
    file.name = "stores.csv"
    page = client.post(reverse("accounts:imports"), {"kind": "STORES", "file": file, "area": "310000"}, follow=True)
    kept = AccountImport.objects.get()
    assert "永盛虹桥店" in page.content.decode()
    columns = {f"column_{code}": place for code, place in kept.columns.items()}
    page = client.post(reverse("accounts:import", args=[kept.pk]), {**columns, "area": "310000"}, follow=True)
    assert "What would happen" in page.content.decode()
    page = client.post(reverse("accounts:run_import", args=[kept.pk]), follow=True)
    assert "1 row was imported." in page.content.decode()
    page = client.post(reverse("accounts:undo_import", args=[kept.pk]), follow=True)
    assert "The import was undone" in page.content.decode()


@pytest.mark.parametrize(
    ("area", "status", "said"),
    [
        ("上海", 200, "上海市"),
        ("吉林", 422, "吉林省 220000 · 吉林省/吉林市 220200"),
        ("Atlantis", 422, "“Atlantis” is no province"),
    ],
)
def test_the_division_of_rows_that_do_not_say_it_is_typed_by_name_and_never_dropped(
    client, cast, director, area, status, said
):
    client.force_login(director)
    file = io.BytesIO(f"{HEADER}\n{GOOD}\n".encode())
    file.name = "stores.csv"
    page = client.post(reverse("accounts:imports"), {"kind": "STORES", "file": file, "area": area}, follow=True)
    assert page.status_code == status
    assert said in page.content.decode()
    assert AccountImport.objects.count() == (1 if status == 200 else 0)


def test_a_file_that_cannot_be_read_is_refused_in_a_sentence(client, cast, director):
    client.force_login(director)
    file = io.BytesIO(b"\x00\x01\x02")
    file.name = "stores.xlsx"
    page = client.post(reverse("accounts:imports"), {"kind": "STORES", "file": file})
    assert page.status_code == 422
    assert "cannot be read" in page.content.decode()


def test_the_base_file_goes_out_and_comes_in_again_unchanged(client, cast, director):
    imported(director, GOOD)
    client.force_login(director)
    taken = client.post(
        f"{reverse('core:take', args=['accounts'])}?kind=STORE", {"format": "csv", "reason": "to mend it"}
    )
    text = b"".join(taken.streaming_content).decode("utf-8-sig")
    table = list(csv.reader(io.StringIO(text)))
    header = next(place for place, row in enumerate(table) if "Chain" in row)
    out = io.StringIO()
    csv.writer(out).writerows(table[header:])
    before = list(AccountNode.objects.order_by("pk").values())
    kept = importing.open_import(
        Upload("s1.csv", [out.getvalue().encode()]),
        kind=ImportKind.STORES,
        area="",
        adds_chains=False,
        by=director,
        now=NOW,
    )
    outcome = importing.check_import(kept, by=director, now=NOW)
    assert outcome.rejected == []
    importing.run_import(kept, by=director, now=NOW)
    assert list(AccountNode.objects.order_by("pk").values()) == before


FULL = (
    "系统,门店名称,门店编码(我方),业态,客户等级,供货方,促销员,KA业代,状态,"
    "门店编码(客户),下单方,收货方,结账方,三方关系起"
)


def test_undoing_gives_back_codes_parties_classes_tier_supplier_and_owner_too(cast, director, rep):
    before = snapshot(cast.store)
    line = (
        f"永盛超市,永盛新名店,{cast.store.code},大卖场,A,上海某商贸,lina,lina,停业,7009,store,store,永盛总部,2026-01-01"
    )
    kept, _outcome = imported(director, line, header=FULL)
    store = AccountNode.objects.get(pk=cast.store.pk)
    assert (store.promoter, store.owner, store.supplied_by.name) == (rep, rep, "上海某商贸")
    assert (store.status, store.codes.get().code, store.party_roles.get().mode) == ("SUSPENDED", "7009", "B")
    undoing.undo_import(kept, by=director, now=NOW)
    assert snapshot(cast.store) == before


def test_undoing_would_not_lose_what_was_typed_since(cast, director):
    kept, _outcome = imported(director, GOOD, "永盛超市,永盛中山店,,,,,,,,500")
    change_account(cast.store, facts={"tills": 7}, by=director, now=NOW)
    with pytest.raises(importing.UnableToImportAccounts, match="CHANGED_SINCE"):
        undoing.undo_import(kept, by=director, now=NOW)
    assert AccountNode.objects.filter(name_zh="永盛虹桥店").exists()


def test_a_contact_that_was_changed_is_put_back(cast, director):
    facts = {"name": "李雷", "decision_role": "BUYER", "weight": 10, "phone": "62000000"}
    contact = add_contact(cast.chain, facts=facts, holder=director, by=director, now=NOW)
    header, line = "客户,姓名,决策权重,电话", "永盛超市,李雷,60,13800138000"
    kept, _outcome = imported(director, line, kind=ImportKind.CONTACTS, header=header)
    undoing.undo_import(kept, by=director, now=NOW)
    contact.refresh_from_db()
    assert (contact.weight, contact.phone, contact.decision_role) == (10, "62000000", "BUYER")


def test_what_a_file_does_not_say_of_a_contact_stays(cast, director):
    facts = {"name": "李雷", "decision_role": "BUYER", "stance": "SUPPORTS"}
    contact = add_contact(cast.chain, facts=facts, holder=director, by=director, now=NOW)
    lines = ["永盛超市,李雷,60,lilei@example.cn", "永盛超市,韩梅,10,", "永盛超市,赵敏,10,no address"]
    kept = opened(director, *lines, kind=ImportKind.CONTACTS, header="客户,姓名,决策权重,邮箱")
    outcome = importing.check_import(kept, by=director, now=NOW)
    assert [(one.row, one.code) for one in outcome.rejected] == [(4, "NO_EMAIL")]
    imported(director, *lines[:2], kind=ImportKind.CONTACTS, header="客户,姓名,决策权重,邮箱")
    contact.refresh_from_db()
    assert (contact.weight, contact.decision_role, contact.stance) == (60, "BUYER", "SUPPORTS")
    assert Contact.objects.get(name="韩梅").decision_role == "INFLUENCER"


MEASURE = "客户,指标,月份,金额"


def measures(director, figure, *, measure="SALES", code):
    return imported(director, f"{code},{measure},2026-06,{figure}", kind=ImportKind.MEASURES, header=MEASURE)[0]


def test_a_month_that_is_imported_twice_counts_once(cast, director):
    first = measures(director, "100.00", code=cast.store.code)
    second = measures(director, "250.00", code=cast.store.code, measure="销售额")
    assert cast.store.measures.get().figure == 25_000
    with pytest.raises(importing.UnableToImportAccounts, match="CHANGED_SINCE"):
        undoing.undo_import(first, by=director, now=NOW)
    undoing.undo_import(second, by=director, now=NOW)
    assert cast.store.measures.get().figure == 10_000
    undoing.undo_import(first, by=director, now=NOW)
    assert not cast.store.measures.exists()


def test_what_a_capability_pushes_takes_the_place_of_what_was_imported(cast, director):
    measures(director, "100.00", code=cast.store.code)
    pushed = figures.Measured(cast.store.pk, "SALES", Period.month("2026-06"), 7, "receivables", "CNY")
    figures.record_measures([pushed], now=NOW)
    assert [one.figure for one in cast.store.measures.all()] == [7]
    kept = opened(director, f"{cast.store.code},SALES,2026-06,5", kind=ImportKind.MEASURES, header=MEASURE)
    assert importing.check_import(kept, by=director, now=NOW).rejected[0].code == "MEASURE_PUSHED"


def test_a_measure_that_nobody_knows_is_refused(cast, director):
    kept = opened(director, f"{cast.store.code},SALEZ,2026-06,5", kind=ImportKind.MEASURES, header=MEASURE)
    assert importing.check_import(kept, by=director, now=NOW).rejected[0].code == "NO_MEASURE"


def test_what_must_be_known_blocks_activation_not_the_row(cast, director):
    _kept, outcome = imported(director, "永盛超市,永盛某店,营业", header="系统,门店名称,状态")
    assert (outcome.accepted, outcome.warnings["NOT_ACTIVATED"]) == (1, 1)
    assert AccountNode.objects.get(name_zh="永盛某店").status == "PROSPECT"


def test_a_row_that_contradicts_itself_is_refused(cast, director):
    line = "永盛超市,永盛某店,北京市朝阳区建国路1号,310105"
    kept = opened(director, line, header="系统,门店名称,地址,行政区划代码")
    assert importing.check_import(kept, by=director, now=NOW).rejected[0].code == "ADDRESS_ELSEWHERE"


def test_the_code_of_an_alias_means_the_account_that_was_kept(cast, director):
    add_code(cast.other_store, side=CodeSide.THEIRS, code="7002", by=director, now=NOW)
    merge(cast.store, alias=cast.other_store, reason="same", by=director, now=NOW)
    imported(director, "永盛超市,永盛中山店,7002,12", header="系统,门店名称,门店编码(客户),收银台数")
    assert AccountNode.objects.get(pk=cast.store.pk).tills == 12
    assert AccountNode.objects.get(pk=cast.other_store.pk).tills is None


def test_importing_gives_no_more_rights_than_the_page_of_one_account(cast, director, rep):
    manager = person("chen", Role.ACCOUNT_MANAGER)
    give_over(cast.store, to=manager, by=director, now=NOW, reason="hers")
    header = "系统,门店名称,KA业代"
    kept = opened(manager, "永盛超市,永盛中山店,lina", "永盛超市,永盛又一店,", header=header)
    outcome = importing.check_import(kept, by=manager, now=NOW)
    assert [one.code for one in outcome.rejected] == ["NOT_YOURS_TO_GIVE", "NOT_YOURS"]


@pytest.mark.parametrize(
    ("name", "kind", "count"),
    [("nsi_chain_brands_cn.csv", "ACCOUNTS", 305), ("shanghai_chain_stores.csv", "STORES", 380)],
)
def test_the_real_chains_and_stores_come_in_by_the_ordinary_import(real_data, cast, director, name, kind, count):
    text = (real_data / "china" / name).read_bytes()
    kept = importing.open_import(
        Upload(name, [text]), kind=ImportKind(kind), area="310000", adds_chains=True, by=director, now=NOW
    )
    importing.set_columns(kept, columns=kept.columns, given=kept.given, is_good_rows_only=True)
    outcome = importing.check_import(kept, by=director, now=NOW)
    assert outcome.read == count == outcome.accepted + len({one.row for one in outcome.rejected})
    importing.run_import(kept, by=director, now=NOW)
    if kind == "STORES":
        assert outcome.rejected == []
        assert AccountNode.objects.filter(kind="STORE", latitude_micro__isnull=False).count() == count
        assert outcome.warnings["DISTRICT_OPEN"] > 370
        assert outcome.warnings["DOUBT_NAMES_A_PLACE"] >= 2
