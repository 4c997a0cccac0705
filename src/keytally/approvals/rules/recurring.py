"""On which days does a recurring step fall due? (KW-1 to KW-16: 31 Oct Y-1, 25th, M+5, 1st and 16th, Mondays.)"""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from keytally.kernel.periods import Period
from keytally.kernel.working_days import DAY, WorkingDays


class Every(StrEnum):
    """How often something comes round."""

    YEAR = "YEAR"
    QUARTER = "QUARTER"
    MONTH = "MONTH"
    WEEK = "WEEK"
    DAY = "DAY"


class Shift(StrEnum):
    """What happens when the day is no working day."""

    NEXT = "NEXT"
    PREVIOUS = "PREVIOUS"
    STAYS = "STAYS"


@dataclass(frozen=True, slots=True)
class Recurrence:
    """One rhythm of a step.

    YEAR: a day of the year that lies `year_offset` years from the contract year. QUARTER: so many days before the
    quarter begins, or a day of its `month`-th month. MONTH: a day of the month, or with `of_next_month` M+n. WEEK: a
    weekday, 1 is Monday. DAY: every working day.
    """

    every: Every
    month: int = 1
    day: int = 1
    year_offset: int = 0
    days_before: int = 0
    of_next_month: bool = False
    shift: Shift = Shift.NEXT
    half_yearly: bool = False


@dataclass(frozen=True, slots=True)
class Occurrence:
    """A day on which a step falls due, and the day it would be without the calendar."""

    due_on: date
    nominal_on: date

    @property
    def is_moved(self) -> bool:
        """Tell whether the calendar moved it."""
        return self.due_on != self.nominal_on


def occurrences(recurrence: Recurrence, *, year: int, calendar: WorkingDays) -> list[Occurrence]:
    """List the days of a contract year on which a rhythm falls due, moved as it says.

    >>> from zoneinfo import ZoneInfo
    >>> review = Recurrence(Every.MONTH, day=16, shift=Shift.PREVIOUS)
    >>> str(occurrences(review, year=2026, calendar=WorkingDays(ZoneInfo("Asia/Shanghai")))[4].due_on)
    '2026-05-15'
    """
    days = (Occurrence(_moved(day, recurrence.shift, calendar), day) for day in _nominal(recurrence, year, calendar))
    return sorted(days, key=lambda found: (found.due_on, found.nominal_on))


def _nominal(recurrence: Recurrence, year: int, calendar: WorkingDays) -> Iterator[date]:
    match recurrence.every:
        case Every.YEAR:
            yield _day(year + recurrence.year_offset, recurrence.month, recurrence.day)
        case Every.QUARTER:
            yield from _of_quarters(recurrence, year)
        case Every.MONTH:
            yield from _of_months(recurrence, year)
        case Every.WEEK:
            yield from (day for day in _days_of(year) if day.isoweekday() == recurrence.day)
        case Every.DAY:
            yield from filter(calendar.is_working, _days_of(year))


def _of_quarters(recurrence: Recurrence, year: int) -> Iterator[date]:
    months = (1, 7) if recurrence.half_yearly else (1, 4, 7, 10)
    for month in months:
        if recurrence.days_before:
            yield date(year, month, 1) - DAY * recurrence.days_before
        else:
            yield _day(year, month + recurrence.month - 1, recurrence.day)


def _of_months(recurrence: Recurrence, year: int) -> Iterator[date]:
    for month in range(1, 13):
        if recurrence.of_next_month:
            yield Period.month(f"{year}-{month:02}").ends_before + DAY * (recurrence.day - 1)
        else:
            yield _day(year, month, recurrence.day)


def _day(year: int, month: int, day: int) -> date:
    """Name a day; the 31st of a shorter month is its last."""
    return date(year, month, min(day, monthrange(year, month)[1]))


def _days_of(year: int) -> Iterator[date]:
    first = date(year, 1, 1)
    yield from (first + timedelta(days=n) for n in range((date(year + 1, 1, 1) - first).days))


def _moved(day: date, shift: Shift, calendar: WorkingDays) -> date:
    if shift is Shift.STAYS:
        return day
    return calendar.on_or_before(day) if shift is Shift.PREVIOUS else calendar.on_or_after(day)
