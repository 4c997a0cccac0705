"""An opportunity as the subject of audit entries, attachments and work items."""

from datetime import date
from typing import TYPE_CHECKING

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from keytally.core.subjects import Subject, SubjectKind, register_subject
from keytally.funnel.queries.reach import visible_to

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from keytally.core.models import User
    from keytally.funnel.models import Opportunity

OPPORTUNITY = "opportunity"


def opportunity(number: int) -> Subject:
    """Name an opportunity as a subject."""
    return Subject(OPPORTUNITY, number)


def _visible(person: "User", as_of: date) -> "QuerySet[Opportunity]":
    return visible_to(person, as_of=as_of)


def _url(number: int) -> str:
    return reverse("funnel:show", args=[number])


register_subject(SubjectKind(OPPORTUNITY, label=_("Opportunity"), visible_to=_visible, url=_url))
