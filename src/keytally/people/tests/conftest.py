"""A small company of the template, founded on the first day of 2026; everything happens on 1 June."""

from dataclasses import dataclass
from datetime import UTC, date, datetime

import pytest

from keytally.core.models import User
from keytally.core.roles import Role
from keytally.core.services import add_person
from keytally.people.models import Position
from keytally.people.rules.organisation import UnitKind
from keytally.people.rules.template import HoldingPlan, OrganisationPlan, UnitPlan, default_template, plan_organisation
from keytally.people.services.setup import set_up

FOUNDED = date(2026, 1, 1)
TODAY = date(2026, 6, 1)
NOW = datetime(2026, 6, 1, 2, tzinfo=UTC)
UNITS = (
    UnitPlan("HQ", UnitKind.HEAD_OFFICE, "总部", "Head office"),
    UnitPlan("E", UnitKind.REGION, "华东", "East", "HQ"),
    UnitPlan("SH", UnitKind.AREA, "上海", "Shanghai", "E", ("上海", "苏州")),
)
HELD = {
    "HQ-GM": "gm",
    "HQ-SD": "sd",
    "HQ-NKM": "nkm",
    "E-RM": "rm",
    "E-RKM": "rkm",
    "SH-AM": "am",
    "SH-AKM": "akm",
    "SH-ASS": "ass",
    "SH-REP-1": "rep",
    "SH-REP-2": "rep2",
}
ROLES = {"gm": Role.EXECUTIVE, "sd": Role.SALES_DIRECTOR, "nkm": Role.NATIONAL_MANAGER, "rkm": Role.REGION_MANAGER}


@dataclass(frozen=True, slots=True)
class Company:
    """Positions by their code and people by their user name."""

    positions: dict[str, Position]
    people: dict[str, User]
    admin: User

    def __getitem__(self, code: str) -> Position:
        return self.positions[code]

    def person(self, username: str) -> int:
        """Name a person by number."""
        return self.people[username].pk


@pytest.fixture
def company(db: None) -> Company:
    admin = add_person("admin", name="周强", password=None, roles=[Role.ADMINISTRATOR], by=None, now=NOW)
    people = {
        name: add_person(
            name, name=name.upper(), password=None, roles=[ROLES.get(name, Role.SALES_REP)], by=None, now=NOW
        )
        for name in HELD.values()
    }
    plan = plan_organisation(UNITS, template=default_template())
    holdings = tuple(HoldingPlan(code, people[name].pk) for code, name in HELD.items())
    plan = OrganisationPlan(plan.units, plan.positions, plan.lines, holdings)
    set_up(plan, starts_on=FOUNDED, by=admin, now=NOW)
    return Company({row.code: row for row in Position.objects.all()}, people, admin)
