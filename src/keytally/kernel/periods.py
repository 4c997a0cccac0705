"""From which day to which day does something hold?"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, timedelta

_MONTH = re.compile(r"(\d{4})-(0[1-9]|1[0-2])", re.ASCII)


@dataclass(frozen=True, slots=True)
class Period:
    """The days from `starts_on` up to, but not including, `ends_before`."""

    starts_on: date
    ends_before: date

    def __post_init__(self) -> None:
        if self.ends_before <= self.starts_on:
            raise ValueError(f"a period from {self.starts_on} must end after that day, not before {self.ends_before}")

    @classmethod
    def through(cls, first_on: date, last_on: date) -> Period:
        """Make a period of its first and its last day, as people state it.

        >>> Period.through(date(2025, 6, 1), date(2025, 6, 15)).days
        15
        """
        return cls(first_on, last_on + timedelta(days=1))

    @classmethod
    def month(cls, text: str) -> Period:
        """Read a calendar month.

        >>> Period.month("2026-12").ends_before
        datetime.date(2027, 1, 1)
        """
        found = _MONTH.fullmatch(text)
        if not found:
            raise ValueError(f"a month is written like 2026-07, not {text!r}")
        first_on = date(int(found[1]), int(found[2]), 1)
        return cls(first_on, (first_on + timedelta(days=31)).replace(day=1))

    @property
    def days(self) -> int:
        """How many days it has."""
        return (self.ends_before - self.starts_on).days

    @property
    def last_on(self) -> date:
        """The last day that still belongs to it."""
        return self.ends_before - timedelta(days=1)

    def contains(self, day: date) -> bool:
        """Tell whether a day belongs to the period."""
        return self.starts_on <= day < self.ends_before
