"""Packages against brute force: the frontier, the fairest, the swaps (specification 04)."""

from fractions import Fraction
from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from keytally.negotiation.rules.issues import (
    Issue,
    Side,
    Stand,
    faults,
    is_beyond,
    is_opening_modest,
    value,
    zone,
)
from keytally.negotiation.rules.packages import NONE, Alternatives, beyond, fairest, frontier, score
from keytally.negotiation.rules.trades import swaps

PRICE = Issue("PRICE", Stand(100, 97, 94), Stand(90, 93, 97), our_weight=60, their_weight=30)
DAYS = Issue("DAYS", Stand(30, 45, 60), Stand(90, 60, 30), our_weight=10, their_weight=50, step=15)
RIGHTS = Issue(
    "RIGHTS",
    Stand(0, 1, 2),
    Stand(2, 1, 0),
    our_weight=30,
    their_weight=20,
    points={0: (100, 0), 1: (70, 60), 2: (0, 100)},
)


def every_package(issues):
    for levels in product(*(zone(issue).levels for issue in issues)):
        named = dict(zip((issue.code for issue in issues), levels, strict=True))
        yield named, score(issues, named)


def efficient(issues, alternatives=NONE):
    known = [
        (found.us, found.them)
        for _levels, found in every_package(issues)
        if found.us >= alternatives.us and found.them >= alternatives.them
    ]
    return {one for one in known if not any(a >= one[0] and b >= one[1] and (a, b) != one for a, b in known)}


@st.composite
def an_issue(draw, code):
    levels = st.integers(-8, 8)
    if draw(st.booleans()):
        points = draw(st.dictionaries(st.integers(0, 3), st.tuples(st.integers(0, 9), st.integers(0, 9)), min_size=2))
        levels = st.sampled_from(sorted(points))
    else:
        points = {}
    stands = [Stand(draw(levels), draw(levels), draw(levels)) for _side in Side]
    weights = draw(st.tuples(st.integers(0, 5), st.integers(0, 5)))
    made = Issue(code, *stands, *weights, step=draw(st.integers(1, 3)), points=points)
    return made if not faults(made) else draw(st.sampled_from([PRICE, DAYS, RIGHTS]).map(lambda one: _named(one, code)))


def _named(issue, code):
    return Issue(
        code, issue.ours, issue.theirs, issue.our_weight, issue.their_weight, step=issue.step, points=issue.points
    )


some_issues = st.integers(1, 3).flatmap(lambda count: st.tuples(*(an_issue(f"I{place}") for place in range(count))))
shares = st.fractions(min_value=0, max_value=1, max_denominator=8)


@settings(max_examples=150, deadline=None)
@given(some_issues, shares, shares)
def test_the_frontier_is_what_brute_force_finds(issues, ours, theirs):
    alternatives = Alternatives(ours, theirs)
    found = frontier(issues, alternatives=alternatives)
    assert {(one.score.us, one.score.them) for one in found} == efficient(issues, alternatives)
    assert [one.score.us for one in found] == sorted({one.score.us for one in found}, reverse=True)
    assert all(score(issues, dict(one.levels)) == one.score for one in found)
    assert all(not beyond(issues, dict(one.levels), side=side) for one in found for side in Side)


@settings(max_examples=150, deadline=None)
@given(some_issues, shares, shares)
def test_the_fairest_has_the_largest_product_of_all_packages(issues, ours, theirs):
    alternatives = Alternatives(ours, theirs)
    products = [
        (found.us - ours) * (found.them - theirs)
        for _levels, found in every_package(issues)
        if found.us >= ours and found.them >= theirs
    ]
    chosen = fairest(frontier(issues, alternatives=alternatives), alternatives=alternatives)
    assert bool(chosen) == bool(products)
    assert all((one.score.us - ours) * (one.score.them - theirs) == max(products) for one in chosen)


@settings(max_examples=100, deadline=None)
@given(some_issues, st.data())
def test_swaps_lose_nothing_and_none_is_missed(issues, data):
    if any(zone(issue).is_empty for issue in issues):
        return
    levels = {issue.code: data.draw(st.sampled_from(zone(issue).levels)) for issue in issues}
    now, known = score(issues, levels), {}
    for give, take in product(issues, issues):
        if give.code == take.code:
            continue
        for given_level, taken_level in product(zone(give).levels, zone(take).levels):
            then = score(issues, {**levels, give.code: given_level, take.code: taken_level})
            gain = (then.us - now.us, then.them - now.them)
            if min(gain) >= 0 < sum(gain) and _gives(give, levels, given_level) and _takes(take, levels, taken_level):
                pair = (give.code, take.code)
                known[pair] = max(known.get(pair, Fraction(0)), sum(gain))
    assert {(one.give.issue, one.take.issue): one.total for one in swaps(issues, levels)} == known


def _gives(issue, levels, level):
    ours, theirs = (value(issue, level, side=side) - value(issue, levels[issue.code], side=side) for side in Side)
    return ours * issue.our_weight < 0 < theirs * issue.their_weight


def _takes(issue, levels, level):
    ours, theirs = (value(issue, level, side=side) - value(issue, levels[issue.code], side=side) for side in Side)
    return theirs * issue.their_weight < 0 < ours * issue.our_weight


def test_a_table_of_values():
    assert [value(PRICE, level, side=Side.US) for level in (94, 97, 100, 103, 91)] == [
        0,
        Fraction(1, 2),
        1,
        Fraction(3, 2),
        Fraction(-1, 2),
    ]
    assert value(DAYS, 45, side=Side.US) == Fraction(1, 2)
    assert value(DAYS, 45, side=Side.THEM) == Fraction(1, 4)
    assert value(RIGHTS, 1, side=Side.US) == Fraction(7, 10)
    assert is_beyond(PRICE, 93) and not is_beyond(PRICE, 94)


def test_the_zone_lies_between_the_walk_aways():
    assert zone(PRICE).levels == (94, 95, 96, 97)
    assert zone(DAYS).levels == (30, 45, 60)
    gap = zone(Issue("PRICE", Stand(100, 98, 96), Stand(80, 85, 90)))
    assert (gap.is_empty, gap.gap) == (True, 6)
    assert zone(Issue("TERM", Stand(36, 24, 12), Stand(24, 20, 18))).levels[0] == 18


def test_a_wide_zone_is_laid_out_in_few_levels_and_says_so():
    wide = zone(Issue("PRICE", Stand(10_000, 9_500, 9_000), Stand(8_000, 9_111, 9_777)))
    assert wide.is_coarse and len(wide.levels) <= 13
    assert {9_000, 9_777, 9_500, 9_111} <= set(wide.levels)
    assert not zone(PRICE).is_coarse


def test_an_opening_that_asks_less_than_they_would_pay_is_modest():
    assert is_opening_modest(Issue("PRICE", Stand(95, 93, 90), Stand(80, 90, 97)))
    assert not is_opening_modest(PRICE)


@pytest.mark.parametrize(
    ("ours", "theirs", "points", "expected"),
    [
        (Stand(5, 5, 5), Stand(1, 2, 3), {}, ("OUR_ENDS_EQUAL",)),
        (Stand(5, 9, 1), Stand(1, 2, 3), {}, ("OUR_TARGET_OUTSIDE",)),
        (Stand(5, 3, 1), Stand(1, 0, 3), {}, ("THEIR_TARGET_OUTSIDE",)),
        (Stand(0, 0, 9), Stand(1, 1, 0), {0: (1, 0), 1: (0, 1)}, ("OUR_OPTION_UNKNOWN",)),
        (Stand(1, 0, 0), Stand(1, 1, 0), {0: (1, 0), 1: (0, 1)}, ("OUR_ENDS_TURNED",)),
    ],
)
def test_an_issue_that_cannot_be_scored_says_why(ours, theirs, points, expected):
    assert faults(Issue("X", ours, theirs, points=points)) == expected


def test_a_gap_leaves_no_package():
    gap = Issue("PRICE", Stand(100, 98, 96), Stand(80, 85, 90))
    assert frontier([gap, DAYS]) == ()
    assert fairest([]) == ()


def test_ten_wide_issues_stay_fast():
    issues = [
        Issue(
            f"I{place}", Stand(1000, 700, 0), Stand(0, 300, 1000), our_weight=place * 7 + 3, their_weight=97 - place * 9
        )
        for place in range(10)
    ]
    found = frontier(issues)
    assert len(found) > 10
    assert fairest(found)
