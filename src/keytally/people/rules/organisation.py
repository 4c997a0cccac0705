"""Who stands above whom, who is nearest for a role, and whose things may a person see, as of one date?

Rows O04-O10 with G11-G13. Docs: rules/organisation.md.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from typing import TypeVar

Key = TypeVar("Key")
Value = TypeVar("Value")


class UnitKind(StrEnum):
    """The three levels of the organisation."""

    HEAD_OFFICE = "HEAD_OFFICE"
    REGION = "REGION"
    AREA = "AREA"


class LineKind(StrEnum):
    """A solid line decides, a dotted line is consulted."""

    SOLID = "SOLID"
    DOTTED = "DOTTED"


@dataclass(frozen=True, slots=True)
class UnitRecord:
    """A part of the company and the part it belongs to."""

    id: int
    kind: UnitKind
    parent: int | None = None


@dataclass(frozen=True, slots=True)
class PositionRecord:
    """A place in the organisation, whoever holds it; its city chooses among city-scoped lines."""

    id: int
    role: str
    unit: int
    city: str = ""


@dataclass(frozen=True, slots=True)
class LineRecord:
    """A line from a position to a boss; one with a city holds instead of the general one in that city (G13)."""

    position: int
    boss: int
    kind: LineKind
    city: str = ""


@dataclass(frozen=True, slots=True)
class HoldingRecord:
    """A person holds a position; who may not log in holds it and decides nothing."""

    position: int
    person: int
    may_act: bool = True


@dataclass(frozen=True, slots=True)
class DelegationRecord:
    """A delegate decides for a person from one instant up to another."""

    person: int
    delegate: int
    starts_at: datetime
    ends_at: datetime


@dataclass(frozen=True, eq=False)
class Organisation:
    """The organisation as of one date; positions, units and people are known by their numbers."""

    units: Mapping[int, UnitRecord]
    positions: Mapping[int, PositionRecord]
    # Role codes that stand for several roles, as KAD does.
    groups: Mapping[str, frozenset[str]] = field(default_factory=dict)
    _holders: Mapping[int, tuple[int, ...]] = field(default_factory=dict, repr=False)
    _acting: Mapping[int, tuple[int, ...]] = field(default_factory=dict, repr=False)
    _positions_of: Mapping[int, tuple[int, ...]] = field(default_factory=dict, repr=False)
    # For each position its boss by city; the general line has no city.
    _solid: Mapping[int, Mapping[str, int]] = field(default_factory=dict, repr=False)
    _dotted: Mapping[int, tuple[int, ...]] = field(default_factory=dict, repr=False)
    _reports: Mapping[int, tuple[int, ...]] = field(default_factory=dict, repr=False)
    _dotted_reports: Mapping[int, tuple[int, ...]] = field(default_factory=dict, repr=False)
    _by_role: Mapping[tuple[int, str], tuple[int, ...]] = field(default_factory=dict, repr=False)
    _delegations: Mapping[int, tuple[DelegationRecord, ...]] = field(default_factory=dict, repr=False)

    def holders(self, position: int) -> tuple[int, ...]:
        """List the people who hold a position; none when it is vacant."""
        return self._holders.get(position, ())

    def acting(self, position: int) -> tuple[int, ...]:
        """List the people who hold a position and may log in: nothing is asked of the others."""
        return self._acting.get(position, ())

    def positions_of(self, person: int) -> tuple[int, ...]:
        """List the positions a person holds."""
        return self._positions_of.get(person, ())

    def solid_boss(self, position: int, *, city: str | None = None) -> int | None:
        """Name the position that decides for this one: in the city if a line says so there, else in general."""
        lines = self._solid.get(position, {})
        asked = self._city_of(position) if city is None else city
        return lines.get(asked, lines.get(""))

    def solid_bosses(self, position: int) -> tuple[tuple[str, int], ...]:
        """List the bosses that decide for a position, each with its city; of no city comes the general one.

        A position of a city has one; a position of no city may have one in general and others in cities.
        """
        lines, own = self._solid.get(position, {}), self._city_of(position)
        cities = ([own] if own in lines else [""]) if own else sorted(lines)
        return tuple((city, lines[city]) for city in cities if city in lines)

    def dotted_bosses(self, position: int) -> tuple[int, ...]:
        """List the positions that are consulted about this one."""
        return self._dotted.get(position, ())

    def solid_reports(self, position: int) -> tuple[int, ...]:
        """List the positions this one decides for, somewhere at least."""
        return self._reports.get(position, ())

    def dotted_reports(self, position: int) -> tuple[int, ...]:
        """List the positions this one is consulted about."""
        return self._dotted_reports.get(position, ())

    def tops(self) -> tuple[int, ...]:
        """List the positions that nobody stands above."""
        return tuple(position for position in self.positions if not self._solid.get(position))

    def bosses_above(self, position: int) -> tuple[int, ...]:
        """List the positions up the solid line, the nearest first."""
        found: list[int] = []
        above = self.solid_boss(position)
        while above is not None and above not in found and above != position:
            found.append(above)
            above = self.solid_boss(above)
        return tuple(found)

    def managers_above(self, person: int, position: int | None = None) -> tuple[tuple[int, ...], ...]:
        """List those who act level by level up the solid line, each once, without the person.

        Levels where nobody acts are skipped. Without a position every position of the person counts.
        """
        starts = self.positions_of(person) if position is None else (position,)
        chains = [self.bosses_above(start) for start in starts]
        seen = {person}
        levels: list[tuple[int, ...]] = []
        for height in range(max(map(len, chains), default=0)):
            places = (chain[height] for chain in chains if height < len(chain))
            level = _unique(holder for place in places for holder in self.acting(place) if holder not in seen)
            seen.update(level)
            levels.append(level)
        return tuple(level for level in levels if level)

    def nearest_positions(self, role: str, unit: int) -> tuple[int, ...]:
        """List the positions of a role in a unit, else in the unit above, up to head office."""
        return next((there for place in self._up(unit) if (there := self._by_role.get((place, role), ()))), ())

    def nearest_holders(self, role: str, position: int) -> tuple[int, ...]:
        """List who acts for a role in the position's own unit, else in the unit above, up to head office.

        Where a unit has several, those on the position's own lines come alone.
        """
        roles = self.groups.get(role, frozenset((role,)))
        for unit in self._units_up(position):
            there = [place for each in sorted(roles) for place in self._by_role.get((unit, each), ())]
            held = [place for place in there if self.acting(place)]
            if held:
                return _unique(holder for place in self._own_of(held, position) for holder in self.acting(place))
        return ()

    def positions_below(self, person: int) -> frozenset[int]:
        """Name the positions down the solid line from a person's own."""
        return frozenset(_below(self.positions_of(person), self.solid_reports))

    def subtree(self, person: int) -> frozenset[int]:
        """Name the people a person decides for: the person and everyone down the solid line."""
        return frozenset(
            {person, *(holder for place in self.positions_below(person) for holder in self.holders(place))}
        )

    def dotted_reads(self, person: int) -> frozenset[int]:
        """Name the people whose things a person sees by a dotted line only.

        A manager sees what those below see: the way down may change between solid and dotted lines.
        """
        below = _below(self.positions_of(person), self._reports_of_both_kinds)
        return frozenset(holder for place in below for holder in self.holders(place)) - self.subtree(person)

    def delegates(self, person: int, at: datetime, until: datetime | None = None) -> tuple[int, ...]:
        """List who stands in for a person at an instant, or some time between two; each followed by their own."""
        found: list[int] = []
        waiting = [person]
        while waiting:
            for record in self._delegations.get(waiting.pop(0), ()):
                begins = record.starts_at < until if until else record.starts_at <= at
                if begins and at < record.ends_at and record.delegate not in (person, *found):
                    found.append(record.delegate)
                    waiting.append(record.delegate)
        return tuple(found)

    def stands_in_for(self, person: int, at: datetime, until: datetime | None = None) -> tuple[int, ...]:
        """List the people somebody stands in for at an instant, or some time between two."""
        return tuple(away for away in sorted(self._delegations) if person in self.delegates(away, at, until))

    def _city_of(self, position: int) -> str:
        record = self.positions.get(position)
        return record.city if record else ""

    def _units_up(self, position: int) -> Iterator[int]:
        record = self.positions.get(position)
        return self._up(record.unit if record else None)

    def _up(self, unit: int | None) -> Iterator[int]:
        seen: set[int] = set()
        while unit is not None and unit not in seen:
            yield unit
            seen.add(unit)
            above = self.units.get(unit)
            unit = above.parent if above else None

    def _own_of(self, places: list[int], position: int) -> list[int]:
        chain = (position, *self.bosses_above(position))
        own = {*chain, *(boss for place in chain for boss in self.dotted_bosses(place))}
        return [place for place in places if place in own] or places

    def _reports_of_both_kinds(self, position: int) -> tuple[int, ...]:
        return self.solid_reports(position) + self.dotted_reports(position)


def organise(
    *,
    units: Iterable[UnitRecord],
    positions: Iterable[PositionRecord],
    lines: Iterable[LineRecord],
    holdings: Iterable[HoldingRecord],
    delegations: Iterable[DelegationRecord] = (),
    groups: Mapping[str, frozenset[str]] | None = None,
) -> Organisation:
    """Put the records of one date together; lines and holdings of positions that are closed are left out."""
    places = {position.id: position for position in positions}
    held = [holding for holding in holdings if holding.position in places]
    live = [line for line in lines if line.position in places and line.boss in places]
    solid = _bosses_by_city(line for line in live if line.kind is LineKind.SOLID)
    dotted = [(line.position, line.boss) for line in live if line.kind is LineKind.DOTTED]
    whole = Organisation(
        units={unit.id: unit for unit in units},
        positions=places,
        groups=groups or {},
        _holders=_gather((holding.position, holding.person) for holding in held),
        _acting=_gather((holding.position, holding.person) for holding in held if holding.may_act),
        _positions_of=_gather((holding.person, holding.position) for holding in held),
        _solid=solid,
        _by_role=_gather(((place.unit, place.role), place.id) for place in places.values()),
        _delegations=_gather((record.person, record) for record in delegations),
    )
    decides = {place: {boss for _city, boss in whole.solid_bosses(place)} for place in solid}
    # Who decides need not be consulted: a dotted line to a solid boss says nothing more.
    consulted = [pair for pair in dotted if pair[1] not in decides.get(pair[0], ())]
    return replace(
        whole,
        _reports=_gather((boss, place) for place, bosses in decides.items() for boss in bosses),
        _dotted=_gather(consulted),
        _dotted_reports=_gather((boss, place) for place, boss in consulted),
    )


def _bosses_by_city(lines: Iterable[LineRecord]) -> dict[int, dict[str, int]]:
    found: dict[int, dict[str, int]] = {}
    for line in lines:
        found.setdefault(line.position, {})[line.city] = line.boss
    return found


def _gather(pairs: Iterable[tuple[Key, Value]]) -> dict[Key, tuple[Value, ...]]:
    found: dict[Key, list[Value]] = {}
    for key, value in pairs:
        found.setdefault(key, []).append(value)
    return {key: tuple(values) for key, values in found.items()}


def _unique(numbers: Iterable[int]) -> tuple[int, ...]:
    return tuple(dict.fromkeys(numbers))


def _below(places: Iterable[int], reports: Callable[[int], tuple[int, ...]]) -> set[int]:
    """Collect everything below some places; one of them is among it only where it stands below another."""
    found: set[int] = set()
    waiting = list(places)
    while waiting:
        fresh = [place for place in reports(waiting.pop()) if place not in found]
        found.update(fresh)
        waiting.extend(fresh)
    return found
