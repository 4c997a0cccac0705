"""Reads of workflows: those in force, their versions, and what runs on them."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from django.db.models import Count

from keytally.approvals import definitions
from keytally.approvals.definitions import InForce, UnknownWorkflow
from keytally.approvals.models import Request
from keytally.approvals.rules.workflow import Workflow
from keytally.approvals.rules.workflow_data import read_workflow
from keytally.core.rule_sets import RuleSet, history, rule_set_in_force, shipped_rule_set

if TYPE_CHECKING:
    from keytally.core.models import RuleSetVersion

# Later than anything a company would keep.
END_OF_TIME = date(9999, 1, 1)


@dataclass(frozen=True, slots=True)
class Version:
    """A version of a workflow that was kept, and whether it is the one in force."""

    row: "RuleSetVersion"
    is_in_force: bool


def every_workflow(*, as_of: date) -> Mapping[str, InForce]:
    """Read every workflow in force on a day, in the order of the work."""
    return definitions.every_in_force(as_of=as_of)


def to_accept(*, as_of: date) -> list[InForce]:
    """List the workflows whose money limits nobody has accepted or replaced."""
    return [found for found in every_workflow(as_of=as_of).values() if found.needs_acceptance]


def latest(code: str) -> RuleSet:
    """Find the version that stands last, whether it is in force yet or not, or raise `UnknownWorkflow`."""
    _need(code)
    return rule_set_in_force(definitions.rule_set_code(code), as_of=END_OF_TIME)


def version(code: str, number: int) -> Workflow | None:
    """Read one version by its number; 0 is keytally's default."""
    _need(code)
    if not number:
        return read_workflow(shipped_rule_set(definitions.rule_set_code(code)).content)
    kept = {row.number: row for row in history(definitions.rule_set_code(code))}
    return definitions.workflow_of(kept[number]) if number in kept else None


def versions(code: str, *, as_of: date) -> list[Version]:
    """List what was kept of a workflow, newest first."""
    _need(code)
    number = rule_set_in_force(definitions.rule_set_code(code), as_of=as_of).number
    return [Version(row, row.number == number) for row in history(definitions.rule_set_code(code))]


def running_requests(code: str) -> list[tuple[str, int]]:
    """Count the requests that run or came back, by the version they began with."""
    rows = Request.objects.filter(kind=code, state__in=[Request.State.RUNNING, Request.State.RETURNED])
    counted = rows.values("rules_id").annotate(count=Count("pk")).order_by("rules_id")
    rules = {request.rules_id: request.rules for request in rows.select_related("rules")}
    return [(definitions.workflow_of(rules[row["rules_id"]]).version, row["count"]) for row in counted]


def _need(code: str) -> None:
    if code not in definitions.declared():
        raise UnknownWorkflow(code)
