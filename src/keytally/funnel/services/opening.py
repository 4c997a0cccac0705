"""Open an opportunity, change what is known of it, open the next one by a repeat purchase."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from django.db import transaction

from keytally.core.clock import business_date
from keytally.core.rule_sets import used_rule_set
from keytally.core.search import index_words
from keytally.funnel.labels import Source
from keytally.funnel.models import GateEvidence, Opportunity, TeamMember
from keytally.funnel.queries.sizes import size_of
from keytally.funnel.refusals import GateClosed, UnableToKeepOpportunity
from keytally.funnel.rule_data import GATES
from keytally.funnel.rules.stages import CustomerSize, Direction, Stage, State, TeamRole
from keytally.funnel.services.evidence import NewEvidence, facts_of
from keytally.funnel.services.going_on import keep_going_on
from keytally.funnel.services.handing_over import hand_over_after
from keytally.funnel.services.judging import refresh
from keytally.funnel.services.locking import held, tell
from keytally.funnel.services.moving import Step, enter, move

if TYPE_CHECKING:
    from keytally.accounts.models import AccountNode
    from keytally.core.models import User

FACTS = ("name", "product", "amount_minor", "currency", "customer_size", "expected_on")


@dataclass(frozen=True, slots=True)
class NewOpportunity:
    """What is to be sold to whom; a size that is not given is taken from the account's class."""

    account: "AccountNode"
    name: str
    owner: "User"
    opened_on: date
    product: str = ""
    amount_minor: int | None = None
    currency: str = "CNY"
    customer_size: CustomerSize | None = None
    expected_on: date | None = None
    source: Source = Source.OTHER
    evidence: Sequence[NewEvidence] = field(default=())


@transaction.atomic
def open_opportunity(
    *, wanted: NewOpportunity, by: "User | None", now: datetime, idempotency_key: str | None = None
) -> Opportunity:
    """Open an opportunity; it enters the funnel at once where its evidence opens the first gate, else it waits."""
    if idempotency_key and (known := Opportunity.objects.filter(idempotency_key=idempotency_key).first()):
        return known
    opened = _new(wanted, now=now, idempotency_key=idempotency_key)
    _check(opened, today=business_date(now))
    opened.save()
    _lead(opened, person=wanted.owner, today=business_date(now))
    for evidence in wanted.evidence:
        facts = facts_of(opened, evidence, today=business_date(now))
        GateEvidence.objects.create(**facts, recorded_by=by, recorded_at=now)
    tell("open", opened, by=by, now=now, after=_shown(opened))
    refresh(opened, now=now)
    return _into_the_funnel(opened, by=by, now=now)


@transaction.atomic
def change_opportunity(*, opportunity_id: int, facts: dict[str, Any], by: "User", now: datetime) -> Opportunity:
    """Change what is known of an opportunity; a customer's size changes which gate is asked."""
    opportunity = held(opportunity_id)
    if opportunity.state != State.OPEN:
        raise UnableToKeepOpportunity("NOT_OPEN")
    before = _shown(opportunity)
    for name in FACTS:
        if name in facts:
            setattr(opportunity, name, facts[name])
    opportunity.name_words = words_of(opportunity)
    _check(opportunity, today=business_date(now))
    if _shown(opportunity) != before:
        opportunity.touched_on = business_date(now)
        opportunity.save()
        keep_going_on([opportunity.pk])
        refresh(opportunity, now=now)
        tell("change", opportunity, by=by, now=now, before=before, after=_shown(opportunity))
    return opportunity


@transaction.atomic
def give_opportunity(*, opportunity_id: int, to: "User", reason: str, by: "User", now: datetime) -> Opportunity:
    """Give an opportunity to another owner."""
    opportunity = held(opportunity_id)
    before = opportunity.owner_id
    if before != to.pk:
        opportunity.owner = to
        opportunity.save(update_fields=["owner"])
        tell("owner", opportunity, by=by, now=now, reason=reason, before={"owner": before}, after={"owner": to.pk})
    return opportunity


@transaction.atomic
def repeat_purchase(
    *,
    opportunity_id: int,
    by: "User",
    now: datetime,
    name: str = "",
    amount_minor: int | None = None,
    expected_on: date | None = None,
) -> Opportunity:
    """Open the next cycle of a won opportunity: linked to it, beginning at intent (F12, G5)."""
    won = held(opportunity_id)
    if won.state != State.WON or won.account is None or won.owner is None:
        raise UnableToKeepOpportunity("NOT_WON")
    today = business_date(now)
    opened = Opportunity(
        account=won.account,
        name=(name.strip() or won.name)[:120],
        product=won.product,
        amount_minor=won.amount_minor if amount_minor is None else amount_minor,
        currency=won.currency,
        owner=won.owner,
        customer_size=won.customer_size or size_of(won.account) or "",
        opened_on=today,
        expected_on=expected_on,
        stage=Stage.INTENT,
        stage_since=today,
        source=Source.REPEAT,
        earlier=won,
        touched_on=today,
        created_at=now,
    )
    opened.name_words = words_of(opened)
    _check(opened, today=today)
    opened.save()
    _take_team_along(won, opened, today=today)
    step = Step(Stage.INTENT, Direction.REPEAT)
    entry = enter(opened, step, by=by, now=now, rules=used_rule_set(GATES, as_of=today, now=now))
    keep_going_on([opened.pk])
    hand_over_after(entry, before="", by=by, now=now)
    refresh(opened, now=now)
    tell("repeat", opened, by=by, now=now, after={**_shown(opened), "earlier": won.pk})
    return opened


def words_of(opportunity: Opportunity) -> str:
    """Write the words by which an opportunity is found: its name and product, in pinyin too."""
    return index_words(names=[opportunity.name, opportunity.product])[:600]


def _new(wanted: NewOpportunity, *, now: datetime, idempotency_key: str | None) -> Opportunity:
    opened = Opportunity(
        account=wanted.account,
        name=wanted.name.strip(),
        product=wanted.product.strip(),
        amount_minor=wanted.amount_minor,
        currency=wanted.currency,
        owner=wanted.owner,
        customer_size=wanted.customer_size or size_of(wanted.account) or "",
        opened_on=wanted.opened_on,
        expected_on=wanted.expected_on,
        stage_since=wanted.opened_on,
        source=wanted.source,
        touched_on=wanted.opened_on,
        idempotency_key=idempotency_key,
        created_at=now,
    )
    opened.name_words = words_of(opened)
    return opened


def _check(opportunity: Opportunity, *, today: date) -> None:
    expected, amount = opportunity.expected_on, opportunity.amount_minor
    wrong = [
        reason
        for is_wrong, reason in (
            (not opportunity.name, ("NAME_MISSING", {})),
            (opportunity.opened_on > today, ("OPENED_IN_FUTURE", {"day": opportunity.opened_on})),
            (amount is not None and amount < 0, ("AMOUNT_NEGATIVE", {})),
            (expected is not None and expected < opportunity.opened_on, ("CLOSES_BEFORE_OPENED", {})),
            (not opportunity.customer_size, ("SIZE_UNKNOWN", {})),
        )
        if is_wrong
    ]
    if wrong:
        raise UnableToKeepOpportunity(*wrong)


def _lead(opportunity: Opportunity, *, person: "User", today: date) -> None:
    """Let the owner be the account manager of the team: who finds a target leads it (F03)."""
    TeamMember.objects.create(
        opportunity=opportunity,
        person=person,
        role=TeamRole.ACCOUNT_MANAGER,
        starts_on=min(opportunity.opened_on, today),
    )


def _take_team_along(won: Opportunity, opened: Opportunity, *, today: date) -> None:
    members = won.team.filter(ends_before=None).select_related("person")
    TeamMember.objects.bulk_create(
        TeamMember(opportunity=opened, person=one.person, role=one.role, starts_on=today) for one in members
    )


def _into_the_funnel(opportunity: Opportunity, *, by: "User | None", now: datetime) -> Opportunity:
    try:
        return move(opportunity_id=opportunity.pk, to=Stage.TARGET, by=by, now=now)
    except GateClosed:
        return opportunity


def _shown(opportunity: Opportunity) -> dict[str, Any]:
    facts = {name: getattr(opportunity, name) for name in FACTS}
    expected = opportunity.expected_on.isoformat() if opportunity.expected_on else None
    return {**facts, "expected_on": expected, "account": opportunity.account_id, "owner": opportunity.owner_id}
