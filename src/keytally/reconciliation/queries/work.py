"""What have people done on a reconciliation: decisions, cases, mended cells, runs, statements of account?"""

from collections.abc import Collection
from datetime import date, datetime

from django.db.models import Q, QuerySet

from keytally.core.models import Attachment, AuditEntry, User
from keytally.core.queries import attachments_of, audit_of, people
from keytally.core.roles import Role, declared
from keytally.core.subjects import Subject
from keytally.reconciliation.engine.counterparts import open_line_ids, residuals_by_id
from keytally.reconciliation.engine.results import Residual, Side
from keytally.reconciliation.mending import Mend
from keytally.reconciliation.models import (
    AccountStatement,
    Decision,
    Reconciliation,
    ReconciliationRun,
    ResidualCase,
    ResidualComment,
    RowMend,
)
from keytally.reconciliation.queries.lists import last_entry, subject_of, visible_reconciliations
from keytally.reconciliation.queries.results import pages_folder

CASE_KIND = "residual_case"
MOST_NEWS = 20


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


def has_ended(found: Reconciliation) -> bool:
    """Tell whether the job at work has left its result already: its worker was killed at the very end."""
    return found.job_id is not None and runs_of(found.pk).filter(job=found.job_id).exists()


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


def deductions_left(number: int) -> int:
    """Count the deductions without a document of ours that nobody has answered."""
    return cases_of(number).filter(line_class="DEDUCTION_UNKNOWN", state=ResidualCase.State.OPEN).count()


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


def lines_by_id(found: Reconciliation, ids: Collection[str]) -> dict[tuple[Side, str], Residual]:
    """Find lines of the run that is shown, by side and identity."""
    return residuals_by_id(pages_folder(found), ids) if found.has_result else {}


def case_for_update(number: int, *, side: str, line_id: str) -> ResidualCase | None:
    """Hold the case of a line until the transaction ends, if anyone has touched the line."""
    rows = ResidualCase.objects.select_for_update(of=("self",)).select_related("assignee", "changed_by")
    return rows.filter(reconciliation=number, side=side, line_id=line_id).first()


def cases_for_update(number: int, *, line_ids: Collection[str]) -> QuerySet[ResidualCase]:
    """Hold the cases of some lines until the transaction ends."""
    rows = ResidualCase.objects.select_for_update(of=("self",)).select_related("assignee", "changed_by")
    return rows.filter(reconciliation=number, line_id__in=line_ids)


def subject_of_case(number: int) -> Subject:
    """Name a residual case as a subject."""
    return Subject(CASE_KIND, number)


def attachments_of_case(number: int) -> QuerySet[Attachment]:
    """List the files attached to a residual."""
    return attachments_of(subject_of_case(number))


def visible_cases(person: User, as_of: date) -> QuerySet[ResidualCase]:
    """List the cases of the reconciliations a person may see on a day."""
    return ResidualCase.objects.filter(reconciliation__in=visible_reconciliations(person, as_of).values("pk"))


def open_lines_left(found: Reconciliation) -> list[str]:
    """List the lines that still keep a reconciliation from being signed off: open ones nobody accepted."""
    accepted = cases_of(found.pk).filter(state=ResidualCase.State.ACCEPTED).values_list("line_id", flat=True)
    known = set(accepted)
    return [one for one in open_line_ids(pages_folder(found)) if one not in known]


def comments_of(case: ResidualCase) -> QuerySet[ResidualComment]:
    """List what was written about a residual, the first first."""
    return ResidualComment.objects.filter(case=case).select_related("written_by")


def news_since(number: int, *, entry: int, person: User) -> list[AuditEntry]:
    """List what others did to a reconciliation after an entry of the audit."""
    entries = audit_of(subject_of(number)).filter(pk__gt=entry).exclude(person=person).exclude(person=None)
    return list(entries.select_related("person").order_by("-pk")[:MOST_NEWS])


def latest_entry(number: int) -> int:
    """Tell the number of the last entry of the audit about a reconciliation."""
    entry = last_entry(number)
    return entry.pk if entry else 0


def case(number: int) -> ResidualCase | None:
    """Find a case by its number."""
    return ResidualCase.objects.filter(pk=number).first()


def assignees_of(number: int) -> QuerySet[User]:
    """List the people who have residuals of a reconciliation."""
    return people().filter(pk__in=cases_of(number).exclude(assignee=None).values("assignee")).order_by("name")


def assignable(found: Reconciliation) -> QuerySet[User]:
    """List the people who may read reconciliations at all; whether they see this one is asked when one is chosen."""
    roles = [role for role in Role if declared()["reconcile.view"].granted_to(role) and role is not Role.AUDITOR]
    return people().filter(is_active=True, grants__role__in=roles).distinct().order_by("name", "username")
