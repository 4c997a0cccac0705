"""Cases after a run: what was said of a line stays with it, and what its line is now is read from the run."""

from collections.abc import Iterable
from datetime import datetime

from django.db import transaction

from keytally.reconciliation import queries
from keytally.reconciliation.engine.results import Residual, Side
from keytally.reconciliation.models import ResidualCase
from keytally.reconciliation.services.deductions import OPENED
from keytally.reconciliation.services.explained import restate
from keytally.reconciliation.services.waiting import UNKNOWN, stop_waiting, wait

GONE = "residual.gone"
"""What was done last to a case whose line a run no longer leaves open."""
CASES_AT_ONCE = 500
_OVER = ("", "MATCHED", "CANCELLED")
_FIELDS = ("line_class", "currency", "amount_minor", "state", "last_action", "changed_at", "version")


@transaction.atomic
def bring_up_to_date(number: int, *, now: datetime) -> None:
    """Let every case of a reconciliation say what its line is in the run that is shown.

    One whose line is gone or explained is done and waits for nobody; should the line come back, it waits again.
    """
    found = queries.reconciliation_for_update(number)
    if found.is_signed:
        return
    cases = list(queries.cases_of(number))
    lines = queries.lines_by_id(found, [case.line_id for case in cases]) if cases else {}
    changed = [case for case in cases if _follow(case, lines.get((Side(case.side), case.line_id)), now=now)]
    ResidualCase.objects.bulk_update(changed, _FIELDS, batch_size=CASES_AT_ONCE)
    over = [case for case in changed if case.state != ResidualCase.State.OPEN]
    stop_waiting(over, now=now, is_dropped=True)
    wait([case for case in changed if case.state == ResidualCase.State.OPEN], found, now=now)
    restate(found)


def _follow(case: ResidualCase, line: Residual | None, *, now: datetime) -> bool:
    """Write into a case what its line is now; answer whether anything changed."""
    before, state = _facts(case), ResidualCase.State
    case.line_class = line.line_class if line else ""
    if line is not None:
        case.currency, case.amount_minor = line.currency or "", line.amount_minor
    is_over = case.line_class in _OVER or (case.last_action == OPENED and case.line_class != UNKNOWN)
    if case.state == state.OPEN and is_over:
        _turn(case, state.DONE, action=GONE, now=now)
    elif case.state == state.DONE and case.last_action == GONE and not is_over:
        _turn(case, state.OPEN, action=OPENED if case.line_class == UNKNOWN else "residual.open", now=now)
    return _facts(case) != before


def _turn(case: ResidualCase, state: ResidualCase.State, *, action: str, now: datetime) -> None:
    case.state, case.last_action, case.changed_at, case.version = state, action, now, case.version + 1


def _facts(case: ResidualCase) -> Iterable[object]:
    return (case.line_class, case.currency, case.amount_minor, case.state)
