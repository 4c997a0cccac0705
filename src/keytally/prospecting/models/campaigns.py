"""Markets that our product may fit, campaigns that look for targets in them, and occasions to which people come."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from keytally.accounts.models import Contact
from keytally.prospecting.labels import ASSESSMENTS, OCCASIONS, SOURCES, Assessment, OccasionKind, choices


class _Named(models.Model):
    """Something with a name in both languages."""

    name_zh = models.CharField(_("name (Chinese)"), max_length=80)
    name_en = models.CharField(_("name (English)"), max_length=80, blank=True)

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return self.name

    @property
    def name(self) -> str:
        """Say its name in the reader's language."""
        return self.name_zh if (get_language() or "").startswith("zh") or not self.name_en else self.name_en


class Segment(_Named):
    """A market that our product may fit, with its first assessment (F02)."""

    fits = models.CharField(_("what of ours fits it"), max_length=300, blank=True)
    size_note = models.CharField(_("how large it is"), max_length=200, blank=True)
    result = models.CharField(
        _("first assessment"), max_length=16, choices=choices(ASSESSMENTS), default=Assessment.OPEN
    )
    result_note = models.CharField(_("why"), max_length=300, blank=True)
    assessed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    assessed_on = models.DateField(_("assessed on"), null=True, blank=True)

    class Meta:
        verbose_name = _("segment")
        verbose_name_plural = _("segments")
        ordering: ClassVar = ["name_zh", "id"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["name_zh"], name="segment_once"),
            models.CheckConstraint(
                condition=Q(result=Assessment.OPEN) | Q(assessed_by__isnull=False, assessed_on__isnull=False),
                name="segment_assessed_by_somebody",
            ),
        ]


class Campaign(_Named):
    """An effort in the market, in a span of days, with its cost (F05)."""

    source = models.CharField(_("kind"), max_length=24, choices=choices(SOURCES))
    starts_on = models.DateField(_("from"))
    ends_before = models.DateField(_("until before"))
    cost_minor = models.BigIntegerField(_("cost"), default=0)
    currency = models.CharField(_("currency"), max_length=3, default="CNY")
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    note = models.CharField(_("note"), max_length=500, blank=True)

    class Meta:
        verbose_name = _("campaign")
        verbose_name_plural = _("campaigns")
        ordering: ClassVar = ["-starts_on", "-id"]
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(ends_before__gt=F("starts_on")), name="campaign_ends_later"),
            models.CheckConstraint(condition=Q(cost_minor__gte=0), name="campaign_cost_not_negative"),
        ]


class Occasion(models.Model):
    """Something to which people come: the weekly briefing, the monthly class (D06), or an occasion of a campaign."""

    kind = models.CharField(_("kind"), max_length=24, choices=choices(OCCASIONS))
    campaign = models.ForeignKey(Campaign, null=True, blank=True, on_delete=models.PROTECT, related_name="occasions")
    title = models.CharField(_("title"), max_length=120)
    held_on = models.DateField(_("day"))
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")

    class Meta:
        verbose_name = _("occasion")
        verbose_name_plural = _("occasions")
        ordering: ClassVar = ["-held_on", "-id"]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(kind=OccasionKind.CAMPAIGN, campaign__isnull=False)
                | (~Q(kind=OccasionKind.CAMPAIGN) & Q(campaign__isnull=True)),
                name="occasion_of_campaign_or_company",
            ),
        ]

    def __str__(self) -> str:
        return self.title


class OccasionGuest(models.Model):
    """A lead or a contact who was invited to an occasion, and whether they came; None before it is known."""

    occasion = models.ForeignKey(Occasion, on_delete=models.CASCADE, related_name="guests")
    lead = models.ForeignKey(
        "prospecting.Lead", null=True, blank=True, on_delete=models.PROTECT, related_name="occasions"
    )
    contact = models.ForeignKey(Contact, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    came = models.BooleanField(null=True)

    class Meta:
        ordering: ClassVar = ["id"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["occasion", "lead"], condition=Q(lead__isnull=False), name="guest_lead_once"
            ),
            models.UniqueConstraint(
                fields=["occasion", "contact"], condition=Q(contact__isnull=False), name="guest_contact_once"
            ),
            models.CheckConstraint(
                condition=Q(lead__isnull=False, contact__isnull=True) | Q(lead__isnull=True, contact__isnull=False),
                name="guest_is_lead_or_contact",
            ),
        ]

    def __str__(self) -> str:
        return f"guest {self.pk}"
