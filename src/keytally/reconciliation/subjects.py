"""A reconciliation as the subject of audit entries, attachments and jobs."""

from typing import TYPE_CHECKING

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from keytally.core.subjects import SubjectKind, register_subject
from keytally.reconciliation import queries

if TYPE_CHECKING:
    from keytally.core.models import User


def _visible(person: "User", number: int) -> bool:
    return queries.visible_reconciliations(person).filter(pk=number).exists()


def _url(number: int) -> str:
    return reverse("reconciliation:show", args=[number])


register_subject(SubjectKind(queries.SUBJECT_KIND, label=_("Reconciliation"), visible=_visible, url=_url))
