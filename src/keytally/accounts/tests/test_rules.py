"""Parties, codes, scores, concentration, tiers, duplicates, regions and doubts, case by case."""

from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from keytally.accounts.rules import codes, doubts, duplicates, regions, tiers
from keytally.accounts.rules.concentration import concentration, securing
from keytally.accounts.rules.four_bigs import Judgement, Known, Part, percentile, score, weights_fault
from keytally.accounts.rules.parties import Mode, NodeKind, Party, PartyKind, judge_parties, mode_of

STORE = Party(1, NodeKind.STORE, 9)
OTHER_STORE = Party(2, NodeKind.STORE, 9)
HEAD = Party(3, NodeKind.HEAD_OFFICE, 9)
DC = Party(4, NodeKind.DC, 9)
STRANGER = Party(5, NodeKind.HEAD_OFFICE, 8)


@pytest.mark.parametrize(
    ("buyer", "ship_to", "bill_to", "mode"),
    [
        pytest.param(STORE, STORE, STORE, Mode.A, id="B02"),
        pytest.param(STORE, STORE, HEAD, Mode.B, id="B03"),
        pytest.param(HEAD, STORE, HEAD, Mode.B, id="ordered centrally"),
        pytest.param(HEAD, DC, HEAD, Mode.C, id="B04"),
    ],
)
def test_it_derives_the_mode_from_ship_to_and_bill_to(buyer, ship_to, bill_to, mode):
    assert judge_parties(STORE, buyer=buyer, ship_to=ship_to, bill_to=bill_to).mode is mode


@pytest.mark.parametrize(
    ("ship_to", "bill_to", "reason"),
    [
        (DC, STORE, "SHIP_TO_HEAD_OFFICE_BILL_TO_STORE"),
        (OTHER_STORE, HEAD, "PARTY_IS_ANOTHER_STORE"),
        (STORE, STRANGER, "PARTY_OF_ANOTHER_CHAIN"),
    ],
)
def test_it_refuses_parties_that_do_not_exist(ship_to, bill_to, reason):
    found = judge_parties(STORE, buyer=STORE, ship_to=ship_to, bill_to=bill_to)
    assert (found.mode, found.reasons) == (None, (reason,))


@given(st.sampled_from(PartyKind), st.sampled_from(PartyKind))
def test_only_one_combination_has_no_mode(ship_to, bill_to):
    forbidden = (ship_to, bill_to) == (PartyKind.HEAD_OFFICE, PartyKind.STORE)
    assert (mode_of(ship_to=ship_to, bill_to=bill_to) is None) == forbidden


@pytest.mark.parametrize(
    ("kind", "text", "answer"),
    [
        ("TAX_ID", "91110000600037341L", ("91110000600037341L", None)),
        ("TAX_ID", "911100006000373410", ("911100006000373410", "TAX_ID_WRONG")),
        ("TAX_ID", "９１１１００００６０００３７３４１\uff2c", ("91110000600037341L", None)),
        ("TAX_ID", "91110000600037341", ("91110000600037341", "TAX_ID_WRONG")),
        ("TAX_ID", "91110000600037341I", ("91110000600037341I", "TAX_ID_WRONG")),
        ("GLN", "４０１２３４５０００００９", ("4012345000009", None)),
        ("GLN", "401234500000A", ("401234500000A", "GLN_WRONG")),
        ("GLN", "96385074", ("96385074", "GLN_WRONG")),
        ("GTIN", "690123456789", ("690123456789", "GTIN_WRONG")),
        ("GLN", "", ("", None)),
        ("GTIN", "6 901234 567892", ("6901234567892", None)),
    ],
)
def test_it_checks_the_numbers_of_the_world(kind, text, answer):
    assert codes.checked_number(kind, text) == answer


def test_a_score_says_on_what_it_stands():
    account = Known({"SALES": 100}, judgements={Part.STRENGTH: Judgement(40, date(2026, 7, 1), "big sheds")})
    found = score(account, others=[Known({"SALES": 10}), Known({"SALES": 500})])
    assert (found.points, found.coverage) == (45, 50)
    assert [part.source for part in found.parts] == ["DATA", "NO_DATA", "MANAGER", "NO_DATA"]


def test_an_account_without_data_has_no_score():
    found = score(Known({}), others=[Known({"SALES": 10})])
    assert (found.points, found.coverage) == (None, 0)


def test_data_goes_before_judgement_unless_it_is_a_year_older():
    judged = {Part.VOLUME: Judgement(90, date(2026, 7, 1), "won two regions")}
    for until, points in ((date(2026, 6, 1), 50), (date(2025, 7, 1), 50), (date(2025, 6, 30), 90)):
        found = score(Known({"SALES": 1}, until={"SALES": until}, judgements=judged), others=[])
        assert found.parts[0].points == points


def test_each_part_is_as_old_as_its_own_figures():
    judged = {part: Judgement(90, date(2026, 7, 1), "seen") for part in Part}
    until = {"SALES": date(2026, 6, 1), "SKUS_NOT_LISTED": date(2024, 1, 1)}
    found = score(Known({"SALES": 1, "SKUS_NOT_LISTED": 4, "STORES": 3}, until=until, judgements=judged), others=[])
    assert [part.source for part in found.parts] == ["DATA", "MANAGER", "DATA", "MANAGER"]


@given(st.dictionaries(st.sampled_from(["SALES", "PROFIT", "STORES", "GROWTH"]), st.integers(-(10**12), 10**12)))
def test_a_score_lies_between_0_and_100(figures):
    found = score(Known(figures), others=[Known({"SALES": 5, "GROWTH": 7})])
    assert found.points is None or 0 <= found.points <= 100
    assert sum(part.weight for part in found.parts if part.points is not None) == found.coverage


@given(st.integers(), st.lists(st.integers(), max_size=30))
def test_a_percentile_and_its_mirror_image_make_a_hundred(figure, others):
    mirrored = percentile(-figure, others=[-other for other in others])
    assert percentile(figure, others=others) + mirrored in (100, 101)


def test_weights_are_the_four_and_make_a_hundred():
    assert weights_fault(dict.fromkeys(Part, 25)) is None
    assert weights_fault(dict.fromkeys(Part, 24)) == "WEIGHTS_NOT_100"
    assert weights_fault({Part.VOLUME: 100}) == "WEIGHTS_NOT_FOUR"


@pytest.mark.parametrize(
    ("figures", "top_ppm", "index"),
    [([50, 20, 10, 10, 10], 500_000, 3_200), ([100], 1_000_000, 10_000), ([1] * 10, 200_000, 1_000)],
)
def test_it_computes_how_much_hangs_on_how_few(figures, top_ppm, index):
    found = concentration(dict(enumerate(figures)))
    assert (found.top_ppm, found.herfindahl) == (top_ppm, index)


@given(st.dictionaries(st.integers(1, 99), st.integers(-5, 10**9), max_size=40))
def test_the_curve_rises_to_the_whole_and_leaves_nothing_out_in_silence(figures):
    found = concentration(figures)
    if found is None:
        assert all(figure <= 0 for figure in figures.values())
        return
    running = [step.running_ppm for step in found.steps]
    assert running == sorted(running)
    assert running[-1] == 1_000_000
    assert {step.account for step in found.steps} | set(found.left_out) == set(figures)
    assert 0 < found.herfindahl <= 10_000


def test_two_or_three_accounts_secure_a_region():
    assert securing({1: 30, 2: 25, 3: 45, 4: 0}) == (3, 1)
    assert securing({}) == ()


def test_tiers_a_and_b_need_a_named_person_with_a_deputy():
    assert tiers.dedicated_gaps(tiers.Tier.A, has_person=False, has_deputy=False) == (
        "NO_DEDICATED_PERSON",
        "NO_DEPUTY",
    )
    assert tiers.dedicated_gaps(tiers.Tier.C, has_person=False, has_deputy=False) == ()


def entry(node, name, **facts):
    return duplicates.Entry(node=node, kind="STORE", chain=1, name=name, **facts)


def test_it_finds_duplicates_and_says_why():
    entries = [
        entry(1, "沃尔玛（杨行店）", address="杨行镇水产路1号"),
        entry(2, "沃尔玛杨行分店", address="杨行镇 水产路1号"),
        entry(3, "沃尔玛（南浦店）", phones=frozenset({"13800138000"})),
    ]
    (pair,) = duplicates.likely(entries)
    assert (pair.first, pair.second, pair.reasons) == (1, 2, ("SAME_NAME", "SAME_ADDRESS"))


@pytest.mark.parametrize(
    ("one", "other", "found"),
    [
        ({"name": "永盛（中山）店"}, {"name": "永盛中山分店"}, True),
        ({"name": "甲", "address": "水产路1号"}, {"name": "乙", "address": "水产路 1号"}, True),
        ({"name": "甲", "phones": frozenset({"62000000"})}, {"name": "乙", "phones": frozenset({"62000000"})}, True),
        ({"name": "甲", "tax_id": "X", "kind": "CHAIN"}, {"name": "乙", "tax_id": "X", "kind": "CHAIN"}, True),
        ({"name": "永盛", "kind": "CHAIN", "chain": 1}, {"name": "永盛超市", "kind": "CHAIN", "chain": 2}, True),
        ({"name": "永盛店", "chain": 1}, {"name": "永盛店", "chain": 2}, False),
        (
            {"name": "永盛店", "address": "水产路1号", "chain": 1},
            {"name": "永盛", "address": "水产路1号", "chain": 2},
            True,
        ),
        (
            {"name": "永盛店", "latitude": 31_200_000, "longitude": 121_400_000},
            {"name": "永盛店", "latitude": 31_300_000, "longitude": 121_400_000},
            False,
        ),
        ({"name": "甲"}, {"name": "乙"}, False),
    ],
)
def test_name_tax_id_phone_or_address_alone_is_enough_to_ask_within_a_chain(one, other, found):
    entries = [
        duplicates.Entry(**{"node": node, "kind": "STORE", "chain": 1, **said})
        for node, said in enumerate((one, other), start=1)
    ]
    assert bool(duplicates.likely(entries)) is found


def test_stores_of_one_company_share_its_tax_id_and_are_no_duplicates():
    stores = [entry(node, name, tax_id="91110000600037341L") for node, name in enumerate("甲乙丙丁", start=1)]
    company = duplicates.Entry(9, "CHAIN", 9, "永盛", tax_id="91110000600037341L")
    assert duplicates.likely(stores) == ()
    assert duplicates.likely([*stores[:2], company]) == ()


def test_two_stores_of_one_tax_id_that_is_no_companys_may_be_one():
    (pair,) = duplicates.likely(
        [entry(1, "甲店", tax_id="91110000600037341L"), entry(2, "乙", tax_id="91110000600037341L")]
    )
    assert pair.reasons == ("SAME_TAX_ID",)


@given(st.lists(st.sampled_from("沃尔玛乐购店"), min_size=1, max_size=8).map("".join), st.text(max_size=8))
def test_likeness_does_not_depend_on_the_order(one, other):
    first, second = entry(1, one), entry(2, other)
    assert duplicates.likeness(first, second) == duplicates.likeness(second, first)


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        ("310000", ["310000"]),
        ("上海", ["310000"]),
        (" 上海市 ", ["310000"]),
        ("内蒙古", ["150000"]),
        ("杭州", ["330100"]),
        ("昆山", ["320583"]),
        ("浙江杭州西湖区", ["330106"]),
        ("北京朝阳", ["110105"]),
        ("江苏昆山", ["320583"]),
        ("南京鼓楼区", ["320106"]),
        ("吉林", ["220000", "220200"]),
        ("999999", []),
        ("上海市徐家汇", []),
        ("Shanghai", []),
        ("市", []),
        ("", []),
    ],
)
def test_a_division_is_meant_by_its_code_or_its_names_and_by_nothing_else(text, codes):
    assert [one.code for one in regions.divisions_meant(text)] == codes


def test_a_name_that_several_divisions_have_means_them_all():
    assert {one.code for one in regions.divisions_meant("朝阳区")} >= {"110105", "220104"}
    assert {one.name for one in regions.divisions_meant("朝阳")} >= {"朝阳市", "朝阳区", "朝阳县"}


@pytest.mark.parametrize(
    ("address", "within", "code", "open_reason"),
    [
        ("江苏省南京市玄武区中山路1号", "", "320102", ""),
        ("广州天河区体育西路", "", "440106", ""),
        ("西湖区文三路", "330100", "330106", ""),
        ("朝阳区建国路", "", "", "PROVINCE_OPEN"),
        ("南京路100号", "310000", "310000", "DISTRICT_OPEN"),
        ("南京路100号", "", "", "PROVINCE_OPEN"),
        ("浙江省", "", "330000", "CITY_OPEN"),
        ("上海南京东路1号", "", "310000", "DISTRICT_OPEN"),
        ("上海路1号", "", "", "PROVINCE_OPEN"),
        ("", "310000", "310000", "DISTRICT_OPEN"),
        ("昆山市花桥镇1号", "", "320583", ""),
        ("昆山市场1号", "", "", "PROVINCE_OPEN"),
        ("仙桃市", "", "429004", ""),
        ("广东省东莞市南城街道", "", "441900", ""),
        ("上海市闸北区共和新路1号", "", "310000", "DISTRICT_OPEN"),
        ("重庆市城口县", "", "500229", ""),
        ("200001 中国上海市黄浦区南京东路1号", "", "310101", ""),
        ("台湾省台北市信义区", "", "710000", ""),
        ("台湾路1号", "", "", "PROVINCE_OPEN"),
        ("香港九龙弥敦道1号", "", "810000", ""),
        ("香港中路1号", "", "", "PROVINCE_OPEN"),
        ("澳门特别行政区", "", "820000", ""),
    ],
)
def test_a_region_is_read_from_the_address_or_left_open(address, within, code, open_reason):
    found = regions.region_of(address, within=within)
    assert (found.code, found.open_reason) == (code, open_reason)


@pytest.mark.parametrize(
    ("address", "code", "there"),
    [
        ("浦东新区川沙路1号", "310105", "310115"),
        ("西湖区文三路1号", "330102", "330106"),
        ("长春市朝阳区", "110105", "220104"),
        ("上海市", "310105", ""),
        ("浦东新区川沙路1号", "310000", ""),
        ("中山西路1号", "310105", ""),
        ("仙桃市", "429004", ""),
    ],
)
def test_an_address_that_names_another_division_than_the_code_is_told(address, code, there):
    assert regions.elsewhere(address, code=code) == there


def test_every_division_has_a_code_of_six_digits():
    codes_known = [
        one.code for province in regions.divisions() for one in (province, *regions.divisions(under=province.code))
    ]
    assert all(len(code) == 6 and code.isdecimal() for code in codes_known)


def test_every_division_names_what_lies_above_it():
    assert regions.area_names("330106") == ("浙江省", "杭州市", "西湖区")
    assert len(regions.divisions()) == 34
    assert {one.depth for one in regions.divisions(under="310000")} == {3}


def test_it_doubts_what_is_no_store():
    assert doubts.doubts("乐购(松江店)-停车场", chain_names=("乐购",)) == ("NAMES_A_PLACE",)
    assert doubts.doubts("屈臣氏(科技馆地铁站店)", chain_names=("屈臣氏",)) == ()
    assert doubts.doubts("薄利百货店", chain_names=("世纪华联", "")) == ("CHAIN_NOT_NAMED",)


@pytest.mark.parametrize(
    ("name", "chain", "is_named"),
    [
        ("永盛中山店", "永盛超市", True),
        ("永盛超市(中山店)", "永盛超市", True),
        ("罗森(人民广场店)", "罗森便利店", True),
        ("便利蜂中关村店", "便利蜂", True),
        ("ＫＫＶ大宁店", "KKV", True),
        ("Hao Li Lai 徐汇店", "HaoLiLai", True),
        ("新世界城", "新世界百货(中国)有限公司", True),
        ("好德便利店", "罗森便利店", False),
        ("超市", "永盛超市", False),
    ],
)
def test_a_store_names_its_chain_without_what_the_chain_trades_in(name, chain, is_named):
    assert (doubts.doubts(name, chain_names=(chain,)) == ()) is is_named


def test_the_page_of_the_rule_says_what_the_rule_answers():
    page = (Path(__file__).parents[4] / "docs" / "rules" / "regions.md").read_text("utf-8")
    cases = [row.strip("| \n").split(" | ") for row in page.splitlines() if row.startswith("| ")][1:]
    assert len(cases) == 10
    words = {"PROVINCE_OPEN": "province", "CITY_OPEN": "city", "DISTRICT_OPEN": "district", "": "-"}
    for address, within, code, still_open in cases[:-1]:
        found = regions.region_of(address, within=within.strip("-"))
        assert (found.code or "-", words[found.open_reason]) == (code, still_open)
