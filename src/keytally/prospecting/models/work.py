"""How a lead is worked on: its one next action, what was prepared, how it was touched, and the counter-plan."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from keytally.prospecting.labels import ACTIONS, OUTCOMES, PERSONALITIES, TOUCHES, WILLINGNESS, choices
from keytally.prospecting.models.leads import Lead
from keytally.prospecting.rules.cadence import ActionState


class NextAction(models.Model):
    """What is to be done next with a lead, by whom, on which day; a lead has at most one that is open."""

    lead = models.ForeignKey(Lead, on_delete=models.CASCADE, related_name="actions")
    kind = models.CharField(_("next action"), max_length=16, choices=choices(ACTIONS))
    due_on = models.DateField(_("on"))
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    note = models.CharField(_("what for"), max_length=200, blank=True)
    state = models.CharField(max_length=16, default=ActionState.OPEN)
    set_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        ordering: ClassVar = ["-id"]
        indexes: ClassVar = [models.Index(fields=["owner", "state", "due_on"], name="action_by_owner")]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["lead"], condition=Q(state=ActionState.OPEN), name="one_next_action"),
            models.CheckConstraint(
                condition=Q(state__in=[one.value for one in ActionState]), name="action_state_known"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.due_on}"


class PreparedItem(models.Model):
    """An item of the checklist before the first contact that somebody prepared."""

    lead = models.ForeignKey(Lead, on_delete=models.CASCADE, related_name="prepared")
    item = models.CharField(max_length=40)
    note = models.CharField(max_length=300, blank=True)
    done_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    done_at = models.DateTimeField()

    class Meta:
        ordering: ClassVar = ["id"]
        constraints: ClassVar = [models.UniqueConstraint(fields=["lead", "item"], name="item_prepared_once")]

    def __str__(self) -> str:
        return self.item


class LeadTouch(models.Model):
    """A call, a visit or a letter: when, with whom, what came of it, and when it was written down."""

    lead = models.ForeignKey(Lead, on_delete=models.CASCADE, related_name="touches")
    kind = models.CharField(_("how"), max_length=16, choices=choices(TOUCHES))
    happened_at = models.DateTimeField(_("when it ended"))
    contact_name = models.CharField(_("with whom"), max_length=60)
    outcome = models.CharField(_("what came of it"), max_length=16, choices=choices(OUTCOMES))
    text = models.TextField(_("what was said and agreed"), max_length=4000)
    fingerprint = models.CharField(max_length=64, blank=True)
    exception_reason = models.CharField(_("why without preparation or plan"), max_length=200, blank=True)
    written_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    written_at = models.DateTimeField()
    # The day it happened in the company's zone, by which norms are counted and letters compared.
    happened_on = models.DateField()
    are_notes_prompt = models.BooleanField()
    idempotency_key = models.CharField(max_length=64, null=True, blank=True, unique=True)

    class Meta:
        ordering: ClassVar = ["-happened_at", "-id"]
        indexes: ClassVar = [
            models.Index(fields=["written_by", "happened_on", "kind"], name="touch_by_day"),
            models.Index(fields=["fingerprint", "happened_on"], name="touch_same_text"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.happened_on}"


class CounterPlan(models.Model):
    """How willing a customer is, how they decide, and how we go about it (D04); the latest holds."""

    lead = models.ForeignKey(Lead, on_delete=models.CASCADE, related_name="plans")
    willingness = models.CharField(_("willingness"), max_length=16, choices=choices(WILLINGNESS))
    personality = models.CharField(_("personality"), max_length=16, choices=choices(PERSONALITIES))
    plan = models.TextField(_("counter-plan"), max_length=1000)
    review_on = models.DateField(_("look at it again on"))
    written_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    written_at = models.DateTimeField()

    class Meta:
        ordering: ClassVar = ["-id"]

    def __str__(self) -> str:
        return self.plan[:60]
