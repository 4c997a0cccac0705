"""Courses with their questions, tests that were sat, and training that was attended."""

from typing import ClassVar

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from keytally.people.languages import in_language
from keytally.people.models.organisation import Named
from keytally.people.rules.training import Choice, Level, Proof


class TrainingCourse(Named):
    """A subject that the holders of some roles are to know, master, or know where to look up."""

    LEVELS: ClassVar = {
        Level.KNOW: pgettext_lazy("training", "Know"),
        Level.MASTER: pgettext_lazy("training", "Master"),
        Level.LOOK_UP: pgettext_lazy("training", "Look up"),
    }

    class State(models.TextChoices):
        """A draft is seen by those who write it; a closed course keeps its results and asks nobody."""

        DRAFT = "DRAFT", pgettext_lazy("training", "Draft")
        OPEN = "OPEN", pgettext_lazy("training", "Open")
        CLOSED = "CLOSED", pgettext_lazy("training", "Closed")

    code = models.CharField(_("code"), max_length=32, unique=True)
    state = models.CharField(max_length=8, choices=State, default=State.DRAFT)
    level = models.CharField(
        pgettext_lazy("training", "level"),
        max_length=8,
        choices=[(level.value, label) for level, label in LEVELS.items()],
    )
    roles = models.JSONField(_("audience"), default=list)
    text_zh = models.TextField(_("material, in Chinese"), blank=True)
    text_en = models.TextField(_("material, in English"), blank=True)
    minutes = models.PositiveIntegerField(pgettext_lazy("training", "minutes"), default=30)
    trainer = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    pass_mark_percent = models.PositiveSmallIntegerField(
        _("pass mark, per cent"), default=80, validators=[MinValueValidator(1), MaxValueValidator(100)]
    )
    valid_months = models.PositiveSmallIntegerField(_("valid for, months"), default=0)
    attempts_allowed = models.PositiveSmallIntegerField(_("attempts allowed"), default=0)
    asked_since = models.DateField(_("asked since"), null=True)
    added_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    added_at = models.DateTimeField()

    class Meta:
        verbose_name = _("training course")
        verbose_name_plural = _("training courses")
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(state__in=["DRAFT", "OPEN", "CLOSED"]), name="course_state_known"),
            models.CheckConstraint(condition=Q(level__in=[level.value for level in Level]), name="course_level_known"),
            models.CheckConstraint(
                condition=Q(pass_mark_percent__gte=1, pass_mark_percent__lte=100), name="course_pass_mark"
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def text(self) -> str:
        """Give the material in the reader's language."""
        return in_language(self.text_zh, self.text_en)


class TrainingQuestion(models.Model):
    """A question of a course's test."""

    CHOICES: ClassVar = {Choice.SINGLE: _("One answer is right"), Choice.MULTIPLE: _("Several answers may be right")}

    course = models.ForeignKey(TrainingCourse, on_delete=models.CASCADE, related_name="questions")
    place = models.PositiveIntegerField()
    choice = models.CharField(
        max_length=8, choices=[(choice.value, label) for choice, label in CHOICES.items()], default=Choice.SINGLE.value
    )
    text_zh = models.CharField(_("question, in Chinese"), max_length=500)
    text_en = models.CharField(_("question, in English"), max_length=500)

    class Meta:
        verbose_name = _("training question")
        verbose_name_plural = _("training questions")
        ordering: ClassVar = ["place", "id"]

    def __str__(self) -> str:
        return in_language(self.text_zh, self.text_en)


class TrainingAnswer(models.Model):
    """One of the answers that a question offers."""

    question = models.ForeignKey(TrainingQuestion, on_delete=models.CASCADE, related_name="answers")
    place = models.PositiveIntegerField()
    text_zh = models.CharField(_("answer, in Chinese"), max_length=300)
    text_en = models.CharField(_("answer, in English"), max_length=300)
    is_right = models.BooleanField(_("right"), default=False)

    class Meta:
        verbose_name = _("training answer")
        verbose_name_plural = _("training answers")
        ordering: ClassVar = ["place", "id"]

    def __str__(self) -> str:
        return in_language(self.text_zh, self.text_en)


class TrainingAttempt(models.Model):
    """A test that somebody sat; the paper keeps the questions as they were asked and the answers that were chosen."""

    course = models.ForeignKey(TrainingCourse, on_delete=models.PROTECT, related_name="attempts")
    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    started_at = models.DateTimeField()
    handed_in_at = models.DateTimeField(null=True)
    # The company's day on which it was handed in: what a pass is counted from.
    handed_in_on = models.DateField(null=True)
    paper = models.JSONField()
    right_count = models.PositiveIntegerField(default=0)
    asked_count = models.PositiveIntegerField(default=0)
    is_passed = models.BooleanField(default=False)

    class Meta:
        verbose_name = _("training attempt")
        verbose_name_plural = _("training attempts")
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["course", "person"], condition=Q(handed_in_at__isnull=True), name="attempt_one_open"
            ),
            models.CheckConstraint(
                condition=Q(handed_in_at__isnull=False, handed_in_on__isnull=False)
                | Q(handed_in_at__isnull=True, handed_in_on__isnull=True, is_passed=False),
                name="attempt_passed_is_handed_in",
            ),
        ]
        indexes: ClassVar = [models.Index(fields=["person", "course", "-id"], name="attempt_by_person")]

    def __str__(self) -> str:
        return f"{self.course_id} {self.person_id}"

    @property
    def percent(self) -> int:
        """Give the share of right answers, rounded down."""
        return self.right_count * 100 // self.asked_count if self.asked_count else 0


class ExtraAttempt(models.Model):
    """One attempt more than the course allows, given by a trainer."""

    course = models.ForeignKey(TrainingCourse, on_delete=models.PROTECT, related_name="extra_attempts")
    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    given_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    given_at = models.DateTimeField()
    reason = models.CharField(_("reason"), max_length=500)

    class Meta:
        verbose_name = _("extra attempt")
        verbose_name_plural = _("extra attempts")

    def __str__(self) -> str:
        return f"{self.course_id} {self.person_id}"


class TrainingRecord(models.Model):
    """Somebody attended a course on a day, or read its material."""

    PROOFS: ClassVar = {
        Proof.READ: pgettext_lazy("training", "Read"),
        Proof.ATTENDED: pgettext_lazy("training", "Attended"),
        Proof.PASSED: pgettext_lazy("training", "Passed the test"),
    }

    course = models.ForeignKey(TrainingCourse, on_delete=models.PROTECT, related_name="records")
    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    proof = models.CharField(max_length=8, choices=[(proof.value, label) for proof, label in PROOFS.items()])
    held_on = models.DateField(_("held on"))
    trainer = models.CharField(_("trainer"), max_length=150, blank=True)
    added_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    added_at = models.DateTimeField()

    class Meta:
        verbose_name = _("training record")
        verbose_name_plural = _("training records")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["course", "person", "proof", "held_on"], name="training_record_once"),
            models.CheckConstraint(condition=Q(proof__in=["READ", "ATTENDED"]), name="training_record_proof_known"),
        ]
        indexes: ClassVar = [models.Index(fields=["person", "course"], name="training_record_by_person")]

    def __str__(self) -> str:
        return f"{self.course_id} {self.person_id} {self.proof}"
