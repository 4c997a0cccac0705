"""Which roles and reporting lines does a company start with, and which positions come of them for its regions?

Rows O04-O10 with G11-G13. Docs: rules/organisation.md.
"""

import tomllib
from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

from keytally.people.rules.organisation import LineKind, UnitKind

MOST_OF_A_ROLE = 10_000
FILE = Path(__file__).parents[1] / "defaults" / "organisation.toml"


@dataclass(frozen=True, slots=True)
class RoleTemplate:
    """A role of positions: where it stands and to whom it reports."""

    code: str
    name_zh: str
    name_en: str
    unit: UnitKind
    solid: str = ""
    dotted: tuple[str, ...] = ()
    solid_instead: tuple[str, ...] = ()
    solid_by_city: tuple[str, ...] = ()
    each: int = 1
    rows: tuple[str, ...] = ()

    def bosses(self, kind: LineKind) -> frozenset[str]:
        """Name the roles this one may report to by a kind of line."""
        if kind is LineKind.DOTTED:
            return frozenset(self.dotted)
        return frozenset((self.solid, *self.solid_instead, *self.solid_by_city)) - {""}


@dataclass(frozen=True, slots=True)
class Group:
    """A queue of several roles."""

    code: str
    name_zh: str
    name_en: str
    roles: frozenset[str]


@dataclass(frozen=True, slots=True)
class Template:
    """Every role by its code, from the top down, and the groups."""

    roles: Mapping[str, RoleTemplate]
    groups: Mapping[str, Group]


@dataclass(frozen=True, slots=True)
class UnitPlan:
    """A unit to be made, with the code of the one it belongs to."""

    code: str
    kind: UnitKind
    name_zh: str
    name_en: str
    parent: str = ""
    cities: tuple[str, ...] = ()
    starts_on: date | None = None


@dataclass(frozen=True, slots=True)
class PositionPlan:
    """A position to be made."""

    code: str
    role: str
    unit: str
    name_zh: str
    name_en: str
    city: str = ""
    starts_on: date | None = None
    ends_before: date | None = None


@dataclass(frozen=True, slots=True)
class LinePlan:
    """A line to be made between positions, by their codes."""

    position: str
    boss: str
    kind: LineKind
    city: str = ""
    starts_on: date | None = None
    ends_before: date | None = None


@dataclass(frozen=True, slots=True)
class HoldingPlan:
    """A person, by number, who is to hold a position."""

    position: str
    person: int
    starts_on: date | None = None
    ends_before: date | None = None


@dataclass(frozen=True, slots=True)
class OrganisationPlan:
    """Everything that a set-up makes; what has no start of its own begins with the whole."""

    units: tuple[UnitPlan, ...]
    positions: tuple[PositionPlan, ...]
    lines: tuple[LinePlan, ...]
    holdings: tuple[HoldingPlan, ...] = ()


@cache
def default_template() -> Template:
    """Read the template that keytally ships."""
    return read_template(tomllib.loads(FILE.read_text(encoding="utf-8")))


def read_template(data: Mapping[str, Any]) -> Template:
    """Make a template of plain data; a line to a role that is not there is an error."""
    roles = {entry["code"]: _role(entry) for entry in data["role"]}
    groups = {entry["code"]: Group(**{**entry, "roles": frozenset(entry["roles"])}) for entry in data["group"]}
    named = {boss for role in roles.values() for kind in LineKind for boss in role.bosses(kind)}
    unknown = (named | {code for group in groups.values() for code in group.roles}) - set(roles)
    if unknown:
        raise ValueError(f"the template names roles it does not have: {', '.join(sorted(unknown))}")
    return Template(roles, groups)


def plan_organisation(
    units: Sequence[UnitPlan], *, template: Template, counts: Mapping[str, int] | None = None
) -> OrganisationPlan:
    """Plan a position for every role in every unit of its kind, and its lines to the nearest bosses.

    A role may be told how many positions each unit gets; a line passes over a boss whose role was left out.
    """
    wanted = counts or {}
    positions = [
        place
        for role in template.roles.values()
        for unit in units
        if unit.kind is role.unit
        for place in _places(role, unit, count=wanted.get(role.code, role.each))
    ]
    lines = _lines(positions, units={unit.code: unit for unit in units}, template=template)
    return OrganisationPlan(tuple(units), tuple(positions), tuple(lines))


def propose_position(role: RoleTemplate, unit: UnitPlan, *, taken: Container[str]) -> PositionPlan:
    """Propose the code and the names of one more position of a role in a unit."""
    marks = ("", *(f"-{number}" for number in range(2, MOST_OF_A_ROLE)))
    code, mark = next((code, mark) for mark in marks if (code := f"{unit.code}-{role.code}{mark}") not in taken)
    number = mark.replace("-", " ")
    return PositionPlan(code, role.code, unit.code, _in_chinese(role, unit, number), _in_english(role, unit, number))


def _role(entry: Mapping[str, Any]) -> RoleTemplate:
    lists = {name: tuple(entry[name]) for name in ("dotted", "solid_instead", "solid_by_city", "rows") if name in entry}
    return RoleTemplate(**{**entry, **lists, "unit": UnitKind(entry["unit"])})


def _places(role: RoleTemplate, unit: UnitPlan, *, count: int) -> Iterator[PositionPlan]:
    for number in range(1, count + 1):
        mark = f"-{number}" if count > 1 else ""
        yield PositionPlan(
            code=f"{unit.code}-{role.code}{mark}",
            role=role.code,
            unit=unit.code,
            name_zh=_in_chinese(role, unit, mark.replace("-", " ")),
            name_en=_in_english(role, unit, mark.replace("-", " ")),
            city=unit.cities[(number - 1) % len(unit.cities)] if role.solid_by_city and unit.cities else "",
        )


def _in_chinese(role: RoleTemplate, unit: UnitPlan, number: str) -> str:
    """Name a position 华东大区KA经理, whether the unit is called 华东 or 华东大区."""
    prefix = {UnitKind.REGION: "大区", UnitKind.AREA: "区域"}.get(unit.kind, "")
    if not prefix:
        return f"{role.name_zh}{number}"
    own = role.name_zh.removeprefix(prefix) if unit.name_zh.endswith(prefix) else role.name_zh
    return f"{unit.name_zh}{own}{number}"


def _in_english(role: RoleTemplate, unit: UnitPlan, number: str) -> str:
    """Name a position East region KA manager, whether the unit is called East or East region."""
    prefix = {UnitKind.REGION: "Region ", UnitKind.AREA: "Area "}.get(unit.kind, "")
    if not prefix:
        return f"{role.name_en}{number}"
    repeats = unit.name_en.casefold().endswith(prefix.strip().casefold())
    own = role.name_en.removeprefix(prefix) if repeats else role.name_en
    first, *rest = own.split(" ")
    return " ".join((unit.name_en, first if first.isupper() else first.lower(), *rest)) + number


def _lines(
    positions: Iterable[PositionPlan], *, units: Mapping[str, UnitPlan], template: Template
) -> Iterator[LinePlan]:
    by_role: dict[tuple[str, str], list[PositionPlan]] = {}
    for place in positions:
        by_role.setdefault((place.unit, place.role), []).append(place)
    for places in by_role.values():
        for number, place in enumerate(places):
            role = template.roles[place.role]
            solid = _first(place, _chain(role, template), by_role=by_role, units=units, number=number)
            if solid:
                yield LinePlan(place.code, solid.code, LineKind.SOLID)
            for code in role.dotted:
                dotted = _first(place, (code,), by_role=by_role, units=units, number=number)
                if dotted and dotted != solid:
                    yield LinePlan(place.code, dotted.code, LineKind.DOTTED)


def _chain(role: RoleTemplate, template: Template) -> tuple[str, ...]:
    """List the roles up the solid line, should the first be left out."""
    found: list[str] = []
    above = role.solid
    while above and above not in found:
        found.append(above)
        above = template.roles[above].solid
    return tuple(found)


def _first(
    place: PositionPlan,
    roles: Iterable[str],
    *,
    by_role: Mapping[tuple[str, str], Sequence[PositionPlan]],
    units: Mapping[str, UnitPlan],
    number: int,
) -> PositionPlan | None:
    """Find the nearest position of the first role that has one; several in a unit share the reports evenly."""
    for code in roles:
        unit = place.unit
        while unit:
            there = by_role.get((unit, code))
            if there:
                return there[number % len(there)]
            unit = units[unit].parent
    return None
