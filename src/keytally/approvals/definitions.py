"""Which workflows are in force on a day, and has the company accepted their money limits?

Each workflow is a rule set of core, `approvals.workflow.<code>`, whose content is what `rules.workflow_data` writes.
`workflows` declares the shipped ones; a company keeps versions of its own, and keeping the shipped one as it stands is
how its limits are accepted.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING

from keytally.approvals.rules.workflow import Workflow, WorkflowKind
from keytally.approvals.rules.workflow_data import read_workflow
from keytally.core.rule_sets import RuleSet, rule_set_in_force, rule_sets_in_force, used_rule_set

if TYPE_CHECKING:
    from keytally.core.models import RuleSetVersion

PREFIX = "approvals.workflow."


class UnknownWorkflow(LookupError):
    """No workflow of that code is declared."""


@dataclass(frozen=True, slots=True)
class InForce:
    """A workflow as it stands on a day, and whether the company kept it itself."""

    workflow: Workflow
    is_default: bool
    number: int

    @property
    def needs_acceptance(self) -> bool:
        """Tell whether nobody has accepted or replaced its money limits yet."""
        limits = self.workflow.limits
        return self.is_default and limits is not None and limits.names_money


_codes: dict[str, None] = {}
_read: dict[str, Workflow] = {}


def declare(code: str) -> str:
    """Make a workflow known; answers the code of its rule set, which `workflows` registers with core."""
    _codes[code] = None
    return rule_set_code(code)


def rule_set_code(code: str) -> str:
    """Name the rule set of a workflow."""
    return f"{PREFIX}{code}"


def declared() -> tuple[str, ...]:
    """List the codes of every workflow, in the order they were declared."""
    return tuple(_codes)


def in_force(code: str, *, as_of: date) -> InForce:
    """Read the workflow in force on a day, or raise `UnknownWorkflow`."""
    if code not in _codes:
        raise UnknownWorkflow(code)
    return _shown(rule_set_in_force(rule_set_code(code), as_of=as_of))


def approvals_in_force(*, as_of: date) -> Mapping[str, InForce]:
    """Read every workflow that people decide, by its code."""
    found = every_in_force(as_of=as_of)
    return {code: known for code, known in found.items() if known.workflow.kind is WorkflowKind.APPROVAL}


def every_in_force(*, as_of: date) -> Mapping[str, InForce]:
    """Read every workflow in force on a day by its code, in one query."""
    known = rule_sets_in_force([rule_set_code(code) for code in _codes], as_of=as_of)
    return {code: _shown(known[rule_set_code(code)]) for code in _codes}


def used(code: str, *, as_of: date, now: datetime) -> "RuleSetVersion":
    """Find the row that a request points at for as long as it runs."""
    return used_rule_set(rule_set_code(code), as_of=as_of, now=now)


def workflow_of(version: "RuleSetVersion") -> Workflow:
    """Read the workflow that a request began with."""
    return _parsed(version.sha256, version.content)


def _shown(known: RuleSet) -> InForce:
    return InForce(_parsed(known.sha256, known.content), is_default=known.is_default, number=known.number)


def _parsed(sha256: str, content: Mapping[str, object]) -> Workflow:
    """Read each text once; a workflow that was kept never changes."""
    if sha256 not in _read:
        _read[sha256] = read_workflow(content)
    return _read[sha256]
