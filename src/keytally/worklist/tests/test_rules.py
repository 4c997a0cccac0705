from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from keytally.worklist.rules import Clock, Urgency, in_order, urgency

SHANGHAI = ZoneInfo("Asia/Shanghai")


def at(text):
    return datetime.fromisoformat(text).replace(tzinfo=SHANGHAI)


# A Wednesday.
CLOCK = Clock(at("2026-07-01T17:00"), SHANGHAI)


@dataclass
class Thing:
    deadline: datetime | None
    weight: int = 50
    is_pressing: bool = False
    opened_at: datetime = CLOCK.now


@pytest.mark.parametrize(
    ("deadline", "expected"),
    [
        ("2026-07-01T16:59", Urgency.OVERDUE),
        ("2026-07-01T17:00", Urgency.TODAY),
        ("2026-07-01T23:59", Urgency.TODAY),
        ("2026-07-02T00:00", Urgency.WEEK),
        ("2026-07-05T23:59", Urgency.WEEK),
        ("2026-07-06T00:00", Urgency.LATER),
    ],
)
def test_a_deadline_is_as_urgent_as_it_is_near(deadline, expected):
    assert urgency(at(deadline), clock=CLOCK) is expected


def test_the_day_is_the_companys_wherever_the_deadline_was_written():
    assert urgency(datetime.fromisoformat("2026-07-01T16:30+00:00"), clock=CLOCK) is Urgency.WEEK


def test_what_has_no_deadline_waits_unless_it_presses():
    assert urgency(None, clock=CLOCK) is Urgency.LATER
    assert urgency(None, clock=CLOCK, is_pressing=True) is Urgency.TODAY


def test_within_a_group_the_deadline_decides_then_the_kind_then_the_age():
    soon, also_soon, later = Thing(at("2026-07-02T09:00"), 50), Thing(at("2026-07-02T09:00"), 10), Thing(None, 1)
    old = Thing(None, 1, opened_at=at("2026-06-01T09:00"))
    assert in_order([later, soon, old, also_soon], clock=CLOCK) == [
        (Urgency.WEEK, [also_soon, soon]),
        (Urgency.LATER, [old, later]),
    ]


@given(st.lists(st.tuples(st.none() | st.integers(-5_000, 5_000), st.booleans()), max_size=30))
def test_nothing_is_lost_and_groups_come_by_urgency(minutes):
    things = [
        Thing(None if n is None else CLOCK.now + timedelta(minutes=n), is_pressing=presses) for n, presses in minutes
    ]
    groups = in_order(things, clock=CLOCK)
    assert sum(len(found) for _urgency, found in groups) == len(things)
    order = list(Urgency)
    assert [order.index(found) for found, _things in groups] == sorted(order.index(found) for found, _t in groups)
