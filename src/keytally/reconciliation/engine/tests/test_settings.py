from datetime import date

import pytest

from keytally.exchange.profile import MatchProfile, Measure
from keytally.kernel.periods import Period
from keytally.reconciliation.engine.messages import Refusal
from keytally.reconciliation.engine.settings import (
    checked_memory,
    checked_threads,
    half_open,
    with_measure,
    with_tolerance,
    with_window,
)


@pytest.mark.parametrize(
    ("said", "minor", "ppm"),
    [("5", 5, 0), (0, 0, 0), ("0.5%", 0, 5000), ("100 %", 0, 1_000_000), ("0.0001%", 0, 1), (None, 7, 0)],
)
def test_it_reads_a_tolerance(said, minor, ppm):
    match = with_tolerance(MatchProfile(tolerance_minor=7), said)
    assert (match.tolerance_minor, match.tolerance_ppm) == (minor, ppm)


@pytest.mark.parametrize("said", ["-5", "5.5", "much", "", "%", "0.00001%", "101%", "-1%", "\uff15", "1e3"])
def test_it_refuses_a_tolerance(said):
    with pytest.raises(Refusal, match="--tolerance"):
        with_tolerance(MatchProfile(), said)


@pytest.mark.parametrize("said", ["soon", "-1", "1.5", "99999"])
def test_it_refuses_a_window(said):
    with pytest.raises(Refusal, match="--window"):
        with_window(MatchProfile(), said)


def test_it_sets_window_and_measure():
    assert with_window(MatchProfile(), 0).window_days == 0
    assert with_window(MatchProfile(), None).window_days == 15
    assert with_measure(MatchProfile(), "both").measure is Measure.BOTH
    with pytest.raises(Refusal, match="--measure"):
        with_measure(MatchProfile(), "weight")


def test_it_reads_a_period():
    july = (date(2026, 7, 1), date(2026, 8, 1))
    assert half_open("2026-07") == half_open(Period.month("2026-07")) == july
    assert half_open(None) is None
    with pytest.raises(Refusal, match="--period"):
        half_open("2026-13")


@pytest.mark.parametrize(("said", "read"), [("4GB", "4GB"), ("512 mb", "512MB"), ("1.5GiB", "1.5GiB"), ("1mb", "1MB")])
def test_it_reads_a_memory(said, read):
    assert checked_memory(said) == read


@pytest.mark.parametrize("said", ["lots", "", "4", "0GB", "-1GB", "4PB"])
def test_it_refuses_a_memory(said):
    with pytest.raises(Refusal, match="--memory"):
        checked_memory(said)


def test_it_reads_threads():
    assert (checked_threads("2"), checked_threads(None)) == (2, None)
    for said in ("0", "-1", "two", "9999"):
        with pytest.raises(Refusal, match="--threads"):
            checked_threads(said)
