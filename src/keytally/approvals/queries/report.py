"""Who is sitting on it: what waits by person and by step, and for how long in working time?"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.models import Count, F, Min, Q, QuerySet

from keytally.approvals.models import Seat
from keytally.approvals.rules.waiting import WorkedTime
from keytally.core import scope
from keytally.core.calendars import company_calendar
from keytally.core.clock import business_date
from keytally.core.models import User

PERMISSION = "approvals.report"
# Waiting is counted from here on; what has waited longer has waited "more than" that.
LONGEST = timedelta(days=730)


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
    rows = seats.order_by().values("person_id", "person__name").annotate(**_figures(now))
    return _longest_first(
        Sitting(row["person_id"], row["person__name"], "", "", "", "", **_added_up(row, now=now, worked=worked))
        for row in rows
    )


def by_step(seats: QuerySet[Seat], *, now: datetime, worked: WorkedTime) -> list[Sitting]:
    """Add up what waits at each step of each kind of request, the longest first."""
    keys = {"kind": F("request__kind"), "step": F("slot__step__code")}
    names = {"name_zh": F("slot__step__name_zh"), "name_en": F("slot__step__name_en")}
    rows = seats.order_by().values(**keys, **names).annotate(**_figures(now))
    return _longest_first(
        Sitting(
            None,
            "",
            row["kind"],
            row["step"],
            row["name_zh"],
            row["name_en"],
            **_added_up(row, now=now, worked=worked),
        )
        for row in rows
    )


def chosen(seats: QuerySet[Seat], *, person: str, kind: str, step: str) -> QuerySet[Seat]:
    """Keep what waits for one person, or at one step."""
    wanted = Q()
    if person.isdecimal():
        wanted &= Q(person=int(person))
    if kind:
        wanted &= Q(request__kind=kind)
    if step:
        wanted &= Q(slot__step__code=step)
    return seats.filter(wanted)


def in_detail(seats: QuerySet[Seat]) -> QuerySet[Seat]:
    """List each thing that waits, the longest first."""
    return seats.order_by("slot__step__opened_at", "pk")


def with_details(seats: Iterable[Seat]) -> list[Seat]:
    """Read what a page shows of its seats, in their order."""
    order = [seat.pk for seat in seats]
    found = Seat.objects.select_related("person", "slot__step", "request__requester").in_bulk(order)
    return [found[number] for number in order]


def worked_time(*, now: datetime) -> WorkedTime:
    """Read the calendar for counting how long something has waited until now."""
    today = business_date(now)
    return WorkedTime(company_calendar(), first_on=today - LONGEST, last_on=today)


def _figures(now: datetime) -> dict[str, Count | Min]:
    return {
        "count": Count("slot", distinct=True),
        "late": Count("slot", distinct=True, filter=Q(slot__step__due_at__lt=now)),
        "oldest": Min("slot__step__opened_at"),
    }


def _added_up(row: dict[str, object], *, now: datetime, worked: WorkedTime) -> dict[str, object]:
    oldest = row["oldest"]
    assert isinstance(oldest, datetime)  # noqa: S101 - an open step was opened at some time
    return {"count": row["count"], "late": row["late"], "oldest": oldest, "waited": worked.between(oldest, now)}


def _longest_first(rows: Iterable[Sitting]) -> list[Sitting]:
    return sorted(rows, key=lambda row: (row.oldest, -row.count, row.person_name, row.step))
