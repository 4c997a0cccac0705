"""Deadlines over a holiday, the marks on the way, and waiting in working time."""

from datetime import date, datetime, timedelta

import pytest

from keytally.approvals.rules.standing import Step, acts_for, everyone, standing_in
from keytally.approvals.rules.waiting import WorkedTime, marks
from keytally.approvals.rules.workflow import Allowance, Mode
from keytally.approvals.tests.definitions import PERSON, company
from keytally.core.calendars import public_calendar
from keytally.people.rules.organisation import DelegationRecord

CALENDAR = public_calendar()


def at(text):
    return datetime.fromisoformat(f"{text}+08:00")


@pytest.mark.parametrize(
    ("allowance", "start", "remind", "due", "senior"),
    [
        (Allowance(1), "2026-09-30T10:00", "2026-10-08T09:15", "2026-10-08T18:00", "2026-10-09T18:00"),
        (Allowance(1), "2026-10-09T10:00", "2026-10-10T09:15", "2026-10-10T18:00", "2026-10-12T18:00"),
        (Allowance(hours=4), "2026-07-06T10:00", "2026-07-06T12:00", "2026-07-06T14:00", "2026-07-07T18:00"),
        (Allowance(hours=4), "2026-07-03T23:00", "2026-07-06T10:30", "2026-07-06T12:30", "2026-07-07T18:00"),
        (Allowance(minutes=60), "2026-07-06T10:00", "2026-07-06T10:30", "2026-07-06T11:00", "2026-07-07T18:00"),
    ],
)
def test_marks_skip_holidays_and_count_make_up_days(allowance, start, remind, due, senior):
    found = marks(at(start), allowance, calendar=CALENDAR)
    assert (found.remind_at, found.due_at, found.senior_at) == (at(remind), at(due), at(senior))


def test_a_step_without_an_allowance_has_no_marks():
    assert marks(at("2026-07-06T10:00"), Allowance(), calendar=CALENDAR) is None


def test_waiting_counts_working_time_only():
    worked = WorkedTime(CALENDAR, first_on=date(2026, 9, 28), last_on=date(2026, 10, 12))
    assert worked.between(at("2026-09-30T17:00"), at("2026-10-08T09:30")) == timedelta(hours=2)
    assert worked.between(at("2026-10-10T08:30"), at("2026-10-11T23:00")) == timedelta(hours=9, minutes=30)
    assert worked.between(at("2026-10-08T09:30"), at("2026-09-30T17:00")) == timedelta(0)


def away(person, delegate):
    return DelegationRecord(PERSON[person], PERSON[delegate], at("2026-07-01T00:00"), at("2026-07-10T00:00"))


def test_a_delegate_decides_for_whoever_is_away_while_they_are_away():
    organisation = company(delegations=[away("RKM", "RM")])
    step = Step((PERSON["RKM"],), Mode.DECIDE, PERSON["REP"])
    during, after = at("2026-07-06T10:00"), at("2026-07-10T00:00")
    assert acts_for(step, PERSON["RM"], organisation=organisation, at=during) == PERSON["RKM"]
    assert acts_for(step, PERSON["RM"], organisation=organisation, at=after) is None
    assert acts_for(step, PERSON["RKM"], organisation=organisation, at=during) == PERSON["RKM"]
    assert everyone([step], organisation=organisation, at=during) == {PERSON["RKM"], PERSON["RM"]}


def test_neither_the_requester_nor_a_report_of_the_requester_stands_in():
    organisation = company(delegations=[away("SD", "RKM"), away("SD", "AKM")])
    by_rkm = Step((PERSON["SD"],), Mode.DECIDE, PERSON["RKM"])
    assert standing_in(by_rkm, organisation=organisation, at=at("2026-07-06T10:00")) == {PERSON["AKM"]: PERSON["SD"]}
    by_am = Step((PERSON["SD"],), Mode.DECIDE, PERSON["AM"])
    assert standing_in(by_am, organisation=organisation, at=at("2026-07-06T10:00")) == {PERSON["RKM"]: PERSON["SD"]}


def test_who_decides_in_their_own_right_decides_for_nobody_else():
    organisation = company(delegations=[away("NKM", "FS")])
    step = Step((PERSON["NKM"], PERSON["FS"]), Mode.DECIDE, PERSON["REP"])
    assert acts_for(step, PERSON["FS"], organisation=organisation, at=at("2026-07-06T10:00")) == PERSON["FS"]
