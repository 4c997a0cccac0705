"""Which days does the company work, and when does a time limit run out? (Conventions of the workflows: wd, h, M+n.)"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import cached_property
from zoneinfo import ZoneInfo

from keytally.kernel.periods import Period

DAY = timedelta(days=1)
MONDAY_TO_FRIDAY = frozenset({1, 2, 3, 4, 5})
# No company is closed longer; a calendar that says so has been kept wrongly.
LONGEST_CLOSURE = 366


@dataclass(frozen=True, slots=True)
class WorkingHours:
    """From a day on: which weekdays are worked (1 is Monday), from when to when, and until when work is taken in."""

    starts_on: date
    opens_at: time = time(8, 30)
    closes_at: time = time(18, 0)
    cut_off_at: time = time(15, 0)
    weekdays: frozenset[int] = MONDAY_TO_FRIDAY

    def __post_init__(self) -> None:
        if not self.weekdays or not self.weekdays <= set(range(1, 8)):
            raise ValueError(f"weekdays are numbers from 1 (Monday) to 7, at least one; not {sorted(self.weekdays)}")
        if not self.opens_at < self.cut_off_at <= self.closes_at:
            raise ValueError("a day opens before its cut-off, and closes at the cut-off or later")


class NeverWorked(Exception):
    """No working day lies within a year of this one: the calendar is kept wrongly."""


@dataclass(frozen=True)
class WorkingDays:
    """A company's working days: the state's holidays and make-up days, and above them what the company itself set."""

    zone: ZoneInfo
    holidays: frozenset[date] = frozenset()
    make_up_days: frozenset[date] = frozenset()
    # What the company decided for single days: True is worked, False is free.
    overrides: Mapping[date, bool] | None = None
    hours: tuple[WorkingHours, ...] = (WorkingHours(date.min),)
    # The days for which the state has said which holidays are moved; outside only the fixed ones are known.
    announced: Period | None = None

    def is_working(self, day: date) -> bool:
        """Tell whether the company works on a day.

        >>> WorkingDays(ZoneInfo("Asia/Shanghai")).is_working(date(2026, 7, 4))
        False
        """
        if self.overrides and day in self.overrides:
            return self.overrides[day]
        if day in self.make_up_days:
            return True
        return day not in self.holidays and day.isoweekday() in self.hours_on(day).weekdays

    def is_announced(self, day: date) -> bool:
        """Tell whether the state has announced the moved days of that time."""
        return self.announced is None or self.announced.contains(day)

    def hours_on(self, day: date) -> WorkingHours:
        """Find the working hours in force on a day."""
        return next((hours for hours in self._latest_first if hours.starts_on <= day), self._latest_first[-1])

    @cached_property
    def _latest_first(self) -> tuple[WorkingHours, ...]:
        return tuple(sorted(self.hours, key=lambda hours: hours.starts_on, reverse=True))

    def on_or_after(self, day: date) -> date:
        """Move a day that is not worked to the next one that is.

        >>> WorkingDays(ZoneInfo("Asia/Shanghai")).on_or_after(date(2026, 7, 4))
        datetime.date(2026, 7, 6)
        """
        return self._first(day, step=DAY)

    def on_or_before(self, day: date) -> date:
        """Move a day that is not worked to the last one before that is."""
        return self._first(day, step=-DAY)

    def add(self, day: date, n: int) -> date:
        """Count n working days on from a day, which itself does not count; back where n is negative.

        >>> WorkingDays(ZoneInfo("Asia/Shanghai")).add(date(2026, 7, 3), 2)
        datetime.date(2026, 7, 7)
        """
        step = DAY if n >= 0 else -DAY
        for _turn in range(abs(n)):
            day = self._first(day + step, step=step)
        return day if n else self._first(day, step=DAY)

    def days_in(self, period: Period) -> int:
        """Count the working days of a period."""
        days = (period.starts_on + DAY * offset for offset in range(period.days))
        return sum(map(self.is_working, days))

    def days_between(self, since: date, until: date) -> int:
        """Count the working days after one day up to and with another.

        >>> WorkingDays(ZoneInfo("Asia/Shanghai")).days_between(date(2026, 7, 3), date(2026, 7, 7))
        2
        """
        return self.days_in(Period.through(since + DAY, until)) if until > since else 0

    def day_of_next_month(self, month: date, n: int) -> date:
        """Find M+n: the n-th calendar day of the month after, moved to the next working day if it is none.

        >>> WorkingDays(ZoneInfo("Asia/Shanghai")).day_of_next_month(date(2026, 6, 30), 5)
        datetime.date(2026, 7, 6)
        """
        first = Period.month(f"{month:%Y-%m}").ends_before
        return self.on_or_after(first + DAY * (n - 1))

    def taken_in_on(self, at: datetime, *, cut_off: time | None = None) -> date:
        """Name the working day that something counts for which came at an instant: later than the cut-off, the next."""
        local = at.astimezone(self.zone)
        day = local.date()
        if self.is_working(day) and local.time() <= (cut_off or self.hours_on(day).closes_at):
            return day
        return self.on_or_after(day + DAY)

    def opens(self, day: date) -> datetime:
        """Find the instant at which work begins on a day."""
        return datetime.combine(day, self.hours_on(day).opens_at, self.zone)

    def closes(self, day: date) -> datetime:
        """Find the instant at which work ends on a day; a limit given in days runs out then."""
        return datetime.combine(day, self.hours_on(day).closes_at, self.zone)

    def taken_up(self, at: datetime) -> datetime:
        """Find when somebody at work can begin with what came at an instant: at once, or when work opens next."""
        day = self.taken_in_on(at)
        return max(at.astimezone(self.zone), self.opens(day))

    def deadline(self, start: datetime, *, working_days: int = 0, hours: int = 0) -> datetime:
        """Find when a limit runs out: days count from the day after and end when work closes; hours are clock hours.

        What comes after work closes counts for the next working day. Days and hours together: first the days.
        """
        if working_days < 0 or hours < 0:
            raise ValueError("a limit of less than nothing has no end")
        if not working_days:
            return (start + timedelta(hours=hours)).astimezone(self.zone) if hours else self._same_day(start)
        last_on = self.add(self.taken_in_on(start), working_days)
        return self.closes(last_on) + timedelta(hours=hours)

    def _same_day(self, start: datetime) -> datetime:
        return self.closes(self.taken_in_on(start))

    def _first(self, day: date, *, step: timedelta) -> date:
        for _turn in range(LONGEST_CLOSURE):
            if self.is_working(day):
                return day
            day += step
        raise NeverWorked(day)
