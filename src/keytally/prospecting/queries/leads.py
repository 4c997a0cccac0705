"""Which leads fit a list's filters, in which order, and why is it whose turn?"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from django.db.models import Count, F, OuterRef, Q, QuerySet, Subquery, Sum

from keytally.core.search import query_words
from keytally.prospecting.labels import LeadState
from keytally.prospecting.models import CounterPlan, Lead, NextAction
from keytally.prospecting.queries.reach import visible_leads
from keytally.prospecting.rules.cadence import ActionState, Standing, Turn, turn
from keytally.prospecting.rules.fit import Advice
from keytally.prospecting.rules.sources import LeadSource

if TYPE_CHECKING:
    from keytally.core.models import User

OPEN = (LeadState.NEW, LeadState.IN_WORK)
DUE = ("NONE", "LATE", "TODAY")
# Leads without an action first, then the latest, each the fittest first: as `rules.cadence.turn` ranks them.
SORTS: Mapping[str, tuple[Any, ...]] = {
    "turn": (F("due_on").asc(nulls_first=True), "-fit_points", "id"),
    "fit": ("-fit_points", "name_sort", "id"),
    "name": ("name_sort", "id"),
    "found": ("-found_on", "-id"),
}


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a list is asked for; the address says it all."""

    text: str = ""
    state: str = "OPEN"
    source: str = ""
    advice: str = ""
    due: str = ""
    segment: int | None = None
    campaign: int | None = None
    owner: int | None = None
    sort: str = "turn"

    @property
    def is_filtered(self) -> bool:
        """Tell whether anything narrows the list."""
        return bool(set(self.asked()) - {"sort"})

    def asked(self) -> dict[str, str]:
        """Write what is asked for as the parts of an address."""
        plain: dict[str, Any] = {
            "text": self.text,
            "state": "" if self.state == "OPEN" else self.state,
            "source": self.source,
            "advice": self.advice,
            "due": self.due,
            "segment": self.segment,
            "campaign": self.campaign,
            "owner": self.owner,
            "sort": "" if self.sort == "turn" else self.sort,
        }
        return {name: str(value) for name, value in plain.items() if value}

    def query(self, **changed: Any) -> str:  # noqa: ANN401 - fields of Wanted
        """Write the address of this list with something changed."""
        return urlencode(replace(self, **changed).asked())


def wanted_of(asked: Mapping[str, str]) -> Wanted:
    """Read what a list is asked for from an address; what is no value is left out."""
    return Wanted(
        text=asked.get("text", "")[:120].replace("\x00", ""),
        state=_one_of(asked.get("state"), ("OPEN", "ALL", *LeadState)) or "OPEN",
        source=_one_of(asked.get("source"), LeadSource),
        advice=_one_of(asked.get("advice"), Advice),
        due=_one_of(asked.get("due"), DUE),
        segment=_number(asked.get("segment")),
        campaign=_number(asked.get("campaign")),
        owner=_number(asked.get("owner")),
        sort=_one_of(asked.get("sort"), SORTS) or "turn",
    )


def filtered(person: "User", wanted: Wanted, *, as_of: date) -> QuerySet[Lead]:
    """List the leads that fit and that a person may see, in order, each with the day and kind of its next action."""
    leads = with_action(visible_leads(person, as_of=as_of))
    for word in query_words(wanted.text):
        leads = leads.filter(words__contains=f" {word}")
    if wanted.text.strip() and not query_words(wanted.text):
        leads = leads.none()
    if wanted.state != "ALL":
        leads = leads.filter(state__in=OPEN if wanted.state == "OPEN" else [wanted.state])
    for name, column in (("source", "source"), ("advice", "fit_advice")):
        if value := getattr(wanted, name):
            leads = leads.filter(**{column: value})
    for name in ("segment", "campaign", "owner"):
        if value := getattr(wanted, name):
            leads = leads.filter(**{name: value})
    found: QuerySet[Lead] = _due(leads, wanted.due, as_of=as_of).order_by(*SORTS[wanted.sort])
    return found


def with_action(leads: QuerySet[Lead]) -> QuerySet[Lead]:
    """Set beside each lead its next action and the day on which its plan is looked at again."""
    action = NextAction.objects.filter(lead=OuterRef("pk"), state=ActionState.OPEN)
    plan = CounterPlan.objects.filter(lead=OuterRef("pk")).order_by("-id")
    return leads.annotate(
        due_on=Subquery(action.values("due_on")[:1]),
        next_kind=Subquery(action.values("kind")[:1]),
        next_note=Subquery(action.values("note")[:1]),
        review_on=Subquery(plan.values("review_on")[:1]),
    )


@dataclass(frozen=True, slots=True)
class Row:
    """A line of the list: the lead, and why it stands there."""

    lead: Lead
    turn: Turn


def rows(leads: Sequence[Any], *, as_of: date) -> list[Row]:
    """Say of each lead, fetched with its action, why it stands where it does."""
    return [
        Row(
            one,
            turn(
                Standing(
                    due_on=one.due_on,
                    review_on=one.review_on,
                    points=one.fit_points,
                    is_worth_work=one.fit_advice == Advice.WORK,
                ),
                as_of=as_of,
            ),
        )
        for one in leads
    ]


@dataclass(frozen=True, slots=True)
class Totals:
    """What a filtered list comes to."""

    count: int
    without_action: int
    late: int
    deal_minor: int


def totals(leads: QuerySet[Lead], *, as_of: date) -> Totals:
    """Add a filtered list up; amounts of other currencies than the yuan are left out."""
    found = leads.order_by().aggregate(
        count=Count("pk"),
        without=Count("pk", filter=Q(due_on=None, state__in=OPEN)),
        late=Count("pk", filter=Q(due_on__lt=as_of)),
        deal=Sum("deal_minor", filter=Q(currency="CNY")),
    )
    return Totals(found["count"], found["without"], found["late"], int(found["deal"] or 0))


def turn_now(person: "User", *, as_of: date, most: int) -> list[Row]:
    """List whom to call now: one's own open leads without an action, late or due today, in their order."""
    due = Q(due_on=None) | Q(due_on__lte=as_of)
    own: Any = with_action(visible_leads(person, as_of=as_of))
    own = own.filter(due, owner=person, state__in=OPEN)
    return rows(list(own.select_related("segment").order_by(*SORTS["turn"])[:most]), as_of=as_of)


def _due(leads: Any, due: str, *, as_of: date) -> Any:  # noqa: ANN401 - annotated with the next action
    if due == "NONE":
        return leads.filter(due_on=None, state__in=OPEN)
    if due == "LATE":
        return leads.filter(due_on__lt=as_of)
    return leads.filter(due_on=as_of) if due == "TODAY" else leads


def _one_of(text: str | None, known: Any) -> str:  # noqa: ANN401 - an enumeration, a mapping or a tuple
    return text if text and text in tuple(known) else ""


def _number(text: str | None) -> int | None:
    return int(text) if text and text.isascii() and text.isdecimal() and len(text) < 16 else None
