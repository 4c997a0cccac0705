"""Position descriptions as a company changed them; one it never changed is that of `people.defaults`."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class PositionDescription(models.Model):
    """A version of a position description; it holds from its day until a later one begins."""

    code = models.CharField(_("code"), max_length=48)
    number = models.PositiveIntegerField()
    starts_on = models.DateField(_("from"))
    content = models.JSONField()
    reason = models.CharField(_("reason"), max_length=500)
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField()

    class Meta:
        verbose_name = _("position description")
        verbose_name_plural = _("position descriptions")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["code", "number"], name="description_number_once"),
            models.CheckConstraint(condition=models.Q(number__gt=0), name="description_number_positive"),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.number}"
