"""How do opportunities of the demo company go? Made up, the same every time: which way, how long, and what shows it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from keytally.funnel.labels import SourceKind
from keytally.funnel.rules.default_gates import SIZES
from keytally.funnel.rules.stages import STAGES, Stage, State

# What is sold: name, product, size of the sale in thousandths of a month's sales of a store of the chain.
THEMES = (
    ("春节档端架与堆头计划", "家清", 900),
    ("洗护新品系列进场", "洗护", 1400),
    ("年度陈列协议", "全品类", 4200),
    ("会员装大包装合作", "家清", 2600),
    ("收银台小货架", "口腔护理", 300),
    ("中秋礼盒订货", "礼盒", 800),
    ("品类管理合作", "洗护", 1900),
    ("周年庆联合营销", "全品类", 1200),
    ("社区店补货直送", "家清", 600),
    ("儿童系列独家首发", "儿童护理", 1500),
    ("门店促销员计划", "洗护", 500),
    ("自有品牌代工", "家清", 3800),
    ("冷泡茶饮试点", "饮料", 700),
)
RIVALS = ("立白", "蓝月亮", "纳爱斯", "云南白药", "舒客")
# Of a hundred that enter a stage, how many go on; and the usual days in it.
GO_ON: Mapping[Stage, int] = {
    Stage.TARGET: 88,
    Stage.INTENT: 80,
    Stage.PROJECT: 80,
    Stage.RECOGNITION: 84,
    Stage.NEGOTIATION: 86,
    Stage.CLOSING: 92,
}
DAYS: Mapping[Stage, int] = {
    Stage.TARGET: 14,
    Stage.INTENT: 22,
    Stage.PROJECT: 38,
    Stage.RECOGNITION: 26,
    Stage.NEGOTIATION: 24,
    Stage.CLOSING: 18,
}
NOTES: Mapping[str, tuple[SourceKind, str]] = {
    "accepts_material": (SourceKind.MESSAGE, "采购经理同意收取新品资料"),
    "contact_made": (SourceKind.MESSAGE, "电话沟通了合作意向"),
    "visit_agreed": (SourceKind.MESSAGE, "约定下周到总部拜访"),
    "visited": (SourceKind.VISIT_NOTE, "拜访总部采购部，介绍方案"),
    "evaluating": (SourceKind.VISIT_NOTE, "正在与两家供应商比较"),
    "need_stated": (SourceKind.VISIT_NOTE, "客户提出提高坪效的需求"),
    "our_team_formed": (SourceKind.OTHER, "项目小组成立，分工确认"),
    "our_standard_met": (SourceKind.DOCUMENT, "按立项标准评估通过"),
    "team_and_process": (SourceKind.VISIT_NOTE, "明确了对方项目组与审批流程"),
    "go_live_plan": (SourceKind.DOCUMENT, "上线时间表已确认"),
    "budget": (SourceKind.VISIT_NOTE, "费用预算范围已告知"),
    "core_need": (SourceKind.VISIT_NOTE, "核心需求书面确认"),
    "tender_won": (SourceKind.DOCUMENT, "收到中标通知"),
    "payer_prefers_us": (SourceKind.VISIT_NOTE, "财务总监会上表示我方为首选"),
    "our_contract_form": (SourceKind.DOCUMENT, "已提交我方合同文本"),
    "price_objection": (SourceKind.MESSAGE, "对方要求供价再降两个点"),
    "dated_negotiation": (SourceKind.NEGOTIATION, "约定月底前谈定条款"),
    "contract_signed": (SourceKind.CONTRACT, "双方盖章合同已归档"),
    "down_payment_sent": (SourceKind.PAYMENT, "首付款已汇出"),
    "paid_as_agreed": (SourceKind.PAYMENT, "按合同付清"),
    "shipped": (SourceKind.SHIPMENT, "首批已发货"),
}
_SHOWS: Mapping[Stage, tuple[tuple[str, ...], ...]] = {
    Stage.TARGET: (("accepts_material", "contact_made"), ("contact_made", "visit_agreed")),
    Stage.INTENT: (("visited", "need_stated"), ("visited", "evaluating")),
    Stage.RECOGNITION: (("tender_won",), ("payer_prefers_us",)),
    Stage.NEGOTIATION: (("our_contract_form",), ("price_objection",), ("our_contract_form", "dated_negotiation")),
    Stage.CLOSING: (("contract_signed",), ("contract_signed", "down_payment_sent")),
}
_PROJECT = ("our_team_formed", "our_standard_met", "team_and_process", "core_need")


@dataclass(frozen=True, slots=True)
class Stay:
    """A stay in a stage: from when to when, what showed it, and whether a manager let it in."""

    stage: Stage
    entered_on: date
    left_on: date | None
    shown: tuple[str, ...]
    is_override: bool = False


@dataclass(frozen=True, slots=True)
class Way:
    """The way of one opportunity: its stays and how it ended."""

    opened_on: date
    stays: tuple[Stay, ...]
    state: State
    closed_on: date | None


def chance(*seeds: int) -> int:
    """Make up a number from 0 to 99, the same for the same seeds.

    >>> chance(3, 1) == chance(3, 1)
    True
    """
    value = 12_345
    for seed in seeds:
        value = (value * 1_103_515_245 + seed * 40_503 + 12_345) % 2_147_483_648
    return (value >> 8) % 100


def way(number: int, *, size: str, today: date) -> Way:
    """Make up the way of an opportunity up to today: most fall out, some win, those opened late are still under way."""
    back = (number * 397) % 400
    opened_on = today - timedelta(days=back * back // 410 + chance(number, 7) % 5)
    stays: list[Stay] = []
    day = opened_on
    for stage in STAGES:
        days = max(2, DAYS[stage] * (40 + chance(number, len(stays), 1) * 130 // 100) // 100)
        goes_on = chance(number, len(stays), 2) < GO_ON[stage]
        leaves_on = day + timedelta(days=days if goes_on else days * 2)
        shown = shows(stage, size=size, number=number)
        is_override = stage in (Stage.INTENT, Stage.PROJECT) and chance(number, 9) < 7
        if leaves_on > today:
            return Way(opened_on, (*stays, Stay(stage, day, None, shown, is_override)), State.OPEN, None)
        stays.append(Stay(stage, day, leaves_on, shown, is_override))
        if not goes_on:
            state = State.STOPPED if chance(number, 5) < 25 else State.LOST
            return Way(opened_on, tuple(stays), state, leaves_on)
        day = leaves_on
    return Way(opened_on, tuple(stays), State.WON, day)


def shows(stage: Stage, *, size: str, number: int) -> tuple[str, ...]:
    """Choose what shows a stage's gate."""
    if stage is Stage.PROJECT:
        return _PROJECT if size == SIZES[0] else (*_PROJECT, "go_live_plan", "budget")
    ways = _SHOWS[stage]
    return ways[chance(number, len(stage.value)) % len(ways)]


def closing_facts(number: int, won_on: date, *, today: date) -> Iterator[tuple[str, date]]:
    """Make up shipment and payment after a sale was won: most complete, some still due."""
    for fact, after in (("shipped", 12), ("paid_as_agreed", 38 + chance(number, 4) % 30)):
        day = won_on + timedelta(days=after)
        if day <= today and chance(number, after) < 85:
            yield fact, day
