"""Requests, the steps of their routes, and who decides, did decide, or said something about them."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from keytally.approvals.rules.workflow import Mode
from keytally.kernel.money import Money

PERSON = settings.AUTH_USER_MODEL
# A request that a person typed is its own subject.
SUBJECT_KIND = "approval_request"


class Request(models.Model):
    """Something that people have to agree to; while it runs, nothing of it changes."""

    class State(models.TextChoices):
        """Where it stands."""

        RUNNING = "RUNNING", pgettext_lazy("request", "Running")
        APPROVED = "APPROVED", pgettext_lazy("request", "Approved")
        REFUSED = "REFUSED", pgettext_lazy("request", "Refused")
        RETURNED = "RETURNED", pgettext_lazy("request", "Returned for change")
        WITHDRAWN = "WITHDRAWN", pgettext_lazy("request", "Withdrawn")
        VOID = "VOID", pgettext_lazy("request", "Void: the text changed")

    kind = models.CharField(max_length=64)
    # The workflow it runs on, to the end, whatever is kept meanwhile.
    rules = models.ForeignKey("core.RuleSetVersion", on_delete=models.PROTECT, related_name="+")
    requester = models.ForeignKey(PERSON, on_delete=models.PROTECT, related_name="requests")
    # From which position it is asked, and for whose place the nearest holders are looked for.
    position = models.ForeignKey("people.Position", on_delete=models.PROTECT, related_name="+")
    subject_position = models.ForeignKey("people.Position", on_delete=models.PROTECT, related_name="+")
    # What it is about: something of a capability, or the request itself where a person typed it.
    subject_kind = models.CharField(max_length=64)
    subject_id = models.BigIntegerField()
    title = models.CharField(max_length=200)
    account_name = models.CharField(max_length=120, blank=True)
    text = models.TextField(blank=True)
    amount_minor = models.BigIntegerField(null=True)
    currency = models.CharField(max_length=3, blank=True)
    facts = models.JSONField(default=dict)
    content_hash = models.CharField(max_length=64)
    state = models.CharField(max_length=16, choices=State, default=State.RUNNING)
    round = models.PositiveIntegerField(default=1)
    level = models.PositiveIntegerField(null=True)
    left_out = models.JSONField(default=list)
    # What a form was given when it was shown, so that sending it twice makes one request.
    key = models.CharField(max_length=64, null=True, unique=True)  # noqa: DJ001 - unique only where there is one
    submitted_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("request")
        verbose_name_plural = _("requests")
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(state__in=["RUNNING", "APPROVED", "REFUSED", "RETURNED", "WITHDRAWN", "VOID"]),
                name="request_state_known",
            ),
            models.CheckConstraint(
                condition=Q(state="RUNNING", ended_at=None) | (~Q(state="RUNNING") & ~Q(ended_at=None)),
                name="request_ends_once",
            ),
            models.CheckConstraint(
                condition=Q(amount_minor=None, currency="") | (Q(amount_minor__gt=0) & ~Q(currency="")),
                name="request_amount_has_currency",
            ),
            models.UniqueConstraint(
                fields=["subject_kind", "subject_id", "kind"],
                condition=Q(state="RUNNING") & ~Q(subject_kind=SUBJECT_KIND),
                name="request_runs_once_per_subject",
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["requester", "-id"], name="request_by_requester"),
            models.Index(fields=["state", "-id"], name="request_by_state"),
            models.Index(fields=["subject_kind", "subject_id"], name="request_by_subject"),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def amount(self) -> Money | None:
        """The amount, where it has one."""
        return None if self.amount_minor is None else Money(self.amount_minor, self.currency)

    @property
    def is_running(self) -> bool:
        """Tell whether it waits for a decision."""
        return self.state == self.State.RUNNING

    @property
    def may_be_sent_again(self) -> bool:
        """Tell whether its requester may change it and send it again."""
        return self.state == self.State.RETURNED


class Step(models.Model):
    """One step of a request's route in one round, with its deadline; steps of one wave run side by side."""

    class State(models.TextChoices):
        """Has its turn come?"""

        WAITING = "WAITING", pgettext_lazy("step", "Not yet")
        OPEN = "OPEN", pgettext_lazy("step", "Open")
        DONE = "DONE", pgettext_lazy("step", "Done")
        DROPPED = "DROPPED", pgettext_lazy("step", "No longer needed")

    request = models.ForeignKey(Request, on_delete=models.PROTECT, related_name="steps")
    round = models.PositiveIntegerField()
    place = models.PositiveIntegerField()
    wave = models.PositiveIntegerField()
    code = models.CharField(max_length=32)
    name_zh = models.CharField(max_length=120)
    name_en = models.CharField(max_length=200)
    mode = models.CharField(max_length=8, choices=[(mode.value, mode.value) for mode in Mode])
    is_optional = models.BooleanField(default=False)
    # A thing to do that comes after the approval.
    follows = models.BooleanField(default=False)
    allowance = models.JSONField(default=dict)
    reasons = models.JSONField(default=list)
    state = models.CharField(max_length=8, choices=State, default=State.WAITING)
    opened_at = models.DateTimeField(null=True)
    remind_at = models.DateTimeField(null=True)
    due_at = models.DateTimeField(null=True)
    senior_at = models.DateTimeField(null=True)
    reminded_at = models.DateTimeField(null=True)
    manager_told_at = models.DateTimeField(null=True)
    senior_told_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("step")
        verbose_name_plural = _("steps")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["request", "round", "place"], name="step_place_once"),
            models.CheckConstraint(
                condition=Q(state__in=["WAITING", "OPEN", "DONE", "DROPPED"]), name="step_state_known"
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["remind_at"], condition=Q(state="OPEN", reminded_at=None), name="step_to_remind"),
            models.Index(fields=["due_at"], condition=Q(state="OPEN", manager_told_at=None), name="step_to_escalate"),
            models.Index(fields=["senior_at"], condition=Q(state="OPEN", senior_told_at=None), name="step_to_seniors"),
            models.Index(fields=["request", "-opened_at"], condition=Q(state="OPEN"), name="step_open"),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.state}"


class Slot(models.Model):
    """One decision, task or opinion of a step; any one of its people gives it for its roles."""

    class Outcome(models.TextChoices):
        """What was said; empty while it waits."""

        APPROVED = "APPROVED", pgettext_lazy("decision", "Approved")
        REFUSED = "REFUSED", pgettext_lazy("decision", "Refused")
        RETURNED = "RETURNED", pgettext_lazy("decision", "Returned for change")
        DONE = "DONE", pgettext_lazy("decision", "Done")
        NO_OBJECTION = "NO_OBJECTION", pgettext_lazy("decision", "No objection")
        OBJECTION = "OBJECTION", pgettext_lazy("decision", "Objection")
        SILENT = "SILENT", pgettext_lazy("decision", "No objection: silent past the deadline")
        INFORMED = "INFORMED", pgettext_lazy("decision", "Informed")
        SKIPPED = "SKIPPED", pgettext_lazy("decision", "Skipped")
        SUBMITTED = "SUBMITTED", pgettext_lazy("decision", "Submitted")
        DROPPED = "DROPPED", pgettext_lazy("decision", "No longer needed")

    step = models.ForeignKey(Step, on_delete=models.CASCADE, related_name="slots")
    place = models.PositiveIntegerField()
    roles = models.JSONField(default=list)
    authority = models.PositiveIntegerField(default=0)
    reasons = models.JSONField(default=list)
    outcome = models.CharField(max_length=16, choices=Outcome, blank=True)
    decided_by = models.ForeignKey(PERSON, null=True, on_delete=models.PROTECT, related_name="decisions")
    # Whose decision it was: another's, where the person stood in.
    decided_for = models.ForeignKey(PERSON, null=True, on_delete=models.PROTECT, related_name="decisions_by_others")
    decided_at = models.DateTimeField(null=True)
    comment = models.TextField(blank=True)
    content_hash = models.CharField(max_length=64, blank=True)

    class Meta:
        verbose_name = _("decision")
        verbose_name_plural = _("decisions")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["step", "place"], name="slot_place_once"),
            models.CheckConstraint(
                condition=Q(outcome="", decided_at=None) | (~Q(outcome="") & ~Q(decided_at=None)),
                name="slot_decided_once",
            ),
        ]
        indexes: ClassVar = [models.Index(fields=["decided_by", "-decided_at"], name="slot_by_decider")]

    def __str__(self) -> str:
        return f"{self.step_id} {self.outcome or '?'}"


class Seat(models.Model):
    """A person who may give a decision; `is_waiting` while it is open and not given."""

    slot = models.ForeignKey(Slot, on_delete=models.CASCADE, related_name="seats")
    # Kept here too: what a person may see is looked up by it.
    request = models.ForeignKey(Request, on_delete=models.PROTECT, related_name="seats")
    person = models.ForeignKey(PERSON, on_delete=models.PROTECT, related_name="seats")
    is_waiting = models.BooleanField(default=False)

    class Meta:
        verbose_name = _("seat")
        verbose_name_plural = _("seats")
        constraints: ClassVar = [models.UniqueConstraint(fields=["slot", "person"], name="seat_once")]
        indexes: ClassVar = [
            models.Index(fields=["person", "-id"], condition=Q(is_waiting=True), name="seat_waiting"),
            models.Index(fields=["person", "request"], name="seat_by_person"),
        ]

    def __str__(self) -> str:
        return f"{self.slot_id} {self.person_id}"


class Remark(models.Model):
    """What somebody said about a request beside deciding it."""

    request = models.ForeignKey(Request, on_delete=models.PROTECT, related_name="remarks")
    person = models.ForeignKey(PERSON, on_delete=models.PROTECT, related_name="+")
    text = models.TextField()
    at = models.DateTimeField()

    class Meta:
        verbose_name = _("remark")
        verbose_name_plural = _("remarks")
        ordering: ClassVar = ["id"]

    def __str__(self) -> str:
        return self.text


class RouteCheck(models.Model):
    """The organisation and the day for which every running request was last routed; one row."""

    organisation_version = models.CharField(max_length=64)
    day = models.DateField()

    class Meta:
        verbose_name = _("check of routes")
        verbose_name_plural = _("checks of routes")
        constraints: ClassVar = [models.CheckConstraint(condition=Q(id=1), name="route_check_is_one_row")]

    def __str__(self) -> str:
        return f"{self.organisation_version} {self.day}"
