"""What may the demo company sell? A year of made-up opportunities at its chains, with evidence and history."""

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import transaction

from keytally.accounts.services.classes import classify
from keytally.core.clock import business_date
from keytally.core.demo import demo
from keytally.core.queries import people
from keytally.core.rule_sets import used_rule_set
from keytally.funnel.demo_forecasts import lay_out_forecasts
from keytally.funnel.demo_ways import NOTES, RIVALS, THEMES, Stay, Way, chance, closing_facts, way
from keytally.funnel.labels import EndReason, NeedKind, Source
from keytally.funnel.models import (
    CustomerNeed,
    GateEvidence,
    Opportunity,
    OpportunityCompetitor,
    ReviewNote,
    StageEntry,
    StageHandOver,
    TeamMember,
)
from keytally.funnel.queries.sizes import owned_chains, size_of
from keytally.funnel.rule_data import GATES, gate_profile
from keytally.funnel.rules.evidence import holds_until
from keytally.funnel.rules.stages import STAGES, CustomerSize, Direction, Stage, State, TeamRole
from keytally.funnel.services.going_on import keep_going_on
from keytally.funnel.services.opening import words_of
from keytally.funnel.services.watching import watch

if TYPE_CHECKING:
    from keytally.accounts.models import AccountNode
    from keytally.core.models import RuleSetVersion, User

HOW_MANY = 156


@demo("funnel")
@transaction.atomic
def lay_out_funnel(owner: "User", now: datetime) -> str:
    """Lay out opportunities at the demo's chains where there is no opportunity."""
    if Opportunity.objects.exists():
        return "Opportunities are kept here already."
    chains = _chains(by=owner, now=now)
    if not chains:
        return "There is no account to sell to yet."
    leads = [one for one in people() if one.username in ("national", "director", "finance", "region")]
    rules = used_rule_set(GATES, as_of=business_date(now), now=now)
    for number in range(HOW_MANY):
        _lay_out(number, chains[number * 5 % len(chains)], leads=leads or [owner], rules=rules, now=now)
    _repeat(now=now, rules=rules)
    keep_going_on(Opportunity.objects.values_list("pk", flat=True))
    lay_out_forecasts(now=now)
    watch(now=now)
    return f"The demo company has {Opportunity.objects.count()} opportunities in a year of the funnel: see Funnel."


def _chains(*, by: "User", now: datetime) -> "list[AccountNode]":
    """Take the chains that somebody owns, and class them by size where nobody did."""
    chains = owned_chains()
    for number, chain in enumerate(chains):
        if size_of(chain) is None:
            size = CustomerSize.MEDIUM_LARGE if number < len(chains) // 3 else CustomerSize.SMALL_MEDIUM
            classify(chain, axis="size", values=[size.value], by=by, now=now)
    return chains


def _lay_out(
    number: int, chain: "AccountNode", *, leads: "Sequence[User]", rules: "RuleSetVersion", now: datetime
) -> None:
    """Lay out one opportunity with its way, evidence, team, needs and competitors."""
    today = business_date(now)
    size = size_of(chain) or CustomerSize.SMALL_MEDIUM
    found = way(number, size=size.value, today=today)
    one = _opportunity(number, chain, size=size, found=found, today=today)
    one.save()
    for place, stay in enumerate(found.stays, start=1):
        _stay(one, stay, place=place, leads=leads, rules=rules)
    if found.state == State.OPEN and number % 7 == 4:
        _expire(one, today=today)
    if found.state == State.WON and found.closed_on:
        for fact, day in closing_facts(number, found.closed_on, today=today):
            _evidence(one, fact, day)
    _team(one, leads=leads, number=number)
    if one.stage in (Stage.PROJECT, Stage.RECOGNITION, Stage.NEGOTIATION, Stage.CLOSING):
        _people(one, number=number)


def _opportunity(number: int, chain: "AccountNode", *, size: CustomerSize, found: Way, today: date) -> Opportunity:
    name, product, share = THEMES[number % len(THEMES)]
    last = found.stays[-1]
    ends = {} if found.state in (State.OPEN, State.WON) else _ending(number, found, today=today)
    one = Opportunity(
        account=chain,
        name=f"{name}（{found.opened_on:%Y-%m}）",
        product=product,
        amount_minor=None if number % 29 == 28 else (share * (40 + chance(number, 3)) // 10) * 100_00,
        owner=chain.owner,
        customer_size=size,
        stage=last.stage,
        state=found.state,
        opened_on=found.opened_on,
        expected_on=found.opened_on + timedelta(days=110 + chance(number, 6)),
        stage_since=last.entered_on,
        source=(Source.REFERRAL, Source.OCCASION, Source.INDUSTRY_DATABASE, Source.PARTNER, Source.OTHER)[number % 5],
        closed_on=found.closed_on,
        override_count=sum(stay.is_override for stay in found.stays),
        touched_on=found.closed_on or min(today, last.entered_on + timedelta(days=chance(number, 8) % 20)),
        created_at=_noon(found.opened_on),
        **ends,
    )
    one.name_words = words_of(one)
    return one


def _ending(number: int, found: Way, *, today: date) -> dict[str, object]:
    reasons = [EndReason.PRICE, EndReason.COMPETITOR, EndReason.TIMING, EndReason.BUDGET, EndReason.NO_DECISION]
    reason = reasons[chance(number, 11) % len(reasons)]
    notes = ("对手报价低八个点", "客户年度预算冻结", "采购换人，项目搁置", "自有品牌优先", "条款未谈拢")
    facts: dict[str, object] = {
        "end_reason": reason,
        "end_note": notes[chance(number, 12) % len(notes)],
        "lesson": "更早接触付费决策人" if number % 3 == 0 else "",
    }
    if reason is EndReason.COMPETITOR:
        facts["lost_to"] = RIVALS[number % len(RIVALS)]
    if found.state == State.STOPPED and found.closed_on:
        facts["look_again_on"] = max(found.closed_on + timedelta(days=90), today - timedelta(days=3))
    return facts


def _stay(one: Opportunity, stay: Stay, *, place: int, leads: "Sequence[User]", rules: "RuleSetVersion") -> None:
    boss = leads[place % len(leads)]
    shown = stay.shown[:-1] if stay.is_override else stay.shown
    for criterion in shown:
        _evidence(one, criterion, max(one.opened_on, stay.entered_on - timedelta(days=place % 3)))
    entry = StageEntry.objects.create(
        opportunity=one,
        number=place,
        stage=stay.stage,
        direction=Direction.OVERRIDE if stay.is_override else Direction.FORWARD,
        entered_on=stay.entered_on,
        entered_at=_noon(stay.entered_on),
        left_on=stay.left_on,
        by=boss if stay.is_override else one.owner,
        reason="客户高层已口头同意，材料补交中" if stay.is_override else "",
        missing=list(stay.shown[-1:]) if stay.is_override else [],
        judged_by=rules,
    )
    roles = gate_profile(as_of=stay.entered_on).stages[stay.stage].led_by
    earlier = STAGES[place - 2] if place > 1 else None
    if earlier is None or gate_profile(as_of=stay.entered_on).stages[earlier].led_by != roles:
        taken = _noon(stay.entered_on) + timedelta(days=1)
        is_taken = stay.left_on is not None or one.pk % 4
        StageHandOver.objects.create(
            entry=entry,
            roles=[role.value for role in roles],
            asked_at=_noon(stay.entered_on),
            asked_by=one.owner,
            accepted_by=(one.owner if TeamRole.ACCOUNT_MANAGER in roles else boss) if is_taken else None,
            accepted_as=roles[0].value if is_taken else "",
            accepted_at=taken if is_taken else None,
        )


def _expire(one: Opportunity, *, today: date) -> None:
    """Let what showed the stage expire: an agreed visit that did not take place, talks that dragged on."""
    shown = one.evidence.filter(happened_on__gte=one.stage_since - timedelta(days=3), happened_on__lt=today)
    last = shown.order_by("-pk").first()
    if last:
        last.ends_before = max(last.happened_on + timedelta(days=1), today - timedelta(days=3))
        last.save(update_fields=["ends_before"])


def _evidence(one: Opportunity, criterion: str, day: date) -> None:
    kind, note = NOTES[criterion]
    days = gate_profile(as_of=day).criteria[criterion].valid_days
    GateEvidence.objects.create(
        opportunity=one,
        criterion=criterion,
        happened_on=day,
        ends_before=holds_until(day, days),
        source_kind=kind,
        note=note,
        recorded_by=one.owner,
        recorded_at=_noon(day),
    )


def _team(one: Opportunity, *, leads: "Sequence[User]", number: int) -> None:
    roles = [(one.owner, TeamRole.ACCOUNT_MANAGER), (leads[number % len(leads)], TeamRole.PROJECT_MANAGER)]
    if one.stage not in (Stage.TARGET, Stage.INTENT):
        roles += [(leads[(number + 1) % len(leads)], TeamRole.PROJECT_TEAM), (leads[-1], TeamRole.EXECUTIVE)]
    TeamMember.objects.bulk_create(
        TeamMember(opportunity=one, person=person, role=role, starts_on=one.opened_on)
        for person, role in roles
        if person
    )


def _people(one: Opportunity, *, number: int) -> None:
    """Keep needs of all three kinds, a competitor and a review note."""
    day = one.stage_since
    needs = (
        (NeedKind.SHARED, "稳定供货，账期不短于同行", ""),
        (NeedKind.PARTICULAR, "三十家门店同步换陈列", ""),
        (NeedKind.UNSPOKEN, "新任总监需要一个亮眼的首季成绩", "与采购经理用餐时得知"),
    )
    for kind, text, how in needs[: 1 + number % 3]:
        CustomerNeed.objects.create(
            opportunity=one, kind=kind, text=text, how_known=how, recorded_by=one.owner, recorded_on=day
        )
    OpportunityCompetitor.objects.create(
        opportunity=one,
        name=RIVALS[number % len(RIVALS)],
        standing="报价低，陈列服务弱",
        recorded_by=one.owner,
        recorded_on=day,
    )
    if one.state == State.OPEN and number % 2:
        ReviewNote.objects.create(
            opportunity=one,
            reviewed_on=day,
            note="推进偏慢，先见财务总监",
            next_step="约财务总监周四面谈",
            due_on=day + timedelta(days=7),
            by=one.owner,
        )


def _repeat(*, now: datetime, rules: "RuleSetVersion") -> None:
    """Open the next cycle of every third sale that was won long enough ago."""
    today = business_date(now)
    won = Opportunity.objects.filter(state=State.WON, closed_on__lte=today - timedelta(days=60)).order_by("pk")
    for number, earlier in enumerate(won[::3]):
        day = (earlier.closed_on or today) + timedelta(days=45)
        one = Opportunity.objects.create(
            account=earlier.account,
            name=f"{earlier.name.split('（')[0]}（续）",
            product=earlier.product,
            amount_minor=earlier.amount_minor,
            owner=earlier.owner,
            customer_size=earlier.customer_size,
            stage=Stage.INTENT,
            opened_on=day,
            expected_on=today + timedelta(days=30 + number),
            stage_since=day,
            source=Source.REPEAT,
            earlier=earlier,
            touched_on=today - timedelta(days=number % 15),
            created_at=_noon(day),
        )
        one.name_words = words_of(one)
        one.save(update_fields=["name_words"])
        StageEntry.objects.create(
            opportunity=one,
            number=1,
            stage=Stage.INTENT,
            direction=Direction.REPEAT,
            entered_on=day,
            entered_at=_noon(day),
            by=one.owner,
            judged_by=rules,
        )


def _noon(day: date) -> datetime:
    return datetime.combine(day, time(12), tzinfo=ZoneInfo(settings.TIME_ZONE))
