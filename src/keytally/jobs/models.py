"""One row per piece of long work, and one per chore that comes round again."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class Job(models.Model):
    """Work that outlives the page that asked for it."""

    class State(models.TextChoices):
        """Where the work stands; STOPPING is RUNNING with a request to end."""

        QUEUED = "QUEUED", pgettext_lazy("job", "Waiting")
        RUNNING = "RUNNING", pgettext_lazy("job", "Running")
        STOPPING = "STOPPING", pgettext_lazy("job", "Stopping")
        DONE = "DONE", pgettext_lazy("job", "Done")
        FAILED = "FAILED", pgettext_lazy("job", "Failed")
        STOPPED = "STOPPED", pgettext_lazy("job", "Stopped")

    kind = models.CharField(max_length=64)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    subject_kind = models.CharField(max_length=64, blank=True)
    subject_id = models.BigIntegerField(null=True)
    parameters = models.JSONField(default=dict)

    state = models.CharField(max_length=16, choices=State, default=State.QUEUED)
    attempt = models.PositiveIntegerField(default=1)
    claim = models.CharField(max_length=32, blank=True)
    result = models.JSONField(default=dict)
    error_code = models.CharField(max_length=64, blank=True)
    error_parameters = models.JSONField(default=dict)

    step = models.CharField(max_length=120, blank=True)
    step_number = models.PositiveIntegerField(default=0)
    step_count = models.PositiveIntegerField(default=0)
    # How much of the step at hand is done, per mille, where the work knows it better than by its rows.
    step_part = models.PositiveSmallIntegerField(default=0)
    rows_done = models.BigIntegerField(default=0)
    rows_total = models.BigIntegerField(default=0)
    rows_per_second = models.BigIntegerField(default=0)
    seconds_left = models.BigIntegerField(null=True)

    queued_at = models.DateTimeField()
    started_at = models.DateTimeField(null=True)
    heartbeat_at = models.DateTimeField(null=True)
    stop_requested_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)

    ACTIVE: ClassVar = (State.QUEUED, State.RUNNING, State.STOPPING)
    HELD: ClassVar = (State.RUNNING, State.STOPPING)

    class Meta:
        verbose_name = _("job")
        verbose_name_plural = _("jobs")
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=models.Q(state__in=["QUEUED", "RUNNING", "STOPPING", "DONE", "FAILED", "STOPPED"]),
                name="job_state_known",
            ),
            models.CheckConstraint(
                condition=~models.Q(state__in=["RUNNING", "STOPPING"]) | ~models.Q(claim=""), name="job_held_has_claim"
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["state", "queued_at"], name="job_by_state"),
            models.Index(fields=["owner", "-queued_at"], name="job_by_owner"),
            models.Index(fields=["subject_kind", "subject_id", "-id"], name="job_by_subject"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.pk} {self.state}"

    @property
    def is_active(self) -> bool:
        """Tell whether it may still change by itself."""
        return self.state in self.ACTIVE

    @property
    def may_stop(self) -> bool:
        """Tell whether a stop would do anything."""
        return self.state in (self.State.QUEUED, self.State.RUNNING)

    @property
    def may_resume(self) -> bool:
        """Tell whether it ended without its result."""
        return self.state in (self.State.FAILED, self.State.STOPPED)


class ChoreTurn(models.Model):
    """When a chore of the worker is due again; of several workers exactly one takes each turn."""

    code = models.CharField(max_length=64, unique=True)
    due_at = models.DateTimeField()
    began_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    fault = models.CharField(max_length=300, blank=True)

    class Meta:
        verbose_name = _("chore")
        verbose_name_plural = _("chores")

    def __str__(self) -> str:
        return self.code
