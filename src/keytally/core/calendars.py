"""Which days does this company work? Public holidays and make-up days of the state, and what the company set itself.

The moved days of a year are announced by the State Council in the November before; docs/rules/working-days.md.
"""

from collections.abc import Collection, Mapping
from datetime import date, datetime, time
from functools import cache
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext_lazy as _
from holidays.countries.china import China, ChinaStaticHolidays

from keytally.core.clock import business_date
from keytally.core.models import CalendarDay, User
from keytally.core.rule_sets import Problem, register_rule_set, versions
from keytally.core.services import record_audit
from keytally.core.subjects import Subject
from keytally.kernel.periods import Period
from keytally.kernel.working_days import WorkingDays, WorkingHours

HOURS = "core.working_hours"
DEFAULT_HOURS: Mapping[str, Any] = {
    "opens_at": "08:30",
    "closes_at": "18:00",
    "cut_off_at": "15:00",
    "weekdays": [1, 2, 3, 4, 5],
}
# Deadlines reach at most some years ahead; the holidays of those years are the fixed ones, not yet the moved ones.
YEARS_AHEAD = 6


class UnableToSetDay(Exception):
    """A day of the company's calendar is refused; the argument is the code of the reason."""


def company_calendar() -> WorkingDays:
    """Read the company's calendar, in two queries."""
    public = public_calendar()
    return WorkingDays(
        zone=ZoneInfo(settings.TIME_ZONE),
        holidays=public.holidays,
        make_up_days=public.make_up_days,
        overrides=dict(CalendarDay.objects.values_list("day", "is_worked")),
        hours=tuple(_hours(starts_on, content) for starts_on, content in versions(HOURS)),
        announced=public.announced,
    )


@cache
def public_calendar() -> WorkingDays:
    """Read the state's holidays and make-up days, for every year that is announced and some ahead."""
    announced = sorted(ChinaStaticHolidays.special_public_holidays)
    days = _days_of(range(announced[0], announced[-1] + YEARS_AHEAD), language="zh_CN")
    return WorkingDays(
        zone=ZoneInfo(settings.TIME_ZONE),
        holidays=frozenset(days),
        make_up_days=frozenset(days.weekend_workdays),
        announced=Period(date(announced[0], 1, 1), date(announced[-1] + 1, 1, 1)),
    )


def public_names(year: int, *, language: str) -> dict[date, str]:
    """Name the public holidays of a year in a language."""
    days = _days_of(range(year, year + 1), language="en_US" if language.startswith("en") else "zh_CN")
    return {day: name for day, name in days.items() if day.year == year}


def _days_of(years: range, *, language: str) -> China:
    return China(years=years, language=language)  # type: ignore[no-untyped-call]  # the package types no constructor


@transaction.atomic
def set_day(day: date, *, is_worked: bool, name_zh: str, name_en: str, by: User, now: datetime) -> CalendarDay:
    """Say that the company works on a day, or does not; raise `UnableToSetDay` for a day that is over."""
    _need_a_day_to_come(day, now=now)
    before = CalendarDay.objects.filter(day=day).first()
    kept, _made = CalendarDay.objects.update_or_create(
        day=day,
        defaults={"is_worked": is_worked, "name_zh": name_zh, "name_en": name_en, "kept_by": by, "kept_at": now},
    )
    record_audit(
        "calendar.set",
        by=by,
        at=now,
        subject=Subject("calendar_day", kept.pk),
        before=_facts(before) if before else None,
        after=_facts(kept),
    )
    return kept


@transaction.atomic
def clear_day(day: date, *, by: User, now: datetime) -> None:
    """Let the public calendar hold again for a day; raise `UnableToSetDay` for a day that is over."""
    _need_a_day_to_come(day, now=now)
    kept = CalendarDay.objects.filter(day=day).first()
    if kept is None:
        return
    record_audit("calendar.clear", by=by, at=now, subject=Subject("calendar_day", kept.pk), before=_facts(kept))
    kept.delete()


def _need_a_day_to_come(day: date, *, now: datetime) -> None:
    """Refuse to change what deadlines have been counted by."""
    if day < business_date(now):
        raise UnableToSetDay("DAY_IS_OVER")


def _facts(kept: CalendarDay) -> dict[str, Any]:
    return {"day": str(kept.day), "is_worked": kept.is_worked, "name_zh": kept.name_zh, "name_en": kept.name_en}


def _hours(starts_on: date, content: Mapping[str, Any]) -> WorkingHours:
    return WorkingHours(
        starts_on=starts_on,
        opens_at=time.fromisoformat(content["opens_at"]),
        closes_at=time.fromisoformat(content["closes_at"]),
        cut_off_at=time.fromisoformat(content["cut_off_at"]),
        weekdays=frozenset(content["weekdays"]),
    )


def _check_hours(content: Mapping[str, Any]) -> Collection[Problem]:
    try:
        _hours(date.min, content)
    except (KeyError, TypeError, ValueError) as fault:
        return [Problem("working_hours", "HOURS_UNFIT", {"fault": str(fault)})]
    return []


register_rule_set(
    HOURS,
    label=_("Working hours and weekdays"),
    default=DEFAULT_HOURS,
    check=_check_hours,
    errors={"HOURS_UNFIT": _("The working hours do not fit: %(fault)s.")},
)
