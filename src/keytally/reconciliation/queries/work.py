"""What have people done on a reconciliation: decisions, cases, mended cells, runs, statements of account?"""

from collections.abc import Collection
from datetime import datetime

from django.db.models import Q, QuerySet

from keytally.reconciliation.mending import Mend
from keytally.reconciliation.models import (
    AccountStatement,
    Decision,
    Reconciliation,
    ReconciliationRun,
    ResidualCase,
    RowMend,
)


def standing_decisions(number: int) -> QuerySet[Decision]:
    """List the decisions of a reconciliation that nobody took back, the latest first."""
    return Decision.objects.filter(reconciliation=number, withdrawn_at=None).select_related("decided_by")


def all_decisions(number: int) -> QuerySet[Decision]:
    """List every decision, those taken back too, the latest first."""
    return Decision.objects.filter(reconciliation=number).select_related("decided_by", "withdrawn_by")


def decisions_about(number: int, line_ids: Collection[str]) -> QuerySet[Decision]:
    """List the standing decisions about some lines."""
    about = Q(ours_id__in=line_ids) | Q(theirs_id__in=line_ids)
    return standing_decisions(number).filter(about)


def latest_run(found: Reconciliation) -> ReconciliationRun | None:
    """Find the run whose result is shown."""
    if not found.run_number:
        return None
    return (
        ReconciliationRun.objects.select_related("started_by")
        .filter(reconciliation=found, number=found.run_number)
        .first()
    )


def runs_of(number: int) -> QuerySet[ReconciliationRun]:
    """List the runs of a reconciliation, the latest first."""
    return ReconciliationRun.objects.filter(reconciliation=number).select_related("started_by")


def waiting_changes(found: Reconciliation) -> int:
    """Count decisions, withdrawals and mended cells that the run on the screen does not know of yet."""
    run = latest_run(found)
    if run is None:
        return 0
    return _decided_since(found, run.began_at) + mends_of(found.pk).filter(mended_at__gte=run.began_at).count()


def _decided_since(found: Reconciliation, since: datetime) -> int:
    stands = Q(withdrawn_at=None, decided_at__gte=since)
    taken_back = Q(withdrawn_at__gte=since, decided_at__lt=since)
    return Decision.objects.filter(stands | taken_back, reconciliation=found).count()


def cases_of(number: int) -> QuerySet[ResidualCase]:
    """List the cases of a reconciliation."""
    return ResidualCase.objects.filter(reconciliation=number).select_related("assignee", "changed_by")


def case_of_line(number: int, *, side: str, line_id: str) -> ResidualCase | None:
    """Find the case of a line if anyone has touched it."""
    return cases_of(number).filter(side=side, line_id=line_id).first()


def mends_of(number: int) -> QuerySet[RowMend]:
    """List the mended cells of a reconciliation."""
    return RowMend.objects.filter(reconciliation=number).select_related("mended_by")


def mends_by_file(number: int) -> dict[tuple[str, str], list[Mend]]:
    """Group the mended cells by side and file, as a run needs them."""
    found: dict[tuple[str, str], list[Mend]] = {}
    for one in mends_of(number):
        found.setdefault((one.side, one.file), []).append(Mend(one.sheet, one.row, one.column, one.value))
    return found


def statements(number: int) -> QuerySet[AccountStatement]:
    """List the statements of account of a reconciliation, the latest first."""
    return AccountStatement.objects.filter(reconciliation=number).select_related("signed_by", "reopened_by")


def standing_statement(number: int) -> AccountStatement | None:
    """Find the sign-off that is in force."""
    return statements(number).filter(reopened_at=None).first()
