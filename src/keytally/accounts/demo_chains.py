"""The made-up chains of the demo company, the cities they trade in, and the people who decide there."""

from collections.abc import Mapping
from dataclasses import dataclass

from stdnum.cn import uscc

from keytally.accounts.rules.decision_map import DecisionRole, Stance
from keytally.accounts.rules.parties import Mode
from keytally.accounts.rules.tiers import Tier
from keytally.accounts.services import practice


@dataclass(frozen=True, slots=True)
class City:
    """A city, its code, its centre in millionths of a degree, and the unit of ours that serves it."""

    name: str
    code: str
    north: int
    east: int
    unit: str


@dataclass(frozen=True, slots=True)
class Chain:
    """A chain of the demo: its format, mode, tier, cities, number of stores and size of a month's sales in yuan."""

    code: str
    name: str
    english: str
    store_format: str
    mode: Mode
    tier: Tier
    cities: str
    stores: int
    monthly: int


CITIES: Mapping[str, City] = {
    city.name: city
    for city in (
        City("上海", "310000", 31_230_000, 121_474_000, "SH"),
        City("杭州", "330100", 30_274_000, 120_155_000, "ZJ"),
        City("宁波", "330200", 29_868_000, 121_544_000, "ZJ"),
        City("广州", "440100", 23_129_000, 113_264_000, "GD"),
        City("深圳", "440300", 22_543_000, 114_058_000, "GD"),
        City("福州", "350100", 26_075_000, 119_296_000, "FJ"),
        City("厦门", "350200", 24_480_000, 118_089_000, "FJ"),
        City("北京", "110000", 39_904_000, 116_407_000, "BJ"),
        City("济南", "370100", 36_651_000, 117_120_000, "SD"),
        City("青岛", "370200", 36_067_000, 120_383_000, "SD"),
    )
}
CHAINS = (
    Chain("YS", "永盛", "Yongsheng", "HYPERMARKET", Mode.B, Tier.A, "上海 杭州 广州 北京 济南", 96, 180_000),
    Chain("HF", "惠丰", "Huifeng", "HYPERMARKET", Mode.C, Tier.A, "上海 宁波 深圳 福州 青岛", 82, 210_000),
    Chain("JH", "嘉禾会员店", "Jiahe Club", "WAREHOUSE_CLUB", Mode.C, Tier.A, "上海 北京 深圳", 18, 900_000),
    Chain("LJ", "乐居生活", "Leju Life", "SUPERMARKET", Mode.B, Tier.A, "上海 杭州 宁波 厦门", 74, 70_000),
    Chain("CX", "晨星便利", "Chenxing", "CONVENIENCE", Mode.C, Tier.B, "上海 杭州", 90, 9_000),
    Chain("BH", "百汇", "Baihui", "SUPERMARKET", Mode.B, Tier.B, "广州 深圳", 52, 65_000),
    Chain("HX", "海西", "Haixi", "SUPERMARKET", Mode.B, Tier.B, "福州 厦门", 46, 48_000),
    Chain("QL", "齐鲁万家", "Qilu Wanjia", "HYPERMARKET", Mode.B, Tier.B, "济南 青岛", 40, 88_000),
    Chain("JT", "京腾", "Jingteng", "SUPERMARKET", Mode.A, Tier.B, "北京", 34, 52_000),
    Chain("RM", "润美日化", "Runmei", "SPECIALIST", Mode.A, Tier.C, "上海 杭州 广州", 30, 15_000),
    Chain("FL", "福临门口", "Fulin Corner", "CONVENIENCE", Mode.A, Tier.C, "宁波 福州", 22, 6_000),
    Chain("DY", "东屿百货", "Dongyu", "DEPARTMENT_STORE", Mode.A, Tier.C, "厦门 青岛", 16, 24_000),
)
ROADS = "中山 人民 解放 建设 新华 和平 长江 学院 滨河 朝阳 文化 体育 花园 迎宾 科技"
SURNAMES, GIVEN = "王李张刘陈杨黄赵吴周徐孙马朱胡郭何高林罗", "伟芳娜敏静丽强磊军洋勇艳杰娟涛明超秀霞平"
OPERATION = {Mode.A: "DIRECT_STORE", Mode.B: "DIRECT_STORE", Mode.C: "CENTRAL"}
# Who decides at a head office: role, job title, weight, stance, the rungs that were proved and how many days ago.
DECIDERS: tuple[tuple[DecisionRole, str, int, Stance, tuple[tuple[int, int], ...]], ...] = (
    (DecisionRole.DECISION_MAKER, "商品总监", 40, Stance.SUPPORTS, ((170, 2), (100, 3), (40, 4))),
    (DecisionRole.BUDGET_HOLDER, "财务总监", 30, Stance.NEUTRAL, ((80, 1), (60, 2))),
    (DecisionRole.BUYER, "采购经理", 20, Stance.CHAMPION, ((250, 2), (180, 3), (110, 4), (82, 4))),
    (DecisionRole.SETTLEMENT_CLERK, "结算主管", 5, Stance.SUPPORTS, ((100, 2), (20, 3))),
    (DecisionRole.OPPONENT, "自有品牌经理", 5, Stance.AGAINST, ()),
)
PROCEDURE = (
    practice.Item(3, "在供应商门户核对上月验收单", "Check last month's receipts in the supplier portal"),
    practice.Item(8, "提交对账单并取得签收", "Hand in the account statement and have it signed for"),
    practice.Item(12, "确认扣款与费用", "Agree deductions and fees"),
    practice.Item(15, "开票并录入门户", "Invoice, and enter it in the portal"),
    practice.Item(28, "付款日：核对到账金额", "Pay day: check the amount received"),
)


def tax_id(number: int) -> str:
    """Make up a tax id with a right check digit, of an office that gives none out."""
    body = f"92990000MA{number:07d}"
    return body + uscc.calc_check_digit(body)


def person_name(number: int) -> str:
    """Make up a name."""
    return (
        SURNAMES[number % len(SURNAMES)]
        + GIVEN[number * 3 % len(GIVEN)]
        + (GIVEN[number * 7 % len(GIVEN)] if number % 2 else "")
    )
