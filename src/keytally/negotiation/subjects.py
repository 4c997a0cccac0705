"""A negotiation and its issues as subjects of audit entries, attachments and requests."""

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from keytally.core.subjects import SubjectKind, register_subject
from keytally.negotiation.models import NegotiationIssue
from keytally.negotiation.queries.reach import visible_issues, visible_to
from keytally.negotiation.queries.table import ISSUE
from keytally.negotiation.services.keeping import NEGOTIATION


def _url(number: int) -> str:
    return reverse("negotiation:show", args=[number])


def _issue_url(number: int) -> str:
    issue = NegotiationIssue.objects.filter(pk=number).first()
    return reverse("negotiation:show", args=[issue.negotiation_id]) if issue else ""


register_subject(SubjectKind(NEGOTIATION, label=_("Negotiation"), visible_to=visible_to, url=_url))
register_subject(SubjectKind(ISSUE, label=_("Issue of a negotiation"), visible_to=visible_issues, url=_issue_url))
