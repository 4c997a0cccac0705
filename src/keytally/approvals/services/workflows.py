"""Writes of workflows: a company accepts the money limits as they stand, or keeps a version of its own."""

from collections.abc import Collection
from dataclasses import replace
from datetime import date, datetime
from typing import TYPE_CHECKING

from django.db import transaction

from keytally.approvals import definitions
from keytally.approvals.rules.workflow import Workflow
from keytally.approvals.rules.workflow_data import write_workflow
from keytally.core.clock import business_date
from keytally.core.rule_sets import keep_rule_set

if TYPE_CHECKING:
    from keytally.core.models import RuleSetVersion, User

ACCEPTED = "limits accepted as they stand"


@transaction.atomic
def accept_limits(codes: Collection[str], *, by: "User | None", now: datetime) -> "list[RuleSetVersion]":
    """Accept keytally's example limits as they stand, from today on; what was accepted before is left alone."""
    day = business_date(now)
    waiting = [code for code in codes if definitions.in_force(code, as_of=day).needs_acceptance]
    return [
        keep_workflow(definitions.in_force(code, as_of=day).workflow, starts_on=day, by=by, now=now, reason=ACCEPTED)
        for code in waiting
    ]


@transaction.atomic
def keep_workflow(
    workflow: Workflow, *, starts_on: date, by: "User | None", now: datetime, reason: str
) -> "RuleSetVersion":
    """Keep a version that takes effect on a day, or raise `UnableToKeep`; requests that run stay on theirs."""
    own = replace(workflow, is_default=False)
    return keep_rule_set(
        definitions.rule_set_code(workflow.code),
        content=write_workflow(own),
        starts_on=starts_on,
        by=by,
        now=now,
        reason=reason,
    )
