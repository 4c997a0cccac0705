"""The support centre: named experts, questions with a clock, and who is asked (K08)."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from keytally.playbook.labels import DESKS, choices

PERSON = settings.AUTH_USER_MODEL


class SupportExpert(models.Model):
    """Somebody who answers at the support centre, in a span of days."""

    person = models.ForeignKey(PERSON, on_delete=models.PROTECT, related_name="+")
    desk = models.CharField(_("desk"), max_length=10, choices=choices(DESKS))
    # What they are asked about, as [axis, code]; empty: whatever nobody else is asked about.
    topics = models.JSONField(default=list)
    starts_on = models.DateField(_("from"))
    ends_before = models.DateField(_("until before"), null=True, blank=True)

    class Meta:
        verbose_name = _("expert")
        verbose_name_plural = _("experts")
        ordering: ClassVar = ["desk", "id"]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(ends_before=None) | Q(ends_before__gte=F("starts_on")), name="expert_ends_later"
            ),
            models.UniqueConstraint(
                fields=["person", "desk"], condition=Q(ends_before=None), name="expert_once_at_a_desk"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.person_id} {self.desk}"


class SupportQuestion(models.Model):
    """A question to the support centre; its answer becomes an entry."""

    class State(models.TextChoices):
        """Where it stands."""

        OPEN = "OPEN", pgettext_lazy("support question", "Open")
        ANSWERED = "ANSWERED", pgettext_lazy("support question", "Answered")
        SETTLED = "SETTLED", pgettext_lazy("support question", "Helped")
        WITHDRAWN = "WITHDRAWN", pgettext_lazy("support question", "Withdrawn")

    asker = models.ForeignKey(PERSON, on_delete=models.PROTECT, related_name="+")
    node = models.ForeignKey("accounts.AccountNode", null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    title = models.CharField(_("in one line"), max_length=120)
    text = models.TextField(_("what you need to know"))
    # In which language it was written, so that the entry made of it says so.
    language = models.CharField(max_length=8)
    topics = models.JSONField(default=list)
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.OPEN)
    round = models.PositiveSmallIntegerField(default=1)
    asked_at = models.DateTimeField()
    remind_at = models.DateTimeField()
    due_at = models.DateTimeField()
    senior_at = models.DateTimeField()
    reminded_at = models.DateTimeField(null=True, blank=True)
    manager_told_at = models.DateTimeField(null=True, blank=True)
    senior_told_at = models.DateTimeField(null=True, blank=True)
    answer = models.TextField(blank=True)
    answered_by = models.ForeignKey(PERSON, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    answered_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    entry = models.ForeignKey(
        "playbook.PlaybookEntry", null=True, blank=True, on_delete=models.PROTECT, related_name="questions"
    )
    idempotency_key = models.CharField(max_length=64, null=True, unique=True)  # noqa: DJ001 - unique only where there is one

    class Meta:
        verbose_name = _("question to the support centre")
        verbose_name_plural = _("questions to the support centre")
        ordering: ClassVar = ["-asked_at", "-id"]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=~Q(state__in=["ANSWERED", "SETTLED"]) | (~Q(answer="") & ~Q(answered_at=None)),
                name="question_answered_with_words",
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["state", "due_at"], name="question_by_due"),
            models.Index(fields=["asker", "-asked_at"], name="question_by_asker"),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def is_open(self) -> bool:
        """Tell whether an answer is waited for."""
        return self.state == self.State.OPEN


class QuestionExpert(models.Model):
    """Who is asked a question, since when, and whether they passed it on."""

    question = models.ForeignKey(SupportQuestion, on_delete=models.CASCADE, related_name="experts")
    person = models.ForeignKey(PERSON, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()
    passed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("expert who is asked")
        verbose_name_plural = _("experts who are asked")
        ordering: ClassVar = ["id"]
        constraints: ClassVar = [models.UniqueConstraint(fields=["question", "person"], name="expert_asked_once")]

    def __str__(self) -> str:
        return f"{self.question_id} {self.person_id}"
