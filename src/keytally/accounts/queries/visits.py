"""Which visits were planned, made or failed at some accounts, and which competitors were seen there?"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from django.db.models import Count, Q, QuerySet

from keytally.accounts.models import AccountNode, Competitor, CompetitorSighting, Contact, Visit
from keytally.accounts.queries.pages import one_and_aliases
from keytally.accounts.queries.reach import VIEW, visible_to
from keytally.accounts.rules.parties import NodeKind
from keytally.accounts.rules.visits import VisitState

if TYPE_CHECKING:
    from keytally.core.models import User


def visits(nodes: Collection[int]) -> QuerySet[Visit]:
    """List the visits at some accounts, by id, the latest first, with who of ours came and whom they met."""
    found = Visit.objects.filter(node__in=nodes).select_related("node", "visitor").prefetch_related("contacts")
    return found.order_by("-on", "-pk")


def competitors(nodes: Collection[int]) -> QuerySet[CompetitorSighting]:
    """List what was seen of competitors at some accounts, by id, the latest first."""
    found = CompetitorSighting.objects.filter(node__in=nodes).select_related("node", "competitor", "recorded_by")
    return found.order_by("-seen_on", "-pk")


def visible_visits(person: "User", *, as_of: date, permission: str = VIEW) -> QuerySet[Visit]:
    """List the visits at accounts that a person may see, or change, with a permission."""
    return Visit.objects.filter(node__in=visible_to(person, as_of=as_of, permission=permission))


def may_be_met(node: AccountNode, *, person: "User", as_of: date) -> QuerySet[Contact]:
    """List whom a person sees that can be met at an account: its contacts, and those of its chain above the stores."""
    fits = Q(node__in=one_and_aliases(node))
    if node.chain_id:
        fits |= Q(node__chain=node.chain_id) & ~Q(node__kind=NodeKind.STORE)
    found = Contact.objects.filter(fits, left_on=None, node__in=visible_to(person, as_of=as_of))
    return found.select_related("node").order_by("node", "-weight", "name")


def known_competitors() -> QuerySet[Competitor]:
    """List every competitor that was ever seen, by name."""
    return Competitor.objects.order_by("name_zh")


@dataclass(frozen=True, slots=True)
class WantedVisits:
    """Which visits a list is asked for; the address says it all."""

    state: str = ""
    visitor: int | None = None
    chain: int | None = None
    since: date | None = None
    until: date | None = None
    without_notes: bool = False
    oldest_first: bool = False

    def asked(self) -> dict[str, str]:
        """Write what is asked for as the parts of an address."""
        plain: dict[str, Any] = {"state": self.state, "visitor": self.visitor, "chain": self.chain}
        plain |= {"since": self.since, "until": self.until}
        plain |= {"notes": "none" if self.without_notes else "", "order": "oldest" if self.oldest_first else ""}
        return {name: str(value) for name, value in plain.items() if value}


def wanted_visits(asked: Mapping[str, str]) -> WantedVisits:
    """Read what a list of visits is asked for from an address; what is no value is left out."""
    state = asked.get("state", "")
    return WantedVisits(
        state=state if state in set(VisitState) else "",
        visitor=_number(asked.get("visitor", "")),
        chain=_number(asked.get("chain", "")),
        since=_day(asked.get("since", "")),
        until=_day(asked.get("until", "")),
        without_notes=asked.get("notes") == "none",
        oldest_first=asked.get("order") == "oldest",
    )


def filtered_visits(person: "User", wanted: WantedVisits, *, as_of: date) -> QuerySet[Visit]:
    """List the visits that fit, at accounts that a person may see; the latest first unless asked otherwise."""
    found = visible_visits(person, as_of=as_of)
    exact = {"state": wanted.state, "visitor": wanted.visitor, "node__chain": wanted.chain}
    found = found.filter(**{name: value for name, value in exact.items() if value})
    if wanted.since:
        found = found.filter(on__gte=wanted.since)
    if wanted.until:
        found = found.filter(on__lte=wanted.until)
    if wanted.without_notes:
        found = found.filter(state=VisitState.MADE, notes="")
    found = found.select_related("node__chain", "visitor").prefetch_related("contacts")
    return found.order_by(*(("on", "pk") if wanted.oldest_first else ("-on", "-pk")))


def visit_totals(found: QuerySet[Visit]) -> dict[str, int]:
    """Count the visits of a list by how far they are."""
    states = found.order_by().prefetch_related(None).select_related(None)
    return dict(states.values_list("state").annotate(Count("pk")))


def _number(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 16 else None


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None
