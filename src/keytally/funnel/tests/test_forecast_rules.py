"""Rules of the forecasts: three figures, draws, calibration."""

import random
from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from keytally.funnel.rules.calibration import Outcome, brier_ppm, nearest, score
from keytally.funnel.rules.forecast import (
    Candidate,
    calibrated_minor,
    calibrated_ppm,
    is_due,
    spread_of,
    timing_ppm,
    weighted_minor,
)
from keytally.funnel.rules.forecast_draws import add, chance, simulate, totals
from keytally.funnel.rules.survival import MILLION, Spell, incidence
from keytally.kernel.periods import Period

DRAWS = 10_000
QUARTER = Period(date(2027, 1, 1), date(2027, 4, 1))
TODAY = date(2027, 1, 10)


def bits(seed=7):
    return random.Random(seed).getrandbits


def candidate(number, *, amount=1000, weight=300_000, calibrated=200_000, due=True, timing=MILLION) -> Candidate:
    return Candidate(number, "project", amount, weight, calibrated, due, timing)


def test_only_what_closes_in_the_period_by_its_own_date_is_weighted() -> None:
    found = [candidate(1, amount=1001), candidate(2, amount=2002), candidate(3, amount=9999, due=False)]
    assert weighted_minor(found) == 901
    assert calibrated_minor(found) == 601
    assert found[2].chances == (0, 0, 200_000)
    assert weighted_minor([]) == 0


@pytest.mark.parametrize(
    ("expected_on", "answer"),
    [
        (None, False),
        (date(2026, 11, 1), True),
        (date(2027, 3, 31), True),
        (date(2027, 4, 1), False),
    ],
)
def test_a_date_that_has_passed_counts_as_today(expected_on, answer) -> None:
    assert is_due(expected_on, as_of=TODAY, period=QUARTER) is answer


def test_few_cases_lean_on_the_stage_weight() -> None:
    def weight(won, lost):
        kept = [Spell(9, "WON", won), Spell(9, "LOST", lost)]
        return calibrated_ppm(incidence(kept, ending="WON"), prior_ppm=500_000, prior_cases=20)

    assert weight(0, 0) == 500_000
    assert weight(0, 20) == 250_000
    assert weight(100, 900) == 107_843
    assert weight(1, 0) == 523_810


def timing(kept, *, entered_on, expected_on, prior_cases=20, slips=(0,), as_of=TODAY, period=QUARTER):
    return timing_ppm(
        incidence(kept, ending="WON"),
        entered_on=entered_on,
        expected_on=expected_on,
        as_of=as_of,
        period=period,
        slips=slips,
        prior_cases=prior_cases,
    )


def test_without_history_the_owner_s_date_decides_when() -> None:
    assert timing([], entered_on=TODAY, expected_on=date(2027, 3, 1)) == MILLION
    assert timing([], entered_on=TODAY, expected_on=date(2027, 5, 1)) == 0
    assert timing([], entered_on=TODAY, expected_on=None) == 0
    assert timing([], entered_on=TODAY, expected_on=date(2027, 3, 20), slips=(0, 0, 15, 30)) == 500_000


def test_history_decides_when_the_owner_gives_no_date() -> None:
    # Wins took 50 or 150 days; 81 days are left.
    kept = [Spell(50, "WON", 30), Spell(150, "WON", 10)]
    assert timing(kept, entered_on=TODAY, expected_on=None) == 750_000
    # It has waited 60 days: only those that took longer are like it, and 90 days from now is too late.
    assert timing(kept, entered_on=TODAY - timedelta(days=60), expected_on=None) == 0
    assert timing(kept, entered_on=TODAY - timedelta(days=70), expected_on=None) == MILLION


def test_history_and_the_owner_s_date_are_weighed() -> None:
    kept = [Spell(50, "WON", 30), Spell(150, "WON", 10)]
    assert timing(kept, entered_on=TODAY, expected_on=date(2027, 6, 1)) == 500_000
    assert timing(kept, entered_on=TODAY, expected_on=date(2027, 2, 1)) == 833_333


def test_a_period_that_lies_ahead_takes_only_what_comes_then() -> None:
    kept = [Spell(50, "WON", 30), Spell(150, "WON", 10)]
    ahead = Period(date(2027, 4, 1), date(2027, 7, 1))
    assert timing(kept, entered_on=TODAY, expected_on=None, period=ahead) == 250_000


def test_draws_come_out_again_with_the_same_seed() -> None:
    found = [candidate(number, amount=1000 + number) for number in range(30)]
    once = simulate(found, cases={"project": 40}, ratios=(MILLION,), draws=DRAWS, bits=bits())
    again = simulate(found, cases={"project": 40}, ratios=(MILLION,), draws=DRAWS, bits=bits())
    other = simulate(found, cases={"project": 40}, ratios=(MILLION,), draws=DRAWS, bits=bits(8))
    assert once == again
    assert once != other
    assert len(once) == DRAWS


def test_draws_have_the_mean_and_spread_that_chances_have() -> None:
    found = [candidate(number, calibrated=250_000, timing=800_000) for number in range(100)]
    drawn = simulate(found, cases={"project": 256}, ratios=(MILLION,), draws=DRAWS, bits=bits())
    mean = sum(drawn) / DRAWS
    assert abs(mean - 100 * 1000 * 0.2) < 150
    # Two sources: each opportunity (100 x 0.2 x 0.8) and the rate itself (100 x 0.8)^2 x 0.25 x 0.75 / 256.
    variance = sum((total - mean) ** 2 for total in drawn) / DRAWS / 1_000_000
    assert abs(variance - (16 + 4.69 * (1 - 1 / 100))) < 1.5
    spread = spread_of(drawn)
    assert spread.p10_minor < spread.p50_minor < spread.p90_minor


def test_fewer_cases_spread_wider() -> None:
    found = [candidate(number, calibrated=300_000) for number in range(200)]

    def width(cases):
        spread = spread_of(simulate(found, cases={"project": cases}, ratios=(MILLION,), draws=DRAWS, bits=bits()))
        return spread.p90_minor - spread.p10_minor

    assert width(256) < width(32) < width(8)


def test_certain_things_are_certain_and_amounts_are_drawn() -> None:
    sure, never = candidate(1, calibrated=MILLION), candidate(2, calibrated=0, amount=77)
    assert set(simulate([sure, never], cases={}, ratios=(MILLION,), draws=500, bits=bits())) <= {0, 1000, 77, 1077}
    one = [Candidate(1, "a", 1000, 0, MILLION, True, MILLION), Candidate(2, "b", 5, 0, 0, True, MILLION)]
    assert set(simulate(one, cases={}, ratios=(MILLION,), draws=500, bits=bits())) == {1000}
    halves = simulate(one[:1], cases={}, ratios=(500_000, 1_500_000), draws=4000, bits=bits())
    assert set(halves) == {500, 1500}
    assert abs(halves.count(500) - 2000) < 200
    assert simulate([], cases={}, ratios=(MILLION,), draws=3, bits=bits()) == [0, 0, 0]
    with pytest.raises(ValueError, match="power of two"):
        simulate(one, cases={}, ratios=(1, 2, 3), draws=3, bits=bits())


@given(st.integers(0, MILLION))
@settings(max_examples=30)
def test_a_chance_is_met(ppm) -> None:
    share = chance(ppm, draws=20_000, bits=bits(ppm)).bit_count() / 20_000
    assert abs(share - ppm / MILLION) < 0.02


@given(st.lists(st.tuples(st.integers(0, 2**16 - 1), st.integers(0, 10**13)), max_size=20))
def test_sums_of_draws_are_exact(parts) -> None:
    sums: list[int] = []
    for mask, amount in parts:
        add(sums, mask, amount)
    expected = [sum(amount for mask, amount in parts if mask >> place & 1) for place in range(16)]
    # The first draw stands in the highest place.
    assert totals(sums, draws=16) == expected[::-1]


def test_percentiles_are_by_nearest_rank() -> None:
    assert spread_of([5]).p10_minor == spread_of([5]).p90_minor == 5
    assert spread_of(list(range(100, 0, -1))).p90_minor == 90


@pytest.mark.parametrize(
    ("told", "brier"),
    [
        ([(MILLION, True), (0, False)], 0),
        ([(0, True), (MILLION, False)], MILLION),
        ([(500_000, True), (500_000, False)], 250_000),
    ],
)
def test_the_brier_score_is_nothing_for_those_who_know(told, brier) -> None:
    assert brier_ppm([Outcome(*one) for one in told]) == brier


def test_a_score_shows_calibration_and_stands_beside_the_base_rate() -> None:
    told = [Outcome(100_000, number < 10) for number in range(100)] + [Outcome(900_000, True)] * 10
    found = score(told)
    assert found is not None
    assert [(one.count, one.told_ppm, one.came_ppm, one.is_calibrated) for one in found.bins] == [
        (100, 100_000, 100_000, True),
        (10, 900_000, MILLION, True),
    ]
    assert found.brier_ppm < found.base_brier_ppm
    assert found.skill_ppm is not None
    assert found.skill_ppm > 0
    assert score([]) is None
    certain = score([Outcome(MILLION, True)])
    assert certain is not None
    assert certain.skill_ppm is None


def test_the_nearest_figure_was_right() -> None:
    assert nearest([100, 90, 50], 70) == 1
    assert nearest([80, 60], 70) == 0
