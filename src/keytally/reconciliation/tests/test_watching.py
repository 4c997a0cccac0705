"""What a run tells of itself goes on and never back, whichever side is read first."""

import pytest

from keytally.exchange.profile import Profile
from keytally.reconciliation.engine.contract import Progress
from keytally.reconciliation.tests.conftest import Context
from keytally.reconciliation.watching import KEEPING, Watch


@pytest.fixture
def watch(tmp_path):
    return Watch(Context({}, tmp_path), profile=Profile())


def told(watch, *progresses):
    seen = []
    for progress in progresses:
        watch.tell(progress)
        seen.append(watch._figures(progress))
    return seen


def place(figures):
    return figures["number"] * 1000 + figures["part"]


def test_two_sides_read_at_once_are_told_as_one_way_forward(watch):
    seen = told(
        watch,
        Progress("read_ours", 1, 1, 0, 0, 300),
        Progress("read_theirs", 1, 1, 0, 0, 400),
        Progress("read_theirs", 1, 1, 1000, 0, 900),
        Progress("read_ours", 1, 1, 2000, 0, 999),
    )
    assert [place(one) for one in seen] == sorted(place(one) for one in seen)
    assert [one["step"] for one in seen] == ["read_ours", "read_ours", "read_theirs", "read_theirs"]
    assert seen[-1]["done"] == 3000


def test_a_run_goes_from_its_first_step_to_keeping_the_result(watch):
    seen = told(
        watch,
        Progress("read_ours", 1, 1, 10, 0, 0),
        Progress("plan", 1, 20, 20, 0, 0),
        Progress("clean", 2, 20, 20, 0, 500),
        Progress("write_report", 1, 1, 40, 10, 200),
        Progress(KEEPING, 1, 1, 0, 0),
    )
    assert [place(one) for one in seen] == sorted(place(one) for one in seen)
    assert seen[-1]["number"] == seen[-1]["of"] == watch.steps
    assert all(0 < one["number"] <= one["of"] and one["part"] < 1000 for one in seen)
