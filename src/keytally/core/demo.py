"""Which demo data does each capability lay out?

A capability registers in `<capability>/demo.py`; `seed_demo` runs the registered ones in order.
"""

from collections.abc import Callable, Iterable
from datetime import datetime

from django.utils.module_loading import autodiscover_modules

from keytally.core.models import User

Seed = Callable[[User, datetime], str]

_seeds: dict[str, Seed] = {}
_announced: set[str] = set()


def demo(name: str) -> Callable[[Seed], Seed]:
    """Register a function that lays out demo data for a person and answers one sentence about it."""

    def register(seed: Seed) -> Seed:
        _seeds[name] = seed
        return seed

    return register


def announce(usernames: Iterable[str]) -> None:
    """Name people whom a capability's demo adds, so that nobody takes them for other people."""
    _announced.update(usernames)


def announced() -> frozenset[str]:
    """List the people whom the demos add."""
    autodiscover_modules("demo")
    return frozenset(_announced)


def seed_all(owner: User, *, now: datetime) -> list[str]:
    """Lay out every capability's demo data; each must do nothing the second time."""
    autodiscover_modules("demo")
    return [seed(owner, now) for seed in _seeds.values()]
