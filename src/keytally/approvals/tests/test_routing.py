"""The tables of docs/rules/approvals.md, row by row."""

from decimal import Decimal

import pytest

from keytally.approvals.rules.routing import Question, route
from keytally.approvals.rules.workflow import Mode
from keytally.approvals.rules.workflow_data import read_workflow, write_workflow
from keytally.approvals.rules.workflow_faults import faults_of
from keytally.approvals.tests import definitions as given
from keytally.approvals.tests.definitions import PERSON, POSITION, company
from keytally.kernel.money import Money

ROLE_OF = {number: role for role, number in PERSON.items()}


def ask(workflow, amount=None, *, by="REP", position=None, about="REP", organisation=None, **facts):
    question = Question(
        requester=PERSON[by],
        position=position or POSITION[by],
        subject_position=POSITION[about],
        amount=None if amount is None else Money.of(amount, "CNY"),
        facts=facts,
    )
    return route(workflow, question, organisation=organisation or company())


def decided(found):
    """Write the decisions as the tables do: steps by commas, side by side by plus signs."""
    assert found.stands, found.refusals
    steps = [step for step in found.steps if step.mode is Mode.DECIDE]
    return ", ".join(
        " + ".join("/".join(sorted(ROLE_OF.get(person, str(person)) for person in slot.people)) for slot in step.slots)
        for step in steps
    )


@pytest.mark.parametrize("workflow", given.EVERY, ids=lambda workflow: workflow.code)
def test_the_limits_of_section_0_are_fit_for_use(workflow):
    assert faults_of(workflow) == ()
    assert read_workflow(write_workflow(workflow)) == workflow


@pytest.mark.parametrize(
    ("workflow", "amount", "facts", "expected"),
    [
        (given.CREDIT, "100000", {"tier": "A"}, "AKM, RKM + FS, GM"),
        (given.CREDIT, "100000.01", {"tier": "A"}, "AKM, RKM, NKM + FS, FD"),
        (given.CREDIT, "2000000", {"tier": "B"}, "AKM, RKM, FS, SD + FD"),
        (given.CREDIT, "2000000.01", {"tier": "B"}, "AKM, RKM, FS, GM"),
        (given.SPEND, "20000", {}, "RKM"),
        (given.SPEND, "20000", {"over_budget": True}, "RKM + FD"),
        (given.SPEND, "20000", {"urgent": True}, "NKM"),
        (given.SPEND, "20000", {"urgent": True, "over_budget": True}, "NKM + FD"),
        (given.SPEND, "500000", {}, "SD"),
        (given.SPEND, "500000.01", {"over_budget": True}, "SD + FD + GM"),
        (given.SPEND, "500000.01", {"urgent": True}, "SD + FD + GM"),
        (given.RELEASE, "50000", {"days_overdue": 7}, "NKM + FS"),
        (given.RELEASE, "50000", {"days_overdue": 8}, "SD + FD"),
        (given.RELEASE, "300000.01", {"days_overdue": 0}, "GM"),
        (given.WRITE_OFF, "500", {}, "FS"),
        (given.WRITE_OFF, "500.01", {}, "FD"),
        (given.WRITE_OFF, "5000.01", {}, "GM"),
        (given.REJECTION, "1000", {}, "AKM"),
        (given.REJECTION, "1000.01", {}, "RKM + LOG"),
        (given.REJECTION, "10000.01", {}, "NKM + FD"),
        (given.QUOTATION, None, {"price": "GUIDE"}, "AKM/CM"),
        (given.QUOTATION, None, {"price": "FLOOR"}, "NKM"),
        (given.QUOTATION, None, {"price": "LOW"}, "SD + FD"),
        (given.COST_RATE, None, {"points_above": 0}, "NKM"),
        (given.COST_RATE, None, {"points_above": Decimal("0.5")}, "SD + FD"),
        (given.COST_RATE, None, {"points_above": Decimal("0.51")}, "GM"),
    ],
)
def test_the_limits_say_who_decides(workflow, amount, facts, expected):
    assert decided(ask(workflow, amount, **facts)) == expected


def test_kad_is_consulted_on_credit_for_tiers_a_and_b_and_informed_for_c():
    of_b = ask(given.CREDIT, "1000", tier="B")
    of_c = ask(given.CREDIT, "1000", tier="C")
    assert {step.step: step.mode for step in of_b.steps}["CL-5"] is Mode.CONSULT
    assert {step.step: step.mode for step in of_c.steps}["CL-5c"] is Mode.INFORM
    assert "CL-5" not in {step.step for step in of_c.steps}
    kad = next(step for step in of_b.steps if step.step == "CL-5")
    assert {ROLE_OF[person] for person in kad.slots[0].people} == {"NKM", "CM"}


def test_what_the_requester_fills_in_is_done_by_submitting_and_what_follows_the_decision_follows():
    found = ask(given.CREDIT, "1000", tier="B")
    assert [step.step for step in found.steps if step.by_submitting] == ["CL-1"]
    assert [step.step for step in found.steps if step.follows] == ["CL-8"]


@pytest.mark.parametrize(
    ("without", "more", "by", "amount", "expected", "why"),
    [
        (["RKM"], [], "REP", "20000", "RM", "VACANT"),
        ([], [], "RKM", "20000", "RM", "REQUESTER_LEFT_OUT"),
        (["RKM", "RM"], [], "REP", "20000", "NKM", "UP_THE_LINE"),
        ([], [(99, "RKM", 999)], "RKM", "20000", "999", "REQUESTER_LEFT_OUT"),
        (["NKM", "SD"], [], "REP", "100000", "GM", "UP_THE_LINE"),
        ([], [], "SD", "100000", "GM", "REPORTS_LEFT_OUT"),
    ],
)
def test_where_nobody_is_left_it_goes_one_up(without, more, by, amount, expected, why):
    found = ask(given.SPEND, amount, by=by, about="REP", organisation=company(without=without, more=more))
    assert decided(found) == expected
    assert why in {reason.code for slot in found.decisions for reason in slot.reasons}


def test_the_general_manager_cannot_submit_what_only_they_could_decide():
    found = ask(given.SPEND, "20000", by="GM")
    assert [reason.code for reason in found.refusals] == ["NOBODY_DECIDES"]
    assert found.steps == ()


@pytest.mark.parametrize(
    ("without", "amount", "expected"),
    [
        (["LOG"], "5000", "RKM + SCH"),
        (["LOG", "SCH"], "5000", "RKM + GM"),
        (["LOG"], "50000", "NKM + FD"),
        (["LOG", "SCH"], "50000", "NKM + FD + GM"),
    ],
)
def test_a_vacancy_never_sends_a_larger_amount_lower(without, amount, expected):
    assert decided(ask(given.REJECTION, amount, organisation=company(without=without))) == expected


def test_one_person_with_several_roles_is_asked_once_and_last():
    small = company(held={"AKM": 500, "RKM": 500, "NKM": 500, "FS": 600, "FD": 600})
    found = ask(given.CREDIT, "300000", tier="A", organisation=small)
    assert decided(found) == "500, 600"
    assert {left.reason.code for left in found.left_out} == {"ASKED_LATER", "CONDITION_NOT_MET"}
    assert found.decisions[0].roles == ("NKM", "RKM", "AKM")


CONSENT = given.workflow("two_lines", given.step("TL-1", "FUNCTIONAL", Mode.CONSULT), given.step("TL-2", "GM"))


@pytest.mark.parametrize(
    ("dotted", "asked"),
    [
        (("RKM", "CM"), [("RKM",), ("CM",)]),
        (("RKM",), [("RKM",)]),
        (("RKM", "ASS"), [("RKM",)]),
        ((), []),
    ],
)
def test_each_dotted_line_is_asked_by_itself_and_a_vacant_one_is_not(dotted, asked):
    found = ask(CONSENT, by="AM", organisation=company(without=["ASS"], dotted={"AM": dotted}))
    consulted = [slot.people for step in found.steps if step.step == "TL-1" for slot in step.slots]
    assert consulted == [tuple(PERSON[role] for role in people) for people in asked]
    assert decided(found) == "GM"
    assert ("NOBODY_TO_CONSULT" in {left.reason.code for left in found.left_out}) == (not asked)


def test_who_may_not_log_in_is_passed_over_as_if_the_position_were_vacant():
    found = ask(given.SPEND, "20000", organisation=company(away_for_good=["RKM", "RM"]))
    assert decided(found) == "NKM"
    assert "VACANT" in {reason.code for slot in found.decisions for reason in slot.reasons}


def test_managers_are_those_of_the_requesters_own_line():
    assert decided(ask(given.SIGN_OFF, by="REP")) == "ASS, AM, GM"
    assert decided(ask(given.SIGN_OFF, by="SD")) == "GM"
    assert not ask(given.SIGN_OFF, by="GM").stands


@pytest.mark.parametrize(
    ("workflow", "amount", "facts", "code"),
    [
        (given.SPEND, None, {}, "AMOUNT_MISSING"),
        (given.SPEND, "0", {}, "AMOUNT_NOT_POSITIVE"),
        (given.CREDIT, "1", {}, "FACT_MISSING"),
        (given.CREDIT, "1", {"tier": "X"}, "FACT_MISSING"),
        (given.RELEASE, "1", {"days_overdue": "7"}, "FACT_MISSING"),
    ],
)
def test_a_request_that_says_too_little_has_no_route(workflow, amount, facts, code):
    assert [reason.code for reason in ask(workflow, amount, **facts).refusals] == [code]


def test_an_amount_of_another_currency_has_no_route():
    question = Question(PERSON["REP"], POSITION["REP"], POSITION["REP"], Money.of("1", "USD"), {})
    assert [why.code for why in route(given.SPEND, question, organisation=company()).refusals] == ["OTHER_CURRENCY"]


def test_a_position_that_is_not_held_has_no_route():
    refusals = ask(given.WRITE_OFF, "1", position=POSITION["SD"]).refusals
    assert [reason.code for reason in refusals] == ["POSITION_NOT_HELD"]
