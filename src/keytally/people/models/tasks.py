"""Tasks that people of the team ask of one another (row S12)."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class TeamTask(models.Model):
    """One person asks another to do something by a day."""

    class State(models.TextChoices):
        """Does it still wait, and if not, how did it end?"""

        OPEN = "OPEN", pgettext_lazy("task", "Open")
        DONE = "DONE", pgettext_lazy("task", "Done")
        DECLINED = "DECLINED", pgettext_lazy("task", "Declined")
        WITHDRAWN = "WITHDRAWN", pgettext_lazy("task", "Withdrawn")

    title = models.CharField(_("what is to be done"), max_length=200)
    text = models.TextField(_("details"), blank=True)
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    due_on = models.DateField(_("due"))
    state = models.CharField(max_length=16, choices=State, default=State.OPEN)
    asked_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    answer = models.CharField(_("answer"), max_length=500, blank=True)

    class Meta:
        verbose_name = _("team task")
        verbose_name_plural = _("team tasks")
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(state__in=["OPEN", "DONE", "DECLINED", "WITHDRAWN"]), name="task_state_known"
            ),
            models.CheckConstraint(
                condition=Q(state="OPEN", ended_at__isnull=True) | (~Q(state="OPEN") & Q(ended_at__isnull=False)),
                name="task_ends_once",
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["owner", "state", "due_on"], name="task_by_owner"),
            models.Index(fields=["asked_by", "-id"], name="task_by_asker"),
        ]

    def __str__(self) -> str:
        return self.title
