"""A reconciliation, and a residual somebody touched, as subjects of audit entries, attachments, jobs and work items."""

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from keytally.core.subjects import SubjectKind, register_subject
from keytally.reconciliation import queries


def _url(number: int) -> str:
    return reverse("reconciliation:show", args=[number])


def _case_url(number: int) -> str:
    case = queries.case(number)
    if case is None:
        return reverse("reconciliation:list")
    return reverse("reconciliation:why", args=[case.reconciliation_id, case.side, case.line_id])


register_subject(SubjectKind(queries.CASE_KIND, label=_("Residual"), visible_to=queries.visible_cases, url=_case_url))
register_subject(
    SubjectKind(queries.SUBJECT_KIND, label=_("Reconciliation"), visible_to=queries.visible_reconciliations, url=_url)
)
