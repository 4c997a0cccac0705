"""Who of ours keeps an account: the one named person, and those who were let in."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from keytally.accounts.labels import GRANT_KINDS, choices
from keytally.accounts.models.nodes import AccountNode


class DedicatedManager(models.Model):
    """The one named person of an account with a deputy, in a span of days (R03, K08)."""

    node = models.ForeignKey(AccountNode, on_delete=models.CASCADE, related_name="dedicated")
    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    deputy = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    starts_on = models.DateField(_("from"))
    ends_before = models.DateField(_("until before"), null=True, blank=True)

    class Meta:
        verbose_name = _("dedicated person")
        verbose_name_plural = _("dedicated people")
        ordering: ClassVar = ["-starts_on"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["node"], condition=Q(ends_before__isnull=True), name="dedicated_one_at_a_time"
            ),
            models.CheckConstraint(
                condition=Q(ends_before__isnull=True) | Q(ends_before__gt=F("starts_on")), name="dedicated_ends_later"
            ),
            models.CheckConstraint(
                condition=Q(deputy__isnull=True) | ~Q(deputy=F("person")), name="deputy_is_another_person"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.node_id} {self.person_id}"


class AccountGrant(models.Model):
    """A person was let in on a node and everything below it, in a span of days."""

    node = models.ForeignKey(AccountNode, on_delete=models.CASCADE, related_name="grants")
    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="account_grants")
    kind = models.CharField(_("may"), max_length=8, choices=choices(GRANT_KINDS))
    starts_on = models.DateField(_("from"))
    ends_before = models.DateField(_("until before"), null=True, blank=True)
    reason = models.CharField(_("reason"), max_length=200)

    class Meta:
        verbose_name = _("grant")
        verbose_name_plural = _("grants")
        ordering: ClassVar = ["-starts_on", "-id"]
        indexes: ClassVar = [models.Index(fields=["person", "starts_on"], name="grant_by_person")]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(ends_before__isnull=True) | Q(ends_before__gt=F("starts_on")), name="grant_ends_later"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.person_id} {self.kind} {self.node_id}"
