"""Rules of the four measures: F01, F12, G6."""

from datetime import date
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from keytally.funnel.rules.measures import Load, capacity, sales_velocity
from keytally.funnel.rules.measures_blood import Yield, new_blood, win_chance_ppm
from keytally.funnel.rules.measures_evenness import Flow, entropy_ppm, evenness
from keytally.funnel.rules.slope import Interval, slope, wilson
from keytally.funnel.rules.survival import MILLION, SCALE, Spell, incidence, kaplan_meier
from keytally.kernel.periods import Period

TWO_THIRDS = 666_667
spells = st.lists(
    st.builds(Spell, st.integers(0, 400), st.sampled_from(["", "WON", "LOST"]), st.integers(0, 9)), max_size=60
)


# What is open counts up to the day on which it was looked at.
@pytest.mark.parametrize(
    ("given_spells", "median", "slow"),
    [
        ([], None, None),
        ([Spell(5)], None, None),
        ([Spell(5, "WON")], 5, 5),
        ([Spell(0, "WON"), Spell(10, "LOST")], 0, 10),
        ([Spell(day, "WON") for day in range(1, 11)], 5, 8),
        # The plain mean over what is over is 2; half are not over yet.
        ([Spell(2, "WON", 5), Spell(30, count=6)], None, None),
        ([Spell(2, "WON", 5), Spell(1, count=5)], 2, 2),
        # Endings come before sightings of the same day.
        ([Spell(4, "WON"), Spell(4)], 4, None),
    ],
)
def test_half_and_four_fifths_have_ended_by_a_day(given_spells, median, slow) -> None:
    curve = kaplan_meier(given_spells)
    assert (curve.median_days, curve.slow_days) == (median, slow)


def test_a_mean_stay_is_the_area_under_the_curve() -> None:
    curve = kaplan_meier([Spell(2, "ON"), Spell(4), Spell(6, "ON", 2)])
    assert curve.mean_millidays == 2000 + 3000
    assert kaplan_meier([Spell(7)]).mean_millidays is None


@given(spells)
def test_the_curve_never_rises_and_is_exact(given_spells) -> None:
    curve = kaplan_meier(given_spells)
    shares = [Fraction(step.numerator, step.denominator) for step in curve.steps]
    assert shares == sorted(shares, reverse=True)
    assert all(0 <= share <= 1 for share in shares)
    assert curve.ended == sum(one.count for one in given_spells if one.ending)
    ended = sorted(one.days for one in given_spells if one.ending for _ in range(one.count))
    if ended and len(ended) == curve.count:
        assert curve.median_days == ended[(len(ended) + 1) // 2 - 1]


@given(spells)
def test_ways_to_end_share_what_ends(given_spells) -> None:
    won, lost = incidence(given_spells, ending="WON"), incidence(given_spells, ending="LOST")
    for open_after, one, other in zip(won.open_after, won.ended_by, lost.ended_by, strict=True):
        assert 0 <= SCALE - open_after - one - other <= 2 * len(won.days)
    if won.eventual_ppm is not None and lost.eventual_ppm is not None:
        assert abs(won.eventual_ppm + lost.eventual_ppm - MILLION) <= 1


@given(spells, st.integers(0, 500), st.integers(0, 500), st.integers(1, 200), st.integers(0, 40))
def test_a_chance_grows_with_time_and_stays_a_chance(given_spells, age, within, more, weight) -> None:
    won = incidence(given_spells, ending="WON")
    soon = won.chance_ppm(age_days=age, within_days=within, weight=weight)
    late = won.chance_ppm(age_days=age, within_days=within + more, weight=weight)
    assert 0 <= soon <= late <= MILLION


def test_open_ones_do_not_pull_the_slope_down_in_the_end() -> None:
    found = slope([Spell(10, "ON", 30), Spell(10, "OFF", 10), Spell(2, count=60)])
    assert (found.entered, found.moved_on, found.dropped, found.undecided) == (100, 30, 10, 60)
    assert (found.rate_ppm, found.eventual_ppm) == (300_000, 750_000)
    assert slope([]).rate_ppm is None
    assert slope([]).interval is None
    assert slope([Spell(3)]).eventual_ppm is None


# Computed with statsmodels' proportion_confint(method="wilson") and by hand for the ends.
@pytest.mark.parametrize(
    ("successes", "of", "low", "high"),
    [(0, 10, 0, 277_533), (10, 10, 722_467, MILLION), (5, 10, 236_593, 763_407), (1, 100, 1_767, 54_486)],
)
def test_the_interval_is_wilson_s(successes, of, low, high) -> None:
    found = wilson(successes, of=of)
    assert isinstance(found, Interval)
    assert abs(found.low_ppm - low) <= 2
    assert abs(found.high_ppm - high) <= 2


@given(st.integers(1, 5000).flatmap(lambda of: st.tuples(st.integers(0, of), st.just(of))))
def test_the_interval_holds_the_rate(case) -> None:
    successes, of = case
    found = wilson(successes, of=of)
    assert found is not None
    assert 0 <= found.low_ppm <= MILLION * successes // of + 1
    assert MILLION * successes // of - 1 <= found.high_ppm <= MILLION
    assert wilson(0, of=0) is None


def test_nobody_is_more_than_all_of_them() -> None:
    with pytest.raises(ValueError, match="no share"):
        wilson(3, of=2)
    with pytest.raises(ValueError, match="lasts no days or more"):
        Spell(-1)


def test_capacity_sums_and_covers_the_target() -> None:
    loads = [Load("target", 100_000, 4, 100_005), Load("closing", 800_000, 1, 50_003)]
    found = capacity(loads, target_minor=100_000)
    assert (found.count, found.amount_minor, found.weighted_minor) == (5, 150_008, 50_003)
    assert found.coverage_ppm == 500_030
    assert capacity(loads, target_minor=None).coverage_ppm is None
    assert capacity(loads, target_minor=0).coverage_ppm is None
    assert capacity([], target_minor=5).weighted_minor == 0


def test_sales_velocity_is_count_times_win_rate_times_amount_over_cycle() -> None:
    cycle = kaplan_meier([Spell(20, "WON", 3), Spell(20, "LOST", 1)])
    found = sales_velocity(count=40, won=3, decided=4, won_minor=90_000, won_with_amount=3, cycle=cycle)
    assert (found.win_rate_ppm, found.amount_minor, found.cycle_days) == (750_000, 30_000, 20)
    assert found.per_day_minor == 45_000
    # A win without an amount counts for the rate and not for the mean.
    assert (
        sales_velocity(count=40, won=3, decided=4, won_minor=60_000, won_with_amount=2, cycle=cycle).per_day_minor
        == 45_000
    )


def test_sales_velocity_says_nothing_without_history() -> None:
    none = sales_velocity(count=4, won=0, decided=0, won_minor=0, won_with_amount=0, cycle=kaplan_meier([]))
    assert (none.win_rate_ppm, none.amount_minor, none.cycle_days, none.per_day_minor) == (None, None, None, None)
    same_day = kaplan_meier([Spell(0, "WON")])
    fast = sales_velocity(count=1, won=1, decided=1, won_minor=700, won_with_amount=1, cycle=same_day)
    assert (fast.cycle_days, fast.per_day_minor) == (0, 700)


# G6: normalised entropy of value over stages.
@pytest.mark.parametrize(
    ("parts", "expected"),
    [([1, 1], 1_000_000), ([1, 0], 0), ([1, 1, 0, 0], 500_000), ([0, 0], None), ([7], None), ([], None)],
)
def test_entropy_is_one_where_all_is_equal_and_none_where_one_holds_all(parts, expected) -> None:
    assert entropy_ppm(parts) == expected


@given(st.lists(st.integers(0, 10**15), min_size=2, max_size=8))
def test_entropy_lies_between_nothing_and_one_and_knows_no_order(parts) -> None:
    found = entropy_ppm(parts)
    assert found == entropy_ppm(sorted(parts))
    assert found is None or 0 <= found <= MILLION


def flow(stage, count, on_ppm, days, arrived=0) -> Flow:
    return Flow(stage, count, count * 1000, arrived, on_ppm, days * 1000)


def test_a_funnel_in_its_steady_state_is_even_and_hollow_nowhere() -> None:
    # 10 come in, half go on at each step: 10 x 8, 5 x 16, 2.5 x 32 days.
    flows = [flow("target", 80, 500_000, 8, 10), flow("intent", 80, 500_000, 16), flow("closing", 80, None, 32)]
    found = evenness(flows, hollow_below_ppm=TWO_THIRDS)
    assert found.closeness_ppm is not None
    assert found.closeness_ppm >= MILLION - 2
    assert found.hollow is None
    assert [share.needed_count for share in found.shares] == [80, 80, 80]


def test_the_stage_that_holds_least_of_what_it_needs_is_hollow() -> None:
    flows = [flow("target", 120, 500_000, 8, 10), flow("intent", 100, 500_000, 16), flow("closing", 20, None, 32)]
    found = evenness(flows, hollow_below_ppm=TWO_THIRDS)
    assert found.hollow == "closing"
    assert found.shares[2].missing == 60
    assert found.closeness_ppm == pytest.approx(750_000, abs=2)


def test_repeat_purchases_feed_the_stage_at_which_they_begin() -> None:
    flows = [flow("target", 10, 500_000, 10, 10), flow("intent", 30, 500_000, 10, 25), flow("closing", 15, None, 10)]
    assert [share.needed_ppm for share in evenness(flows, hollow_below_ppm=TWO_THIRDS).shares] == [
        181_818,
        545_455,
        272_727,
    ]


def test_without_history_no_shape_is_told() -> None:
    flows = [flow("target", 3, 500_000, 8, 10), Flow("intent", 2, 500, 0, None, None)]
    found = evenness(flows, hollow_below_ppm=TWO_THIRDS)
    assert (found.closeness_ppm, found.hollow, found.unknown) == (None, None, ("intent",))
    assert found.entropy_ppm is not None
    assert evenness([], hollow_below_ppm=TWO_THIRDS).hollow is None
    nothing_came = [flow("target", 3, 500_000, 8), flow("intent", 3, 500_000, 8)]
    assert evenness(nothing_came, hollow_below_ppm=TWO_THIRDS).closeness_ppm is None


def test_new_blood_works_back_from_the_target() -> None:
    found = new_blood(
        Yield(win_ppm=100_000, amount_minor=100_000, cycle_days=28),
        target_minor=1_300_000,
        in_funnel_minor=300_000,
        came_hundredths=200,
        period=Period(date(2027, 1, 1), date(2027, 4, 2)),
        as_of=date(2027, 1, 1),
    )
    # A target is worth 10 % x 1,000: 130 in 13 weeks make 1.3 million.
    assert found.steady_per_week_hundredths == 1000
    assert found.gap_minor == 1_000_000
    assert (found.gap_targets, found.useful_days) == (100, 63)
    assert found.gap_per_week_hundredths == 1112
    assert not found.is_enough


def test_targets_that_come_later_than_a_cycle_before_the_end_help_no_more() -> None:
    worth = Yield(win_ppm=100_000, amount_minor=1000, cycle_days=60)
    month = Period.month("2027-01")

    def blood(in_funnel):
        return new_blood(
            worth,
            target_minor=5000,
            in_funnel_minor=in_funnel,
            came_hundredths=0,
            period=month,
            as_of=date(2027, 1, 1),
        )

    assert blood(0).gap_per_week_hundredths is None
    assert blood(9000).gap_per_week_hundredths == 0
    with pytest.raises(ValueError, match="without wins"):
        Yield(win_ppm=0, amount_minor=1, cycle_days=1)


def test_the_chance_of_a_target_is_the_product_of_the_slopes() -> None:
    assert win_chance_ppm([500_000, 500_000, 800_000]) == 200_000
    assert win_chance_ppm([]) == MILLION
    assert win_chance_ppm([500_000, None]) is None
