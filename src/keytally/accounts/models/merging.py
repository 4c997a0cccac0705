"""Accounts that turned out to be one, and pairs that a person said are two."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from keytally.accounts.models.nodes import AccountNode


class AccountMerge(models.Model):
    """One account became the alias of another; undoing it takes the pointer back."""

    kept = models.ForeignKey(AccountNode, on_delete=models.PROTECT, related_name="merges")
    alias = models.ForeignKey(AccountNode, on_delete=models.PROTECT, related_name="+")
    reason = models.CharField(max_length=200)
    merged_at = models.DateTimeField()
    merged_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    status_before = models.CharField(max_length=16)
    # What hung below the alias and hangs below the kept one since: the placements, codes and where later ones begin.
    moved = models.JSONField(default=dict)
    undone_at = models.DateTimeField(null=True)
    undone_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        verbose_name = _("merge")
        verbose_name_plural = _("merges")
        ordering: ClassVar = ["-merged_at", "-id"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["alias"], condition=Q(undone_at__isnull=True), name="alias_of_one"),
        ]

    def __str__(self) -> str:
        return f"{self.alias_id} into {self.kept_id}"


class NotDuplicate(models.Model):
    """Somebody looked at two accounts and said that they are two."""

    first = models.ForeignKey(AccountNode, on_delete=models.CASCADE, related_name="+")
    second = models.ForeignKey(AccountNode, on_delete=models.CASCADE, related_name="+")
    said_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    said_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["first", "second"], name="not_duplicate_once"),
            models.CheckConstraint(condition=Q(first__lt=F("second")), name="not_duplicate_in_order"),
        ]

    def __str__(self) -> str:
        return f"{self.first_id} is not {self.second_id}"
