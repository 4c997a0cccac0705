"""Let cases wait for their people on Today, or no longer: an item for each line, however many at once."""

from collections.abc import Collection
from datetime import UTC, datetime, time
from typing import TYPE_CHECKING

from keytally.core.templatetags.keytally import money
from keytally.reconciliation import queries
from keytally.reconciliation.models import Reconciliation, ResidualCase
from keytally.worklist import services as worklist

if TYPE_CHECKING:
    from keytally.core.models import User

RESIDUAL, DEDUCTION = "residual", "deduction"
"""Kinds of work: a line to explain, and a deduction to answer that no document of ours explains."""

UNKNOWN = "DEDUCTION_UNKNOWN"
_REASONS = {RESIDUAL: "EXPLAIN", DEDUCTION: "ANSWER"}
ENDS_AT = time(10)
"""A deadline is a day; it ends at six in the evening in the company's zone (UTC+8)."""


def wait(cases: Collection[ResidualCase], found: Reconciliation, *, now: datetime) -> None:
    """Let the cases that are open and somebody's wait for that person, each as what its line is now."""
    waiting = [one for one in cases if one.state == ResidualCase.State.OPEN]
    for kind in (RESIDUAL, DEDUCTION):
        mine = [one for one in waiting if kind_of(one) == kind]
        items = [_item(one, found, owner=one.assignee, kind=kind) for one in mine if one.assignee is not None]
        worklist.open_items(items, kind=kind, now=now)
        other = DEDUCTION if kind == RESIDUAL else RESIDUAL
        worklist.close_items([one.subject for one in items], kind=other, now=now, is_dropped=True)


def stop_waiting(
    cases: Collection[ResidualCase], *, now: datetime, by: "User | None" = None, is_dropped: bool = False
) -> int:
    """Let cases wait for nobody any more; answer how many items ended."""
    subjects = [queries.subject_of_case(one.pk) for one in cases]
    return sum(
        worklist.close_items(subjects, kind=kind, now=now, by=by, is_dropped=is_dropped)
        for kind in (RESIDUAL, DEDUCTION)
    )


def kind_of(case: ResidualCase) -> str:
    """Say which kind of work a case is."""
    return DEDUCTION if case.line_class == UNKNOWN else RESIDUAL


def _item(case: ResidualCase, found: Reconciliation, *, owner: "User", kind: str) -> worklist.NewItem:
    """Word an item; it carries where its line is, so that a long list asks no database for each address."""
    currency = case.currency or "CNY"
    return worklist.NewItem(
        subject=queries.subject_of_case(case.pk),
        owner=owner,
        deadline=datetime.combine(case.deadline, ENDS_AT, UTC) if case.deadline else None,
        reason_code=_REASONS[kind],
        parameters={
            "line": case.line_words,
            "name": found.name,
            "amount": f"{money(abs(case.amount_minor), currency)} {currency}",
            "address": [found.pk, case.side, case.line_id],
        },
    )
