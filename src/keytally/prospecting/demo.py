"""Where does the demo company look for new accounts? Segments, campaigns with occasions, and sixty made-up leads."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import transaction

from keytally.core.clock import business_date
from keytally.core.demo import demo
from keytally.core.queries import people
from keytally.prospecting.labels import ActionKind, Assessment, DropReason, OccasionKind
from keytally.prospecting.models import Campaign, Lead, Segment
from keytally.prospecting.rule_data import checklist
from keytally.prospecting.rules.cadence import Outcome, TouchKind
from keytally.prospecting.rules.fit import Trigger
from keytally.prospecting.rules.preparation import Personality, Willingness
from keytally.prospecting.rules.sources import LeadSource
from keytally.prospecting.services import campaigns, leads, touches

if TYPE_CHECKING:
    from keytally.core.models import User
    from keytally.prospecting.services.leads import Plan

OWNERS = ("rep", "manager", "region")
CITIES = ("上海", "杭州", "宁波", "苏州", "南京", "合肥", "无锡", "常州")
FIRST = (
    "鲜果",
    "佳禾",
    "万邻",
    "禾家",
    "优邻",
    "惠民",
    "百味",
    "好邻",
    "新禾",
    "嘉佳",
    "天天",
    "云集",
    "小满",
    "和丰",
    "东篱",
)
LAST = ("便利连锁", "生鲜超市", "母婴连锁", "社区团购", "食品批发")
BUYERS = ("赵敏", "钱伟", "孙丽", "李强", "周倩", "吴斌", "郑洁", "王璐")
SEGMENTS = (
    ("社区生鲜店", "Neighbourhood fresh stores", "小包装果汁、乳饮料", Assessment.FITS, "复购高，账期短"),
    ("便利店系统", "Convenience chains", "即饮系列", Assessment.FITS, "冷柜位置充足"),
    ("母婴连锁", "Mother and baby chains", "儿童果汁", Assessment.DOUBTFUL, "对糖分有要求"),
    ("社区团购平台", "Community group buying", "家庭装", Assessment.UNFIT, "价格会冲击商超价盘"),
    ("礼品渠道", "Gift channel", "礼盒装", Assessment.OPEN, ""),
)
CAMPAIGNS = (
    ("秋季糖酒会", "Autumn food fair", LeadSource.INDUSTRY_EVENT, 60, 8, 12_800_000),
    ("新品品鉴会", "Tasting of new products", LeadSource.EXPERIENCE_EVENT, 30, 2, 3_600_000),
    ("客户俱乐部", "Customer club", LeadSource.CUSTOMER_CLUB, 12, 3, 1_500_000),
)


@dataclass(frozen=True, slots=True)
class Setting:
    """Who lays out the demo, when, and whose leads they are."""

    by: "User"
    today: date
    now: datetime
    owners: "Sequence[User]"

    def at(self, days_ago: int, hour: int) -> datetime:
        """Name an hour some days ago, never one to come."""
        zone = ZoneInfo(settings.TIME_ZONE)
        return min(self.now, datetime.combine(self.today - timedelta(days=days_ago), time(hour), zone))


@demo("prospecting")
@transaction.atomic
def lay_out_leads(owner: "User", now: datetime) -> str:
    """Lay out leads for the demo company where there is none."""
    if Lead.objects.exists():
        return "Leads are kept here already."
    known = {one.username: one for one in people().filter(username__in=OWNERS)}
    owners = [known[name] for name in OWNERS if name in known] or [owner]
    setting = Setting(owner, business_date(now), now, owners)
    segments = _segments(setting)
    efforts = _campaigns(setting)
    kept = [
        _lead(place, name, segments=segments, efforts=efforts, setting=setting) for place, name in enumerate(_names())
    ]
    _occasions(efforts, kept, setting)
    return f"The demo company works on {len(kept)} leads: see Prospecting."


def _names() -> Iterator[str]:
    """Name companies that no demo chain resembles."""
    for number, first in enumerate(FIRST):
        for step in range(4):
            yield f"{first}{CITIES[(number + step * 3) % len(CITIES)]}{LAST[(number + step) % len(LAST)]}"


def _segments(setting: Setting) -> list[Segment]:
    return [
        campaigns.keep_segment(
            None,
            facts={
                "name_zh": chinese,
                "name_en": english,
                "fits": fits,
                "size_note": "",
                "result": result,
                "result_note": why,
            },
            by=setting.owners[-1],
            on=setting.today,
            now=setting.now,
        )
        for chinese, english, fits, result, why in SEGMENTS
    ]


def _campaigns(setting: Setting) -> list[Campaign]:
    return [
        campaigns.keep_campaign(
            None,
            facts={
                "name_zh": chinese,
                "name_en": english,
                "source": source,
                "starts_on": setting.today - timedelta(days=ago),
                "ends_before": setting.today - timedelta(days=ago - days),
                "cost_minor": cost,
                "note": "",
            },
            by=setting.owners[-1],
            now=setting.now,
        )
        for chinese, english, source, ago, days, cost in CAMPAIGNS
    ]


def _lead(place: int, name: str, *, segments: Sequence[Segment], efforts: Sequence[Campaign], setting: Setting) -> Lead:
    effort = efforts[place % 7] if place % 7 < len(efforts) else None
    source = LeadSource(effort.source) if effort else list(LeadSource)[(0, 1, 4, 5)[place % 4]]
    owner = setting.owners[place % len(setting.owners)]
    facts = {
        "name": name,
        "contact_name": BUYERS[place % len(BUYERS)] if place % 5 else "",
        "contact_title": "采购经理" if place % 5 else "",
        "phone": f"0571-8{place:03d}{(place * 37) % 10000:04d}",
        "email": f"buyer{place}@lead{place}.example" if place % 3 else "",
        "city": CITIES[place % len(CITIES)],
        "country": "CN",
        **_known(place),
    }
    wanted = leads.NewLead(
        facts=facts,
        source=source,
        owner=owner,
        first=_plan(place, owner, setting),
        links={"segment": segments[place % len(segments)], "campaign": effort},
        is_another=True,
    )
    kept = leads.add_lead(
        wanted, by=owner, on=setting.today - timedelta(days=place % 45), now=setting.at(place % 45, 9)
    )
    _work(kept, place, owner=owner, setting=setting)
    return kept


def _known(place: int) -> dict[str, object]:
    """Let some leads be known well, some partly, some not at all."""
    if place % 4 == 0:
        return {}
    triggers = [list(Trigger)[place % 4].value] + ([Trigger.OUTGROWN.value] if place % 6 == 1 else [])
    volume, deal = 20_000_000 * (1 + place % 9), 6_000_000 * (1 + place % 5)
    budget = {"budget_minor": deal + 2_000_000 * (place % 3 - 1)} if place % 3 else {}
    return {
        "triggers": triggers,
        "volume_minor": volume,
        "deal_minor": deal,
        **budget,
        "substitutes": "现榨果汁, 气泡水" if place % 2 else "",
    }


def _plan(place: int, owner: "User", setting: Setting) -> "Plan":
    kinds = (ActionKind.PREPARE, ActionKind.CALL, ActionKind.LOOK_INTO, ActionKind.VISIT)
    due_on = setting.today - timedelta(days=place % 45) + timedelta(days=place % 45 + (place % 6) - 2)
    first_day = setting.today - timedelta(days=place % 45)
    return leads.Plan(kinds[place % 4], max(first_day, due_on), owner, "")


def _work(kept: Lead, place: int, *, owner: "User", setting: Setting) -> None:
    """Prepare, call and visit as far as this lead came; some were dropped."""
    if place % 3 == 2:
        return
    ago = min(place % 45, 6)
    for item in checklist(as_of=setting.today):
        touches.prepare(kept, item=item.code, note="", is_done=True, by=owner, on=setting.today, now=setting.at(ago, 9))
    _touch(kept, TouchKind.CALL, Outcome.APPOINTMENT if place % 2 else Outcome.INTERESTED, ago, owner, setting)
    if place % 4 == 1:
        touches.write_plan(
            kept,
            willingness=list(Willingness)[place % 4],
            personality=list(Personality)[place % 4],
            plan="先给样品与动销数据，再谈进场；不先谈价格。",
            review_on=setting.today + timedelta(days=7),
            by=owner,
            on=setting.today,
            now=setting.now,
        )
        _touch(kept, TouchKind.VISIT, Outcome.INTERESTED, max(0, ago - 2), owner, setting)
    if place % 13 == 7:
        leads.drop_lead(
            kept, reason=DropReason.NO_BUDGET, note="分公司采购预算已用完", by=owner, on=setting.today, now=setting.now
        )


def _touch(kept: Lead, kind: TouchKind, outcome: Outcome, ago: int, owner: "User", setting: Setting) -> None:
    words = {
        TouchKind.CALL: "介绍新品与门店毛利，对方愿意先看资料。",
        TouchKind.VISIT: "看了冷柜与陈列，现供应商缺货频繁；下周给报价。",
    }
    following = leads.Plan(ActionKind.VISIT, setting.today + timedelta(days=kept.pk % 5), owner, "")
    said = touches.Said(
        kind=kind,
        happened_at=setting.at(ago, 10 if kind is TouchKind.CALL else 15),
        contact_name=kept.contact_name or "采购",
        outcome=outcome,
        text=words[kind],
        following=following,
        may_write=True,
    )
    touches.record_touch(kept, said=said, by=owner, now=max(setting.at(ago, 17), said.happened_at))


def _occasions(efforts: Sequence[Campaign], kept: Sequence[Lead], setting: Setting) -> None:
    tasting = campaigns.hold_occasion(
        kind=OccasionKind.CAMPAIGN,
        title="新品品鉴：华东采购专场",
        held_on=efforts[1].starts_on,
        campaign=efforts[1],
        by=setting.owners[-1],
        now=setting.now,
    )
    for place, one in enumerate(lead for lead in kept if lead.campaign_id == efforts[1].pk):
        guest = campaigns.invite(tasting, lead=one, by=setting.owners[-1], now=setting.now)
        campaigns.mark_came(guest, came=place % 3 != 0, by=setting.owners[-1], on=setting.today, now=setting.now)
    campaigns.hold_occasion(
        kind=OccasionKind.WEEKLY_BRIEFING,
        title="周例会：线索与约访",
        held_on=setting.today - timedelta(days=setting.today.weekday()),
        campaign=None,
        by=setting.owners[-1],
        now=setting.now,
    )
