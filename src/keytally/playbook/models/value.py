"""What we gave an account beside goods, over time (K06)."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from keytally.playbook.labels import VALUES, choices

PERSON = settings.AUTH_USER_MODEL


class ValueGiven(models.Model):
    """Market news, sales data, ideas, support or a personal tie, given to an account on a day; never deleted."""

    node = models.ForeignKey("accounts.AccountNode", on_delete=models.PROTECT, related_name="value_given")
    contact = models.ForeignKey("accounts.Contact", null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(_("kind of value"), max_length=12, choices=choices(VALUES))
    what = models.CharField(_("what was given"), max_length=300)
    reaction = models.CharField(_("how they took it"), max_length=300, blank=True)
    given_on = models.DateField(_("given on"))
    given_by = models.ForeignKey(PERSON, on_delete=models.PROTECT, related_name="+")
    added_at = models.DateTimeField()
    withdrawn_at = models.DateTimeField(null=True, blank=True)
    withdrawn_by = models.ForeignKey(PERSON, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    withdrawn_reason = models.CharField(max_length=200, blank=True)
    idempotency_key = models.CharField(max_length=64, null=True, unique=True)  # noqa: DJ001 - unique only where there is one

    class Meta:
        verbose_name = _("value given")
        verbose_name_plural = _("values given")
        ordering: ClassVar = ["-given_on", "-id"]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(withdrawn_at=None) | ~Q(withdrawn_reason=""), name="value_withdrawn_with_reason"
            ),
        ]
        indexes: ClassVar = [models.Index(fields=["node", "-given_on"], name="value_by_account")]

    def __str__(self) -> str:
        return self.what
