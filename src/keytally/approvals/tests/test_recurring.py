from datetime import date
from zoneinfo import ZoneInfo

import pytest

from keytally.approvals import workflows
from keytally.approvals.rules.recurring import Every, Recurrence, Shift, occurrences
from keytally.core.calendars import public_calendar
from keytally.kernel.working_days import WorkingDays

CALENDAR = public_calendar()
STEPS = {step.id: step for step in workflows.shipped("ka_work_cycle").steps}


def due(step, year=2026):
    days = [found.due_on for fall in STEPS[step].falls for found in occurrences(fall, year=year, calendar=CALENDAR)]
    return [f"{day:%Y-%m-%d}" for day in days]


@pytest.mark.parametrize(
    ("step", "first_days"),
    [
        # 31 October 2025 is a Friday; in 2026 it is a Saturday and moves to Monday.
        ("KW-1", ["2025-10-31"]),
        # 30 November 2025 is a Sunday.
        ("KW-2", ["2025-12-01", "2025-12-31"]),
        ("KW-3", ["2026-03-31"]),
        # 31 January and 31 October 2026 are Saturdays, and 30 April stands for its 31st.
        ("KW-4", ["2026-02-02", "2026-04-30", "2026-07-31", "2026-11-02"]),
        # 45 days before each quarter.
        ("KW-5", ["2025-11-17", "2026-02-24", "2026-05-18", "2026-08-17"]),
        # 25 January is a Sunday, 25 April a Saturday, 25 July a Saturday, 25 September the Mid-Autumn festival.
        ("KW-6", ["2026-01-26", "2026-02-25", "2026-03-25", "2026-04-27", "2026-05-25", "2026-06-25", "2026-07-27"]),
        # The review run is moved to the working day before: never skipped.
        ("KW-7", ["2025-12-31", "2026-01-30", "2026-02-28", "2026-04-01", "2026-04-30", "2026-06-01"]),
        # M+5: 5 October is a holiday and 8 October the first day worked.
        ("KW-12", ["2026-02-05", "2026-03-05", "2026-04-07", "2026-05-06"]),
        ("KW-14", ["2026-03-31", "2026-06-30", "2026-09-30", "2026-12-31"]),
        ("KW-16", ["2027-01-20"]),
    ],
)
def test_steps_of_the_work_cycle_fall_due(step, first_days):
    assert due(step)[: len(first_days)] == first_days


def test_the_sixteenth_moves_back_over_the_spring_festival():
    [later] = STEPS["KW-7"].falls[1:]
    february = occurrences(later, year=2026, calendar=CALENDAR)[1]
    assert (february.nominal_on, february.due_on, february.is_moved) == (date(2026, 2, 16), date(2026, 2, 14), True)


def test_the_month_close_after_the_national_holiday():
    [close] = STEPS["KW-12"].falls
    september = occurrences(close, year=2026, calendar=CALENDAR)[8]
    assert (september.nominal_on, september.due_on) == (date(2026, 10, 5), date(2026, 10, 8))


def test_daily_steps_come_on_working_days_only():
    days = due("KW-9")
    assert "2026-10-10" in days and "2026-10-01" not in days
    assert len(days) == 248


def test_a_day_may_stay_where_it_is():
    stays = Recurrence(Every.YEAR, month=10, day=3, shift=Shift.STAYS)
    [found] = occurrences(stays, year=2026, calendar=CALENDAR)
    assert found.due_on == date(2026, 10, 3)


def test_half_yearly_comes_twice():
    twice = Recurrence(Every.QUARTER, month=1, day=15, half_yearly=True)
    found = occurrences(twice, year=2026, calendar=WorkingDays(ZoneInfo("Asia/Shanghai")))
    assert [day.due_on for day in found] == [date(2026, 1, 15), date(2026, 7, 15)]
