"""Cells of rejected rows that a person mended; the file they came in stays as it is."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from keytally.reconciliation.models.reconciliations import Reconciliation


class RowMend(models.Model):
    """What a cell of a rejected row should say; followed by every later run."""

    reconciliation = models.ForeignKey(Reconciliation, on_delete=models.PROTECT, related_name="mends")
    side = models.CharField(max_length=8)
    file = models.CharField(max_length=500)
    sheet = models.CharField(max_length=200, blank=True)
    row = models.BigIntegerField()
    column = models.CharField(max_length=200)
    value_before = models.TextField(blank=True)
    value = models.TextField(blank=True)
    mended_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    mended_at = models.DateTimeField()

    class Meta:
        verbose_name = _("mended cell")
        verbose_name_plural = _("mended cells")
        ordering: ClassVar = ["side", "file", "sheet", "row", "column"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["reconciliation", "side", "file", "sheet", "row", "column"], name="cell_mended_once"
            ),
            models.CheckConstraint(condition=Q(side__in=["ours", "theirs"]), name="mend_side_known"),
        ]

    def __str__(self) -> str:
        return f"{self.file} {self.row} {self.column}"
