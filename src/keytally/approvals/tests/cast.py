"""The cast: a company of the template with one region and one area, where everybody holds one position."""

from dataclasses import dataclass
from datetime import UTC, date, datetime

from keytally.approvals import definitions
from keytally.approvals.rules.workflow_data import write_workflow
from keytally.approvals.services import Details, Draft
from keytally.approvals.tests import definitions as given
from keytally.core import rule_sets
from keytally.core.clock import business_date
from keytally.core.models import User
from keytally.core.roles import Role
from keytally.core.services import add_person
from keytally.kernel.money import Money
from keytally.people.models import Position
from keytally.people.rules.organisation import UnitKind
from keytally.people.rules.template import HoldingPlan, OrganisationPlan, UnitPlan, default_template, plan_organisation
from keytally.people.services.setup import set_up

FOUNDED = date(2026, 1, 1)
# Monday, 10:00 in Shanghai.
NOW = datetime(2026, 7, 6, 2, 0, tzinfo=UTC)
UNITS = (
    UnitPlan("HQ", UnitKind.HEAD_OFFICE, "总部", "Head office"),
    UnitPlan("E", UnitKind.REGION, "华东", "East", "HQ"),
    UnitPlan("SH", UnitKind.AREA, "上海", "Shanghai", "E"),
)
ROLES = {
    "GM": (Role.EXECUTIVE, "郑毅"),
    "SD": (Role.SALES_DIRECTOR, "冯涛"),
    "FD": (Role.FINANCE_DIRECTOR, "许静"),
    "NKM": (Role.NATIONAL_MANAGER, "沈杰"),
    "CM": (Role.ACCOUNT_MANAGER, "韩雪"),
    "FS": (Role.RECEIVABLES_ACCOUNTANT, "曹阳"),
    "AR": (Role.RECEIVABLES_ACCOUNTANT, "王磊"),
    "SCH": (Role.ORDER_CLERK, "彭亮"),
    "LOG": (Role.ORDER_CLERK, "邓超"),
    "RM": (Role.REGION_MANAGER, "何勇"),
    "RKM": (Role.REGION_MANAGER, "吕芳"),
    "AM": (Role.REGION_MANAGER, "施伟"),
    "AKM": (Role.ACCOUNT_MANAGER, "孔明"),
    "ASS": (Role.ACCOUNT_MANAGER, "姜玲"),
    "REP": (Role.SALES_REP, "李娜"),
}
UNIT_OF = {"RM": "E", "RKM": "E", "AM": "SH", "AKM": "SH", "ASS": "SH", "REP": "SH"}


@dataclass(frozen=True)
class Company:
    """Positions and people by role."""

    positions: dict[str, Position]
    people: dict[str, User]
    admin: User
    outsider: User

    def __getitem__(self, role):
        return self.people[role]

    def place(self, role):
        return self.positions[role].pk


def make_company(*, password=None, language="zh-hans", now=NOW):
    """Make the company in the database."""
    facts = {"password": password, "by": None, "now": now, "language": language}
    admin = add_person("admin", name="周强", roles=[Role.ADMINISTRATOR], **facts)
    outsider = add_person("outsider", name="外人", roles=[Role.SALES_REP], **facts)
    people = {
        code: add_person(code.lower(), name=name, roles=[role], email=f"{code.lower()}@example.com", **facts)
        for code, (role, name) in ROLES.items()
    }
    plan = plan_organisation(UNITS, template=default_template(), counts={"REP": 1})
    codes = {code: f"{UNIT_OF.get(code, 'HQ')}-{code}" for code in ROLES}
    holdings = tuple(HoldingPlan(codes[code], person.pk) for code, person in people.items())
    set_up(OrganisationPlan(plan.units, plan.positions, plan.lines, holdings), starts_on=FOUNDED, by=admin, now=now)
    places = {place.code: place for place in Position.objects.all()}
    return Company({code: places[codes[code]] for code in ROLES}, people, admin, outsider)


def accept(*workflows, by, now=NOW):
    """Let the company keep workflows of its own from today on; so their limits are accepted."""
    for workflow in workflows:
        code = definitions.declare(workflow.code)
        try:
            rule_sets.rule_set_kind(code)
        except KeyError:
            rule_sets.register_rule_set(code, default=write_workflow(workflow))
        rule_sets.keep_rule_set(
            code, content=write_workflow(workflow), starts_on=business_date(now), by=by, now=now, reason="accepted"
        )


def draft(company, amount=None, *, by="REP", title="端架费", key=None, files=(), text="", **facts):
    return Draft(
        title,
        company.place(by),
        Money.of(amount, "CNY") if amount else None,
        facts,
        Details(account_name="永辉超市", text=text, key=key),
        files,
    )


SPEND, CREDIT, RELEASE, WRITE_OFF = given.SPEND, given.CREDIT, given.RELEASE, given.WRITE_OFF
