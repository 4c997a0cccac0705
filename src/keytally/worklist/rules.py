"""How urgent is what waits, and in which order is it done?"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Protocol, TypeVar
from zoneinfo import ZoneInfo


class Urgency(StrEnum):
    """When does it have to be done, seen from now?"""

    OVERDUE = "OVERDUE"
    TODAY = "TODAY"
    WEEK = "WEEK"
    LATER = "LATER"


class Due(Protocol):
    """What can be put in order: its deadline, and whether it presses without one."""

    @property
    def deadline(self) -> datetime | None:
        """When it has to be done."""

    @property
    def is_pressing(self) -> bool:
        """Whether it belongs to today although nobody set a deadline."""

    @property
    def weight(self) -> int:
        """Which kind comes first when deadlines are equal; the lower first."""

    @property
    def opened_at(self) -> datetime:
        """Since when it waits."""


Waits = TypeVar("Waits", bound=Due)


@dataclass(frozen=True, slots=True)
class Clock:
    """The instant at which someone looks, and the zone they live in."""

    now: datetime
    zone: ZoneInfo

    @property
    def today(self) -> date:
        """The day it is there."""
        return self.now.astimezone(self.zone).date()

    @property
    def week_ends_on(self) -> date:
        """The Sunday of this week."""
        return self.today + timedelta(days=7 - self.today.isoweekday())


def urgency(deadline: datetime | None, *, clock: Clock, is_pressing: bool = False) -> Urgency:
    """Tell how urgent a deadline is; what has none can wait, unless it presses.

    >>> clock = Clock(datetime.fromisoformat("2026-07-01T09:00+08:00"), ZoneInfo("Asia/Shanghai"))
    >>> urgency(datetime.fromisoformat("2026-07-05T18:00+08:00"), clock=clock)
    <Urgency.WEEK: 'WEEK'>
    """
    if deadline is None:
        return Urgency.TODAY if is_pressing else Urgency.LATER
    if deadline < clock.now:
        return Urgency.OVERDUE
    due_on = deadline.astimezone(clock.zone).date()
    if due_on <= clock.today:
        return Urgency.TODAY
    return Urgency.WEEK if due_on <= clock.week_ends_on else Urgency.LATER


def in_order(waiting: Iterable[Waits], *, clock: Clock) -> list[tuple[Urgency, list[Waits]]]:
    """Group what waits by urgency, the most urgent first; within a group by deadline, weight and age."""
    groups: dict[Urgency, list[Waits]] = {one: [] for one in Urgency}
    for item in waiting:
        groups[urgency(item.deadline, clock=clock, is_pressing=item.is_pressing)].append(item)
    return [(one, sorted(group, key=_place)) for one, group in groups.items() if group]


def _place(item: Due) -> tuple[bool, float, int, datetime]:
    has_none = item.deadline is None
    return (has_none, 0.0 if item.deadline is None else item.deadline.timestamp(), item.weight, item.opened_at)
