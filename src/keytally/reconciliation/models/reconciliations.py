"""A reconciliation: whose and of which month, two sides, how they are compared, and where its result stands."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from keytally.accounts.models import AccountNode
from keytally.exchange.profile import DEFAULT_WINDOW_DAYS
from keytally.imports.models import ImportBatch, ImportProfile
from keytally.jobs.models import Job

_STATES = ["DRAFT", "MAPPED", "DRY_RUN", "RUNNING", "EXPLAINED", "OPEN", "FAILED", "STOPPED", "SIGNED"]


class Reconciliation(models.Model):
    """Our lines and their lines, tallied."""

    class State(models.TextChoices):
        """Where it stands; while it is RUNNING, its job says more."""

        DRAFT = "DRAFT", pgettext_lazy("reconciliation", "To be checked")
        MAPPED = "MAPPED", pgettext_lazy("reconciliation", "Columns mapped")
        DRY_RUN = "DRY_RUN", pgettext_lazy("reconciliation", "Dry run done")
        RUNNING = "RUNNING", pgettext_lazy("reconciliation", "Running")
        EXPLAINED = "EXPLAINED", pgettext_lazy("reconciliation", "Explained")
        OPEN = "OPEN", pgettext_lazy("reconciliation", "Lines open")
        FAILED = "FAILED", pgettext_lazy("reconciliation", "Could not run")
        STOPPED = "STOPPED", pgettext_lazy("reconciliation", "Stopped")
        SIGNED = "SIGNED", pgettext_lazy("reconciliation", "Signed off")

    class Measure(models.TextChoices):
        """What must be equal for two lines to agree."""

        AMOUNT = "amount", _("Amount")
        QUANTITY = "quantity", _("Quantity")
        BOTH = "both", _("Amount and quantity")

    name = models.CharField(_("name"), max_length=120)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    state = models.CharField(max_length=16, choices=State, default=State.DRAFT)
    created_at = models.DateTimeField()
    changed_at = models.DateTimeField()

    account = models.ForeignKey(AccountNode, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    # The month it settles, as 2026-07; `period` below is how lines are cut by their date, which not all settle by.
    month = models.CharField(_("month"), max_length=7, blank=True)
    deadline = models.DateField(_("deadline"), null=True, blank=True)
    # Counts every write, so that whoever saves what they read earlier is told.
    version = models.PositiveIntegerField(default=0)
    # The run whose result is shown; 0 before the first.
    run_number = models.PositiveIntegerField(default=0)
    # How many rows a dry run read, accepted, rejected and took for totals, by side; and why rows were rejected.
    dry_run = models.JSONField(default=dict)

    ours = models.ForeignKey(ImportBatch, on_delete=models.PROTECT, related_name="+")
    theirs = models.ForeignKey(ImportBatch, on_delete=models.PROTECT, related_name="+")
    store_map = models.ForeignKey(ImportBatch, null=True, on_delete=models.PROTECT, related_name="+")
    item_map = models.ForeignKey(ImportBatch, null=True, on_delete=models.PROTECT, related_name="+")

    profile = models.ForeignKey(ImportProfile, null=True, on_delete=models.SET_NULL, related_name="+")
    profile_text = models.TextField(blank=True)
    reading = models.JSONField(default=dict)
    measure = models.CharField(max_length=16, choices=Measure, default=Measure.AMOUNT)
    tolerance = models.CharField(max_length=16, default="0")
    window_days = models.PositiveIntegerField(default=DEFAULT_WINDOW_DAYS)
    period = models.CharField(max_length=7, blank=True)

    job = models.ForeignKey(Job, null=True, on_delete=models.SET_NULL, related_name="+")
    summary = models.JSONField(default=dict)
    failure = models.JSONField(default=dict)

    class Meta:
        verbose_name = _("reconciliation")
        verbose_name_plural = _("reconciliations")
        constraints: ClassVar = [
            models.CheckConstraint(condition=models.Q(state__in=_STATES), name="reconciliation_state_known"),
            models.CheckConstraint(
                condition=models.Q(measure__in=["amount", "quantity", "both"]), name="reconciliation_measure_known"
            ),
            models.CheckConstraint(
                condition=~models.Q(state="SIGNED") | models.Q(run_number__gt=0), name="reconciliation_signed_has_a_run"
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["owner", "-created_at"], name="reconciliation_by_owner"),
            models.Index(fields=["state", "-created_at"], name="reconciliation_by_state"),
            models.Index(fields=["account", "month"], name="reconciliation_by_account"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def shown_state(self) -> State:
        """Tell where it stands, a job that ended without a result included."""
        if self.state == self.State.RUNNING and (self.job is None or not self.job.is_active):
            ended_badly = self.job is None or self.job.state == Job.State.FAILED
            return self.State.FAILED if ended_badly else self.State.STOPPED
        return self.State(self.state)

    @property
    def is_running(self) -> bool:
        """Tell whether a job is at work on it."""
        return self.shown_state == self.State.RUNNING

    @property
    def has_result(self) -> bool:
        """Tell whether there is a bridge to look at; while a new run is at work, that of the last one."""
        return self.run_number > 0

    @property
    def is_signed(self) -> bool:
        """Tell whether it is signed off, so that nothing of it changes any more."""
        return self.state == self.State.SIGNED

    @property
    def is_settled(self) -> bool:
        """Tell whether its result stands as it is shown: no run at work, nothing corrected since."""
        return self.state in (self.State.EXPLAINED, self.State.OPEN, self.State.SIGNED)
