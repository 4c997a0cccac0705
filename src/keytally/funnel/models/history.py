"""Opportunities of another system, taken over as history without evidence, and the files that they came in."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from keytally.funnel.models.opportunities import Opportunity
from keytally.imports.models import ImportBatch

STATES = ("DRAFT", "CHECKED", "DONE", "UNDONE")


class HistoryImport(models.Model):
    """A file of history on its way in: what its columns mean, in which currency, and how far it is."""

    batch = models.OneToOneField(ImportBatch, on_delete=models.PROTECT, related_name="+")
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    state = models.CharField(max_length=16, choices=[(state, state) for state in STATES], default="DRAFT")
    columns = models.JSONField(default=dict)
    currency = models.CharField(max_length=3)
    is_good_rows_only = models.BooleanField(default=False)
    warnings = models.JSONField(default=list)
    done_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("import of history")
        verbose_name_plural = _("imports of history")
        ordering: ClassVar = ["-pk"]

    def __str__(self) -> str:
        return f"history import {self.pk}"


class HistoryRecord(models.Model):
    """Where an opportunity of history came from, with the names as the other system wrote them."""

    opportunity = models.OneToOneField(Opportunity, on_delete=models.CASCADE, related_name="history")
    history_import = models.ForeignKey(HistoryImport, on_delete=models.PROTECT, related_name="records")
    row = models.BigIntegerField()
    reference = models.CharField(max_length=80)
    owner_name = models.CharField(max_length=150, blank=True)
    account_name = models.CharField(max_length=120, blank=True)

    class Meta:
        verbose_name = _("record of history")
        verbose_name_plural = _("records of history")
        ordering: ClassVar = ["row"]

    def __str__(self) -> str:
        return self.reference
