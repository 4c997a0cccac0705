"""When is a step due, when is whom told that it is late, and how long has it waited in working time?"""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from keytally.approvals.rules.workflow import Allowance
from keytally.kernel.working_days import DAY, WorkingDays


@dataclass(frozen=True, slots=True)
class Marks:
    """When a step's people are reminded, when it is due and their managers are told, and when those managers'."""

    remind_at: datetime
    due_at: datetime
    senior_at: datetime


def marks(start: datetime, allowance: Allowance, *, calendar: WorkingDays) -> Marks | None:
    """Compute the marks of a step from the end of the one before; without an allowance there are none."""
    if not allowance:
        return None
    if allowance.working_days:
        due = calendar.deadline(start, working_days=allowance.working_days, hours=allowance.hours)
        due += timedelta(minutes=allowance.minutes)
        remind = _half_way(start, due, calendar)
    else:
        begin = calendar.taken_up(start)
        due = begin + timedelta(hours=allowance.hours, minutes=allowance.minutes)
        remind = begin + (due - begin) / 2
    return Marks(remind, due, calendar.deadline(due, working_days=1))


class WorkedTime:
    """Counts working time between instants; the days are added up once for a span of days."""

    def __init__(self, calendar: WorkingDays, *, first_on: date, last_on: date) -> None:
        self.zone = calendar.zone
        self.opens: list[datetime] = []
        self.closes: list[datetime] = []
        self.before: list[timedelta] = []
        self.whole = timedelta(0)
        day = first_on
        while day <= last_on:
            if calendar.is_working(day):
                self._add(calendar.opens(day), calendar.closes(day))
            day += DAY

    def between(self, start: datetime, end: datetime) -> timedelta:
        """Count the working time from one instant to another."""
        return max(self._until(end) - self._until(start), timedelta(0))

    def after(self, start: datetime, worked: timedelta) -> datetime:
        """Find the instant by which so much working time has passed."""
        wanted = self._until(start) + worked
        place = bisect_right(self.before, wanted) - 1
        return self.opens[place] + (wanted - self.before[place])

    def _add(self, opens: datetime, closes: datetime) -> None:
        self.opens.append(opens)
        self.closes.append(closes)
        self.before.append(self.whole)
        self.whole += closes - opens

    def _until(self, at: datetime) -> timedelta:
        place = bisect_right(self.opens, at) - 1
        if place < 0:
            return timedelta(0)
        return self.before[place] + (min(at, self.closes[place]) - self.opens[place])


def _half_way(start: datetime, due: datetime, calendar: WorkingDays) -> datetime:
    first, last = start.astimezone(calendar.zone).date(), due.astimezone(calendar.zone).date()
    worked = WorkedTime(calendar, first_on=first, last_on=last)
    return worked.after(start, worked.between(start, due) / 2)
