"""Entries and questions as subjects of audit entries, attachments and work items."""

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from keytally.core.subjects import SubjectKind, register_subject
from keytally.playbook.queries import entries, support
from keytally.playbook.services.entries import ENTRY
from keytally.playbook.services.telling import QUESTION


def _entry_url(number: int) -> str:
    return reverse("playbook:entry", args=[number])


def _question_url(number: int) -> str:
    return reverse("playbook:question", args=[number])


register_subject(SubjectKind(ENTRY, label=_("Playbook entry"), visible_to=entries.visible_to, url=_entry_url))
register_subject(
    SubjectKind(QUESTION, label=_("Question to the support centre"), visible_to=support.visible_to, url=_question_url)
)
