"""Which opportunities may a person see, and which may they change, on a day?"""

from datetime import date
from typing import TYPE_CHECKING

from django.db.models import Q, QuerySet

from keytally.accounts.models import AccountAncestor
from keytally.accounts.queries.reach import granted_nodes
from keytally.core.roles import Kind, declared
from keytally.core.scope import Scope, owners, scope_of
from keytally.funnel.models import Opportunity, TeamMember

if TYPE_CHECKING:
    from keytally.core.models import User

VIEW, CHANGE, TAKE_OVER = "funnel.view", "funnel.change", "funnel.take_over"
OVERRIDE, REVIEW, RULES = "funnel.override", "funnel.review", "funnel.rules"


def visible_to(
    person: "User", *, as_of: date, permission: str = VIEW, queryset: QuerySet[Opportunity] | None = None
) -> QuerySet[Opportunity]:
    """Keep the opportunities a person may see, or change, with a permission.

    Those they or, below company scope, their people own; those of accounts so owned or granted; and those in whose
    team they work today.
    """
    found = Opportunity.objects.all() if queryset is None else queryset
    scope = scope_of(person, permission)
    if scope is None:
        return found.none()
    if scope is Scope.COMPANY:
        return found
    whose = owners(person, permission=permission, scope=scope, as_of=as_of)
    reached = Q(owner__among=whose) | Q(account__owner__among=whose) | Q(pk__in=_teams_of(person, as_of=as_of))
    granted = granted_nodes(person, as_of=as_of, permission=_permission_of_accounts(permission))
    if granted:
        reached |= Q(account__in=AccountAncestor.objects.filter(ancestor__in=granted).values("node"))
    return found.filter(reached)


def visible_opportunity(number: int, *, person: "User", as_of: date, permission: str = VIEW) -> Opportunity | None:
    """Find an opportunity by its number if the person may see it."""
    known = Opportunity.objects.select_related("account__chain", "owner", "earlier")
    return visible_to(person, as_of=as_of, permission=permission, queryset=known).filter(pk=number).first()


def _teams_of(person: "User", *, as_of: date) -> QuerySet[TeamMember, int]:
    running = Q(ends_before=None) | Q(ends_before__gt=as_of)
    return TeamMember.objects.filter(running, person=person, starts_on__lte=as_of).values_list("opportunity", flat=True)


def _permission_of_accounts(permission: str) -> str:
    """Name the permission on accounts that is as strong: a grant to read an account lets nobody change its funnel."""
    return "accounts.view" if declared()[permission].kind is Kind.READ else "accounts.change"
