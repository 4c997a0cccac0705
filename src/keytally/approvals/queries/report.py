"""Who is sitting on it: what waits by person and by step, and for how long in working time?"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import Count, Min, Q, QuerySet

from keytally.approvals.models import Seat
from keytally.approvals.rules.waiting import WorkedTime
from keytally.core import scope
from keytally.core.calendars import company_calendar
from keytally.core.clock import business_date
from keytally.core.models import User

PERMISSION = "approvals.report"
Rows = Iterable[tuple[Any, ...]]
# Waiting is counted from here on; what has waited longer has waited "more than" that.
LONGEST = timedelta(days=730)
LONGEST_NUMBER = 19


@dataclass(frozen=True, slots=True)
class Sitting:
    """How much waits for one person, or at one step, since when, and how much of it is late."""

    person_id: int | None
    person_name: str
    kind: str
    step: str
    name_zh: str
    name_en: str
    count: int
    late: int
    oldest: datetime
    waited: timedelta


def waiting_seats(person: User, *, as_of: date) -> QuerySet[Seat]:
    """List what waits for the people within a person's scope."""
    seats = Seat.objects.filter(is_waiting=True)
    return scope.visible(seats, person=person, permission=PERMISSION, as_of=as_of, owner="person")


def by_person(seats: QuerySet[Seat], *, now: datetime, worked: WorkedTime) -> list[Sitting]:
    """Add up what waits for each person, who has kept something waiting longest first."""
    rows: Rows = _added_up(seats, "person_id", "person__name", now=now)
    return _longest_first(
        Sitting(person, name, "", "", "", "", count, late, oldest, worked.between(oldest, now))
        for person, name, count, late, oldest in rows
    )


def by_step(seats: QuerySet[Seat], *, now: datetime, worked: WorkedTime) -> list[Sitting]:
    """Add up what waits at each step of each kind of request, the longest first."""
    keys = ("request__kind", "slot__step__code", "slot__step__name_zh", "slot__step__name_en")
    rows: Rows = _added_up(seats, *keys, now=now)
    return _longest_first(
        Sitting(None, "", kind, step, name_zh, name_en, count, late, oldest, worked.between(oldest, now))
        for kind, step, name_zh, name_en, count, late, oldest in rows
    )


def chosen(seats: QuerySet[Seat], *, person: str, kind: str, step: str) -> QuerySet[Seat]:
    """Keep what waits for one person, or at one step."""
    wanted = Q()
    if person.isascii() and person.isdigit():
        # A number that no row can have finds nothing.
        wanted &= Q(person=int(person)) if len(person) < LONGEST_NUMBER else Q(pk__in=[])
    if kind:
        wanted &= Q(request__kind=kind)
    if step:
        wanted &= Q(slot__step__code=step)
    return seats.filter(wanted)


def in_detail(seats: QuerySet[Seat]) -> QuerySet[Seat]:
    """List each thing that waits, the longest first."""
    return seats.order_by("slot__step__opened_at", "pk")


def to_take(seats: QuerySet[Seat]) -> QuerySet[Seat]:
    """Fetch what a file shows of each thing that waits, the longest first."""
    return in_detail(seats.select_related("person", "slot__step", "request__requester"))


def with_details(seats: Iterable[Seat]) -> list[Seat]:
    """Read what a page shows of its seats, in their order."""
    order = [seat.pk for seat in seats]
    found = Seat.objects.select_related("person", "slot__step", "request__requester").in_bulk(order)
    return [found[number] for number in order]


def worked_time(*, now: datetime) -> WorkedTime:
    """Read the calendar for counting how long something has waited until now."""
    today = business_date(now)
    return WorkedTime(company_calendar(), first_on=today - LONGEST, last_on=today)


def _added_up(seats: QuerySet[Seat], *keys: str, now: datetime) -> Rows:
    """Count what waits and what of it is late, and find the oldest, for each value of the keys."""
    late = Q(slot__step__due_at__lt=now)
    added = (
        seats.order_by()
        .values(*keys)
        .annotate(
            waiting=Count("slot", distinct=True),
            overdue=Count("slot", distinct=True, filter=late),
            oldest=Min("slot__step__opened_at"),
        )
    )
    rows: Rows = added.values_list(*keys, "waiting", "overdue", "oldest")
    return rows


def _longest_first(rows: Iterable[Sitting]) -> list[Sitting]:
    return sorted(rows, key=lambda row: (row.oldest, -row.count, row.person_name, row.step))
