"""What has the demo company learned? Entries, experts, questions with a running clock, value given."""

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from django.db import transaction

from keytally.core.calendars import company_calendar
from keytally.core.clock import business_date
from keytally.core.demo import demo
from keytally.people.queries.positions import person_named
from keytally.playbook.demo_entries import Given, contents, given
from keytally.playbook.models import PlaybookEntry, SupportExpert
from keytally.playbook.queries import value as value_queries
from keytally.playbook.rules.clock import Desk
from keytally.playbook.rules.entries import EntryKind
from keytally.playbook.rules.tags import Axis, Difficulty, Stage, Tag
from keytally.playbook.services import entries, support, value

if TYPE_CHECKING:
    from keytally.accounts.models import AccountNode
    from keytally.core.models import User

EXPERTS: tuple[tuple[str, Desk, tuple[Tag, ...]], ...] = (
    ("director", Desk.EXECUTIVE, ((Axis.DIFFICULTY, Difficulty.WIDE_GAP.value),)),
    ("national", Desk.SALES, ()),
    ("manager", Desk.PLANNING, ((Axis.CATEGORY, "洗护"), (Axis.STAGE, Stage.INTENT.value))),
)


@demo("playbook")
@transaction.atomic
def lay_out_playbook(owner: "User", now: datetime) -> str:
    """Write down what the demo company has learned, where nothing stands yet."""
    if PlaybookEntry.objects.exists():
        return "The demo company's playbook is there already."
    chains = value_queries.chains()
    writer = person_named("national") or owner
    written = contents({code: node.pk for code, node in chains.items()})
    for place, content in enumerate(written):
        at = _ago(120 - 9 * place, now=now)
        entry = entries.add_entry(content, by=writer, now=at)
        if place % 3 == 0:
            entries.thank(entry.pk, by=person_named("rep") or owner, now=now)
    for one in given():
        _give(one, chains, by=person_named("manager") or owner, now=now)
    _name_experts(owner, now=now)
    _ask(owner, chains, now=now)
    return f"{len(written)} entries stand in the playbook, two questions wait for the support centre: see Playbook."


def _give(one: Given, chains: "dict[str, AccountNode]", *, by: "User", now: datetime) -> None:
    node = chains.get(one.chain)
    if node is None:
        return
    at = _ago(one.days_ago, now=now)
    gift = value.Gift(one.kind, one.what, business_date(at), reaction=one.reaction)
    value.record_value(node, gift, by=by, today=business_date(now), now=at)


def _name_experts(owner: "User", *, now: datetime) -> None:
    at = _ago(90, now=now)
    for username, desk, topics in EXPERTS:
        person = person_named(username)
        if person and not SupportExpert.objects.filter(person=person, desk=desk).exists():
            support.name_expert(person, desk=desk, topics=topics, starts_on=business_date(at), by=owner, now=at)


def _ask(owner: "User", chains: "dict[str, AccountNode]", *, now: datetime) -> None:
    asker = person_named("rep") or owner
    if not SupportExpert.objects.exclude(person=asker).exists():
        return
    open_wish = support.Wish(
        title="永盛要求全国统一供价，我们按区域定价怎么谈？",
        text="采购拿到了华北更低的供价，要求全国拉平，差 3.2 个点。已解释物流成本，对方不接受。周五第三轮。",
        tags=frozenset({(Axis.DIFFICULTY, Difficulty.RIVAL_LEVER.value), (Axis.STAGE, Stage.NEGOTIATION.value)}),
        node=chains.get("YS"),
    )
    support.ask(open_wish, by=asker, now=_ago(1, now=now))
    wish = support.Wish(
        title="洗护新品进会员店要准备哪些数据？",
        text="嘉禾会员店约了下周首访，对方只做大包装。",
        tags=frozenset({(Axis.CATEGORY, "洗护"), (Axis.STAGE, Stage.INTENT.value)}),
        node=chains.get("JH"),
    )
    question = support.ask(wish, by=asker, now=_ago(6, now=now))
    expert = person_named("manager")
    if expert and question.experts.filter(person=expert).exists():
        text = "三样：750 毫升每平方米产出表、同类会员店周动销、退货率。模板在“总部可提供”一条，三个工作日出图。"
        support.answer(question.pk, text=text, kind=EntryKind.LESSON, by=expert, now=_ago(5, now=now))


def _ago(days: int, *, now: datetime) -> datetime:
    """Name ten o'clock so many days ago, on a day that is worked."""
    calendar = company_calendar()
    day = calendar.on_or_before(business_date(now - timedelta(days=days)))
    return min(calendar.opens(day) + timedelta(minutes=90), now)
