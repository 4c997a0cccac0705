"""The pattern of the rounds, readiness, phases and tactics (N01, N04-N06, G7)."""

from datetime import date
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from keytally.negotiation.rules.issues import Issue, Side, Stand, value
from keytally.negotiation.rules.pattern import Grade, Limits, Move, concessions, warnings
from keytally.negotiation.rules.phases import (
    BuyerMethod,
    Difficulty,
    Phase,
    Record,
    Tactic,
    phase_of,
    suggestions,
)
from keytally.negotiation.rules.readiness import (
    KeyPerson,
    Preconditions,
    Route,
    Way,
    readiness,
    route_fault,
)

TODAY = date(2026, 11, 28)
ISSUES = {
    "PRICE": Issue("PRICE", Stand(100, 95, 90), Stand(80, 88, 96), our_weight=3),
    "DAYS": Issue("DAYS", Stand(30, 45, 60), Stand(90, 60, 30), our_weight=1),
}


def us(number, issue, level, back="more stores"):
    return Move(number, Side.US, issue, level, back)


def them(number, issue, level):
    return Move(number, Side.THEM, issue, level)


def codes(*moves, limits=None):
    return [(one.code, one.round_no, one.issue) for one in warnings(moves, ISSUES, limits=limits)]


@pytest.mark.parametrize(
    ("moves", "expected"),
    [
        ([us(1, "PRICE", 100)], []),
        ([us(1, "PRICE", 98), them(1, "PRICE", 84), us(2, "PRICE", 97)], []),
        ([us(1, "PRICE", 98, "")], [("UNCONDITIONAL", 1, "PRICE")]),
        (
            [us(1, "PRICE", 99), them(1, "PRICE", 84), us(2, "PRICE", 97)],
            [("NOT_SHRINKING", 2, "PRICE"), ("TOTAL_NOT_SHRINKING", 2, "")],
        ),
        ([us(1, "PRICE", 98), us(2, "PRICE", 97)], [("AGAINST_OURSELVES", 2, "PRICE")]),
        (
            [them(1, "PRICE", 84), us(1, "PRICE", 98), them(2, "PRICE", 84), us(3, "PRICE", 97)],
            [("AGAINST_OURSELVES", 3, "PRICE")],
        ),
        ([us(1, "PRICE", 98), us(1, "DAYS", 35)], []),
        ([us(1, "PRICE", 94)], [("BIG_STEP", 1, "PRICE"), ("BELOW_TARGET", 1, "PRICE")]),
        (
            [us(1, "PRICE", 89)],
            [("WALK_AWAY_PASSED", 1, "PRICE"), ("BIG_STEP", 1, "PRICE"), ("BELOW_TARGET", 1, "PRICE")],
        ),
        ([us(1, "DAYS", 58)], [("BIG_STEP", 1, "DAYS"), ("BELOW_TARGET", 1, "DAYS"), ("NEAR_WALK_AWAY", 1, "DAYS")]),
        (
            [us(1, "PRICE", 100), them(1, "PRICE", 84), us(2, "PRICE", 100), them(2, "PRICE", 84), us(3, "PRICE", 100)],
            [("STANDSTILL", 3, "")],
        ),
    ],
)
def test_the_pattern_is_watched(moves, expected):
    assert codes(*moves) == expected


def test_too_many_concessions_are_counted_by_issue():
    moves = []
    for number, level in enumerate((9700, 9600, 9550, 9530), start=1):
        moves += [us(number, "FEE", level), them(number, "FEE", 8000 + number)]
    issues = {"FEE": Issue("FEE", Stand(10000, 9500, 9000), Stand(8000, 8500, 9600))}
    found = [(one.code, one.round_no) for one in warnings(moves, issues)]
    assert found == [("TOO_OFTEN", 4)]
    assert warnings(moves, issues, limits=Limits(most_concessions=4)) == ()


def test_a_warning_says_what_it_rests_on():
    (first, second) = warnings([us(1, "PRICE", 99), them(1, "PRICE", 84), us(2, "PRICE", 97)], ISSUES)
    assert (first.earlier_round, first.earlier_size, first.size) == (1, Fraction(1, 10), Fraction(1, 5))
    assert (second.earlier_size, second.size) == (Fraction(3, 40), Fraction(3, 20))
    assert first.grade is Grade.WARNS


moves_of_price = st.lists(
    st.builds(
        Move,
        round_no=st.integers(1, 6),
        side=st.sampled_from(Side),
        issue=st.just("PRICE"),
        level=st.integers(80, 104),
        in_return=st.sampled_from(["", "volume"]),
    ),
    max_size=10,
).map(lambda moves: sorted(moves, key=lambda one: one.round_no))


@given(moves_of_price)
def test_the_walk_away_is_guarded_exactly(moves):
    passed = [one.round_no for one in warnings(moves, ISSUES) if one.grade is Grade.STOPS]
    assert passed == [one.round_no for one in moves if one.side is Side.US and one.level < 90]


@given(moves_of_price)
def test_concessions_add_up_to_the_way_gone_back(moves):
    ours = [one for one in moves if one.side is Side.US]
    steps = concessions(moves, ISSUES)
    assert all(step.size > 0 for step in steps)
    assert all(step.weighted == step.size * Fraction(3, 4) for step in steps)
    if ours:
        gone = 1 - value(ISSUES["PRICE"], ours[-1].level, side=Side.US)
        assert sum((step.size for step in steps), Fraction(0)) >= gone


KNOWN = Preconditions(
    people=(KeyPerson("王总", decides=True, confirmed_on=TODAY), KeyPerson("李工", decides=False, confirmed_on=TODAY)),
    starts_on=date(2026, 12, 1),
    finishes_on=date(2026, 12, 20),
    dates_confirmed=True,
    way=Way.SEVERAL_ROUNDS,
    route=Route.IN_TURN,
    suppliers=2,
)


def changed(**facts):
    kept = {name: getattr(KNOWN, name) for name in KNOWN.__slots__}
    return Preconditions(**{**kept, **facts})


@pytest.mark.parametrize(
    ("known", "unmet"),
    [
        (KNOWN, ()),
        (Preconditions(), ("KEY_PEOPLE", "SOLUTION", "DATES", "MODE")),
        (changed(people=(KeyPerson("李工", decides=False, confirmed_on=TODAY),)), ("KEY_PEOPLE", "SOLUTION")),
        (changed(people=(*KNOWN.people, KeyPerson("赵总", decides=True))), ("SOLUTION",)),
        (changed(people=(KeyPerson("王总", decides=True, confirmed_on=date(2026, 11, 29)),)), ("SOLUTION",)),
        (changed(dates_confirmed=False), ("DATES",)),
        (changed(finishes_on=date(2026, 11, 30)), ("DATES",)),
        (changed(starts_on=None), ("DATES",)),
        (changed(way=None), ("MODE",)),
    ],
)
def test_readiness_names_what_is_missing(known, unmet):
    verdict = readiness(known, as_of=TODAY)
    assert verdict.unmet == unmet
    assert verdict.passed is not bool(unmet)


@pytest.mark.parametrize(
    ("route", "suppliers", "fault"),
    [
        (Route.TENDER, 1, None),
        (Route.TENDER, 2, "TENDER_HAS_RIVALS"),
        (Route.IN_TURN, 2, None),
        (Route.IN_TURN, 1, "TURNS_NEED_RIVALS"),
        (None, 1, None),
    ],
)
def test_how_we_got_here_does_not_contradict_itself(route, suppliers, fault):
    assert route_fault(route, suppliers=suppliers) == fault


@pytest.mark.parametrize(
    ("has_offered", "used", "deadline", "phase"),
    [
        (False, 0, None, Phase.EARLY),
        (True, 0, None, Phase.MIDDLE),
        (True, Fraction(2, 3), None, Phase.LATE),
        (False, 0, date(2026, 12, 5), Phase.LATE),
        (True, 0, date(2026, 12, 6), Phase.MIDDLE),
    ],
)
def test_the_phase_is_proposed(has_offered, used, deadline, phase):
    found = phase_of(has_offered=has_offered, used=Fraction(used), deadline=deadline, as_of=TODAY)
    assert found.phase is phase


def test_tactics_come_by_phase_then_what_they_answer_then_what_worked():
    tactics = [
        Tactic("A", 1, [Phase.EARLY]),
        Tactic("B", 2, [Phase.MIDDLE]),
        Tactic("C", 3, [Phase.MIDDLE, Phase.LATE], [Difficulty.WIDE_GAP]),
        Tactic("D", 4, [Phase.MIDDLE], (), [BuyerMethod.STATUS]),
        Tactic("E", 5, [Phase.MIDDLE]),
    ]
    found = suggestions(
        tactics,
        phase=Phase.MIDDLE,
        difficulties=[Difficulty.WIDE_GAP],
        methods=[],
        records={"E": Record(used=4, helped=3), "D": Record(used=2, helped=0)},
    )
    assert [one.tactic.code for one in found] == ["C", "E", "B", "D"]
    assert found[0].answers == (Difficulty.WIDE_GAP,)
