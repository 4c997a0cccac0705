"""Which negotiations run in the demo company? One in its second round, with a warning; one is being prepared."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

from django.db import transaction

from keytally.core.clock import business_date
from keytally.core.demo import demo
from keytally.funnel.rules.stages import CustomerSize
from keytally.funnel.services.evidence import NewEvidence
from keytally.funnel.services.opening import NewOpportunity, open_opportunity
from keytally.negotiation.labels import Aspect, Party, Result
from keytally.negotiation.models import Negotiation
from keytally.negotiation.queries.demo import open_opportunity_of
from keytally.negotiation.rules.issues import Side
from keytally.negotiation.rules.readiness import Route, Way
from keytally.negotiation.services import ending, preparing, rounds
from keytally.negotiation.services.preparing import IssueFacts
from keytally.people.queries.positions import person_named
from keytally.playbook.queries.value import chains

if TYPE_CHECKING:
    from keytally.accounts.models import AccountNode
    from keytally.core.models import User
    from keytally.funnel.models import Opportunity

ISSUES: Sequence[IssueFacts] = (
    IssueFacts("返利", 20, 35, 55, 80, 60, 40, 35, 40, unit="%", decimals=1, step=5),
    IssueFacts("账期", 30, 45, 60, 90, 75, 45, 25, 30, unit="天", step=15),
    IssueFacts("新店端架", 40, 30, 15, 5, 10, 30, 25, 10, unit="家", step=5),
    IssueFacts("新品条码", 24, 18, 10, 6, 10, 20, 15, 20, unit="个", step=2),
)
CELLS = {
    (Party.CUSTOMER, Aspect.STRENGTH): ("96 家大卖场，五城", 4),
    (Party.RIVAL, Aspect.STRENGTH): ("全国广告，价格低 3%", 4),
    (Party.US, Aspect.STRENGTH): ("每平方米产出为品类 1.4 倍", 4),
    (Party.CUSTOMER, Aspect.VALUE): ("端架、元旦档期", 4),
    (Party.RIVAL, Aspect.VALUE): ("返利高 1 个点", 3),
    (Party.US, Aspect.VALUE): ("动销数据、陈列培训、物料", 4),
    (Party.RIVAL, Aspect.FLOOR): ("返利约 7%（采购透露）", None),
    (Party.US, Aspect.FLOOR): ("返利 5.5%，账期 60 天", None),
    (Party.RIVAL, Aspect.WEAKNESS): ("缺货率 11%，促销员不到位", 4),
    (Party.US, Aspect.WEAKNESS): ("新品慢", 2),
}


@dataclass(frozen=True, slots=True)
class Held:
    """A round of the demo, so many days ago."""

    days_ago: int
    asked: str
    offers: Sequence[tuple[str, Side, int, str]]
    has_deadline: bool = False


ROUNDS = (
    Held(
        12,
        "返利要 8%，账期 90 天，否则元旦档期给竞品。",
        [("返利", Side.THEM, 80, ""), ("返利", Side.US, 25, "20 家新店开业端架"), ("账期", Side.THEM, 90, "")],
    ),
    Held(
        5,
        "返利可到 7%，账期不松口；要求本月 20 日前定。",
        [
            ("返利", Side.THEM, 70, ""),
            ("返利", Side.US, 35, ""),
            ("新店端架", Side.THEM, 15, ""),
        ],
        has_deadline=True,
    ),
)


@demo("negotiation")
@transaction.atomic
def lay_out_negotiations(owner: "User", now: datetime) -> str:
    """Let a negotiation run and another be prepared, where there are none."""
    known = chains()
    if Negotiation.objects.exists() or not {"YS", "HF"} <= known.keys():
        return "The demo company's negotiations are there already."
    by = person_named("manager") or owner
    running = _prepared(known["YS"], "永盛 2027 年度合同", by=by, now=now)
    _begin(running, by=by, now=now)
    for held in ROUNDS:
        _hold(running, held, by=by, now=now)
    _prepared(known["HF"], "惠丰洗护品类进场", by=by, now=now)
    return "A negotiation runs with Yongsheng and one with Huifeng is prepared: see Negotiation."


def _opportunity(chain: "AccountNode", name: str, *, by: "User", now: datetime) -> "Opportunity":
    known = open_opportunity_of(chain.pk)
    if known:
        return known
    day = business_date(now - timedelta(days=40))
    evidence = [NewEvidence(code, day, note="邮件同意") for code in ("accepts_material", "contact_made")]
    wanted = NewOpportunity(
        chain, name, by, day, amount_minor=4_800_000_00, customer_size=CustomerSize.MEDIUM_LARGE, evidence=evidence
    )
    return open_opportunity(wanted=wanted, by=by, now=now - timedelta(days=40))


def _prepared(chain: "AccountNode", name: str, *, by: "User", now: datetime) -> Negotiation:
    at = now - timedelta(days=20)
    found = preparing.open_negotiation(_opportunity(chain, name, by=by, now=now), by=by, now=at)
    for facts in ISSUES:
        preparing.keep_issue(found.pk, facts, by=by, now=at)
    words = ("把元旦档期资源投给惠丰", "与本地品牌签两年独家")
    preparing.keep_alternatives(found.pk, words=words, ppm=(250_000, 200_000), by=by, now=at)
    return found


def _begin(found: Negotiation, *, by: "User", now: datetime) -> None:
    at, today = now - timedelta(days=18), business_date(now)
    day = business_date(at)
    for name, decides in (("周伟 商品总监", True), ("林娜 财务总监", True), ("马强 采购", False)):
        preparing.keep_person(found.pk, name=name, decides=decides, confirmed_on=day, by=by, now=at)
    facts = {
        "way": Way.SEVERAL_ROUNDS,
        "route": Route.IN_TURN,
        "suppliers": 2,
        "starts_on": day,
        "finishes_on": today + timedelta(days=25),
        "dates_confirmed": True,
        "rival": "清源日化",
    }
    preparing.keep_preconditions(found.pk, facts=facts, by=by, now=at)
    marks = {"difficulties": ["RIVAL_LEVER", "WIDE_GAP"], "methods": ["ROUNDS_OF_PRESSURE"], "phase": ""}
    preparing.keep_marks(found.pk, marks=marks, by=by, now=at)
    preparing.keep_comparison(found.pk, cells=CELLS, by=by, now=at)
    preparing.begin(found.pk, by=by, now=at, as_of=day, may_override=False)
    use = ending.use_tactic(found.pk, tactic="STRIKE_HOLLOW", note="先谈端架，后谈返利", by=by, now=at)
    ending.end_tactic(use, result=Result.HELPED, by=by, now=at)


def _hold(found: Negotiation, held: Held, *, by: "User", now: datetime) -> None:
    at, today = now - timedelta(days=held.days_ago), business_date(now)
    day: date = business_date(at)
    issues = {issue.name: issue.pk for issue in found.issues.all()}
    facts = rounds.RoundFacts(
        held_on=day,
        who="陈静、李娜 / 周伟、马强",
        asked=held.asked,
        offers=[rounds.Offer(issues[name], side, level, back) for name, side, level, back in held.offers],
        deadline=today + timedelta(days=18) if held.has_deadline else None,
        price_objection=True,
    )
    rounds.record_round(found.pk, facts, by=by, now=at, as_of=day, is_acknowledged=True)
