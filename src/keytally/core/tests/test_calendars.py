"""The public calendar against the yearly notices of the State Council, and the company's own days above it."""

from datetime import UTC, date, datetime, timedelta

import pytest

from keytally.core import calendars
from keytally.core.models import AuditEntry
from keytally.core.roles import Role
from keytally.core.rule_sets import keep_rule_set
from keytally.core.services import add_person

NOW = datetime(2026, 7, 1, 9, tzinfo=UTC)

# Weekend days worked, year by year, as the notices on the arrangement of holidays name them.
MADE_UP = {
    2010: "02-20 02-21 06-12 06-13 09-19 09-25 09-26 10-09",
    2011: "01-30 02-12 04-02 10-08 10-09 12-31",
    2012: "01-21 01-29 03-31 04-01 04-28 09-29",
    2013: "01-05 01-06 02-16 02-17 04-07 04-27 04-28 06-08 06-09 09-22 09-29 10-12",
    2014: "01-26 02-08 05-04 09-28 10-11",
    2015: "01-04 02-15 02-28 09-06 10-10",
    2016: "02-06 02-14 06-12 09-18 10-08 10-09",
    2017: "01-22 02-04 04-01 05-27 09-30",
    2018: "02-11 02-24 04-08 04-28 09-29 09-30 12-29",
    2019: "02-02 02-03 04-28 05-05 09-29 10-12",
    2020: "01-19 04-26 05-09 06-28 09-27 10-10",
    2021: "02-07 02-20 04-25 05-08 09-18 09-26 10-09",
    2022: "01-29 01-30 04-02 04-24 05-07 10-08 10-09",
    2023: "01-28 01-29 04-23 05-06 06-25 10-07 10-08",
    2024: "02-04 02-18 04-07 04-28 05-11 09-14 09-29 10-12",
    2025: "01-26 02-08 04-27 09-28 10-11",
    2026: "01-04 02-14 02-28 05-09 09-20 10-10",
}
# First and last free day of every block of the last years, as the notices name them.
FREE = {
    2020: "01-01/01-01 01-24/02-02 04-04/04-06 05-01/05-05 06-25/06-27 10-01/10-08",
    2023: "01-01/01-02 01-21/01-27 04-05/04-05 04-29/05-03 06-22/06-24 09-29/10-06",
    2024: "01-01/01-01 02-10/02-17 04-04/04-06 05-01/05-05 06-08/06-10 09-15/09-17 10-01/10-07",
    2025: "01-01/01-01 01-28/02-04 04-04/04-06 05-01/05-05 05-31/06-02 10-01/10-08",
    2026: "01-01/01-03 02-15/02-23 04-04/04-06 05-01/05-05 06-19/06-21 09-25/09-27 10-01/10-07",
}


@pytest.mark.parametrize(("year", "days"), MADE_UP.items())
def test_the_make_up_days_of_a_year_are_those_of_the_notice(year, days):
    calendar = calendars.public_calendar()
    assert sorted(day for day in calendar.make_up_days if day.year == year) == [
        date.fromisoformat(f"{year}-{day}") for day in days.split()
    ]
    assert all(calendar.is_working(date.fromisoformat(f"{year}-{day}")) for day in days.split())


@pytest.mark.parametrize(("year", "blocks"), FREE.items())
def test_the_days_of_a_year_are_worked_or_free_as_the_notice_says(year, blocks):
    calendar = calendars.public_calendar()
    free = set()
    for block in blocks.split():
        first, last = (date.fromisoformat(f"{year}-{day}") for day in block.split("/"))
        free |= {first + timedelta(days=n) for n in range((last - first).days + 1)}
    worked = {date.fromisoformat(f"{year}-{day}") for day in MADE_UP[year].split()}
    for n in range((date(year + 1, 1, 1) - date(year, 1, 1)).days):
        day = date(year, 1, 1) + timedelta(days=n)
        usual = day.isoweekday() <= 5
        assert calendar.is_working(day) == (day in worked or (usual and day not in free)), day


def test_the_announced_years_end_where_the_notices_end():
    announced = calendars.public_calendar().announced
    assert announced is not None
    assert announced.contains(date(2010, 1, 1)) and announced.contains(date(2026, 12, 31))
    assert not announced.contains(date(announced.ends_before.year, 1, 1))


def test_a_year_not_announced_has_its_fixed_holidays():
    first_unknown = calendars.public_calendar().announced.ends_before.year
    assert not calendars.public_calendar().is_working(date(first_unknown, 10, 1))


@pytest.fixture
def administrator(db):
    return add_person("root", name="Root", password=None, roles=[Role.ADMINISTRATOR], by=None, now=NOW)


def test_the_company_sets_a_day_and_takes_it_back(administrator):
    stocktake = date(2026, 7, 10)
    calendars.set_day(stocktake, is_worked=False, name_zh="盘点", name_en="Stock-take", by=administrator, now=NOW)
    assert not calendars.company_calendar().is_working(stocktake)
    calendars.set_day(stocktake, is_worked=True, name_zh="盘点", name_en="Stock-take", by=administrator, now=NOW)
    assert calendars.company_calendar().is_working(stocktake)
    calendars.clear_day(stocktake, by=administrator, now=NOW)
    assert calendars.company_calendar().is_working(stocktake)
    told = AuditEntry.objects.filter(subject_kind="calendar_day").values_list("action", flat=True)
    assert list(told.order_by("id")) == ["calendar.set", "calendar.set", "calendar.clear"]


def test_a_day_that_is_over_stays_as_deadlines_were_counted(administrator):
    with pytest.raises(calendars.UnableToSetDay, match="DAY_IS_OVER"):
        calendars.set_day(date(2026, 6, 30), is_worked=False, name_zh="停工", name_en="", by=administrator, now=NOW)
    with pytest.raises(calendars.UnableToSetDay, match="DAY_IS_OVER"):
        calendars.clear_day(date(2026, 6, 30), by=administrator, now=NOW)


def test_working_hours_are_dated_rules(administrator):
    later = {**calendars.DEFAULT_HOURS, "closes_at": "20:00"}
    keep_rule_set(
        calendars.HOURS, content=later, starts_on=date(2026, 8, 1), by=administrator, now=NOW, reason="summer"
    )
    calendar = calendars.company_calendar()
    assert calendar.closes(date(2026, 7, 31)).hour == 18
    assert calendar.closes(date(2026, 8, 3)).hour == 20


def test_the_calendar_takes_two_queries(administrator, django_assert_num_queries):
    calendars.public_calendar()
    with django_assert_num_queries(2):
        calendars.company_calendar().add(date(2026, 7, 1), 200)
