"""What does each capability keep for a person, and how does it pass to another?

A capability registers its kinds of belongings in `<capability>/belongings.py`: what a person holds, whatever anyone may
see of it, and the service that moves it. People's handover goes through all of them, so that nothing is forgotten.
"""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Protocol

from django.utils.functional import Promise

if TYPE_CHECKING:
    from keytally.core.models import User


@dataclass(frozen=True, slots=True)
class Belonging:
    """One thing somebody holds: its number, what it is called, and its page if it has one."""

    id: int
    label: Promise | str
    url: str = ""


class Move(Protocol):
    """Give things from one person to another, all of them or, by an exception, none."""

    def __call__(self, ids: Collection[int], /, *, giver: "User", receiver: "User", by: "User", now: datetime) -> None:
        """Move the things with these numbers."""
        ...


@dataclass(frozen=True, slots=True)
class BelongingKind:
    """A kind of thing that people hold."""

    kind: str
    label: Promise | str
    held_by: "Callable[[User], Sequence[Belonging]]"
    move: Move


_kinds: dict[str, BelongingKind] = {}


def register_belonging(kind: BelongingKind) -> None:
    """Make a kind of belongings known; the kinds pass over in the order they were registered."""
    _kinds[kind.kind] = kind


def forget_belonging(kind: str) -> None:
    """Forget a kind, as a test does afterwards."""
    _kinds.pop(kind, None)


def belonging_kinds() -> list[BelongingKind]:
    """List every kind of belongings."""
    return list(_kinds.values())


def belonging_kind(kind: str) -> BelongingKind | None:
    """Find a kind of belongings if a capability registered it."""
    return _kinds.get(kind)
