"""Does every reporting line of rows O04-O10 come out of the template, with the gaps G11-G13 filled?"""

from datetime import date

import pytest

from keytally.people.rules.organisation import (
    HoldingRecord,
    LineKind,
    LineRecord,
    Organisation,
    PositionRecord,
    UnitKind,
    UnitRecord,
    organise,
)
from keytally.people.rules.template import (
    OrganisationPlan,
    UnitPlan,
    default_template,
    plan_organisation,
    read_template,
)

UNITS = [
    UnitPlan("HQ", UnitKind.HEAD_OFFICE, "总部", "Head office"),
    UnitPlan("E", UnitKind.REGION, "华东", "East", "HQ"),
    UnitPlan("N", UnitKind.REGION, "华北大区", "North region", "HQ"),
    UnitPlan("SH", UnitKind.AREA, "上海", "Shanghai", "E", ("上海",)),
    UnitPlan("BJ", UnitKind.AREA, "北京", "Beijing", "N", ("北京", "天津")),
]

# Row, role, its solid boss, its dotted bosses: rows O07-O10 as written, then the lines of workflows, section 0.
LINES = [
    ("O07", "NKM", "SD", ()),
    ("O07", "CM", "NKM", ()),
    ("O07", "CTM", "NKM", ()),
    ("O07", "CTS", "CTM", ()),
    ("O07", "HCS", "CM", ()),
    ("O07", "DA", "NKM", ()),
    ("O08", "RKM", "RM", ("NKM",)),
    ("O08", "RCS", "RKM", ()),
    ("G12", "RKS", "RKM", ()),
    ("O09", "AKM", "AM", ("RKM",)),
    ("O10", "REP", "ASS", ("AKM",)),
    ("lines", "SD", "GM", ()),
    ("lines", "FD", "GM", ()),
    ("lines", "RM", "SD", ()),
    ("lines", "AM", "RM", ()),
    ("lines", "ASS", "AM", ()),
    ("lines", "PRO", "ASS", ()),
    ("lines", "BO", "RM", ()),
    ("lines", "FS", "FD", ()),
    ("lines", "AR", "FS", ()),
    ("lines", "OC", "SCH", ()),
    ("lines", "LOG", "SCH", ()),
    ("lines", "SP", "SCH", ()),
    ("lines", "MKT", "MKH", ()),
    ("lines", "LEG", "LEH", ()),
    ("lines", "SEA", "LEH", ()),
    ("lines", "SCH", "GM", ()),
    ("lines", "MKH", "GM", ()),
    ("lines", "LEH", "GM", ()),
]
# Rows O04-O06: which positions head office, a region and an area have.
PLACES = [
    ("O04", "HQ", {"NKM", "CM", "CTM", "CTS", "HCS", "DA", "SD"}),
    ("O04", "E", {"RM"}),
    ("O04", "SH", {"AM"}),
    ("O05", "E", {"RKM", "RCS", "RKS"}),
    ("O06", "SH", {"AKM", "REP", "ASS"}),
]


@pytest.fixture(scope="module")
def plan() -> OrganisationPlan:
    return plan_organisation(UNITS, template=default_template(), counts={"BO": 1, "PRO": 2})


@pytest.fixture(scope="module")
def whole(plan: OrganisationPlan) -> Organisation:
    return organise_plan(plan)


def organise_plan(plan: OrganisationPlan) -> Organisation:
    """Put a plan together without a database; every position is held by the person of its own number."""
    units = {unit.code: number for number, unit in enumerate(plan.units, 1)}
    places = {place.code: number for number, place in enumerate(plan.positions, 1)}
    return organise(
        units=[UnitRecord(units[unit.code], unit.kind, units.get(unit.parent)) for unit in plan.units],
        positions=[PositionRecord(places[p.code], p.role, units[p.unit], p.city) for p in plan.positions],
        lines=[LineRecord(places[line.position], places[line.boss], line.kind, line.city) for line in plan.lines],
        holdings=[HoldingRecord(number, number) for number in places.values()],
        groups={code: group.roles for code, group in default_template().groups.items()},
    )


def the_bosses(plan: OrganisationPlan, role: str, kind: LineKind) -> set[tuple[str, ...]]:
    """List, for each position of a role, the roles of its bosses."""
    roles = {place.code: place.role for place in plan.positions}
    of_role = [place.code for place in plan.positions if place.role == role]
    return {
        tuple(roles[line.boss] for line in plan.lines if line.position == code and line.kind is kind)
        for code in of_role
    }


@pytest.mark.parametrize(("row", "role", "solid", "dotted"), LINES)
def test_it_gives_every_line(plan: OrganisationPlan, row: str, role: str, solid: str, dotted: tuple[str, ...]) -> None:
    assert the_bosses(plan, role, LineKind.SOLID) == {(solid,)}
    assert the_bosses(plan, role, LineKind.DOTTED) == {dotted}


@pytest.mark.parametrize(("row", "unit", "roles"), PLACES)
def test_it_gives_every_position(plan: OrganisationPlan, row: str, unit: str, roles: set[str]) -> None:
    assert roles <= {place.role for place in plan.positions if place.unit == unit}


def test_every_role_but_the_top_has_a_line_and_is_tested_here() -> None:
    assert set(default_template().roles) - {role for _row, role, _solid, _dotted in LINES} == {"GM"}


def test_lines_stay_inside_their_region_and_area(plan: OrganisationPlan) -> None:
    units = {place.code: place.unit for place in plan.positions}
    above = {unit.code: unit.parent for unit in UNITS}
    for line in plan.lines:
        unit = units[line.position]
        up = {unit, above[unit], above.get(above[unit], "")}
        assert units[line.boss] in up, line


def test_alternative_bosses_are_lines_that_may_be_chosen() -> None:
    roles = default_template().roles
    assert roles["DA"].bosses(LineKind.SOLID) == {"NKM", "CM"}
    assert roles["REP"].bosses(LineKind.SOLID) == {"ASS", "AKM"}
    assert roles["REP"].solid_by_city == ("AKM",)


def test_reps_are_spread_over_the_cities_of_their_area(plan: OrganisationPlan) -> None:
    assert [place.city for place in plan.positions if place.role == "REP" and place.unit == "BJ"] == ["北京", "天津"]


def test_names_read_well_in_both_languages(plan: OrganisationPlan) -> None:
    names = {place.code: (place.name_zh, place.name_en) for place in plan.positions}
    assert names["E-RKM"] == ("华东大区KA经理", "East region KA manager")
    assert names["N-RKM"] == ("华北大区KA经理", "North region KA manager")
    assert names["SH-AKM"] == ("上海区域KA业务经理", "Shanghai area KA manager")
    assert names["SH-REP-2"] == ("上海KA业代 2", "Shanghai KA representative 2")
    assert names["HQ-NKM"] == ("全国KA经理", "National KA manager")


def test_a_line_passes_over_a_role_that_was_left_out() -> None:
    plan = plan_organisation(UNITS, template=default_template(), counts={"CTM": 0, "ASS": 0})
    assert the_bosses(plan, "CTS", LineKind.SOLID) == {("NKM",)}
    assert the_bosses(plan, "REP", LineKind.SOLID) == {("AM",)}


def test_several_bosses_of_a_role_share_those_below() -> None:
    plan = plan_organisation(UNITS, template=default_template(), counts={"CM": 2, "HCS": 4})
    above = [line.boss for line in plan.lines if line.position.startswith("HQ-HCS")]
    assert above == ["HQ-CM-1", "HQ-CM-2", "HQ-CM-1", "HQ-CM-2"]


def test_a_template_with_a_line_to_nowhere_is_refused() -> None:
    role = {"code": "A", "name_zh": "甲", "name_en": "A", "unit": "AREA", "solid": "B"}
    with pytest.raises(ValueError, match="names roles it does not have: B"):
        read_template({"role": [role], "group": []})


def test_the_head_office_department_is_a_queue_of_its_roles(whole: Organisation, plan: OrganisationPlan) -> None:
    rep = next(n for n, place in whole.positions.items() if place.role == "REP")
    roles = {whole.positions[person].role for person in whole.nearest_holders("KAD", rep)}
    assert roles == {"NKM", "CM", "CTM", "HCS", "DA"}


def test_plans_carry_dates_of_their_own_where_they_are_given() -> None:
    assert UnitPlan("HQ", UnitKind.HEAD_OFFICE, "总部", "Head office", starts_on=date(2020, 1, 1)).starts_on
