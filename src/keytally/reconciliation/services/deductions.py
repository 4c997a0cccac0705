"""Let deductions without a document of ours wait for a person with a clock."""

from datetime import UTC, datetime, time, timedelta
from typing import TYPE_CHECKING

from django.db import transaction

from keytally.core.subjects import may_see
from keytally.reconciliation import queries
from keytally.reconciliation.engine.history import LeftLine, lines_of_classes
from keytally.reconciliation.models import Reconciliation, ResidualCase
from keytally.reconciliation.queries.settlement import chain_owner
from keytally.reconciliation.rule_data import deduction_days
from keytally.worklist import services as worklist

if TYPE_CHECKING:
    from keytally.core.models import User

WORK_KIND = "deduction"
UNKNOWN = "DEDUCTION_UNKNOWN"
ENDS_AT = time(10)
"""A clock ends at six in the evening in the company's zone (UTC+8)."""


@transaction.atomic
def open_deductions(number: int, *, now: datetime) -> int:
    """Give every deduction of a run that no document explains an owner and a deadline; answer how many wait."""
    found = queries.reconciliation_for_update(number)
    lines = [line for line in lines_of_classes(queries.pages_folder(found), {UNKNOWN}) if line.side == "theirs"]
    owner = _owner(found, now=now)
    waiting = [case for case in (_case(found, line, owner=owner, now=now) for line in lines) if _waits(case)]
    subject = queries.subject_of(number)
    if not waiting:
        worklist.close_item(kind=WORK_KIND, subject=subject, now=now)
        return 0
    deadline = min((case.deadline for case in waiting if case.deadline), default=None)
    worklist.open_item(
        kind=WORK_KIND,
        subject=subject,
        owner=owner,
        deadline=datetime.combine(deadline, ENDS_AT, UTC) if deadline else None,
        reason_code="ANSWER",
        parameters={"name": found.name, "lines": len(waiting)},
        now=now,
    )
    return len(waiting)


def _owner(found: Reconciliation, *, now: datetime) -> "User":
    """Choose who keeps the chain, if they may see the reconciliation, else whose reconciliation it is."""
    keeper = chain_owner(found.account) if found.account else None
    sees = keeper is not None and may_see(keeper, subject=queries.subject_of(found.pk), as_of=now.date())
    return keeper if keeper is not None and sees else found.owner


def _case(found: Reconciliation, line: LeftLine, *, owner: "User", now: datetime) -> ResidualCase:
    """Find the case of a line, or open one with its clock; what a person set stays."""
    case, _is_new = ResidualCase.objects.get_or_create(
        reconciliation=found,
        side=line.side,
        line_id=line.id,
        defaults={
            "line_class": line.line_class,
            "currency": line.currency,
            "amount_minor": line.difference_minor,
            "line_words": " · ".join(part for part in (line.doc_no, line.store) if part)[:200],
            "assignee": owner,
            "deadline": now.date() + timedelta(days=deduction_days(as_of=now.date())),
            "opened_at": now,
            "changed_at": now,
            "changed_by": found.owner,
            "last_action": "residual.assign",
        },
    )
    return case


def _waits(case: ResidualCase) -> bool:
    return case.state == ResidualCase.State.OPEN
