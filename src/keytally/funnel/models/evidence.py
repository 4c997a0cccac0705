"""Evidence for gates, typed or found, and the papers laid to an opportunity."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from keytally.core.models import Attachment
from keytally.funnel.labels import PAPER_LABELS, SOURCE_KIND_LABELS, PaperKind, SourceKind, choices
from keytally.funnel.models.opportunities import Opportunity

PERSON = settings.AUTH_USER_MODEL


class GateEvidence(models.Model):
    """A dated piece of evidence with its source, that shows a criterion; it is voided with a reason, never erased."""

    opportunity = models.ForeignKey(Opportunity, on_delete=models.CASCADE, related_name="evidence")
    criterion = models.CharField(_("criterion"), max_length=40)
    happened_on = models.DateField(_("day"))
    ends_before = models.DateField(_("holds until before"), null=True, blank=True)
    source_kind = models.CharField(_("source"), max_length=16, choices=choices(SOURCE_KIND_LABELS))
    subject_kind = models.CharField(max_length=40, blank=True)
    subject_id = models.BigIntegerField(null=True, blank=True)
    note = models.CharField(_("what happened"), max_length=500, blank=True)
    # The finder that derived it from other records; empty where a person or another capability wrote it down.
    finder = models.CharField(max_length=40, blank=True)
    idempotency_key = models.CharField(max_length=120, blank=True)
    recorded_by = models.ForeignKey(PERSON, null=True, on_delete=models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField()
    voided_on = models.DateField(null=True, blank=True)
    voided_by = models.ForeignKey(PERSON, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    void_reason = models.CharField(max_length=200, blank=True)

    class Meta:
        verbose_name = _("evidence for a gate")
        verbose_name_plural = _("evidence for gates")
        ordering: ClassVar = ["-happened_on", "-id"]
        indexes: ClassVar = [models.Index(fields=["opportunity", "criterion"], name="evidence_by_criterion")]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["opportunity", "idempotency_key"],
                condition=~Q(idempotency_key=""),
                name="evidence_recorded_once",
            ),
            models.CheckConstraint(
                condition=Q(source_kind__in=[kind.value for kind in SourceKind]), name="gate_evidence_source_known"
            ),
            models.CheckConstraint(
                condition=Q(ends_before__isnull=True) | Q(ends_before__gt=F("happened_on")),
                name="gate_evidence_ends_later",
            ),
            models.CheckConstraint(
                condition=Q(voided_on__isnull=True) | ~Q(void_reason=""), name="gate_evidence_voided_with_reason"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.criterion} {self.happened_on}"


class OpportunityPaper(models.Model):
    """What a file laid to an opportunity is: a contract form of theirs, of ours, a signed contract."""

    opportunity = models.ForeignKey(Opportunity, on_delete=models.CASCADE, related_name="papers")
    attachment = models.OneToOneField(Attachment, on_delete=models.CASCADE, related_name="+")
    kind = models.CharField(_("what it is"), max_length=16, choices=choices(PAPER_LABELS))
    received_on = models.DateField(_("day"))

    class Meta:
        verbose_name = _("paper of an opportunity")
        verbose_name_plural = _("papers of opportunities")
        ordering: ClassVar = ["-received_on", "-id"]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(kind__in=[kind.value for kind in PaperKind]), name="opportunity_paper_known"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.received_on}"
