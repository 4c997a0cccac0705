from pathlib import Path

import pytest

from keytally.exchange.canonical import Column
from keytally.exchange.errors import UnableToRead
from keytally.exchange.profile import MatchProfile, Measure, Profile, SideProfile, TaxBasis, UserRule
from keytally.exchange.profile_toml import dump_profile, load_profile
from keytally.exchange.propose import Proposal, layout_of, propose
from keytally.exchange.read import read_side
from keytally.exchange.sources import side_files
from keytally.exchange.spreadsheet import safe_text

REAL = Path(__file__).parents[5] / "shared" / "data" / "document_flow"


def written(path: Path, header: str, *rows: str) -> Path:
    path.write_text("\n".join([header, *rows]), "utf-8")
    return path


def proposed(ours: Path, theirs: Path) -> Proposal:
    return propose(side_files(ours), side_files(theirs))


def mapped(profile: SideProfile) -> dict[str, str]:
    return {column.value: header for column, header in profile.columns.items()}


def test_canonical_names_need_no_guess(tmp_path: Path) -> None:
    rows = [f"D{n},2026-07-01,{n},{n}.50" for n in range(9)]
    path = written(tmp_path / "a.csv", "doc_no,date,quantity,amount", *rows)
    found = proposed(path, path)
    assert {column.confidence for column in found.ours.columns} == {100}
    assert found.profile.match.measure == Measure.AMOUNT
    assert not found.questions


def test_it_maps_a_retailers_chinese_statement(tmp_path: Path) -> None:
    ours = written(
        tmp_path / "ours.csv",
        "送货单号,采购订单号,门店编码,货号,发货日期,实发数量,含税单价,含税金额",
        *[f"DN{n},PO{n // 2},S{n % 3},{n % 7:04},2026-07-{n + 1:02},{n + 1},2.00,{2 * (n + 1)}.00" for n in range(20)],
    )
    theirs = written(
        tmp_path / "theirs.csv",
        "某某超市七月对账单,,,,,,,",
        "验收单号,订单编号,店号,商品编码,国际条码,验收日期,实收数量,含税金额(元),未税金额",
        *[
            f"GR{n},PO{n // 2},S{n % 3},{n % 7:04},690123456{n % 7:04},{n + 1}/7/2026,{n + 1},{2 * (n + 1)}.00,{n}.77"
            for n in range(20)
        ],
        "合计,,,,,,210,420.00,",
    )
    found = proposed(ours, theirs)
    assert mapped(found.profile.ours) == {
        "doc_no": "送货单号",
        "order_no": "采购订单号",
        "store": "门店编码",
        "item": "货号",
        "date": "发货日期",
        "quantity": "实发数量",
        "unit_price": "含税单价",
        "amount": "含税金额",
    }
    assert mapped(found.profile.theirs)["amount"] == "含税金额(元)"
    assert mapped(found.profile.theirs)["gtin"] == "国际条码"
    assert found.profile.theirs.date_format == "dmy"
    assert found.profile.theirs.tax_basis == TaxBasis.GROSS
    assert found.theirs.unused_headers == ("未税金额",)
    assert not found.questions
    assert all(column.text("zh") and column.text("en") for column in found.theirs.columns)


def test_it_asks_what_only_a_person_can_decide(tmp_path: Path) -> None:
    ours = written(tmp_path / "a.csv", "doc_no,date,amount", "D1,3/4/2026,$1", "D2,5/6/2026,$2")
    theirs = written(tmp_path / "b.csv", "单号,门店,备注", "D1,S1,x", "D2,S1,y")
    found = proposed(ours, theirs)
    assert [question.code for question in found.questions] == ["ask_date_order", "ask_currency", "ask_measure"]
    assert "3/4/2026" in found.questions[0].text("zh")


def test_a_date_far_down_the_file_decides_the_order(tmp_path: Path) -> None:
    rows = [f"D{n},3/4/2026,1" for n in range(60_000)]
    path = written(tmp_path / "a.csv", "doc_no,date,amount", *rows, "D,25/4/2026,1")
    found = proposed(path, path)
    assert found.profile.ours.date_format == "dmy"


def test_it_turns_a_side_that_writes_the_opposite_sign(tmp_path: Path) -> None:
    ours = written(tmp_path / "a.csv", "doc_no,amount", *[f"D{n},{n}.00" for n in range(1, 20)])
    theirs = written(tmp_path / "b.csv", "doc_no,amount", *[f"D{n},-{n}.00" for n in range(1, 20)])
    assert proposed(ours, theirs).profile.theirs.sign == -1


def test_a_layout_is_recognized_whatever_its_rows(tmp_path: Path) -> None:
    one = written(tmp_path / "a.csv", "单号,金额", "1,2")
    same = written(tmp_path / "b.csv", "七月,", " 单号 ,金额", "3,4", "5,6")
    other = written(tmp_path / "c.csv", "金额,单号", "2,1")
    assert layout_of(side_files(one)) == layout_of(side_files(same))
    assert layout_of(side_files(one)) != layout_of(side_files(other))


@pytest.mark.real_data
@pytest.mark.skipif(not REAL.is_dir(), reason="the shared real data is not beside the project")
def test_goods_issues_and_invoices_are_compared_by_quantity(tmp_path: Path) -> None:
    ours, theirs = side_files(REAL / "goods_issues.csv"), side_files(REAL / "invoices.csv")
    found = propose(ours, theirs)
    assert found.profile.match.measure == Measure.QUANTITY
    assert found.measure_reason.code == "measure_quantity_agrees"
    for side in (found.profile.ours, found.profile.theirs):
        assert side.columns[Column.ORDER_NO] == "order_no"
        assert side.columns[Column.ITEM] == "order_item"
    assert not found.questions
    read = read_side(theirs, found.profile.theirs, side="theirs", cache=tmp_path, threads=1)
    assert (read.counts.read, read.counts.accepted) == (10_913, 10_913)


def test_a_profile_survives_being_written_down(tmp_path: Path) -> None:
    profile = Profile(
        ours=SideProfile(columns={Column.DOC_NO: '单号 "x"'}, header_row=3, sign=-1, document_shapes=("DN(.*)",)),
        theirs=SideProfile(date_format="dmy", decimal_mark=",", currency="EUR", encoding="gb18030", delimiter=";"),
        match=MatchProfile(tolerance_minor=5, tolerance_ppm=5_000, user_rules=(UserRule("x", (Column.STORE,), 3),)),
        opening_minor={"CNY": -123_456_789_012_345, "JPY": 7},
    )
    path = tmp_path / "profile.toml"
    path.write_text(dump_profile(profile), "utf-8")
    assert load_profile(path) == profile


@pytest.mark.parametrize(
    ("text", "code", "named"),
    [
        ("version = 2", "profile_version", "2"),
        ("", "profile_version", "?"),
        ("version = 1\n[our]", "profile_key", "our"),
        ("version = 1\n[ours]\nsing = 1", "profile_key", "ours.sing"),
        ("version = 1\n[ours]\nsign = 2", "profile_value", "ours.sign"),
        ("version = 1\n[ours.columns]\nfoo = 'x'", "profile_value", "ours.columns"),
        ("version = 1\n[theirs]\ncurrency = 'XQQ'", "profile_value", "theirs.currency"),
        ("version = 1\n[match]\ntolerance = 0.5", "profile_value", "match.tolerance"),
        ("version = 1\n[match]\nrules = ['none']", "profile_value", "match.rules"),
        ("version = 1\n[opening]\nCNY = 1.005", "profile_value", "opening.CNY"),
        ("version = 1\n[ours]\ndocument_shapes = ['(']", "profile_value", "ours.document_shapes"),
        ("version = ", "profile_not_toml", "profile.toml"),
    ],
)
def test_a_wrong_profile_is_refused_by_its_key(tmp_path: Path, text: str, code: str, named: str) -> None:
    path = tmp_path / "profile.toml"
    path.write_text(text, "utf-8")
    with pytest.raises(UnableToRead) as refusal:
        load_profile(path)
    assert refusal.value.code == code
    assert named in refusal.value.text("en")
    assert named in refusal.value.text("zh")


@pytest.mark.parametrize("text", ["=1+1", "+cmd|' /C calc'!A0", "-2+3", "@SUM(A1)", "\t=1", "\r=1", "＝1"])
def test_no_text_becomes_a_formula(text: str) -> None:
    assert safe_text(text) == f"'{text}"


@pytest.mark.parametrize("text", ["-12.50", "+5", "DN-1", "", "12"])
def test_plain_numbers_and_codes_stay_as_they_are(text: str) -> None:
    assert safe_text(text) == text
