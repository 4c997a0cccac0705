"""The runs of a reconciliation, each kept: what went in, how it was compared, what came out."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from keytally.jobs.models import Job
from keytally.reconciliation.models.reconciliations import Reconciliation


class ReconciliationRun(models.Model):
    """One run that ended with a result; its lines, links and candidates are files in the folder of its number."""

    reconciliation = models.ForeignKey(Reconciliation, on_delete=models.PROTECT, related_name="runs")
    number = models.PositiveIntegerField()
    job = models.ForeignKey(Job, null=True, on_delete=models.SET_NULL, related_name="+")
    started_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    began_at = models.DateTimeField()
    ended_at = models.DateTimeField()
    # Per side the paths and checksums of the files, and the mended cells.
    inputs = models.JSONField(default=dict)
    profile_text = models.TextField()
    # Measure, tolerance, window and period.
    settings = models.JSONField(default=dict)
    # The decisions that were followed, and how many of them met no line.
    decisions_followed = models.PositiveIntegerField(default=0)
    decisions_unused = models.PositiveIntegerField(default=0)
    summary = models.JSONField()
    # What changed since the run before: lines by the class they had and the class they have now.
    changes = models.JSONField(default=list)

    class Meta:
        verbose_name = _("run")
        verbose_name_plural = _("runs")
        ordering: ClassVar = ["-number"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["reconciliation", "number"], name="reconciliation_run_once"),
        ]

    def __str__(self) -> str:
        return f"{self.reconciliation_id} run {self.number}"
