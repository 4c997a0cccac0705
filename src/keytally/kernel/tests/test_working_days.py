from datetime import date, datetime, time
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from keytally.kernel.periods import Period
from keytally.kernel.working_days import NeverWorked, WorkingDays, WorkingHours

SHANGHAI = ZoneInfo("Asia/Shanghai")
# National Day of 2026: free from 1 to 7 October; Sunday 20 September and Saturday 10 October are worked for it.
OCTOBER = WorkingDays(
    SHANGHAI,
    holidays=frozenset(date(2026, 10, day) for day in range(1, 8)),
    make_up_days=frozenset({date(2026, 9, 20), date(2026, 10, 10)}),
    announced=Period(date(2026, 1, 1), date(2027, 1, 1)),
)
DAYS = st.dates(date(2026, 1, 1), date(2026, 12, 31))


def at(text):
    return datetime.fromisoformat(text).replace(tzinfo=SHANGHAI)


@pytest.mark.parametrize(
    ("start", "working_days", "hours", "due"),
    [
        ("2026-07-01T10:00", 1, 0, "2026-07-02T18:00"),
        ("2026-07-01T10:00", 0, 4, "2026-07-01T14:00"),
        ("2026-07-01T10:00", 0, 0, "2026-07-01T18:00"),
        # What comes after work closes, or on a Saturday, counts for the next working day.
        ("2026-07-03T18:30", 1, 0, "2026-07-07T18:00"),
        ("2026-07-04T09:00", 1, 0, "2026-07-07T18:00"),
        ("2026-07-04T09:00", 0, 0, "2026-07-06T18:00"),
        # The seven free days of October do not count, the worked Saturday after them does.
        ("2026-09-30T10:00", 1, 0, "2026-10-08T18:00"),
        ("2026-09-30T10:00", 3, 0, "2026-10-10T18:00"),
        # The worked Sunday before them counts too.
        ("2026-09-18T10:00", 1, 0, "2026-09-20T18:00"),
        # Hours are clock hours: a lorry at the dock does not wait for Monday.
        ("2026-10-03T23:30", 0, 1, "2026-10-04T00:30"),
        ("2026-07-01T10:00", 2, 3, "2026-07-03T21:00"),
    ],
)
def test_a_limit_runs_out(start, working_days, hours, due):
    assert OCTOBER.deadline(at(start), working_days=working_days, hours=hours) == at(due)


def test_a_limit_is_counted_in_the_companys_zone_wherever_the_clock_stands():
    from_london = datetime(2026, 7, 1, 17, tzinfo=ZoneInfo("UTC"))
    assert OCTOBER.deadline(from_london, working_days=1) == at("2026-07-03T18:00")


def test_an_order_after_the_cut_off_counts_for_the_next_working_day():
    cut_off = time(15)
    assert OCTOBER.taken_in_on(at("2026-09-30T14:59"), cut_off=cut_off) == date(2026, 9, 30)
    assert OCTOBER.taken_in_on(at("2026-09-30T15:01"), cut_off=cut_off) == date(2026, 10, 8)


def test_work_is_taken_up_when_work_opens():
    assert OCTOBER.taken_up(at("2026-07-03T20:00")) == at("2026-07-06T08:30")
    assert OCTOBER.taken_up(at("2026-07-03T06:00")) == at("2026-07-03T08:30")
    assert OCTOBER.taken_up(at("2026-07-03T11:00")) == at("2026-07-03T11:00")


def test_the_fifth_of_next_month_moves_to_a_working_day():
    assert OCTOBER.day_of_next_month(date(2026, 9, 30), 5) == date(2026, 10, 8)
    assert OCTOBER.day_of_next_month(date(2026, 6, 1), 5) == date(2026, 7, 6)


def test_what_the_company_decides_stands_above_the_public_calendar():
    ours = WorkingDays(
        SHANGHAI, make_up_days=OCTOBER.make_up_days, overrides={date(2026, 10, 10): False, date(2026, 7, 4): True}
    )
    assert not ours.is_working(date(2026, 10, 10))
    assert ours.is_working(date(2026, 7, 4))


def test_working_hours_change_from_a_day_on():
    six_days = WorkingHours(date(2026, 8, 1), weekdays=frozenset(range(1, 7)), closes_at=time(20), cut_off_at=time(16))
    ours = WorkingDays(SHANGHAI, hours=(WorkingHours(date.min), six_days))
    assert not ours.is_working(date(2026, 7, 4))
    assert ours.is_working(date(2026, 8, 1))
    assert ours.deadline(at("2026-07-31T10:00"), working_days=1) == at("2026-08-01T20:00")


def test_outside_the_announced_years_it_says_so():
    assert OCTOBER.is_announced(date(2026, 12, 31))
    assert not OCTOBER.is_announced(date(2027, 1, 1))


def test_a_calendar_without_a_working_day_is_refused_instead_of_searched_for_ever():
    closed = WorkingDays(SHANGHAI, holidays=frozenset(date.fromordinal(n) for n in range(739_000, 741_000)))
    with pytest.raises(NeverWorked):
        closed.on_or_after(date.fromordinal(739_500))


@pytest.mark.parametrize("weekdays", [set(), {0}, {8}])
def test_hours_name_real_weekdays(weekdays):
    with pytest.raises(ValueError):
        WorkingHours(date.min, weekdays=frozenset(weekdays))


def test_a_day_opens_before_it_closes():
    with pytest.raises(ValueError):
        WorkingHours(date.min, opens_at=time(19))


@given(DAYS, st.integers(1, 60))
def test_counting_on_lands_on_a_working_day_and_back_again(day, n):
    there = OCTOBER.add(day, n)
    assert OCTOBER.is_working(there)
    assert OCTOBER.days_between(day, there) == n
    if OCTOBER.is_working(day):
        assert OCTOBER.add(there, -n) == day


@given(DAYS, st.integers(0, 40), st.integers(0, 40))
def test_more_working_days_never_end_earlier(day, fewer, more):
    start = datetime(day.year, day.month, day.day, 11, tzinfo=SHANGHAI)
    fewer, more = sorted((fewer, more))
    assert OCTOBER.deadline(start, working_days=fewer) <= OCTOBER.deadline(start, working_days=more)
