"""The company's calendar: a year of working days, what the company set itself, and its working hours."""

import calendar as weeks
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from keytally.core import calendars
from keytally.core.access import person_of, requires
from keytally.core.calendar_forms import DayForm, HoursForm
from keytally.core.clock import business_date
from keytally.core.models import CalendarDay
from keytally.core.rule_sets import UnableToKeep, history, keep_rule_set, rule_set_in_force, sentence
from keytally.kernel.periods import Period
from keytally.kernel.working_days import WorkingDays

EARLIEST_YEAR, LATEST_YEAR = 2005, 2100
WEEK = tuple(date(2026, 6, day) for day in range(1, 8))
KINDS = {
    "wd-free": gettext_lazy("free"),
    "wd-holiday": gettext_lazy("public holiday"),
    "wd-made-up": gettext_lazy("make-up working day"),
    "": gettext_lazy("working day"),
}


@dataclass(frozen=True, slots=True)
class Day:
    """A day as the year shows it."""

    day: date
    kind: str
    is_own: bool
    is_today: bool
    name: str

    @property
    def says(self) -> str:
        """Say the day and what it is."""
        return f"{self.day.isoformat()} {KINDS[self.kind]} {self.name}".strip()


@dataclass(frozen=True, slots=True)
class Month:
    """A month in weeks that begin on Monday; days of other months are left empty."""

    first: date
    weeks: tuple[tuple[Day | None, ...], ...]
    worked: int


@requires("calendar.view")
@require_GET
def year_page(request: HttpRequest) -> HttpResponse:
    """Show a year of the company's calendar."""
    return _page(request, day_form=DayForm(), hours_form=None)


@requires("calendar.change")
@require_POST
def set_day(request: HttpRequest) -> HttpResponse:
    """Say that the company works on a day, or does not."""
    form = DayForm(request.POST)
    if not form.is_valid():
        return _page(request, day_form=form, hours_form=None, status=422)
    said = form.cleaned_data
    try:
        calendars.set_day(
            said["day"],
            is_worked=said["is_worked"] == "yes",
            name_zh=said["name_zh"],
            name_en=said["name_en"],
            by=person_of(request),
            now=datetime.now(UTC),
        )
    except calendars.UnableToSetDay:
        form.add_error("day", _("This day is over; deadlines were counted by it and stay as they are."))
        return _page(request, day_form=form, hours_form=None, status=422)
    messages.success(request, _("The calendar is changed; deadlines counted from now on follow it."))
    return redirect(f"{reverse('core:calendar')}?year={said['day'].year}")


@requires("calendar.change")
@require_POST
def clear_day(request: HttpRequest) -> HttpResponse:
    """Let the public calendar hold again for a day."""
    form = DayForm(request.POST)
    form.is_valid()
    day = form.cleaned_data.get("day")
    try:
        if day:
            calendars.clear_day(day, by=person_of(request), now=datetime.now(UTC))
    except calendars.UnableToSetDay:
        messages.error(request, _("This day is over; deadlines were counted by it and stay as they are."))
    return redirect(f"{reverse('core:calendar')}?year={day.year}" if day else reverse("core:calendar"))


@requires("calendar.change")
@require_POST
def keep_hours(request: HttpRequest) -> HttpResponse:
    """Keep other working hours from a day on."""
    form = HoursForm(request.POST)
    if form.is_valid():
        try:
            keep_rule_set(
                calendars.HOURS,
                content=form.content(),
                starts_on=form.cleaned_data["starts_on"],
                by=person_of(request),
                now=datetime.now(UTC),
                reason=form.cleaned_data["reason"],
            )
        except UnableToKeep as refusal:
            for problem in refusal.problems:
                form.add_error(None, sentence(calendars.HOURS, problem))
        else:
            messages.success(request, _("The working hours are kept."))
            return redirect("core:calendar")
    return _page(request, day_form=DayForm(), hours_form=form, status=422)


def _page(request: HttpRequest, *, day_form: DayForm, hours_form: HoursForm | None, status: int = 200) -> HttpResponse:
    today = business_date(datetime.now(UTC))
    year = _year_asked(request, default=today.year)
    calendar = calendars.company_calendar()
    own = {kept.day: kept for kept in CalendarDay.objects.filter(day__year=year).select_related("kept_by")}
    names = calendars.public_names(year, language=get_language() or "zh-hans")
    names |= {day: _name(kept) for day, kept in own.items()}
    facts = {
        "year": year,
        "months": [_month(year, month, calendar=calendar, names=names, today=today) for month in range(1, 13)],
        "weekdays": [_short(day) for day in WEEK],
        "worked": calendar.days_in(Period(date(year, 1, 1), date(year + 1, 1, 1))),
        "is_announced": calendar.is_announced(date(year, 6, 1)),
        "own": sorted(own.values(), key=lambda kept: kept.day),
        "day_form": day_form,
        "hours_form": hours_form or HoursForm.of(rule_set_in_force(calendars.HOURS, as_of=today).content, today=today),
        "hours": calendar.hours_on(today),
        "hours_history": history(calendars.HOURS),
        "may_change": person_of(request).may("calendar.change"),
        "today": today,
    }
    return render(request, "core/calendar.html", facts, status=status)


def _month(year: int, month: int, *, calendar: WorkingDays, names: Mapping[date, str], today: date) -> Month:
    days = [
        tuple(_day(day, calendar=calendar, names=names, today=today) if day.month == month else None for day in week)
        for week in weeks.Calendar().monthdatescalendar(year, month)
    ]
    worked = calendar.days_in(Period.month(f"{year}-{month:02}"))
    return Month(date(year, month, 1), tuple(days), worked)


def _day(day: date, *, calendar: WorkingDays, names: Mapping[date, str], today: date) -> Day:
    is_worked, usual = calendar.is_working(day), day.isoweekday() in calendar.hours_on(day).weekdays
    kind = ("" if usual else "wd-made-up") if is_worked else ("wd-holiday" if usual else "wd-free")
    is_own = day in (calendar.overrides or {})
    return Day(day, kind, is_own, day == today, names.get(day, ""))


def _short(day: date) -> str:
    """Name a weekday in a narrow column: in Chinese its last letter says it."""
    name = date_format(day, "D")
    return name[-1] if (get_language() or "").startswith("zh") else name


def _name(kept: CalendarDay) -> str:
    first, second = (
        (kept.name_zh, kept.name_en) if (get_language() or "").startswith("zh") else (kept.name_en, kept.name_zh)
    )
    return first or second


def _year_asked(request: HttpRequest, *, default: int) -> int:
    asked: Any = request.GET.get("year", "")
    return min(max(int(asked), EARLIEST_YEAR), LATEST_YEAR) if asked.isdecimal() and len(asked) == 4 else default
