"""The shipped workflows against the figures of the default workflows: steps, roles, deadlines, limits."""

import json
import re
from dataclasses import fields, replace
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from keytally.approvals import definitions, workflows
from keytally.approvals.rules import workflow_faults
from keytally.approvals.rules.workflow import Mode, WorkflowKind
from keytally.approvals.rules.workflow_data import read_workflow, write_workflow
from keytally.approvals.workflows.words import ERRORS
from keytally.core.rule_sets import UnableToKeep, keep_rule_set

NOW = datetime(2026, 7, 1, 9, tzinfo=UTC)
SHIPPED = [workflows.shipped(code) for code in workflows.SHIPPED]
APPROVALS = [workflow for workflow in SHIPPED if workflow.kind is WorkflowKind.APPROVAL]
CHINESE = re.compile(r"[一-鿿]")

# Section 0, approval limits: level by level, the bound in yuan, then the stages in order.
LIMITS = {
    "credit_application": [
        (100_000, "RKM+FS > GM_DELEGATE"),
        (500_000, "NKM+FS > FD"),
        (2_000_000, "SD+FD"),
        (None, "GM"),
    ],
    "credit_temporary_raise": [
        (100_000, "RKM+FS"),
        (100_000, "RKM+FS > GM_DELEGATE"),
        (500_000, "NKM+FD"),
        (500_000, "NKM+FS > FD"),
        (2_000_000, "SD+FD"),
        (None, "GM"),
    ],
    "order_release": [(50_000, "NKM+FS"), (300_000, "SD+FD"), (None, "GM")],
    "contract_cost_rate": [(None, "NKM"), (None, "SD+FD"), (None, "GM")],
    "agreement_approval": [(None, "NKM"), (None, "SD+FD"), (None, "GM")],
    "spend_request": [(20_000, "RKM"), (100_000, "NKM"), (500_000, "SD"), (None, "SD+FD+GM")],
    "quotation": [(None, "CM/AKM"), (None, "NKM"), (None, "SD+FD")],
    "price_exception": [(None, "CM/AKM"), (None, "NKM"), (None, "SD+FD")],
    "rejection_decision": [(1_000, "AKM"), (10_000, "RKM+LOG"), (None, "NKM+FD")],
    "write_off": [(500, "FS"), (5_000, "FD"), (None, "GM")],
}
# Section 2: step, roles, time allowed (working days, hours, minutes).
STEPS = {
    "credit_application": """CL-1 REQUESTER -|CL-2 AR 1wd|CL-3 AR 1wd|CL-4 AKM 1wd|CL-4R RKM 1wd|CL-5 KAD 1wd
        CL-5C KAD -|CL-6 FS 1wd|CL-6F FD 1wd|CL-7 limits 2wd|CL-8 AR -|CL-9 AR -""",
    "credit_temporary_raise": "CL-1 REQUESTER -|CL-6 FS 4h|CL-7 limits 4h|CL-8 AR -",
    "agreement_approval": """AG-7 REQUESTER -|AG-8L LEG 3wd|AG-8F FS 3wd|AG-8G LOG 3wd|AG-8K KAD 3wd
        AG-9 limits 2wd|AG-10 SEA 1wd""",
    "agreement_signing": """AG-1 CM+RKM+BO 1wd|AG-2 - 2wd|AG-3 DA+CTM+LEG+AR 5wd|AG-4 - -|AG-5 - -|AG-6 NKM -
        AG-7 - 1wd|AG-8 LEG+FS+LOG+KAD 3wd|AG-9 NKM+SD+FD+GM 2wd|AG-10 SEA 1wd|AG-11 - 15wd|AG-12 HCS+AR 3wd
        AG-13 - 5wd|AG-14 SEA 10wd""",
    "rejection_decision": "RJ-2 REQUESTER -|RJ-3 limits 60m",
    "rejection": """RJ-1 CAR 15m|RJ-2 REP 30m|RJ-3 AKM -|RJ-4 CAR+REP -|RJ-5 LOG -|RJ-6 LOG -|RJ-7 OC+AR 1wd
        RJ-8 LOG+FS 3wd|RJ-9 - -""",
    "order_refusal": "OR-1 OC 2h|OR-2 OC+AKM 4h|OR-3 - -",
    "order_processing": """OP-1 OC 2h|OP-2 OC 2h|OP-3 AKM+CM 4h|OP-4 AR -|OP-5 SP+OC -|OP-6 OC -|OP-7 LOG -|OP-8 LOG -
        OP-9 CAR+REP -|OP-10 CAR+OC -|OP-11 OC -|OP-12 AR -|OP-13 - -""",
    "quotation": """QT-1 REQUESTER -|QT-2 CTS+DA 1wd|QT-3 REQUESTER -|QT-4 DA+AR 1wd|QT-5 KAD 1wd|QT-5C KAD 1wd
        QT-6 limits 1wd|QT-7 REQUESTER -|QT-8 - -|QT-9 HCS -|QT-10 HCS -|QT-11 OC+AR -""",
}
# Deadlines in words, exactly as the calendar of recurring steps says them.
FALL_DUE = {
    "KW-1": "31 Oct Y-1",
    "KW-2": "Draft 30 Nov, final 31 Dec Y-1",
    "KW-3": "31 Mar Y",
    "KW-4": "31 Jan, refreshed each quarter",
    "KW-5": "45 days before the quarter",
    "KW-6": "25th",
    "KW-7": "1st and 16th",
    "KW-8": "Monday 10:00",
    "KW-9": "Daily",
    "KW-10": "Daily",
    "KW-11": "By the chain's statement day + 3 working days",
    "KW-12": "M+5",
    "KW-13": "M+5",
    "KW-14": "Quarterly for A, half-yearly for B",
    "KW-15": "Tuesday",
    "KW-16": "20 Jan Y+1",
}


def stages(level):
    return " > ".join(("/" if stage.any_of else "+").join(stage.roles) for stage in level.stages)


def time_allowed(step):
    allowed = step.allowance
    parts = ((allowed.working_days, "wd"), (allowed.hours, "h"), (allowed.minutes, "m"))
    return "".join(f"{number}{unit}" for number, unit in parts if number) or "-"


def who(step):
    return "limits" if step.by_limits else "+".join(step.roles) or "-"


@pytest.mark.parametrize(("code", "levels"), LIMITS.items())
def test_the_limits_are_those_of_the_table(code, levels):
    found = workflows.shipped(code).limits.levels
    assert [(level.up_to_minor and level.up_to_minor // 100, stages(level)) for level in found] == levels


@pytest.mark.parametrize(("code", "table"), STEPS.items())
def test_the_steps_are_those_of_the_table(code, table):
    rows = [" ".join(row.split()) for row in re.split(r"\||\n", table)]
    assert [f"{step.id} {who(step)} {time_allowed(step)}" for step in workflows.shipped(code).steps] == rows


def test_the_recurring_steps_fall_due_as_the_table_says():
    assert {step.id: step.due_en for step in workflows.shipped("ka_work_cycle").steps} == FALL_DUE


def test_the_spend_request_takes_five_working_days_on_its_whole_route():
    steps = [step.allowance for step in workflows.shipped("spend_request").steps]
    assert sum(one.working_days for one in steps) * 8 + sum(one.hours for one in steps) <= 5 * 8


def test_the_visit_has_sixteen_steps_of_which_one_may_be_skipped():
    steps = workflows.shipped("daily_visit").steps
    assert [step.id for step in steps] == [f"DV-{number}" for number in range(1, 17)]
    assert [step.id for step in steps if step.optional] == ["DV-2"]


@pytest.mark.parametrize("workflow", SHIPPED, ids=lambda workflow: workflow.code)
def test_every_shipped_workflow_is_fit_and_comes_back_as_it_was_written(workflow):
    written = write_workflow(workflow)
    assert not workflows.check(written, code=workflow.code)
    assert read_workflow(written) == workflow
    assert workflow.is_default
    assert workflow.control.code
    assert workflow.control.version == workflow.version == "A/1"


@pytest.mark.parametrize("workflow", SHIPPED, ids=lambda workflow: workflow.code)
def test_what_is_said_in_one_language_is_said_in_the_other(workflow):
    for part in (workflow, workflow.control, *workflow.steps, *workflow.fields):
        for field in fields(part):
            if field.name.endswith("_zh"):
                zh, en = getattr(part, field.name), getattr(part, f"{field.name[:-3]}_en")
                assert bool(zh) == bool(en), (part, field.name)
                assert not CHINESE.search(en), en
                assert not zh or CHINESE.search(zh) or not re.search(r"[a-z]{3}", zh), zh


@pytest.mark.parametrize("workflow", APPROVALS, ids=lambda workflow: workflow.code)
def test_in_no_approval_the_requester_decides(workflow):
    deciding = [step for step in workflow.steps if step.mode is Mode.DECIDE]
    assert deciding
    assert all("REQUESTER" not in step.roles for step in deciding)


@pytest.mark.django_db
def test_money_limits_are_examples_until_the_company_accepts_them():
    day = date(2026, 7, 1)
    waiting = {code for code in definitions.declared() if definitions.in_force(code, as_of=day).needs_acceptance}
    assert waiting == {
        "credit_application",
        "credit_temporary_raise",
        "spend_request",
        "order_release",
        "rejection_decision",
        "write_off",
    }
    content = write_workflow(workflows.shipped("write_off"))
    code = definitions.rule_set_code("write_off")
    keep_rule_set(code, content=content, starts_on=day, by=None, now=NOW, reason="accepted")
    kept = definitions.in_force("write_off", as_of=day)
    assert not kept.needs_acceptance
    assert kept.number == 1


@pytest.mark.django_db
def test_a_workflow_that_is_not_fit_is_refused_with_what_to_do():
    content = write_workflow(workflows.shipped("write_off"))
    content["limits"]["levels"][1]["up_to_minor"] = 100
    content["code"] = "something_else"
    with pytest.raises(UnableToKeep) as refusal:
        keep_rule_set(
            definitions.rule_set_code("write_off"),
            content=content,
            starts_on=date(2026, 7, 1),
            by=None,
            now=NOW,
            reason="",
        )
    assert {problem.code for problem in refusal.value.problems} == {"CODE_CHANGED", "BOUNDS_FALL"}


def test_every_fault_is_said_in_a_sentence():
    text = Path(workflow_faults.__file__).read_text(encoding="utf-8")
    codes = set(re.findall(r'Fault\("([A-Z_]+)"', text)) | {"UNREADABLE", "CODE_CHANGED"}
    assert codes == set(ERRORS)


def test_a_step_that_the_requester_would_decide_is_refused_in_words():
    workflow = workflows.shipped("write_off")
    deciding = next(step for step in workflow.steps if step.mode is Mode.DECIDE)
    asked = replace(deciding, by_limits=False, roles=("FUNCTIONAL",))
    found = workflow_faults.faults_of(replace(workflow, limits=None, steps=(asked,)))
    assert [(fault.code, fault.where) for fault in found] == [("ROLE_CANNOT_DECIDE", deciding.id)]
    assert deciding.id in ERRORS["ROLE_CANNOT_DECIDE"] % {"where": deciding.id}


def spoilt(*path, value):
    """Write the spend request with one place of it spoilt."""
    content = json.loads(json.dumps(write_workflow(workflows.shipped("spend_request"))))
    place = content
    for key in path[:-1]:
        place = place[key]
    place[path[-1]] = value
    return content


@pytest.mark.parametrize(
    ("path", "value", "code"),
    [
        (("limits", "levels", 0, "up_to_minor"), 0, "BOUND_NOT_POSITIVE"),
        (("limits", "levels", 0, "up_to_minor"), -1, "BOUND_NOT_POSITIVE"),
        (("limits", "levels", 0, "up_to_minor"), 20000.5, "UNREADABLE"),
        (("limits", "levels", 1, "up_to_minor"), 2_000_000, "BOUNDS_FALL"),
        (("limits", "levels", 1, "stages", 0, "roles"), ["ASS"], "LARGER_GOES_LOWER"),
        (("limits", "currency"), "???", "CURRENCY_UNKNOWN"),
        (("steps", 1, "allowance"), {"working_days": -1}, "DEADLINE_OUT_OF_RANGE"),
        (("steps", 1, "allowance"), {"hours": 10**9}, "DEADLINE_OUT_OF_RANGE"),
        (("steps", 1, "id"), "X" * 33, "TOO_LONG"),
        (("steps", 1, "name_zh"), "长" * 121, "TOO_LONG"),
        (("steps", 1, "name_zh"), "核\x00对", "UNREADABLE"),
        (("steps", 1, "roles"), ["BOSS"], "ROLE_UNKNOWN"),
        (("limits", "extras", 0, "when", 0, "value"), "number:NaN", "UNREADABLE"),
    ],
)
def test_what_would_break_requests_later_is_refused_when_it_is_kept(path, value, code):
    found = {problem.code for problem in workflows.check(spoilt(*path, value=value), code="spend_request")}
    assert code in found
    assert found <= set(ERRORS)
