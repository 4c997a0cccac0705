"""What people say about lines: which pairs belong together, who looks after a line, what was written about it.

A line is known by the md5 of its business fields, never by its place in a file (DECISIONS), so all of this outlives
every run.
"""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from keytally.reconciliation.models.reconciliations import Reconciliation


class Decision(models.Model):
    """A person says that a line of ours and a line of theirs are the same thing, or are not."""

    class Choice(models.TextChoices):
        """What was said of the pair."""

        ACCEPT = "ACCEPT", pgettext_lazy("decision", "Accepted")
        REFUSE = "REFUSE", pgettext_lazy("pair", "Refused")

    class Origin(models.TextChoices):
        """How the pair came about."""

        PROPOSED = "PROPOSED", pgettext_lazy("decision", "proposed by a rule")
        SAME_AS = "SAME_AS", pgettext_lazy("decision", "picked by a person")
        SPLIT = "SPLIT", pgettext_lazy("decision", "one line against several")

    reconciliation = models.ForeignKey(Reconciliation, on_delete=models.PROTECT, related_name="decisions")
    ours_id = models.CharField(max_length=32)
    theirs_id = models.CharField(max_length=32)
    choice = models.CharField(max_length=8, choices=Choice)
    origin = models.CharField(max_length=12, choices=Origin, default=Origin.PROPOSED)
    # What was decided at one stroke shares a word; taking it back takes all of it back.
    stroke = models.CharField(max_length=32)
    reason = models.CharField(_("reason"), max_length=500, blank=True)
    # The run that was on the screen.
    run_number = models.PositiveIntegerField()
    # What the two lines were called, so that the list can be read when they are gone.
    ours_words = models.CharField(max_length=200, blank=True)
    theirs_words = models.CharField(max_length=200, blank=True)
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    decided_at = models.DateTimeField()
    withdrawn_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    withdrawn_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = pgettext_lazy("reconciliation", "decision")
        verbose_name_plural = pgettext_lazy("reconciliation", "decisions")
        ordering: ClassVar = ["-decided_at", "-id"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["reconciliation", "ours_id", "theirs_id"],
                condition=Q(withdrawn_at=None),
                name="pair_decided_once",
            ),
            models.CheckConstraint(condition=Q(choice__in=["ACCEPT", "REFUSE"]), name="decision_choice_known"),
            models.CheckConstraint(
                condition=Q(origin__in=["PROPOSED", "SAME_AS", "SPLIT"]), name="decision_origin_known"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.choice} {self.ours_id} {self.theirs_id}"


class ResidualCase(models.Model):
    """A residual somebody has touched: who looks after it until when, and how it stands; untouched ones have none."""

    class State(models.TextChoices):
        """How it stands."""

        OPEN = "OPEN", pgettext_lazy("residual", "Open")
        ACCEPTED = "ACCEPTED", pgettext_lazy("residual", "Accepted with a reason")
        DONE = "DONE", pgettext_lazy("residual", "Done")

    reconciliation = models.ForeignKey(Reconciliation, on_delete=models.PROTECT, related_name="cases")
    side = models.CharField(max_length=8)
    line_id = models.CharField(max_length=32)
    # As the run on the screen had it when the case was touched last.
    line_class = models.CharField(max_length=24)
    currency = models.CharField(max_length=3, blank=True)
    amount_minor = models.BigIntegerField(default=0)
    line_words = models.CharField(max_length=200, blank=True)
    state = models.CharField(max_length=12, choices=State, default=State.OPEN)
    reason = models.CharField(_("reason"), max_length=500, blank=True)
    assignee = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    deadline = models.DateField(_("deadline"), null=True, blank=True)
    opened_at = models.DateTimeField()
    changed_at = models.DateTimeField()
    changed_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    # What was done last, in the words of the audit.
    last_action = models.CharField(max_length=64, blank=True)
    version = models.PositiveIntegerField(default=0)

    class Meta:
        verbose_name = _("residual case")
        verbose_name_plural = _("residual cases")
        indexes: ClassVar = [models.Index(fields=["assignee", "state", "deadline"], name="residual_case_by_person")]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["reconciliation", "side", "line_id"], name="residual_case_once"),
            models.CheckConstraint(condition=Q(side__in=["ours", "theirs"]), name="residual_case_side_known"),
            models.CheckConstraint(
                condition=Q(state__in=["OPEN", "ACCEPTED", "DONE"]), name="residual_case_state_known"
            ),
            models.CheckConstraint(
                condition=~Q(state="ACCEPTED") | ~Q(reason=""), name="residual_accepted_with_a_reason"
            ),
        ]

    def __str__(self) -> str:
        return self.line_words or self.line_id


class ResidualComment(models.Model):
    """What somebody wrote about a residual."""

    case = models.ForeignKey(ResidualCase, on_delete=models.PROTECT, related_name="comments")
    text = models.TextField(_("comment"))
    written_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    written_at = models.DateTimeField()

    class Meta:
        verbose_name = _("comment")
        verbose_name_plural = _("comments")
        ordering: ClassVar = ["written_at", "id"]

    def __str__(self) -> str:
        return self.text[:40]
