"""What did sources and campaigns yield, how is the norm of the day kept, and which company occasions are due?"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from django.db.models import Count, F, Q, Sum

from keytally.core.calendars import company_calendar
from keytally.core.models import User
from keytally.core.queries import people
from keytally.core.scope import owners, scope_of
from keytally.funnel.rules.stages import State
from keytally.kernel.money import Money
from keytally.kernel.periods import Period
from keytally.prospecting.labels import LeadState, OccasionKind
from keytally.prospecting.models import Campaign, Lead, LeadTouch, Occasion, OccasionGuest
from keytally.prospecting.queries.reach import VIEW, visible_leads
from keytally.prospecting.rule_data import cadence_rules
from keytally.prospecting.rules.cadence import Habit, Outcome, TouchKind, habit
from keytally.prospecting.rules.sources import LeadSource
from keytally.prospecting.rules.yields import Yield

if TYPE_CHECKING:
    from django.db.models import QuerySet

CURRENCY = "CNY"
HABIT_DAYS = 10
MOST_PEOPLE = 200


@dataclass(frozen=True, slots=True)
class SourceLine:
    """What one source yielded."""

    source: LeadSource
    found: Yield


@dataclass(frozen=True, slots=True)
class CampaignLine:
    """What one campaign yielded, and who was invited to it and came."""

    campaign: Campaign
    found: Yield
    invited: int
    came: int


def source_yields(person: User, *, as_of: date) -> list[SourceLine]:
    """List what each source yielded among the leads a person may see, the most won first; amounts in yuan."""
    rows = {row["source"]: row for row in _counted(visible_leads(person, as_of=as_of), "source")}
    costs = dict(
        Campaign.objects.filter(currency=CURRENCY).order_by().values_list("source").annotate(cost=Sum("cost_minor"))
    )
    lines = [
        SourceLine(source, _yield(rows[source], cost=Money(int(costs.get(source, 0)), CURRENCY)))
        for source in LeadSource
        if source in rows
    ]
    return sorted(lines, key=lambda line: (-line.found.won_amount.minor, -line.found.targets, -line.found.leads))


def campaign_yields(person: User, campaigns: Sequence[Campaign], *, as_of: date) -> list[CampaignLine]:
    """Say what each campaign yielded among the leads a person may see, in a constant number of queries."""
    leads = visible_leads(person, as_of=as_of).filter(campaign__in=campaigns)
    rows = {row["campaign"]: row for row in _counted(leads, "campaign", currency=F("campaign__currency"))}
    guests = OccasionGuest.objects.filter(occasion__campaign__in=campaigns).order_by().values("occasion__campaign")
    counted = guests.annotate(invited=Count("pk"), came=Count("pk", filter=Q(came=True)))
    there: dict[int | None, Any] = {row["occasion__campaign"]: row for row in counted}
    return [
        CampaignLine(
            campaign,
            _yield(rows.get(campaign.pk, {}), cost=Money(campaign.cost_minor, campaign.currency)),
            there.get(campaign.pk, {}).get("invited", 0),
            there.get(campaign.pk, {}).get("came", 0),
        )
        for campaign in campaigns
    ]


@dataclass(frozen=True, slots=True)
class HabitLine:
    """What one person did against the norm."""

    person: User
    habit: Habit


def habits(person: User, *, as_of: date, days: int = HABIT_DAYS) -> list[HabitLine]:
    """List how those whom a person sees keep the norm in the last working days, today included."""
    since, working = _span(as_of, days)
    scope = scope_of(person, VIEW)
    if scope is None:
        return []
    seen = people().filter(is_active=True, grants__role__in=_SELLING).distinct()
    if (within := owners(person, permission=VIEW, scope=scope, as_of=as_of)) and scope.value != "COMPANY":
        seen = seen.filter(pk__in=within)
    shown = list(seen.order_by("name")[:MOST_PEOPLE])
    counted = _touches([one.pk for one in shown], since=since, until=as_of)
    rules = cadence_rules(as_of=as_of)
    return [HabitLine(one, habit(counted.get(one.pk, {}), working_days=working, rules=rules)) for one in shown]


def habit_today(person: User, *, as_of: date) -> Habit:
    """Say how a person keeps the norm today; on a day off the norm is nothing."""
    working = 1 if company_calendar().is_working(as_of) else 0
    counted = _touches([person.pk], since=as_of, until=as_of)
    return habit(counted.get(person.pk, {}), working_days=working, rules=cadence_rules(as_of=as_of))


@dataclass(frozen=True, slots=True)
class Rhythm:
    """A company occasion that comes back, the span in which it is due, and the one that is set, if any (D06)."""

    kind: OccasionKind
    starts_on: date
    ends_before: date
    occasion: Occasion | None


def rhythms(*, as_of: date) -> list[Rhythm]:
    """Say whether this week's briefing and this month's class are set."""
    week = as_of - timedelta(days=as_of.weekday())
    month = as_of.replace(day=1)
    spans = (
        (OccasionKind.WEEKLY_BRIEFING, week, week + timedelta(days=7)),
        (OccasionKind.MONTHLY_CLASS, month, (month + timedelta(days=32)).replace(day=1)),
    )
    first = min(start for _kind, start, _end in spans)
    near = list(Occasion.objects.filter(held_on__gte=first, held_on__lt=max(end for _k, _s, end in spans)))
    return [
        Rhythm(kind, start, end, next((one for one in near if one.kind == kind and start <= one.held_on < end), None))
        for kind, start, end in spans
    ]


_SELLING = ("SALES_REP", "ACCOUNT_MANAGER", "REGION_MANAGER", "NATIONAL_MANAGER")


def _span(as_of: date, days: int) -> tuple[date, int]:
    """Find the first day of the last so many working days, and how many they are."""
    calendar, since = company_calendar(), as_of
    while calendar.days_in(Period(since, as_of + timedelta(days=1))) < days and (as_of - since).days < 60:
        since -= timedelta(days=1)
    return since, calendar.days_in(Period(since, as_of + timedelta(days=1)))


def _touches(persons: Sequence[int], *, since: date, until: date) -> dict[int, dict[str, int]]:
    found = LeadTouch.objects.filter(written_by__in=persons, happened_on__gte=since, happened_on__lte=until)
    rows: Any = (
        found.order_by()
        .values("written_by")
        .annotate(
            calls=Count("pk", filter=Q(kind=TouchKind.CALL)),
            appointments=Count("pk", filter=Q(outcome=Outcome.APPOINTMENT)),
            visits=Count("pk", filter=Q(kind=TouchKind.VISIT)),
            prompt_notes=Count("pk", filter=Q(kind=TouchKind.VISIT, are_notes_prompt=True)),
        )
    )
    names = ("calls", "appointments", "visits", "prompt_notes")
    return {row["written_by"]: {name: row[name] for name in names} for row in rows}


def _counted(leads: "QuerySet[Lead]", column: str, *, currency: Any = CURRENCY) -> Any:  # noqa: ANN401 - a value or an expression
    is_won = Q(opportunity__state=State.WON)
    return (
        leads.order_by()
        .values(column)
        .annotate(
            leads=Count("pk"),
            targets=Count("pk", filter=Q(state=LeadState.CONVERTED)),
            won=Count("pk", filter=is_won),
            amount=Sum("opportunity__amount_minor", filter=is_won & Q(opportunity__currency=currency)),
        )
    )


def _yield(row: Any, *, cost: Money) -> Yield:  # noqa: ANN401 - a row of figures
    return Yield(
        leads=row.get("leads", 0),
        targets=row.get("targets", 0),
        won=row.get("won", 0),
        won_amount=Money(int(row.get("amount") or 0), cost.currency),
        cost=cost,
    )
