"""Editions of the team handbook, and who acknowledged them."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class HandbookEdition(models.Model):
    """The handbook from a day; the one that is shipped becomes number 1 as soon as someone acknowledges it."""

    number = models.PositiveIntegerField(unique=True)
    starts_on = models.DateField(_("from"))
    sections = models.JSONField()
    asks_again = models.BooleanField(_("everyone acknowledges it anew"), default=True)
    reason = models.CharField(_("reason"), max_length=500, blank=True)
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField()

    class Meta:
        verbose_name = _("handbook edition")
        verbose_name_plural = _("handbook editions")

    def __str__(self) -> str:
        return str(self.number)


class HandbookAcknowledgement(models.Model):
    """A member read an edition and said so."""

    edition = models.ForeignKey(HandbookEdition, on_delete=models.PROTECT, related_name="acknowledgements")
    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    acknowledged_at = models.DateTimeField()

    class Meta:
        verbose_name = _("handbook acknowledgement")
        verbose_name_plural = _("handbook acknowledgements")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["edition", "person"], name="acknowledged_once"),
        ]

    def __str__(self) -> str:
        return f"{self.edition_id} {self.person_id}"
