"""How an account is settled, what was promised to it, and the steps of its development."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from keytally.accounts.labels import PROMISE_KINDS, PROMISE_STATES, PlanStep, PromiseState, choices
from keytally.accounts.models.contacts import Contact
from keytally.accounts.models.nodes import AccountNode


class SettlementProcedure(models.Model):
    """How a chain settles, in a span of days (R03, R04)."""

    node = models.ForeignKey(AccountNode, on_delete=models.CASCADE, related_name="procedures")
    starts_on = models.DateField(_("from"))
    ends_before = models.DateField(_("until before"), null=True, blank=True)

    class Meta:
        verbose_name = _("settlement procedure")
        verbose_name_plural = _("settlement procedures")
        ordering: ClassVar = ["-starts_on"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["node", "starts_on"], name="procedure_begins_once"),
            models.CheckConstraint(
                condition=Q(ends_before__isnull=True) | Q(ends_before__gt=F("starts_on")), name="procedure_ends_later"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.node_id} from {self.starts_on}"


class SettlementStep(models.Model):
    """One item of the checklist: what is done, by which day of the month, with which paper."""

    procedure = models.ForeignKey(SettlementProcedure, on_delete=models.CASCADE, related_name="steps")
    position = models.PositiveSmallIntegerField()
    day = models.PositiveSmallIntegerField(_("day of the month"), null=True, blank=True)
    name_zh = models.CharField(_("what (Chinese)"), max_length=160)
    name_en = models.CharField(_("what (English)"), max_length=160, blank=True)

    class Meta:
        ordering: ClassVar = ["position", "id"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["procedure", "position"], name="settlement_step_once"),
            models.CheckConstraint(
                condition=Q(day__isnull=True) | (Q(day__gte=1) & Q(day__lte=31)), name="settlement_day_of_a_month"
            ),
        ]

    def __str__(self) -> str:
        return self.name_zh if (get_language() or "").startswith("zh") or not self.name_en else self.name_en


class AccountPromise(models.Model):
    """What we promised an account, by when, and what we asked in return (J02)."""

    node = models.ForeignKey(AccountNode, on_delete=models.CASCADE, related_name="promises")
    contact = models.ForeignKey(Contact, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(_("kind of promise"), max_length=16, choices=choices(PROMISE_KINDS))
    promised = models.CharField(_("what we promised"), max_length=300)
    asked_in_return = models.CharField(_("what we asked in return"), max_length=300)
    promised_on = models.DateField()
    due_on = models.DateField(_("due on"))
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    state = models.CharField(_("state"), max_length=8, choices=choices(PROMISE_STATES), default=PromiseState.OPEN)
    answered_on = models.DateField(null=True, blank=True)
    evidence = models.CharField(_("evidence"), max_length=300, blank=True)

    class Meta:
        verbose_name = _("promise")
        verbose_name_plural = _("promises")
        ordering: ClassVar = ["due_on", "id"]
        indexes: ClassVar = [models.Index(fields=["state", "due_on"], name="promise_by_due_day")]

    def __str__(self) -> str:
        return self.promised


class DevelopmentStep(models.Model):
    """One of the five steps of an account's development: evidence, owner, date (K03)."""

    node = models.ForeignKey(AccountNode, on_delete=models.CASCADE, related_name="development")
    step = models.CharField(_("step"), max_length=8, choices=[(step.value, step.value) for step in PlanStep])
    evidence = models.CharField(_("evidence"), max_length=500, blank=True)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    due_on = models.DateField(_("due on"), null=True, blank=True)
    done_on = models.DateField(_("done on"), null=True, blank=True)

    class Meta:
        verbose_name = _("development step")
        verbose_name_plural = _("development steps")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["node", "step"], name="development_step_once"),
            models.CheckConstraint(
                condition=Q(done_on__isnull=True) | ~Q(evidence=""), name="development_is_done_with_evidence"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.node_id} {self.step}"
