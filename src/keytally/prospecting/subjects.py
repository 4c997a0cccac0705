"""A lead, a campaign and an occasion as subjects of audit entries, attachments and work items."""

from datetime import date
from typing import TYPE_CHECKING

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from keytally.core.subjects import Subject, SubjectKind, register_subject
from keytally.prospecting.models import Campaign, Lead, Occasion, Segment
from keytally.prospecting.queries.reach import MARKETS, visible_campaigns, visible_leads, visible_occasions

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from keytally.core.models import User

LEAD, CAMPAIGN, OCCASION, SEGMENT = "lead", "campaign", "occasion", "segment"


def lead(number: int) -> Subject:
    """Name a lead as a subject."""
    return Subject(LEAD, number)


def _leads(person: "User", as_of: date) -> "QuerySet[Lead]":
    return visible_leads(person, as_of=as_of)


def _campaigns(person: "User", as_of: date) -> "QuerySet[Campaign]":
    return visible_campaigns(person, as_of=as_of)


def _occasions(person: "User", as_of: date) -> "QuerySet[Occasion]":
    return visible_occasions(person, as_of=as_of)


def _segments(person: "User", _as_of: date) -> "QuerySet[Segment]":
    return Segment.objects.all() if person.may(MARKETS) else Segment.objects.none()


def _lead_url(number: int) -> str:
    return reverse("prospecting:lead", args=[number])


def _campaign_url(number: int) -> str:
    return reverse("prospecting:campaign", args=[number])


def _occasion_url(number: int) -> str:
    return reverse("prospecting:occasion", args=[number])


def _segment_url(number: int) -> str:
    return reverse("prospecting:segment", args=[number])


register_subject(SubjectKind(LEAD, label=_("Lead"), visible_to=_leads, url=_lead_url))
register_subject(SubjectKind(CAMPAIGN, label=_("Campaign"), visible_to=_campaigns, url=_campaign_url))
register_subject(SubjectKind(OCCASION, label=_("Occasion"), visible_to=_occasions, url=_occasion_url))
register_subject(SubjectKind(SEGMENT, label=_("Segment"), visible_to=_segments, url=_segment_url))
