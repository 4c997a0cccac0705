"""Who decides, who sees, who is nearest, who stands in: rows O07-O10, G13 and the delegate of specification 13."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from keytally.people.rules.organisation import (
    DelegationRecord,
    HoldingRecord,
    LineKind,
    LineRecord,
    Organisation,
    PositionRecord,
    UnitKind,
    UnitRecord,
    organise,
)

NOW = datetime(2026, 6, 1, 9, tzinfo=UTC)
HOUR = timedelta(hours=1)
HQ, EAST, SHANGHAI = 1, 2, 3
UNITS = [
    UnitRecord(HQ, UnitKind.HEAD_OFFICE),
    UnitRecord(EAST, UnitKind.REGION, HQ),
    UnitRecord(SHANGHAI, UnitKind.AREA, EAST),
]
GM, SD, NKM, RM, RKM, AM, AKM, AKM2, ASS, REP, REP2, CM = range(10, 22)
PLACES = {
    GM: ("GM", HQ), SD: ("SD", HQ), NKM: ("NKM", HQ), CM: ("CM", HQ), RM: ("RM", EAST), RKM: ("RKM", EAST),
    AM: ("AM", SHANGHAI), AKM: ("AKM", SHANGHAI), AKM2: ("AKM", SHANGHAI), ASS: ("ASS", SHANGHAI),
    REP: ("REP", SHANGHAI), REP2: ("REP", SHANGHAI),
}  # fmt: skip
SOLID = [
    (SD, GM),
    (NKM, SD),
    (CM, NKM),
    (RM, SD),
    (RKM, RM),
    (AM, RM),
    (AKM, AM),
    (AKM2, AM),
    (ASS, AM),
    (REP, ASS),
    (REP2, ASS),
]
DOTTED = [(RKM, NKM), (AKM, RKM), (AKM2, RKM), (REP, AKM), (REP2, AKM2)]


def built(*, cities=(), lines=(), holdings=None, delegations=()) -> Organisation:
    """The chain of rows O07-O10; everyone holds the position of their own number."""
    by_city = dict(cities)
    return organise(
        units=UNITS,
        positions=[PositionRecord(n, role, unit, by_city.get(n, "")) for n, (role, unit) in PLACES.items()],
        lines=[
            *(LineRecord(below, above, LineKind.SOLID) for below, above in SOLID),
            *(LineRecord(below, above, LineKind.DOTTED) for below, above in DOTTED),
            *lines,
        ],
        holdings=[HoldingRecord(n, n) for n in PLACES] if holdings is None else holdings,
        delegations=delegations,
        groups={"KAD": frozenset({"NKM", "CM"})},
    )


def test_managers_come_level_by_level_up_the_solid_line() -> None:
    assert built().managers_above(REP) == ((ASS,), (AM,), (RM,), (SD,), (GM,))
    assert built().managers_above(GM) == ()


def test_a_vacant_level_is_passed_over() -> None:
    whole = built(holdings=[HoldingRecord(n, n) for n in PLACES if n not in {ASS, RM}])
    assert whole.managers_above(REP) == ((AM,), (SD,), (GM,))


def test_nobody_is_their_own_manager() -> None:
    whole = built(holdings=[HoldingRecord(n, 99 if n in {REP, ASS} else n) for n in PLACES])
    assert whole.managers_above(99, REP) == ((AM,), (RM,), (SD,), (GM,))
    assert whole.managers_above(99) == ((AM,), (RM,), (SD,), (GM,))


def test_of_several_positions_the_nearest_level_comes_first_and_one_can_be_asked_for() -> None:
    whole = built(holdings=[HoldingRecord(n, 99 if n in {REP, NKM} else n) for n in PLACES])
    assert set(whole.managers_above(99)[0]) == {ASS, SD}
    assert whole.managers_above(99, NKM) == ((SD,), (GM,))


@pytest.mark.parametrize(
    ("role", "position", "holders"),
    [
        ("AKM", REP, (AKM,)),
        ("AKM", REP2, (AKM2,)),
        ("AKM", ASS, (AKM, AKM2)),
        ("ASS", REP, (ASS,)),
        ("RKM", REP, (RKM,)),
        ("NKM", REP, (NKM,)),
        ("GM", REP, (GM,)),
        ("REP", NKM, ()),
        ("LEG", REP, ()),
        ("KAD", REP, (CM, NKM)),
        ("AKM", 999, ()),
    ],
)
def test_the_nearest_holder_stands_in_the_own_unit_or_the_next_above(role: str, position: int, holders) -> None:
    assert set(built().nearest_holders(role, position)) == set(holders)


def test_a_vacant_role_is_looked_for_further_up() -> None:
    held = [HoldingRecord(n, n) for n in PLACES if n not in {AKM, AKM2}]
    assert built(holdings=held).nearest_holders("AKM", REP) == ()
    whole = organise(
        units=UNITS,
        positions=[PositionRecord(1, "OC", SHANGHAI), PositionRecord(2, "OC", HQ), PositionRecord(3, "REP", SHANGHAI)],
        lines=[],
        holdings=[HoldingRecord(2, 22)],
    )
    assert whole.nearest_holders("OC", 3) == (22,)


def test_a_solid_line_decides_and_a_dotted_line_only_sees() -> None:
    whole = built()
    assert whole.subtree(AM) == {AM, AKM, AKM2, ASS, REP, REP2}
    assert whole.dotted_reads(AM) == frozenset()
    assert whole.subtree(AKM) == {AKM}
    assert whole.dotted_reads(AKM) == {REP}
    assert whole.subtree(NKM) == {NKM, CM}
    assert whole.dotted_reads(NKM) == {RKM, AKM, AKM2, REP, REP2}


def test_a_person_without_a_position_decides_for_themselves_alone() -> None:
    assert built().subtree(12345) == {12345}
    assert built().dotted_reads(12345) == frozenset()


def test_two_who_hold_one_position_do_not_decide_for_one_another() -> None:
    whole = built(holdings=[*(HoldingRecord(n, n) for n in PLACES), HoldingRecord(AM, 77)])
    assert 77 not in whole.subtree(AM)
    assert whole.subtree(77) == {77, AKM, AKM2, ASS, REP, REP2}
    assert whole.managers_above(REP)[1] == (AM, 77)


def test_in_its_city_a_position_reports_to_the_boss_of_the_city_instead() -> None:
    whole = built(cities=[(REP, "上海")], lines=[LineRecord(REP, AKM, LineKind.SOLID, "上海")])
    assert whole.solid_boss(REP) == AKM
    assert whole.solid_boss(REP2) == ASS
    assert whole.managers_above(REP)[0] == (AKM,)
    assert REP in whole.subtree(AKM)
    assert REP not in whole.subtree(ASS)


def test_a_position_of_no_city_reports_in_each_city_to_its_boss_there() -> None:
    whole = built(lines=[LineRecord(REP, AKM, LineKind.SOLID, "苏州")])
    assert whole.solid_boss(REP) == ASS
    assert whole.solid_boss(REP, city="苏州") == AKM
    assert whole.solid_boss(REP, city="无锡") == ASS
    assert REP in whole.subtree(AKM) & whole.subtree(ASS)


def test_a_line_of_another_city_does_not_count_for_a_position_of_this_one() -> None:
    whole = built(cities=[(REP, "无锡")], lines=[LineRecord(REP, AKM, LineKind.SOLID, "苏州")])
    assert whole.solid_boss(REP) == ASS
    assert REP not in whole.subtree(AKM)


def test_the_line_to_a_closed_position_is_none() -> None:
    whole = organise(
        units=UNITS,
        positions=[PositionRecord(1, "REP", SHANGHAI)],
        lines=[LineRecord(1, 2, LineKind.SOLID)],
        holdings=[HoldingRecord(2, 5)],
    )
    assert whole.solid_boss(1) is None
    assert whole.tops() == (1,)
    assert whole.positions_of(5) == ()


def away(person: int, delegate: int, *, first: datetime = NOW, last: datetime = NOW + HOUR) -> DelegationRecord:
    return DelegationRecord(person, delegate, first, last)


def test_a_delegate_stands_in_from_the_first_instant_up_to_the_last() -> None:
    whole = built(delegations=[away(AM, RM)])
    assert whole.delegates(AM, NOW) == (RM,)
    assert whole.delegates(AM, NOW + HOUR) == ()
    assert whole.delegates(AM, NOW - timedelta(microseconds=1)) == ()
    assert whole.delegates(RM, NOW) == ()


def test_a_delegate_who_is_away_is_followed_by_their_own() -> None:
    whole = built(delegations=[away(AM, RM), away(RM, SD, first=NOW + HOUR / 2)])
    assert whole.delegates(AM, NOW) == (RM,)
    assert whole.delegates(AM, NOW + HOUR / 2) == (RM, SD)


def test_delegates_in_a_circle_come_to_an_end() -> None:
    whole = built(delegations=[away(AM, RM), away(RM, AM)])
    assert whole.delegates(AM, NOW) == (RM,)


def test_a_delegation_shows_the_delegate_nothing() -> None:
    whole = built(delegations=[away(GM, REP)])
    assert whole.subtree(REP) == {REP}
    assert whole.dotted_reads(REP) == frozenset()


@st.composite
def organisations(draw) -> Organisation:
    """Any tree of positions with any dotted lines and any holders."""
    size = draw(st.integers(1, 25))
    places = range(1, size + 1)
    solid = [
        LineRecord(place, draw(st.integers(1, place - 1)), LineKind.SOLID, draw(st.sampled_from(["", "", "沪"])))
        for place in places
        if place > 1 and draw(st.booleans())
    ]
    pairs = st.tuples(st.sampled_from(places), st.sampled_from(places)).filter(lambda pair: pair[0] != pair[1])
    dotted = [LineRecord(*pair, LineKind.DOTTED) for pair in draw(st.lists(pairs, max_size=size, unique=True))]
    held = st.tuples(st.sampled_from(places), st.integers(100, 130))
    return organise(
        units=UNITS,
        positions=[
            PositionRecord(n, "R", draw(st.sampled_from([HQ, EAST, SHANGHAI])), draw(st.sampled_from(["", "沪"])))
            for n in places
        ],
        lines=[*solid, *dotted],
        holdings=[HoldingRecord(*pair) for pair in draw(st.lists(held, max_size=2 * size, unique=True))],
    )


people = st.integers(100, 130)


@given(organisations(), people)
def test_a_person_decides_for_those_who_name_them_a_manager(whole: Organisation, person: int) -> None:
    below = whole.subtree(person)
    assert person in below
    for other in below - {person}:
        levels = [whole.managers_above(other, place) for place in whole.positions_of(other)]
        in_cities = any(whole.solid_reports(place) for place in whole.positions_of(person))
        assert any(person in level for chain in levels for level in chain) or in_cities


@given(organisations(), people)
def test_a_dotted_line_never_decides(whole: Organisation, person: int) -> None:
    assert not whole.dotted_reads(person) & whole.subtree(person)
    solid_only = organise(
        units=whole.units.values(),
        positions=whole.positions.values(),
        lines=[
            LineRecord(place, boss, LineKind.SOLID, city)
            for place, bosses in whole._solid.items()
            for city, boss in bosses.items()
        ],
        holdings=[HoldingRecord(place, holder) for place in whole.positions for holder in whole.holders(place)],
    )
    assert solid_only.subtree(person) == whole.subtree(person)
    assert solid_only.dotted_reads(person) == frozenset()


@given(organisations(), people)
def test_a_manager_sees_all_that_those_below_see(whole: Organisation, person: int) -> None:
    sees = whole.subtree(person) | whole.dotted_reads(person)
    own = set(whole.positions_of(person))
    for other in whole.subtree(person) - {person}:
        places = set(whole.positions_of(other))
        if all(set(whole.bosses_above(place)) & own for place in places):
            assert whole.subtree(other) <= sees | {other}


@given(organisations())
def test_every_chain_of_managers_ends_at_the_top(whole: Organisation) -> None:
    for place in whole.positions:
        chain = (place, *whole.bosses_above(place))
        assert len(chain) == len(set(chain))
        assert whole.solid_boss(chain[-1]) is None


@given(organisations(), people)
def test_nobody_is_among_their_own_managers(whole: Organisation, person: int) -> None:
    assert all(person not in level for level in whole.managers_above(person))
