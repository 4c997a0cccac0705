"""Which visits were planned, made or failed at some accounts, and which competitors were seen there?"""

from collections.abc import Collection
from datetime import date
from typing import TYPE_CHECKING

from django.db.models import Q, QuerySet

from keytally.accounts.models import AccountNode, Competitor, CompetitorSighting, Contact, Visit
from keytally.accounts.queries.pages import one_and_aliases
from keytally.accounts.queries.reach import VIEW, visible_to
from keytally.accounts.rules.parties import NodeKind

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
