"""What a row of a file means: which chain, which store, which amount; what it does not say stays."""

from datetime import date

import pytest

from keytally.accounts.labels import CodeSide
from keytally.accounts.models import AccountNode
from keytally.accounts.models.imports import ImportKind
from keytally.accounts.rules.parties import NodeKind
from keytally.accounts.services import importing
from keytally.accounts.services.codes import add_code
from keytally.accounts.services.contacts import add_contact
from keytally.accounts.services.merging import merge

from .conftest import NOW, add
from .test_imports import MEASURE, imported, opened


@pytest.fixture(autouse=True)
def folders(settings, tmp_path):
    settings.FILES_ROOT = tmp_path / "files"


def test_what_a_file_does_not_say_of_a_contact_stays(cast, director):
    facts = {"name": "王总", "decision_role": "DECISION_MAKER", "stance": "CHAMPION", "weight": 60}
    known = add_contact(cast.chain, facts=facts, holder=director, by=director, now=NOW)
    line = f"{cast.chain.code},王总,13900139000"
    imported(director, line, kind=ImportKind.CONTACTS, header="客户,姓名,电话")
    known.refresh_from_db()
    assert (known.decision_role, known.stance, known.weight) == ("DECISION_MAKER", "CHAMPION", 60)
    assert known.phone == "13900139000"


def test_a_row_with_the_code_of_a_store_of_another_chain_changes_nothing(cast, director):
    kept = opened(director, f"大润万家,{cast.store.code},改名店", header="系统,门店编码(我方),门店名称")
    assert [one.code for one in importing.check_import(kept, by=director, now=NOW).rejected] == [
        "CODE_OF_ANOTHER_CHAIN"
    ]


def test_which_of_two_chains_of_one_name_is_meant_nobody_guesses(cast, director):
    twin = add(NodeKind.CHAIN, "永盛超市", owner=director)
    lines = ["永盛超市,,永盛新店", f"{twin.code},,永盛新店", f"永盛超市,{cast.store.code},永盛中山店"]
    kept = opened(director, *lines, header="系统,门店编码(我方),门店名称", adds_chains=True)
    outcome = importing.check_import(kept, by=director, now=NOW)
    assert ([one.code for one in outcome.rejected], outcome.accepted) == (["CHAIN_NOT_ONE"], 2)


def test_a_code_of_theirs_means_the_store_that_had_it_on_the_day_of_the_row(cast, director):
    days = {"old": date(2026, 1, 1), "new": date(2026, 7, 1)}
    code = {"side": CodeSide.THEIRS, "code": "7001", "by": director, "now": NOW}
    add_code(cast.store, starts_on=days["old"], ends_before=days["new"], **code)
    add_code(cast.other_store, starts_on=days["new"], **code)
    header = "系统,门店名称,门店编码(客户),客户编码起,客户编码止,收银台数"
    imported(director, "永盛超市,永盛中山店,7001,2026-01-01,2026-06-30,3", header=header)
    imported(director, "永盛超市,永盛重庆路店,7001,,,5", header=header)
    cast.store.refresh_from_db()
    cast.other_store.refresh_from_db()
    assert [(one.name_zh, one.tills) for one in (cast.store, cast.other_store)] == [
        ("永盛中山店", 3),
        ("永盛重庆路店", 5),
    ]


@pytest.mark.parametrize(
    ("line", "code"),
    [
        ("STORES_NOT_SERVED,2026-07,3.5,", "NO_FIGURE"),
        ("SALES,2026-07,5,US", "NO_CURRENCY"),
        (",2026-07,5,CNY", "NO_MEASURE"),
        ("SALES,2026-13,5,CNY", "NO_MONTH"),
        ("SALES,2026-07,,CNY", "NO_FIGURE"),
    ],
)
def test_a_measure_that_does_not_say_what_it_is_is_refused(cast, director, line, code):
    kept = opened(director, f"{cast.chain.code},{line}", kind=ImportKind.MEASURES, header=f"{MEASURE},币种")
    assert [one.code for one in importing.check_import(kept, by=director, now=NOW).rejected] == [code]


def test_an_amount_is_kept_in_the_smallest_part_of_its_currency_and_rounding_is_said(cast, director):
    lines = [f"{cast.chain.code},SALES,2026-07,12.345,CNY", f"{cast.chain.code},SALES,2026-07,12,JPY"]
    _kept, outcome = imported(director, *lines, kind=ImportKind.MEASURES, header=f"{MEASURE},币种")
    assert dict(cast.chain.measures.values_list("currency", "figure")) == {"CNY": 1_235, "JPY": 12}
    assert outcome.warnings["FIGURE_ROUNDED"] == 1


def test_which_of_two_parties_of_one_name_is_meant_nobody_guesses(cast, director):
    header = "系统,门店编码(我方),下单方,收货方,结账方,三方关系起"
    said = f"永盛超市,{cast.store.code},store,store"
    add(NodeKind.COMPANY, "永盛总部", parent=cast.chain)
    kept = opened(director, f"{said},永盛总部,2026-01-01", f"{said},{cast.head.code},2026-01-01", header=header)
    outcome = importing.check_import(kept, by=director, now=NOW)
    assert ([(one.row, one.code) for one in outcome.rejected], outcome.accepted) == ([(2, "NO_PARTY")], 1)


def test_which_of_two_accounts_of_one_name_is_meant_nobody_guesses(cast, director):
    add(NodeKind.CHAIN, "大润万家", owner=director)
    kept = opened(director, "系统,大润万家,RT", kind=ImportKind.ACCOUNTS, header="类型,名称,英文名称")
    assert [one.code for one in importing.check_import(kept, by=director, now=NOW).rejected] == ["NO_ACCOUNT"]
    merge(
        cast.stranger,
        alias=AccountNode.objects.get(name_zh="大润万家", pk__gt=cast.stranger.pk),
        reason="same",
        by=director,
        now=NOW,
    )
    imported(director, "系统,大润万家,RT", kind=ImportKind.ACCOUNTS, header="类型,名称,英文名称")
    assert AccountNode.objects.get(pk=cast.stranger.pk).name_en == "RT"


@pytest.mark.parametrize(("word", "status"), [("筹备", "PROSPECT"), ("停业", "SUSPENDED"), ("关闭", "CLOSED")])
def test_a_file_says_the_state_of_a_store_as_its_page_does(cast, director, word, status):
    AccountNode.objects.filter(pk=cast.store.pk).update(status="ACTIVE")
    imported(director, f"永盛超市,{cast.store.code},{word}", header="系统,门店编码(我方),状态")
    assert AccountNode.objects.get(pk=cast.store.pk).status == status


def test_a_tax_id_brings_its_name_in_law_to_a_known_account_too(cast, director):
    line = f"系统,{cast.chain.code},永盛超市,91110000600037341L,永盛商业有限公司"
    imported(director, line, kind=ImportKind.ACCOUNTS, header="类型,编码,名称,税号,开票名称")
    cast.chain.refresh_from_db()
    assert cast.chain.legal_party.name == "永盛商业有限公司"
