"""Which requests run in the demo company? Some wait, one is late, one came back, some have ended."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

from keytally.approvals import definitions, services
from keytally.approvals.models import Request, Slot
from keytally.approvals.queries.requests import next_seat
from keytally.approvals.rules.workflow import Value
from keytally.approvals.services import Details, Draft
from keytally.approvals.services.workflows import accept_limits
from keytally.core.calendars import company_calendar
from keytally.core.clock import business_date
from keytally.core.demo import demo
from keytally.kernel.money import Money
from keytally.people.queries.organisation import organisation
from keytally.people.queries.positions import person_named

if TYPE_CHECKING:
    from keytally.core.models import User

# The limits were accepted before the first request.
BEFORE = timedelta(days=30)
YES = {"DECIDE": Slot.Outcome.APPROVED, "DO": Slot.Outcome.DONE, "CONSULT": Slot.Outcome.NO_OBJECTION}


@dataclass(frozen=True, slots=True)
class Story:
    """A request of the demo: who asks for what, so many working days ago, how many agreed, and how it went on."""

    kind: str
    by: str
    title: str
    account: str
    days_ago: int
    amount: str = ""
    facts: Mapping[str, Value] = field(default_factory=dict)
    text: str = ""
    agreed: int = 0
    ends: Slot.Outcome | None = None
    why: str = ""


STORIES = (
    Story(
        "credit_application",
        "rep",
        "永盛超市 2027 年授信",
        "永盛超市",
        days_ago=4,
        amount="300000",
        facts={"tier": "B", "term_days": 45},
        text="月均净进货 18 万元，过去 12 个月无逾期；不能现款现货，申请 45 天账期。",
        agreed=4,
    ),
    Story(
        "spend_request",
        "rep",
        "元旦档期端架与海报",
        "好邻居大卖场",
        days_ago=3,
        amount="18600",
        facts={"reach": "REGIONAL", "sell_out_from": "2026-12-28", "over_budget": False, "urgent": False},
        text="12 家门店端架各一组、海报两期，费用按店结算，预计毛利 5.2 万元。",
        agreed=5,
    ),
    Story(
        "order_release",
        "manager",
        "永盛 12 月首单放行",
        "永盛超市",
        days_ago=1,
        amount="42000",
        facts={"days_overdue": 5, "reason": "客户已承诺 3 日内付款，门店缺货率 12%。"},
    ),
    Story(
        "contract_cost_rate",
        "manager",
        "华联 2027 年合同费率超授权 0.3 个点",
        "华联综超",
        days_ago=2,
        facts={"points_above": Decimal("0.3"), "reason": "换取全国 40 店新品进场，费率仍在红线内。"},
    ),
    Story(
        "write_off",
        "accountant",
        "2025 年运费尾差",
        "丹和连锁",
        days_ago=9,
        amount="3860.40",
        facts={"cause": "承运商已注销，双方逐笔核对，无单据可追。"},
    ),
    Story(
        "price_exception",
        "manager",
        "中秋礼盒促销供价",
        "好邻居大卖场",
        days_ago=6,
        facts={"price_place": "FLOOR", "reason": "竞品降价 8%，需在档期内跟进。"},
        ends=Slot.Outcome.RETURNED,
        why="请补充邻近渠道的价格对比。",
    ),
    Story(
        "rejection_decision",
        "rep",
        "浦东店拒收 48 箱",
        "永盛超市",
        days_ago=7,
        amount="860",
        facts={"cause": "NO_APPOINTMENT", "proposal": "REDELIVER"},
        agreed=1,
    ),
    Story(
        "write_off",
        "accountant",
        "7 月对账四舍五入差",
        "华联综超",
        days_ago=8,
        amount="96.50",
        facts={"cause": "分行四舍五入累计，单据无差异。"},
        ends=Slot.Outcome.REFUSED,
        why="金额已在 8 月对账单中调整，无需核销。",
    ),
)


@demo("approvals")
def lay_out_requests(owner: "User", now: datetime) -> str:
    """Accept the limits and let some requests run, where there are none."""
    if Request.objects.exists():
        return "The demo company's requests are there already."
    before = business_date(now - BEFORE)
    waiting = [code for code, known in definitions.approvals_in_force(as_of=before).items() if known.needs_acceptance]
    accept_limits(waiting, by=owner, now=now - BEFORE)
    made = [story for story in STORIES if _tell(story, now=now)]
    services.escalate_due(now)
    return f"{len(made)} requests run or ran: see Approvals as region, national, director or finance."


def _tell(story: Story, *, now: datetime) -> bool:
    person = person_named(story.by)
    held = organisation(as_of=business_date(now)).positions_of(person.pk) if person else ()
    if person is None or not held:
        return False
    at = _ago(story.days_ago, now=now)
    draft = Draft(
        title=story.title,
        position=held[0],
        amount=Money.of(story.amount, "CNY") if story.amount else None,
        facts=story.facts,
        details=Details(account_name=story.account, text=story.text),
    )
    request = services.start(story.kind, draft=draft, by=person, now=at)
    for turn in range(story.agreed):
        _answer(request, now=min(at + timedelta(hours=2 * turn + 1), now))
    if story.ends:
        _answer(request, now=min(at + timedelta(hours=3), now), outcome=story.ends, why=story.why)
    return True


def _answer(request: Request, *, now: datetime, outcome: Slot.Outcome | None = None, why: str = "") -> None:
    seat = next_seat(request)
    while seat and outcome and seat.slot.step.mode != "DECIDE":
        services.decide(seat.slot_id, outcome=YES[seat.slot.step.mode], by=seat.person, now=now)
        seat = next_seat(request)
    if seat:
        said = outcome or YES[seat.slot.step.mode]
        services.decide(seat.slot_id, outcome=said, by=seat.person, now=now, comment=why)


def _ago(days: int, *, now: datetime) -> datetime:
    """Name ten o'clock so many working days ago."""
    calendar = company_calendar()
    day = calendar.add(business_date(now), -days)
    return calendar.opens(day) + timedelta(minutes=90)
