"""Let deductions without a document of ours wait for a person, line by line, with a clock."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

from django.db import transaction

from keytally.core.clock import business_date
from keytally.core.subjects import may_see
from keytally.reconciliation import queries
from keytally.reconciliation.engine.history import LeftLine, lines_of_classes
from keytally.reconciliation.models import Reconciliation, ResidualCase
from keytally.reconciliation.queries.settlement import chain_owner
from keytally.reconciliation.rule_data import deduction_days
from keytally.reconciliation.services.lines import MOST_WORDS
from keytally.reconciliation.services.waiting import UNKNOWN, wait

if TYPE_CHECKING:
    from keytally.core.models import User

OPENED = "residual.deduction"
"""What was done last to a case that a run opened and nobody touched."""
ASSIGNED = "residual.assign"
CASES_AT_ONCE = 500


@transaction.atomic
def open_deductions(number: int, *, now: datetime) -> int:
    """Give every deduction of a run that no document explains an owner and a deadline; answer how many wait.

    The same line keeps its case and its item; what a person set stays.
    """
    found = queries.reconciliation_for_update(number)
    if found.is_signed:
        return 0
    lines = [line for line in lines_of_classes(queries.pages_folder(found), {UNKNOWN}) if line.side == "theirs"]
    known = set(queries.cases_of(number).filter(side="theirs").values_list("line_id", flat=True))
    new = [line for line in lines if line.id not in known]
    if new:
        duty = _duty(found, now=now)
        made = [_case(found, line, duty=duty, now=now) for line in new]
        ResidualCase.objects.bulk_create(made, batch_size=CASES_AT_ONCE)
    waiting = list(queries.cases_of(number).filter(line_class=UNKNOWN, state=ResidualCase.State.OPEN))
    _give(found, [case for case in waiting if _is_nobodys(case)], now=now)
    wait(waiting, found, now=now)
    return sum(case.assignee is not None for case in waiting)


def _give(found: Reconciliation, cases: Sequence[ResidualCase], *, now: datetime) -> None:
    """Give lines that somebody wrote about, but nobody looks after, an owner and a clock as well."""
    owner, deadline = _duty(found, now=now) if cases else (None, None)
    for case in cases:
        case.assignee, case.deadline = owner, deadline
    ResidualCase.objects.bulk_update(cases, ["assignee", "deadline"], batch_size=CASES_AT_ONCE)


def _is_nobodys(case: ResidualCase) -> bool:
    """Tell whether a case has no one because nobody ever chose; who gave it to nobody meant that."""
    return case.assignee is None and case.last_action != ASSIGNED


def words_of(line: LeftLine) -> str:
    """Name a deduction by what people know it by."""
    return " · ".join(part for part in (line.doc_no or line.order_no, line.store) if part)[:MOST_WORDS]


def _owner(found: Reconciliation, *, now: datetime) -> "User":
    """Choose who keeps the chain, if they may see the reconciliation, else whose reconciliation it is."""
    keeper = chain_owner(found.account) if found.account else None
    sees = keeper is not None and may_see(keeper, subject=queries.subject_of(found.pk), as_of=business_date(now))
    return keeper if keeper is not None and sees else found.owner


def _duty(found: Reconciliation, *, now: datetime) -> "tuple[User, date]":
    """Say who answers a deduction that a run found, and until when."""
    today = business_date(now)
    return _owner(found, now=now), today + timedelta(days=deduction_days(as_of=today))


def _case(found: Reconciliation, line: LeftLine, *, duty: "tuple[User, date]", now: datetime) -> ResidualCase:
    return ResidualCase(
        reconciliation=found,
        side=line.side,
        line_id=line.id,
        line_class=line.line_class,
        currency=line.currency,
        amount_minor=line.difference_minor,
        line_words=words_of(line),
        assignee=duty[0],
        deadline=duty[1],
        opened_at=now,
        changed_at=now,
        changed_by=found.owner,
        last_action=OPENED,
    )
