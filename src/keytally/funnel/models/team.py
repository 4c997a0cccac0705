"""Who of ours works on an opportunity, what the customer needs, against whom, and what a weekly review said."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from keytally.funnel.labels import NEED_LABELS, TEAM_ROLE_LABELS, NeedKind, choices
from keytally.funnel.models.opportunities import Opportunity
from keytally.funnel.rules.stages import TeamRole

PERSON = settings.AUTH_USER_MODEL


class TeamMember(models.Model):
    """Somebody in the project group of an opportunity, with a role, in a span of days."""

    opportunity = models.ForeignKey(Opportunity, on_delete=models.CASCADE, related_name="team")
    person = models.ForeignKey(PERSON, on_delete=models.PROTECT, related_name="+")
    role = models.CharField(_("role in the team"), max_length=16, choices=choices(TEAM_ROLE_LABELS))
    starts_on = models.DateField()
    ends_before = models.DateField(null=True, blank=True)

    class Meta:
        verbose_name = _("team member")
        verbose_name_plural = _("team members")
        ordering: ClassVar = ["starts_on", "id"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["opportunity", "person", "role"],
                condition=Q(ends_before__isnull=True),
                name="team_role_held_once",
            ),
            models.CheckConstraint(
                condition=Q(ends_before__isnull=True) | Q(ends_before__gte=F("starts_on")), name="team_role_ends_later"
            ),
            models.CheckConstraint(condition=Q(role__in=[role.value for role in TeamRole]), name="team_role_known"),
        ]

    def __str__(self) -> str:
        return f"{self.person_id} {self.role}"


class CustomerNeed(models.Model):
    """What the customer needs, by kind (N09); of an unspoken need, how we came to know."""

    opportunity = models.ForeignKey(Opportunity, on_delete=models.CASCADE, related_name="needs")
    kind = models.CharField(_("kind of need"), max_length=12, choices=choices(NEED_LABELS))
    text = models.CharField(_("what they need"), max_length=300)
    how_known = models.CharField(_("how we came to know"), max_length=300, blank=True)
    recorded_by = models.ForeignKey(PERSON, null=True, on_delete=models.PROTECT, related_name="+")
    recorded_on = models.DateField()

    class Meta:
        verbose_name = _("need")
        verbose_name_plural = _("needs")
        ordering: ClassVar = ["kind", "id"]
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(kind__in=[kind.value for kind in NeedKind]), name="need_kind_known"),
            models.CheckConstraint(condition=~Q(kind="UNSPOKEN") | ~Q(how_known=""), name="unspoken_need_has_source"),
        ]

    def __str__(self) -> str:
        return self.text


class OpportunityCompetitor(models.Model):
    """A competitor for the same opportunity (F07)."""

    opportunity = models.ForeignKey(Opportunity, on_delete=models.CASCADE, related_name="competitors")
    name = models.CharField(_("competitor"), max_length=80)
    standing = models.CharField(_("how they stand"), max_length=300, blank=True)
    recorded_by = models.ForeignKey(PERSON, null=True, on_delete=models.PROTECT, related_name="+")
    recorded_on = models.DateField()

    class Meta:
        verbose_name = _("competitor for an opportunity")
        verbose_name_plural = _("competitors for opportunities")
        ordering: ClassVar = ["name"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["opportunity", "name"], name="competitor_named_once"),
        ]

    def __str__(self) -> str:
        return self.name


class ReviewNote(models.Model):
    """What a manager's weekly review said of an opportunity, and what is done next."""

    opportunity = models.ForeignKey(Opportunity, on_delete=models.CASCADE, related_name="reviews")
    reviewed_on = models.DateField()
    note = models.CharField(pgettext_lazy("review", "Note"), max_length=500)
    next_step = models.CharField(_("next step"), max_length=200, blank=True)
    due_on = models.DateField(_("due on"), null=True, blank=True)
    by = models.ForeignKey(PERSON, null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        verbose_name = _("review note")
        verbose_name_plural = _("review notes")
        ordering: ClassVar = ["-reviewed_on", "-id"]
        indexes: ClassVar = [models.Index(fields=["opportunity", "-reviewed_on"], name="review_by_opportunity")]

    def __str__(self) -> str:
        return f"{self.reviewed_on} {self.note}"
