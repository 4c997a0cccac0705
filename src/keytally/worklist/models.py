"""One row per thing that waits for a person."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class WorkItem(models.Model):
    """Something about a subject that one person has to do, by a deadline, for a reason."""

    class State(models.TextChoices):
        """Does it still wait?"""

        OPEN = "OPEN", pgettext_lazy("work item", "Open")
        DONE = "DONE", pgettext_lazy("work item", "Done")
        DROPPED = "DROPPED", pgettext_lazy("work item", "No longer needed")

    kind = models.CharField(max_length=64)
    subject_kind = models.CharField(max_length=64)
    subject_id = models.BigIntegerField()
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    deadline = models.DateTimeField(null=True)
    reason_code = models.CharField(max_length=64)
    parameters = models.JSONField(default=dict)
    state = models.CharField(max_length=16, choices=State, default=State.OPEN)
    snoozed_until = models.DateTimeField(null=True)
    opened_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    ended_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        verbose_name = _("work item")
        verbose_name_plural = _("work items")
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["kind", "subject_kind", "subject_id", "owner"],
                condition=models.Q(state="OPEN"),
                name="work_item_open_once",
            ),
            models.CheckConstraint(
                condition=models.Q(state__in=["OPEN", "DONE", "DROPPED"]), name="work_item_state_known"
            ),
            models.CheckConstraint(
                condition=models.Q(state="OPEN", ended_at=None) | (~models.Q(state="OPEN") & ~models.Q(ended_at=None)),
                name="work_item_ends_once",
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["owner", "state", "deadline"], name="work_item_by_owner"),
            models.Index(fields=["subject_kind", "subject_id", "kind"], name="work_item_by_subject"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.subject_kind} {self.subject_id} {self.state}"
