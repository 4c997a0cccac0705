"""Who signed a reconciliation off, on which figures, and who opened it again and why."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from keytally.reconciliation.models.reconciliations import Reconciliation


class AccountStatement(models.Model):
    """A sign-off with the statement of account as it was then; opening again keeps it beside the next one."""

    reconciliation = models.ForeignKey(Reconciliation, on_delete=models.PROTECT, related_name="statements")
    run_number = models.PositiveIntegerField()
    # The figures of the statement of account, in words of neither language.
    figures = models.JSONField()
    note = models.CharField(_("note"), max_length=500, blank=True)
    signed_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    signed_at = models.DateTimeField()
    reopened_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    reopened_at = models.DateTimeField(null=True)
    reopen_reason = models.CharField(_("reason"), max_length=500, blank=True)

    class Meta:
        verbose_name = _("statement of account")
        verbose_name_plural = _("statements of account")
        ordering: ClassVar = ["-signed_at", "-id"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["reconciliation"], condition=Q(reopened_at=None), name="reconciliation_signed_once"
            ),
            models.CheckConstraint(
                condition=Q(reopened_at=None) | ~Q(reopen_reason=""), name="reconciliation_reopened_with_a_reason"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.reconciliation_id} {self.signed_at}"
