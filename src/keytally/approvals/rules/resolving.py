"""Which people take a role in a step, who is left out, and who is one up where nobody is left?"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

from keytally.approvals.rules.workflow import (
    AUTHORITY,
    FUNCTIONAL,
    GM_DELEGATE,
    MANAGER,
    REQUESTER,
    SENIOR_MANAGER,
    Mode,
)
from keytally.people.rules.organisation import Organisation

# One up the line, by rising authority; among equals the solid boss comes first (docs/rules/approvals.md).
ONE_UP: Mapping[str, str] = {
    "PRO": "ASS",
    "REP": "ASS",
    "ASS": "AKM",
    "AKM": "AM",
    "BO": "AM",
    "AM": "RKM",
    "RKS": "RKM",
    "RCS": "RKM",
    "RKM": "RM",
    "RM": "NKM",
    "HCS": "CM",
    "CTS": "CTM",
    "CM": "NKM",
    "CTM": "NKM",
    "DA": "NKM",
    "KAD": "NKM",
    "NKM": "SD",
    "AR": "FS",
    "FS": "FD",
    "CAR": "LOG",
    **dict.fromkeys(("OC", "LOG", "SP"), "SCH"),
    "MKT": "MKH",
    **dict.fromkeys(("LEG", "SEA"), "LEH"),
    **dict.fromkeys(("SD", "FD", "SCH", "MKH", "LEH", GM_DELEGATE), "GM"),
}


@dataclass(frozen=True, slots=True)
class Reason:
    """Why a route is as it is: a code with parameters, worded when it is read."""

    code: str
    parameters: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Slot:
    """One decision, task or opinion: any one of these people gives it for these roles."""

    roles: tuple[str, ...]
    people: tuple[int, ...]
    authority: int = 0
    reasons: tuple[Reason, ...] = ()


@dataclass(frozen=True)
class Resolver:
    """Finds people for the steps of one request."""

    organisation: Organisation
    requester: int
    position: int
    subject_position: int

    def slots(self, roles: Iterable[str], *, mode: Mode, any_of: bool) -> tuple[Slot | None, ...]:
        """Find people for each role, or for any one of the roles; nothing where nobody is found.

        Each dotted line is asked by itself: one functional manager does not speak for another.
        """
        if any_of:
            return (self.slot(tuple(roles), mode=mode),)
        return tuple(slot for role in roles for slot in self._each(role, mode=mode))

    def _each(self, role: str, *, mode: Mode) -> tuple[Slot | None, ...]:
        if role != FUNCTIONAL:
            return (self.slot((role,), mode=mode),)
        asked = [tuple(p for p in people if p != self.requester or mode is Mode.INFORM) for people in self._functional]
        return tuple(Slot((role,), tuple(sorted(people))) for people in asked if people) or (None,)

    @cached_property
    def _functional(self) -> tuple[tuple[int, ...], ...]:
        """List who acts at the end of each dotted line of the requester's position."""
        return tuple(self.organisation.acting(boss) for boss in self.organisation.dotted_bosses(self.position))

    def slot(self, roles: tuple[str, ...], *, mode: Mode) -> Slot | None:
        """Find the people who act for the roles, one up the line where nobody is left."""
        reasons: list[Reason] = []
        for tried in self._ways_up(roles, mode=mode):
            if tried != roles:
                reasons.append(reason("UP_THE_LINE", to=" / ".join(tried)))
            found: set[int] = set()
            acting: list[str] = []
            for role in tried:
                people, why = self._left(role, mode=mode)
                reasons += why
                found.update(people)
                acting += [role] if people else []
            if found:
                rank = min(AUTHORITY.get(role, 0) for role in acting)
                return Slot(roles, tuple(sorted(found)), rank, tuple(dict.fromkeys(reasons)))
        return None

    def _ways_up(self, roles: tuple[str, ...], *, mode: Mode) -> Iterator[tuple[str, ...]]:
        yield roles
        if mode is Mode.INFORM:
            return
        seen, tried = set(roles), roles
        while tried := tuple(dict.fromkeys(self._up(role) for role in tried if self._up(role))):
            if seen & set(tried) or (mode is Mode.CONSULT and "GM" in tried):
                return
            yield tried
            seen |= set(tried)

    @staticmethod
    def _up(role: str) -> str:
        return "GM" if role in (MANAGER, SENIOR_MANAGER) else ONE_UP.get(role, "")

    def _left(self, role: str, *, mode: Mode) -> tuple[tuple[int, ...], list[Reason]]:
        """List who is left of a role's people, and why others are not."""
        people = self._people(role, mode=mode)
        if not people:
            return (), [reason("VACANT", role=role)]
        left, why = people, []
        if mode is not Mode.DO and mode is not Mode.INFORM and self.requester in left:
            left = tuple(person for person in left if person != self.requester)
            why.append(reason("REQUESTER_LEFT_OUT", role=role))
        if mode is Mode.DECIDE and any(person in self._reports for person in left):
            left = tuple(person for person in left if person not in self._reports)
            why.append(reason("REPORTS_LEFT_OUT", role=role))
        return left, why

    @cached_property
    def _reports(self) -> frozenset[int]:
        return self.organisation.subtree(self.requester) - {self.requester}

    def _people(self, role: str, *, mode: Mode) -> tuple[int, ...]:
        if role == REQUESTER:
            return (self.requester,)
        if role == FUNCTIONAL:
            return tuple(holder for people in self._functional for holder in people)
        if role in (MANAGER, SENIOR_MANAGER):
            return self._managers(1 if role == SENIOR_MANAGER else 0, mode=mode)
        return self._holders("GM" if role == GM_DELEGATE else role)

    def _managers(self, height: int, *, mode: Mode) -> tuple[int, ...]:
        barred = {self.requester} | (self._reports if mode is Mode.DECIDE else frozenset())
        levels = [
            level
            for level in self.organisation.managers_above(self.requester, self.position)
            if not barred.issuperset(level)
        ]
        return levels[min(height, len(levels) - 1)] if levels else ()

    def _holders(self, role: str) -> tuple[int, ...]:
        nearest = self.organisation.nearest_holders(role, self.subject_position)
        if nearest or role != "GM":
            return nearest
        places = sorted(place.id for place in self.organisation.positions.values() if place.role == role)
        return tuple(holder for place in places for holder in self.organisation.acting(place))


def reason(code: str, /, **parameters: object) -> Reason:
    """Make a reason; its parameters stand in the order of their names."""
    return Reason(code, tuple(sorted((key, str(value)) for key, value in parameters.items())))
