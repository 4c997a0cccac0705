"""Whose things may a person see, and whose may they change, on a given day?

The one rule of docs/rules/scope.md; every queryset of every capability passes through `visible`.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, TypeVar

from keytally.core.roles import Kind, Scope, declared

if TYPE_CHECKING:
    from django.db.models import Model, QuerySet

    from keytally.core.models import User

__all__ = ["Reach", "Scope", "owners", "reach_of", "register_reach", "scope_of", "visible"]

Row = TypeVar("Row", bound="Model")


@dataclass(frozen=True, slots=True)
class Reach:
    """The people, by id, whose things a person sees and decides on a day; both include the person."""

    sees: frozenset[int]
    decides: frozenset[int]
    # Those for whom the person decides while they are away: what waits for them is shown, and nothing else of theirs.
    stands_in_for: frozenset[int] = frozenset()

    def __post_init__(self) -> None:
        if not self.decides <= self.sees:
            message = "A person decides only what they see."
            raise ValueError(message)


Finder = Callable[["User", date], Reach]

_finders: list[Finder] = []


def register_reach(find: Finder) -> None:
    """Say how a person's reach is found; the organisation does, in place of any finder before it."""
    _finders[:] = [find]


def reach_of(person: "User", *, as_of: date) -> Reach:
    """Find whose things a person sees and decides on a day; without an organisation only their own."""
    if _finders:
        return _finders[0](person, as_of)
    own = frozenset({person.pk})
    return Reach(sees=own, decides=own)


def scope_of(person: "User", permission: str) -> Scope | None:
    """Tell how far a permission reaches for a person, the widest over their roles; nothing if they lack it."""
    return person.scopes.get(permission) if person.may(permission) else None


def visible(
    queryset: "QuerySet[Row]", *, person: "User", permission: str, as_of: date, owner: str = "owner"
) -> "QuerySet[Row]":
    """Keep the rows a person may see, or change, with a permission on a day; `owner` is the lookup of their owner."""
    scope = scope_of(person, permission)
    if scope is None:
        return queryset.none()
    if scope is Scope.COMPANY:
        return queryset
    return queryset.filter(**{f"{owner}__among": owners(person, permission=permission, scope=scope, as_of=as_of)})


def owners(person: "User", *, permission: str, scope: Scope, as_of: date) -> frozenset[int]:
    """List the people, by id, whose things a permission below company scope reaches."""
    if scope is Scope.OWN:
        return frozenset({person.pk})
    reach = reach_of(person, as_of=as_of)
    return reach.sees if declared()[permission].kind is Kind.READ else reach.decides
