"""Handovers: what one person gives to another, proposed, confirmed, and written down item by item."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from keytally.people.languages import in_language


class Handover(models.Model):
    """A person's belongings on their way to another; nothing moves before the receiver confirms."""

    class State(models.TextChoices):
        """Only a proposed one can still change."""

        PROPOSED = "PROPOSED", pgettext_lazy("handover", "Proposed")
        CONFIRMED = "CONFIRMED", pgettext_lazy("handover", "Handed over")
        REFUSED = "REFUSED", pgettext_lazy("handover", "Refused")
        WITHDRAWN = "WITHDRAWN", pgettext_lazy("handover", "Withdrawn")

    giver = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    receiver = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    state = models.CharField(max_length=16, choices=State, default=State.PROPOSED)
    takes_everything = models.BooleanField(_("everything, also what appears before it is confirmed"), default=True)
    ends_access = models.BooleanField(_("the giver leaves: their log-in ends with the confirmation"), default=False)
    reason = models.CharField(_("reason"), max_length=500)
    proposed_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    proposed_at = models.DateTimeField()
    decided_at = models.DateTimeField(null=True)
    answer = models.CharField(_("answer"), max_length=500, blank=True)

    class Meta:
        verbose_name = _("handover")
        verbose_name_plural = _("handovers")
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(state__in=["PROPOSED", "CONFIRMED", "REFUSED", "WITHDRAWN"]), name="handover_state_known"
            ),
            models.CheckConstraint(condition=~Q(giver=F("receiver")), name="handover_to_another"),
            models.CheckConstraint(condition=Q(ends_access=False) | Q(takes_everything=True), name="handover_leaver"),
            models.CheckConstraint(
                condition=Q(state="PROPOSED", decided_at__isnull=True)
                | (~Q(state="PROPOSED") & Q(decided_at__isnull=False)),
                name="handover_decided_at",
            ),
            models.UniqueConstraint(
                fields=["giver"],
                condition=Q(state="PROPOSED", takes_everything=True),
                name="handover_of_everything_once",
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["giver", "-id"], name="handover_by_giver"),
            models.Index(fields=["receiver", "state"], name="handover_by_receiver"),
        ]

    def __str__(self) -> str:
        return f"{self.giver_id} {self.receiver_id}"


class HandoverItem(models.Model):
    """One belonging of a handover, and what became of it."""

    class Outcome(models.TextChoices):
        """Nothing, as long as nobody confirmed."""

        WAITING = "WAITING", pgettext_lazy("handover", "Waiting")
        MOVED = "MOVED", pgettext_lazy("handover", "Moved")
        GONE = "GONE", pgettext_lazy("handover", "No longer held")

    handover = models.ForeignKey(Handover, on_delete=models.PROTECT, related_name="items")
    kind = models.CharField(max_length=48)
    thing_id = models.BigIntegerField()
    label_zh = models.CharField(max_length=300)
    label_en = models.CharField(max_length=300)
    remark = models.CharField(pgettext_lazy("handover", "remark"), max_length=500, blank=True)
    outcome = models.CharField(max_length=8, choices=Outcome, default=Outcome.WAITING)
    # Whether it appeared between the proposal and the confirmation.
    has_appeared = models.BooleanField(default=False)

    class Meta:
        verbose_name = _("handover item")
        verbose_name_plural = _("handover items")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["handover", "kind", "thing_id"], name="handover_item_once"),
            models.CheckConstraint(
                condition=Q(outcome__in=["WAITING", "MOVED", "GONE"]), name="handover_item_outcome_known"
            ),
        ]

    def __str__(self) -> str:
        return in_language(self.label_zh, self.label_en)
