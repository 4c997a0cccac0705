"""Which of several dated versions holds on a day?"""

from collections.abc import Iterable
from datetime import date
from typing import Protocol, TypeVar


class Dated(Protocol):
    """A version: the how manieth it is, and the day it begins."""

    @property
    def number(self) -> int:
        """Give the place in the order in which versions were made."""
        ...

    @property
    def starts_on(self) -> date:
        """Give the first day on which it holds."""
        ...


V = TypeVar("V", bound=Dated)


def in_force(versions: Iterable[V], *, as_of: date) -> V | None:
    """Find the version that holds on a day: the last to have begun, and the later made of two that began together."""
    begun = [version for version in versions if version.starts_on <= as_of]
    return max(begun, key=lambda version: (version.starts_on, version.number), default=None)


def coming(versions: Iterable[V], *, as_of: date) -> list[V]:
    """List the versions that have yet to begin, the next one first."""
    later = [version for version in versions if version.starts_on > as_of]
    return sorted(later, key=lambda version: (version.starts_on, version.number))
