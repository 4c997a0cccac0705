"""What an account needs of one of our departments, who sees to it, by when, and what came of it (S13)."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from keytally.accounts.labels import DEPARTMENTS, MATTER_STATES, MatterState, choices
from keytally.accounts.models.contacts import Contact
from keytally.accounts.models.nodes import AccountNode


class CoordinationMatter(models.Model):
    """Something between an account and us that another department has to settle (S13)."""

    node = models.ForeignKey(AccountNode, on_delete=models.CASCADE, related_name="matters")
    contact = models.ForeignKey(Contact, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    department = models.CharField(_("department that acts"), max_length=16, choices=choices(DEPARTMENTS))
    matter = models.CharField(_("what is to be settled"), max_length=300)
    raised_on = models.DateField()
    raised_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    due_on = models.DateField(_("due on"))
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    state = models.CharField(_("state"), max_length=8, choices=choices(MATTER_STATES), default=MatterState.OPEN)
    answer = models.CharField(_("answer"), max_length=500, blank=True)
    answered_on = models.DateField(null=True, blank=True)

    class Meta:
        verbose_name = _("matter to coordinate")
        verbose_name_plural = _("matters to coordinate")
        ordering: ClassVar = ["due_on", "id"]
        indexes: ClassVar = [models.Index(fields=["owner", "state"], name="matter_by_owner")]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(state=MatterState.OPEN) | (Q(answered_on__isnull=False) & ~Q(answer="")),
                name="matter_ends_with_answer",
            ),
        ]

    def __str__(self) -> str:
        return self.matter
