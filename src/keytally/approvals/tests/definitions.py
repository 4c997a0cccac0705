"""The limits of workflows.md, section 0, written out by hand, and a company of one region to route them in."""

from datetime import UTC, date, datetime
from decimal import Decimal

from keytally.approvals.rules.workflow import (
    Allowance,
    Choice,
    Comparison,
    DocumentControl,
    Extra,
    Field,
    FieldKind,
    Level,
    Limits,
    Mode,
    Need,
    Stage,
    Step,
    Test,
    Workflow,
    WorkflowKind,
)
from keytally.people.rules.organisation import (
    HoldingRecord,
    LineKind,
    LineRecord,
    PositionRecord,
    UnitKind,
    UnitRecord,
    organise,
)

NOW = datetime(2026, 7, 6, 2, 0, tzinfo=UTC)
DAY = Allowance(working_days=1)
CONTROL = DocumentControl("KT/AP/00", "A/1", date(2026, 1, 1))
TIER = Field("tier", "等级", "Tier", FieldKind.CODE, choices=tuple(Choice(code, code, code) for code in "ABC"))
OVER_BUDGET = Field("over_budget", "超预算", "Over budget", FieldKind.BOOL)
URGENT = Field("urgent", "加急", "Urgent", FieldKind.BOOL)
DAYS_OVERDUE = Field("days_overdue", "逾期天数", "Days overdue", FieldKind.NUMBER)
POINTS = Field("points_above", "超授权点数", "Points above the mandate", FieldKind.NUMBER)
PRICE = Field(
    "price",
    "价位",
    "Price",
    FieldKind.CODE,
    choices=tuple(Choice(code, code, code) for code in ("GUIDE", "FLOOR", "LOW")),
)


def test(fact, comparison, value):
    return Test(fact, Comparison(comparison), value)


test.__test__ = False


def level(*stages, up_to=None, when=(), any_of=False):
    return Level(
        tuple(Stage(tuple(stage.split()), any_of=any_of) for stage in stages),
        None if up_to is None else up_to * 100,
        tuple(when),
    )


def workflow(code, *steps, limits=None, fields=(), amount=Need.NONE):
    names = {"name_zh": "流程", "name_en": code}
    return Workflow(
        code,
        "A/1",
        **names,
        kind=WorkflowKind.APPROVAL,
        steps=steps,
        control=CONTROL,
        limits=limits,
        fields=fields,
        amount=amount,
    )


def step(code, roles="", mode=Mode.DECIDE, **facts):
    by_limits = not roles
    facts = {"allowance": DAY, **facts}
    return Step(code, "步骤", f"Step {code}", tuple(roles.split()), mode, by_limits=by_limits, **facts)


CREDIT = workflow(
    "credit_application",
    step("CL-1", "REQUESTER", Mode.DO),
    step("CL-2", "AR", Mode.DO),
    step("CL-4a", "AKM"),
    step("CL-4b", "RKM"),
    step("CL-5", "KAD", Mode.CONSULT, when=(test("tier", "IN", ("A", "B")),)),
    step("CL-5c", "KAD", Mode.INFORM, when=(test("tier", "IS", "C"),)),
    step("CL-6", "FS"),
    step("CL-7", allowance=Allowance(working_days=2)),
    step("CL-8", "AR", Mode.DO),
    limits=Limits(
        (
            level("RKM FS", "GM_DELEGATE", up_to=100_000),
            level("NKM FS", "FD", up_to=500_000),
            level("SD FD", up_to=2_000_000),
            level("GM"),
        )
    ),
    fields=(TIER,),
    amount=Need.REQUIRED,
)
SPEND = workflow(
    "spend_request",
    step("SR-1"),
    limits=Limits(
        (
            level("RKM", up_to=20_000),
            level("NKM", up_to=100_000),
            level("SD", up_to=500_000),
            level("SD FD GM"),
        ),
        extras=(Extra(("FD",), (test("over_budget", "IS", True),)),),
        raised_when=(test("urgent", "IS", True),),
    ),
    fields=(OVER_BUDGET, URGENT),
    amount=Need.REQUIRED,
)
RELEASE = workflow(
    "order_release",
    step("OR-1", allowance=Allowance(hours=4)),
    limits=Limits(
        (
            level("NKM FS", up_to=50_000, when=(test("days_overdue", "AT_MOST", 7),)),
            level("SD FD", up_to=300_000),
            level("GM"),
        )
    ),
    fields=(DAYS_OVERDUE,),
    amount=Need.REQUIRED,
)
WRITE_OFF = workflow(
    "write_off",
    step("WO-1"),
    limits=Limits((level("FS", up_to=500), level("FD", up_to=5_000), level("GM"))),
    amount=Need.REQUIRED,
)
REJECTION = workflow(
    "rejection_decision",
    step("RJ-3", allowance=Allowance(minutes=60)),
    limits=Limits((level("AKM", up_to=1_000), level("RKM LOG", up_to=10_000), level("NKM FD"))),
    amount=Need.REQUIRED,
)
QUOTATION = workflow(
    "quotation",
    step("QT-6"),
    limits=Limits(
        (
            level("CM AKM", when=(test("price", "IS", "GUIDE"),), any_of=True),
            level("NKM", when=(test("price", "IS", "FLOOR"),)),
            level("SD FD"),
        )
    ),
    fields=(PRICE,),
)
COST_RATE = workflow(
    "contract_cost_rate",
    step("CR-1"),
    limits=Limits(
        (
            level("NKM", when=(test("points_above", "AT_MOST", 0),)),
            level("SD FD", when=(test("points_above", "AT_MOST", Decimal("0.5")),)),
            level("GM"),
        )
    ),
    fields=(POINTS,),
)
SIGN_OFF = workflow("document_signoff", step("DS-1", "MANAGER"), step("DS-2", "SENIOR_MANAGER"), step("DS-3", "GM"))
EVERY = (CREDIT, SPEND, RELEASE, WRITE_OFF, REJECTION, QUOTATION, COST_RATE, SIGN_OFF)

# role: unit (1 head office, 2 region, 3 area), solid boss, dotted boss
PLACES = {
    "GM": (1, None, None),
    "SD": (1, "GM", None),
    "FD": (1, "GM", None),
    "NKM": (1, "SD", None),
    "CM": (1, "NKM", None),
    "FS": (1, "FD", None),
    "AR": (1, "FS", None),
    "SCH": (1, "GM", None),
    "LOG": (1, "SCH", None),
    "RM": (2, "SD", None),
    "RKM": (2, "RM", "NKM"),
    "AM": (3, "RM", None),
    "AKM": (3, "AM", "RKM"),
    "ASS": (3, "AM", None),
    "REP": (3, "ASS", "AKM"),
}
POSITION = {role: number for number, role in enumerate(PLACES, start=1)}
PERSON = {role: number + 100 for role, number in POSITION.items()}
UNITS = (
    UnitRecord(1, UnitKind.HEAD_OFFICE),
    UnitRecord(2, UnitKind.REGION, 1),
    UnitRecord(3, UnitKind.AREA, 2),
)
GROUPS = {"KAD": frozenset({"NKM", "CM", "CTM", "HCS", "DA"})}


def company(*, without=(), more=(), held=None, delegations=(), dotted=None, away_for_good=()):
    """Let everybody hold one position; leave roles vacant, add (number, role, person), or name other holders.

    `dotted` draws more dotted lines from a role; who is away for good may not log in any more.
    """
    positions = [PositionRecord(POSITION[role], role, unit) for role, (unit, _solid, _dotted) in PLACES.items()]
    lines = []
    for role, (_unit, solid, usual) in PLACES.items():
        lines += [LineRecord(POSITION[role], POSITION[solid], LineKind.SOLID)] if solid else []
        ends = ([usual] if usual else []) + list((dotted or {}).get(role, ()))
        lines += [LineRecord(POSITION[role], POSITION[end], LineKind.DOTTED) for end in ends]
    holdings = [
        HoldingRecord(POSITION[role], (held or {}).get(role, PERSON[role]), may_act=role not in away_for_good)
        for role in PLACES
        if role not in without
    ]
    for number, role, person in more:
        unit, solid, _dotted = PLACES[role]
        positions.append(PositionRecord(number, role, unit))
        holdings.append(HoldingRecord(number, person))
        lines += [LineRecord(number, POSITION[solid], LineKind.SOLID)] if solid else []
    return organise(
        units=UNITS, positions=positions, lines=lines, holdings=holdings, delegations=delegations, groups=GROUPS
    )
