"""Which gates does keytally ship? Rows F03-F11 as they stand, G1-G4 for what they leave open."""

from collections.abc import Mapping
from typing import Any

SIZES = ("SMALL_MEDIUM", "MEDIUM_LARGE", "GOVERNMENT")

# The three lists that the gate of 50 % may follow (F09, F10, G1).
FIRST_LIST = ("their_contract_form", "our_contract_form", "dated_negotiation")
SECOND_LIST = ("our_contract_form", "dated_negotiation", "price_objection", "delivery_or_payment_argued")
UNION_LIST = (
    "their_contract_form",
    "our_contract_form",
    "dated_negotiation",
    "price_objection",
    "delivery_or_payment_argued",
)
NEGOTIATION_LISTS: Mapping[str, tuple[str, ...]] = {"UNION": UNION_LIST, "FIRST": FIRST_LIST, "SECOND": SECOND_LIST}
OWN_LIST = "OWN"

# code: (Chinese, English, days for which evidence holds)
_CRITERIA: Mapping[str, tuple[str, str, int | None]] = {
    "accepts_material": ("允许邮寄资料或邮件", "Allows us to mail material", None),
    "contact_made": ("建立了初步联系", "First contact made", None),
    "visit_agreed": ("已初步约定正式拜访时间", "Formal visit agreed", 30),
    "visited": ("正式拜访过1次以上", "Formally visited at least once", None),
    "evaluating": ("正在考察/选型进展中", "Is evaluating or selecting", 180),
    "need_stated": ("有明确的需求", "Has a clear need", None),
    "sponsor_named": ("客户方有明确的中高层项目负责人", "Has a named middle or senior project lead", None),
    "our_team_formed": ("我方已组成项目小组", "Our own project team is formed", None),
    "our_standard_met": ("符合我方立项标准", "Our own project standard is assessed and met", None),
    "team_and_process": ("明确的项目组成员及决策流程", "Project team and decision process known", None),
    "go_live_plan": ("明确的上线时间规划", "Go-live schedule", None),
    "budget": ("明确的预算范围", "Budget range", None),
    "core_need": ("清晰的核心需求", "Clear core needs", None),
    "competitors_known": ("有竞争对手", "Competitors known", None),
    "tender_won": ("招投标中标", "We won the tender", None),
    "payer_prefers_us": (
        "客户方付费决策人在公开场合表态我方为第一选择",
        "The budget holder said publicly that we are first choice",
        180,
    ),
    "majority_for_us": (
        "最大决策权重者(或平均权重决策中的多数票)对我们认可",
        "The decision-maker with most weight, or where weights are equal the majority of heads, is for us",
        None,
    ),
    "their_contract_form": ("客户已提交客户方格式合同", "Customer gave us their contract form", None),
    "our_contract_form": ("我方已提供我方格式合同", "We gave them our contract form", None),
    "dated_negotiation": ("有明确期限的合同谈判进行中", "Contract talks with a set deadline are under way", 30),
    "price_objection": ("客户方针对价格提出异议", "Customer objects to the price", 90),
    "delivery_or_payment_argued": (
        "交付物难易程度、付款比例商谈中",
        "Delivery effort or payment share is being argued",
        90,
    ),
    "contract_signed": ("双方签订商务合同", "Contract signed by both", None),
    "down_payment_sent": ("客户方支汇出首付款", "Down payment sent", None),
    "paid_as_agreed": ("已按合同付款", "Paid as agreed", None),
    "shipped": ("产品已发货", "Product shipped", None),
}

# stage: (weight, led by, purpose in Chinese and English, stale after days)
_STAGES: Mapping[str, tuple[int, tuple[str, ...], tuple[str, str], int]] = {
    "TARGET": (10, ("ACCOUNT_MANAGER",), ("寻找并落实目标", "Find and place targets"), 30),
    "INTENT": (20, ("PROJECT_MANAGER",), ("引导并确认意向", "Guide and confirm intent"), 30),
    "PROJECT": (30, ("PROJECT_TEAM",), ("影响并跟进立项", "Influence and follow the set-up"), 45),
    "RECOGNITION": (40, ("PROJECT_TEAM",), ("赢得首次认可", "Win first approval"), 45),
    "NEGOTIATION": (50, ("PROJECT_MANAGER", "EXECUTIVE"), ("进行商务谈判", "Negotiate the business"), 30),
    "CLOSING": (80, ("PROJECT_MANAGER", "FINANCE_LEAD"), ("完成销售", "Finish the sale"), 30),
}
# stage: (how many are needed, of which criteria); the project gate requires sets by size (F07, G4).
_CHOICES: Mapping[str, tuple[int, tuple[str, ...]]] = {
    "TARGET": (2, ("accepts_material", "contact_made", "visit_agreed")),
    "INTENT": (2, ("visited", "evaluating", "need_stated", "sponsor_named")),
    "RECOGNITION": (1, ("tender_won", "payer_prefers_us", "majority_for_us")),
    "NEGOTIATION": (1, UNION_LIST),
    "CLOSING": (1, ("contract_signed", "down_payment_sent")),
}
_OURS = ("our_team_formed", "our_standard_met")
_REQUIRED: Mapping[str, tuple[str, ...]] = {
    "SMALL_MEDIUM": (*_OURS, "team_and_process", "core_need"),
    "MEDIUM_LARGE": (*_OURS, "team_and_process", "go_live_plan", "budget", "core_need"),
    "GOVERNMENT": (*_OURS, "team_and_process", "go_live_plan", "budget", "core_need"),
}


def default_gates() -> dict[str, Any]:
    """Write the default as rule data: criteria, and the six stages in order."""
    criteria = {
        code: {"zh": chinese, "en": english, "valid_days": days} for code, (chinese, english, days) in _CRITERIA.items()
    }
    return {
        "criteria": criteria,
        "negotiation_list": "UNION",
        "stages": {stage: _stage(stage) for stage in _STAGES},
    }


def _stage(stage: str) -> dict[str, Any]:
    weight, led_by, (chinese, english), stale_days = _STAGES[stage]
    return {
        "weight": weight,
        "led_by": list(led_by),
        "purpose": {"zh": chinese, "en": english},
        "stale_days": stale_days,
        "gates": {size: _gate(stage, size) for size in SIZES},
    }


def _gate(stage: str, size: str) -> dict[str, Any]:
    if stage == "PROJECT":
        return {"required": list(_REQUIRED[size]), "needed": 0, "of": []}
    needed, criteria = _CHOICES[stage]
    return {"required": [], "needed": needed, "of": list(criteria)}
