"""How does something low wake something high? An event of the lower one, subscribed in `site/wiring.py`.

Subscribers run at once, in the order they were subscribed and in the transaction of what happened: if one fails,
nothing has happened.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar

Event = TypeVar("Event")


@dataclass(frozen=True, slots=True)
class AccessChanged:
    """Someone may no longer log in or act, or may again."""

    person_id: int
    is_active: bool
    now: datetime


_subscribers: dict[type[Any], list[Callable[[Any], None]]] = {}


def subscribe(kind: type[Event], wake: Callable[[Event], None]) -> None:
    """Call `wake` with every event of a kind; a second time it does nothing."""
    known = _subscribers.setdefault(kind, [])
    if wake not in known:
        known.append(wake)


def publish(event: object) -> None:
    """Tell the subscribers of an event's kind what happened."""
    for wake in tuple(_subscribers.get(type(event), ())):
        wake(event)


def unsubscribe(kind: type[Event], wake: Callable[[Event], None]) -> None:
    """Call `wake` no longer, as a test does afterwards."""
    _subscribers[kind].remove(wake)
