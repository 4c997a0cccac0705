"""A reconciliation as the subject of audit entries, attachments and jobs."""

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from keytally.core.subjects import SubjectKind, register_subject
from keytally.reconciliation import queries


def _url(number: int) -> str:
    return reverse("reconciliation:show", args=[number])


register_subject(
    SubjectKind(queries.SUBJECT_KIND, label=_("Reconciliation"), visible_to=queries.visible_reconciliations, url=_url)
)
