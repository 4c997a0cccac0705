from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from keytally.kernel.periods import Period

days = st.dates(date(1948, 1, 1), date(2099, 12, 31))


@pytest.mark.parametrize(
    ("month", "first_on", "last_on", "length"),
    [
        ("2026-07", date(2026, 7, 1), date(2026, 7, 31), 31),
        ("2024-02", date(2024, 2, 1), date(2024, 2, 29), 29),
        ("2026-12", date(2026, 12, 1), date(2026, 12, 31), 31),
    ],
)
def test_it_reads_a_month(month, first_on, last_on, length):
    period = Period.month(month)
    assert (period.starts_on, period.last_on, period.days) == (first_on, last_on, length)
    assert period == Period.through(first_on, last_on)


@pytest.mark.parametrize("text", ["2026-7", "2026-13", "2026", "2026-07-01", "\uff12026-07", "", "0000-01"])
def test_it_refuses_what_is_no_month(text):
    with pytest.raises(ValueError, match=r"month|year"):
        Period.month(text)


def test_it_refuses_to_end_before_it_starts():
    with pytest.raises(ValueError, match="must end after"):
        Period(date(2026, 7, 1), date(2026, 7, 1))
    with pytest.raises(ValueError, match="must end after"):
        Period.through(date(2026, 7, 2), date(2026, 6, 30))


@given(days, st.integers(0, 5000), days)
def test_it_contains_its_first_and_last_day_and_no_other(first_on, length, day):
    period = Period.through(first_on, first_on + timedelta(days=length))
    assert period.days == length + 1
    assert period.contains(period.starts_on)
    assert period.contains(period.last_on)
    assert not period.contains(period.ends_before)
    assert period.contains(day) == (period.starts_on <= day <= period.last_on)
