"""Who of the demo company visited whom, which competitors were seen there, and how far each chain is trusted?"""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

from keytally.accounts.models import AccountNode, Contact
from keytally.accounts.rules.tiers import CreditGrade
from keytally.accounts.rules.visits import VisitState
from keytally.accounts.services.standing import BY_HAND, record_credit_grade
from keytally.accounts.services.visits import NewVisit, Sighting, record_competitor, record_visit

if TYPE_CHECKING:
    from keytally.core.models import User

# What was seen of made-up competitors: who, what they offer, strong, weak, how low they go, how we know.
SEEN = (
    ("海飞雪", "新品进场免条码费，首单九折", "广告投放大", "补货慢，常缺货", "返利最多15%", "采购经理口述"),
    ("润禾", "端架两个月，买二赠一", "价格低", "包装陈旧", "供价不低于8.20元", "门店海报"),
    ("清岚", "全年促销员驻店", "店内执行好", "品项少", "", "拜访时所见"),
)
NOTES = (
    "核对了上月送达率；采购同意下个档期给两个端架，我方提供堆头道具。",
    "谈年度合同框架：对方要求账期延长15天，我方提出以新品首发换取。",
    "结算主管确认对账单已签收，差异两笔，下周补单据。",
)
STORE_NOTES = ("货架补齐，价签已换。", "缺货两个单品，已下补货单。", "与店长谈好周末试吃。")


def lay_out_visits(
    top: AccountNode, stores: Sequence[AccountNode], *, place: int, lead: "User", today: date, now: datetime
) -> None:
    """Visit a chain and some of its stores, plan the next visit, and see a competitor or two."""
    met = list(Contact.objects.filter(node=top).order_by("-weight")[:2]) if place % 2 else []
    made = NewVisit(lead, today - timedelta(days=12), VisitState.MADE, met, aim="季度回顾", notes=NOTES[place % 3])
    failed = NewVisit(
        lead, today - timedelta(days=5), VisitState.FAILED, aim="谈新品进场", reason="采购临时出差，改约下周"
    )
    planned = NewVisit(lead, today + timedelta(days=2 + place % 5), VisitState.PLANNED, met, aim="谈新品进场")
    for wanted in (made, *((failed,) if place % 3 == 0 else ()), planned):
        record_visit(top, wanted=wanted, by=lead, today=today, now=now)
    for number, store in enumerate(stores[::9]):
        if store.owner:
            on, notes = today - timedelta(days=1 + number % 14), STORE_NOTES[number % 3]
            wanted = NewVisit(store.owner, on, VisitState.MADE, aim="例行拜访", notes=notes)
            record_visit(store, wanted=wanted, by=store.owner, today=today, now=now)
    for name, offer, strength, weakness, floor, learned_from in SEEN[: 1 + place % 3]:
        seen = Sighting(name, today - timedelta(days=9 + place), offer, strength, weakness, floor, learned_from)
        record_competitor(top, seen=seen, by=lead, today=today, now=now)
    grade = (CreditGrade.A, CreditGrade.B, CreditGrade.B, CreditGrade.C)[place % 4]
    record_credit_grade(top, grade=grade, starts_on=today.replace(month=1, day=1), source=BY_HAND, by=lead, now=now)
