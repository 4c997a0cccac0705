"""The workflows that keytally ships, one TOML file each: defaults that a company replaces, or accepts, from a date on.

Sections 0 and 2 of the default workflows; rows Q11 to Q18, O01, Q26.
"""

import tomllib
from collections.abc import Collection, Iterator, Mapping
from functools import cache
from importlib.resources import files
from typing import Any

from keytally.approvals.definitions import declare
from keytally.approvals.rules.workflow import Workflow
from keytally.approvals.rules.workflow_data import UnreadableWorkflow, read_workflow, write_workflow
from keytally.approvals.rules.workflow_faults import faults_of
from keytally.approvals.workflows.words import ERRORS, label
from keytally.core.rule_sets import Content, Problem, register_rule_set

# In the order of the work; the code is the name of the file.
SHIPPED = (
    "ka_work_cycle",
    "credit_application",
    "credit_temporary_raise",
    "agreement_signing",
    "agreement_approval",
    "contract_cost_rate",
    "spend_request",
    "order_processing",
    "order_release",
    "order_refusal",
    "rejection",
    "rejection_decision",
    "daily_visit",
    "quotation",
    "price_exception",
    "walk_away",
    "write_off",
    "document_signoff",
)


@cache
def shipped(code: str) -> Workflow:
    """Read a workflow as keytally ships it."""
    text = files(__package__).joinpath(f"{code}.toml").read_text(encoding="utf-8")
    return read_workflow(tomllib.loads(text))


def check(content: Content, *, code: str = "") -> Collection[Problem]:
    """List what makes a kept workflow unfit; `code` is the one it must keep."""
    try:
        workflow = read_workflow(content)
    except UnreadableWorkflow as fault:
        return [Problem(fault.where, "UNREADABLE", {"where": fault.where, "fault": fault.fault})]
    return [*_of_code(workflow, code), *_of_rules(workflow)]


def register() -> None:
    """Make every shipped workflow known to core as dated rules."""
    for code in SHIPPED:
        register_rule_set(
            declare(code),
            label=label(code),
            default=_default(code),
            check=_check_of(code),
            errors=ERRORS,
        )


def _default(code: str) -> Any:  # noqa: ANN401 - a function that answers plain data
    return lambda: _plain(code)


@cache
def _plain(code: str) -> Mapping[str, Any]:
    return write_workflow(shipped(code))


def _check_of(code: str) -> Any:  # noqa: ANN401 - a check of rule_sets
    return lambda content: check(content, code=code)


def _of_code(workflow: Workflow, code: str) -> Iterator[Problem]:
    if code and workflow.code != code:
        yield Problem("workflow.code", "CODE_CHANGED", {"code": code})


def _of_rules(workflow: Workflow) -> Iterator[Problem]:
    for fault in faults_of(workflow):
        yield Problem(fault.where, fault.code, {"where": fault.where, "detail": fault.detail})
