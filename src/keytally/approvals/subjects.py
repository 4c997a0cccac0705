"""A request as the subject of audit entries, attachments and work items."""

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from keytally.approvals.models import SUBJECT_KIND
from keytally.approvals.queries.requests import visible_to
from keytally.core.subjects import SubjectKind, register_subject


def _url(number: int) -> str:
    return reverse("approvals:request", args=[number])


register_subject(SubjectKind(SUBJECT_KIND, label=_("Request"), visible_to=visible_to, url=_url))
