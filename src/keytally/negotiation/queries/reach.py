"""Which negotiations may a person see, and which may they change? Those of the opportunities in their reach."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from django.db.models import Count, Q, QuerySet

from keytally.accounts.queries.search import find_accounts
from keytally.core.search import query_words
from keytally.funnel.queries.reach import visible_to as visible_opportunities
from keytally.negotiation.labels import State
from keytally.negotiation.models import Negotiation, NegotiationIssue

if TYPE_CHECKING:
    from keytally.core.models import User
    from keytally.funnel.models import Opportunity

VIEW, CHANGE, MANDATE, OVERRIDE = (
    "negotiation.view",
    "negotiation.change",
    "negotiation.mandate",
    "negotiation.override",
)
MOST_ACCOUNTS = 60


@dataclass(frozen=True, slots=True)
class Asked:
    """What the list is asked for; the address says it all."""

    state: str = ""
    text: str = ""

    def query(self) -> str:
        """Write the address of this list."""
        return urlencode({name: value for name, value in (("state", self.state), ("text", self.text)) if value})


def asked_of(given: Mapping[str, str]) -> Asked:
    """Read what the list is asked for; what is no value is left out."""
    state = given.get("state", "")
    return Asked(state if state in {*State, "OPEN"} else "", given.get("text", "")[:80].replace("\x00", ""))


def visible_to(person: "User", as_of: date, *, permission: str = VIEW) -> QuerySet[Negotiation]:
    """Keep the negotiations a person may see, or change, with a permission."""
    reached = visible_opportunities(person, as_of=as_of, permission=permission)
    return Negotiation.objects.filter(opportunity__in=reached.values("pk"))


def visible_issues(person: "User", as_of: date) -> QuerySet[NegotiationIssue]:
    """Keep the issues of the negotiations a person may see."""
    return NegotiationIssue.objects.filter(negotiation__in=visible_to(person, as_of))


def filtered(person: "User", asked: Asked, *, as_of: date) -> QuerySet[Negotiation]:
    """List the negotiations that fit, the newest first."""
    found = visible_to(person, as_of).select_related("opportunity__account", "opportunity__owner")
    if asked.state == "OPEN":
        found = found.filter(state__in=[State.PREPARING, State.RUNNING])
    elif asked.state:
        found = found.filter(state=asked.state)
    if asked.text:
        found = named(person, asked.text, found=found, as_of=as_of)
    return found.annotate(round_count=Count("rounds", distinct=True)).order_by("-opened_at", "-pk")


def named(person: "User", text: str, *, found: QuerySet[Negotiation], as_of: date) -> QuerySet[Negotiation]:
    """Keep those that a text names: by the opportunity or the account, as it is written or by its pinyin."""
    known = Q(opportunity__name__icontains=text) | Q(opportunity__account__name_zh__icontains=text)
    words, sounds = query_words(text), Q()
    for word in words:
        sounds &= Q(opportunity__name_words__startswith=word) | Q(opportunity__name_words__contains=f" {word}")
    accounts = find_accounts(person, text, as_of=as_of, most=MOST_ACCOUNTS)
    known |= Q(opportunity__account__in=[node.pk for node in accounts])
    return found.filter(known | sounds if words else known)


def negotiation_of(number: int, *, person: "User", as_of: date, permission: str = VIEW) -> Negotiation | None:
    """Find a negotiation by its number if the person may see, or change, it."""
    found = visible_to(person, as_of, permission=permission)
    return found.select_related("opportunity__account__chain", "opportunity__owner").filter(pk=number).first()


def opportunity_of(number: int, *, person: "User", as_of: date) -> "Opportunity | None":
    """Find an opportunity about which a person may negotiate."""
    found = visible_opportunities(person, as_of=as_of, permission=CHANGE)
    return found.select_related("account").filter(pk=number).first()


def negotiations_about(opportunity: int) -> QuerySet[Negotiation]:
    """List the negotiations about an opportunity, the newest first."""
    return Negotiation.objects.filter(opportunity=opportunity).prefetch_related("rounds", "issues")
