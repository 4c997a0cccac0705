"""Where does a chain's month stand, and how long is there left?"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from keytally.kernel.periods import Period

DEFAULT_DAY = 15
"""The day of the next month by which a month is settled, unless a company sets another."""


class Standing(StrEnum):
    """Where a chain's month stands."""

    NOT_STARTED = "NOT_STARTED"
    IN_PREPARATION = "IN_PREPARATION"
    RUNNING = "RUNNING"
    FAILED = "FAILED"
    UNEXPLAINED = "UNEXPLAINED"
    ROWS_REJECTED = "ROWS_REJECTED"
    EXPLAINED = "EXPLAINED"
    SIGNED = "SIGNED"


_STANDINGS: Mapping[str, Standing] = {
    "DRAFT": Standing.IN_PREPARATION,
    "MAPPED": Standing.IN_PREPARATION,
    "DRY_RUN": Standing.IN_PREPARATION,
    "RUNNING": Standing.RUNNING,
    "FAILED": Standing.FAILED,
    "STOPPED": Standing.FAILED,
    "OPEN": Standing.UNEXPLAINED,
    "EXPLAINED": Standing.EXPLAINED,
    "SIGNED": Standing.SIGNED,
}
_LEAST_FIRST = (
    Standing.FAILED, Standing.UNEXPLAINED, Standing.ROWS_REJECTED, Standing.IN_PREPARATION, Standing.RUNNING,
    Standing.EXPLAINED, Standing.SIGNED,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Part:
    """A reconciliation of a month: its state, the lines nobody explained or accepted, the rows nobody could read."""

    state: str
    unexplained: int = 0
    rejected: int = 0

    @property
    def standing(self) -> Standing:
        """Tell where it stands; what is open only for rows that could not be read says that."""
        found = _STANDINGS[self.state]
        if found is not Standing.UNEXPLAINED or self.unexplained:
            return found
        return Standing.ROWS_REJECTED if self.rejected else Standing.EXPLAINED


def standing_of(parts: Iterable[Part]) -> Standing:
    """Tell where a month stands that was reconciled in parts: as the part that needs somebody most.

    >>> standing_of([]), standing_of([Part("SIGNED"), Part("OPEN", unexplained=3)])
    (<Standing.NOT_STARTED: 'NOT_STARTED'>, <Standing.UNEXPLAINED: 'UNEXPLAINED'>)
    """
    found = {part.standing for part in parts}
    return next((one for one in _LEAST_FIRST if one in found), Standing.NOT_STARTED)


def settle_by(month: str, *, day: int = DEFAULT_DAY) -> date:
    """Name the day of the next month by which a month is settled; the last one where that month is shorter.

    >>> settle_by("2026-01", day=31)
    datetime.date(2026, 2, 28)
    """
    first = Period.month(month).ends_before
    last = Period.month(f"{first:%Y-%m}").last_on
    return min(last, first + timedelta(days=day - 1))


def days_left(deadline: date, *, as_of: date) -> int:
    """Count the days until a deadline; below zero it is late by so many."""
    return (deadline - as_of).days


def months_back(as_of: date, *, count: int) -> list[str]:
    """List the last whole months before a day, the latest first.

    >>> months_back(date(2026, 2, 3), count=3)
    ['2026-01', '2025-12', '2025-11']
    """
    whole = as_of.year * 12 + as_of.month - 2
    return [f"{number // 12:04d}-{number % 12 + 1:02d}" for number in range(whole, whole - count, -1)]
