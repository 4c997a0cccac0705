"""An opportunity, the stages it went through, and who took it over."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from keytally.accounts.models import AccountNode
from keytally.core.models import RuleSetVersion
from keytally.funnel.labels import (
    DIRECTION_LABELS,
    END_REASON_LABELS,
    SIZE_LABELS,
    SOURCE_LABELS,
    STAGE_LABELS,
    STATE_LABELS,
    TEAM_ROLE_LABELS,
    EndReason,
    Source,
    choices,
)
from keytally.funnel.rules.stages import CustomerSize, Direction, Stage, State, TeamRole

PERSON = settings.AUTH_USER_MODEL
STAGES = [stage.value for stage in Stage]
_COUNTED = ("currency", "number", "same_stage_on", "onward_on", "dropped_on", "amount_minor")


class Opportunity(models.Model):
    """A possible sale to an account (F02); what the board shows of its gate is kept with it."""

    account = models.ForeignKey(AccountNode, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    name = models.CharField(_("what is to be sold"), max_length=120)
    name_words = models.CharField(max_length=600, blank=True)
    product = models.CharField(_("product or category"), max_length=80, blank=True)
    amount_minor = models.BigIntegerField(_("expected amount"), null=True, blank=True)
    currency = models.CharField(_("currency"), max_length=3, default="CNY")
    owner = models.ForeignKey(PERSON, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    customer_size = models.CharField(_("customer size"), max_length=16, choices=choices(SIZE_LABELS))
    stage = models.CharField(_("stage"), max_length=16, choices=choices(STAGE_LABELS), blank=True)
    state = models.CharField(_("state"), max_length=8, choices=choices(STATE_LABELS), default=State.OPEN)
    opened_on = models.DateField(pgettext_lazy("opportunity", "opened on"))
    expected_on = models.DateField(_("expected close"), null=True, blank=True)
    stage_since = models.DateField(_("in this stage since"))
    source = models.CharField(_("source"), max_length=24, choices=choices(SOURCE_LABELS))
    earlier = models.ForeignKey("self", null=True, blank=True, on_delete=models.PROTECT, related_name="repeats")
    # What was imported from elsewhere as it was, without evidence; no gate was asked.
    is_history = models.BooleanField(default=False)
    closed_on = models.DateField(pgettext_lazy("opportunity", "closed on"), null=True, blank=True)
    end_reason = models.CharField(_("reason"), max_length=16, choices=choices(END_REASON_LABELS), blank=True)
    end_note = models.CharField(pgettext_lazy("opportunity", "note"), max_length=500, blank=True)
    lost_to = models.CharField(_("lost to"), max_length=80, blank=True)
    lesson = models.CharField(_("lesson"), max_length=500, blank=True)
    look_again_on = models.DateField(_("look again on"), null=True, blank=True)
    # Kept by `services.judging` whenever evidence, stage or gates change; `qualifies_before` is the first day on which
    # the gate will have closed by itself because evidence expires.
    is_qualified = models.BooleanField(default=False)
    qualifies_before = models.DateField(null=True, blank=True)
    criteria_met = models.PositiveSmallIntegerField(default=0)
    criteria_missing = models.PositiveSmallIntegerField(default=0)
    override_count = models.PositiveSmallIntegerField(default=0)
    closing_facts = models.PositiveSmallIntegerField(default=0)
    touched_on = models.DateField()
    idempotency_key = models.CharField(max_length=100, null=True, blank=True, unique=True)
    created_at = models.DateTimeField()

    class Meta:
        verbose_name = _("opportunity")
        verbose_name_plural = _("opportunities")
        indexes: ClassVar = [
            models.Index(fields=["state", "stage", "-amount_minor", "id"], name="opportunity_on_board"),
            models.Index(fields=["owner", "state", "stage"], name="opportunity_by_owner"),
            models.Index(fields=["account", "state"], name="opportunity_by_account"),
            models.Index(fields=["state", "qualifies_before"], name="opportunity_expiring"),
            models.Index(fields=["state", "touched_on"], name="opportunity_stale"),
            models.Index(fields=["state", "closed_on"], name="opportunity_closed"),
        ]
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(stage__in=["", *STAGES]), name="opportunity_stage_known"),
            models.CheckConstraint(
                condition=Q(state__in=[state.value for state in State]), name="opportunity_state_known"
            ),
            models.CheckConstraint(
                condition=Q(source__in=[source.value for source in Source]), name="opportunity_source_known"
            ),
            models.CheckConstraint(
                condition=Q(customer_size__in=["", *(size.value for size in CustomerSize)]),
                name="opportunity_size_known",
            ),
            models.CheckConstraint(
                condition=Q(is_history=True)
                | (Q(account__isnull=False) & Q(owner__isnull=False) & ~Q(customer_size="")),
                name="opportunity_has_account",
            ),
            models.CheckConstraint(
                condition=Q(amount_minor__isnull=True) | Q(amount_minor__gte=0), name="opportunity_amount_not_negative"
            ),
            models.CheckConstraint(
                condition=Q(state="OPEN", closed_on__isnull=True) | (~Q(state="OPEN") & Q(closed_on__isnull=False)),
                name="opportunity_closed_on_a_day",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["LOST", "STOPPED"]) | Q(is_history=True) | ~Q(end_reason=""),
                name="opportunity_end_has_reason",
            ),
            models.CheckConstraint(
                condition=Q(source="REPEAT", earlier__isnull=False) | (~Q(source="REPEAT") & Q(earlier__isnull=True)),
                name="opportunity_repeat_has_earlier",
            ),
            models.CheckConstraint(
                condition=Q(end_reason__in=["", *(reason.value for reason in EndReason)]),
                name="opportunity_end_known",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class StageEntry(models.Model):
    """An opportunity came into a stage and, later, left it; rows are never taken away."""

    opportunity = models.ForeignKey(Opportunity, on_delete=models.CASCADE, related_name="entries")
    number = models.PositiveIntegerField()
    stage = models.CharField(max_length=16, choices=choices(STAGE_LABELS))
    direction = models.CharField(max_length=8, choices=choices(DIRECTION_LABELS))
    entered_on = models.DateField()
    entered_at = models.DateTimeField()
    left_on = models.DateField(null=True, blank=True)
    by = models.ForeignKey(PERSON, null=True, on_delete=models.PROTECT, related_name="+")
    reason = models.CharField(max_length=500, blank=True)
    # What was missing at the gate when a manager overrode it.
    missing = models.JSONField(default=list)
    judged_by = models.ForeignKey(RuleSetVersion, null=True, on_delete=models.PROTECT, related_name="+")
    # Kept by `services.going_on` whenever the opportunity moves, ends or is taken up again: from which day it had gone
    # on or dropped out, when the same stage was entered before, and the amount that it is measured with.
    onward_on = models.DateField(null=True, blank=True)
    dropped_on = models.DateField(null=True, blank=True)
    same_stage_on = models.DateField(null=True, blank=True)
    currency = models.CharField(max_length=3, default="CNY")
    amount_minor = models.BigIntegerField(null=True, blank=True)

    class Meta:
        verbose_name = _("stage entry")
        verbose_name_plural = _("stage entries")
        ordering: ClassVar = ["number"]
        indexes: ClassVar = [
            # All that the four measures count, so that they read nothing but this index.
            models.Index(fields=["stage", "entered_on", "left_on", *_COUNTED], name="entry_by_stage"),
        ]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["opportunity", "number"], name="entry_numbered_once"),
            models.UniqueConstraint(
                fields=["opportunity"], condition=Q(left_on__isnull=True), name="one_stage_at_a_time"
            ),
            models.CheckConstraint(condition=Q(stage__in=STAGES), name="entry_stage_known"),
            models.CheckConstraint(
                condition=Q(direction__in=[one.value for one in Direction]), name="entry_direction_known"
            ),
            models.CheckConstraint(condition=~Q(direction="OVERRIDE") | ~Q(reason=""), name="override_has_a_reason"),
            models.CheckConstraint(
                condition=Q(left_on__isnull=True) | Q(left_on__gte=F("entered_on")), name="entry_left_later"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.opportunity_id} {self.number} {self.stage}"


class StageHandOver(models.Model):
    """A stage change waits for the role that leads the new stage; somebody in it accepts."""

    entry = models.OneToOneField(StageEntry, on_delete=models.CASCADE, related_name="hand_over")
    roles = models.JSONField()
    asked_at = models.DateTimeField()
    asked_by = models.ForeignKey(PERSON, null=True, on_delete=models.PROTECT, related_name="+")
    accepted_by = models.ForeignKey(PERSON, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    accepted_as = models.CharField(max_length=16, choices=choices(TEAM_ROLE_LABELS), blank=True)
    accepted_at = models.DateTimeField(null=True, blank=True)
    # The opportunity moved on before anybody accepted.
    lapsed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("hand-over of a stage")
        verbose_name_plural = _("hand-overs of stages")
        indexes: ClassVar = [models.Index(fields=["accepted_at", "lapsed_at"], name="hand_over_waiting")]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(accepted_at__isnull=True, accepted_by__isnull=True)
                | Q(accepted_at__isnull=False, accepted_by__isnull=False),
                name="hand_over_accepted_by_somebody",
            ),
            models.CheckConstraint(
                condition=Q(accepted_as__in=["", *(role.value for role in TeamRole)]), name="hand_over_role_known"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.entry_id}"
