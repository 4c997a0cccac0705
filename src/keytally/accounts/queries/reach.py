"""Which accounts may a person see, and which may they change, on a day?"""

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from django.db.models import Q, QuerySet

from keytally.accounts.labels import GrantKind
from keytally.accounts.models import AccountAncestor, AccountGrant, AccountNode
from keytally.core.once import once
from keytally.core.roles import Kind, declared
from keytally.core.scope import Scope, owners, scope_of

if TYPE_CHECKING:
    from keytally.core.models import User

VIEW, RELATE, CHANGE, GRANT = "accounts.view", "accounts.relate", "accounts.change", "accounts.grant"


@dataclass(frozen=True, slots=True)
class AccountReach:
    """Whose accounts a person may see, and below which accounts they were let in, by id."""

    owners: tuple[int, ...] = ()
    granted: tuple[int, ...] = ()

    def __len__(self) -> int:
        return len(self.owners) + len(self.granted)


def visible_to(
    person: "User", *, as_of: date, permission: str = VIEW, queryset: QuerySet[AccountNode] | None = None
) -> QuerySet[AccountNode]:
    """Keep the nodes a person may see, or change, with a permission: those in reach, and those below a grant."""
    nodes = AccountNode.objects.all() if queryset is None else queryset
    scope = scope_of(person, permission)
    if scope is None:
        return nodes.none()
    if scope is Scope.COMPANY:
        return nodes
    owned = Q(owner__among=owners(person, permission=permission, scope=scope, as_of=as_of))
    granted = granted_nodes(person, as_of=as_of, permission=permission)
    if granted:
        below = AccountAncestor.objects.filter(ancestor__in=granted)
        owned |= Q(pk__in=below.values("node"))
    return nodes.filter(owned)


def reaches(person: "User", node: AccountNode, *, as_of: date, permission: str = VIEW) -> bool:
    """Tell whether a person may see, or change, a node that was read; the rule is that of `visible_to`."""
    scope = scope_of(person, permission)
    if scope is None or scope is Scope.COMPANY:
        return scope is Scope.COMPANY
    if node.owner_id in owners(person, permission=permission, scope=scope, as_of=as_of):
        return True
    granted = granted_nodes(person, as_of=as_of, permission=permission)
    return bool(granted) and not _own_and_above(node).isdisjoint(granted)


def granted_nodes(person: "User", *, as_of: date, permission: str = VIEW) -> list[int]:
    """List the nodes, by id, on which a person was let in for a day."""
    changes = declared()[permission].kind is Kind.CHANGE
    grants = once(("account_grants", person.pk, as_of), lambda: _grants(person, as_of))
    return sorted({node for node, kind in grants if kind == GrantKind.CHANGE or not changes})


def _grants(person: "User", as_of: date) -> list[tuple[int, str]]:
    in_force = Q(ends_before=None) | Q(ends_before__gt=as_of)
    return list(AccountGrant.objects.filter(in_force, person=person, starts_on__lte=as_of).values_list("node", "kind"))


def _own_and_above(node: AccountNode) -> frozenset[int]:
    above = AccountAncestor.objects.filter(node=node).values_list("ancestor", flat=True)
    return once(("own_and_above", node.pk), lambda: frozenset(above))


def account_reach(person: "User", *, as_of: date, permission: str = VIEW) -> AccountReach | None:
    """Say whose accounts a person may see, and below which; None for the whole company."""
    scope = scope_of(person, permission)
    if scope is Scope.COMPANY:
        return None
    if scope is None:
        return AccountReach()
    return AccountReach(
        owners=tuple(sorted(owners(person, permission=permission, scope=scope, as_of=as_of))),
        granted=tuple(granted_nodes(person, as_of=as_of, permission=permission)),
    )


def owner_word(owner: int) -> str:
    """Write an owner as a word of the search index that nobody types."""
    return f"zzowner{owner}zz"


def node_word(node: int) -> str:
    """Write a node as a word of the search index of everything below it."""
    return f"zznode{node}zz"


def visible_node(number: int, *, person: "User", as_of: date, permission: str = VIEW) -> AccountNode | None:
    """Find a node by its number if the person may see it."""
    nodes = AccountNode.objects.select_related("parent", "chain", "legal_party", "supplied_by", "owner", "merged_into")
    return visible_to(person, as_of=as_of, permission=permission, queryset=nodes).filter(pk=number).first()
