"""The people at the account, and the evidence for every rung."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from keytally.accounts.labels import DECISION_ROLES, EVIDENCE, RUNGS, STANCES, choices
from keytally.accounts.models.nodes import AccountNode
from keytally.accounts.rules.decision_map import DecisionRole, Stance
from keytally.accounts.rules.ladder import EvidenceKind, Rung


class Contact(models.Model):
    """A person at an account, with the part they have in decisions."""

    node = models.ForeignKey(AccountNode, on_delete=models.CASCADE, related_name="contacts")
    name = models.CharField(pgettext_lazy("person", "name"), max_length=60)
    title = models.CharField(_("job title"), max_length=60, blank=True)
    decision_role = models.CharField(_("role in the decision"), max_length=24, choices=choices(DECISION_ROLES))
    weight = models.PositiveSmallIntegerField(_("weight in the decision, 0-100"), default=0)
    stance = models.CharField(_("stance"), max_length=16, choices=choices(STANCES), default=Stance.NEUTRAL)
    phone = models.CharField(_("phone"), max_length=40, blank=True)
    phone_plain = models.CharField(max_length=40, blank=True, db_index=True)
    email = models.EmailField(_("e-mail"), blank=True)
    note = models.CharField(_("note"), max_length=500, blank=True)
    holder = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    left_on = models.DateField(_("left on"), null=True, blank=True)
    warned_for = models.DateField(null=True, blank=True)

    class Meta:
        verbose_name = _("contact")
        verbose_name_plural = _("contacts")
        ordering: ClassVar = ["-weight", "name"]
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(weight__lte=100), name="contact_weight_at_most_100"),
            models.CheckConstraint(
                condition=Q(decision_role__in=[role.value for role in DecisionRole]), name="contact_role_known"
            ),
            models.CheckConstraint(condition=Q(stance__in=[one.value for one in Stance]), name="contact_stance_known"),
        ]

    def __str__(self) -> str:
        return self.name


class RungEvidence(models.Model):
    """A dated piece of evidence that claims a rung of the ladder (F14)."""

    contact = models.ForeignKey(Contact, on_delete=models.CASCADE, related_name="evidence")
    on = models.DateField(_("day"))
    kind = models.CharField(_("evidence"), max_length=16, choices=choices(EVIDENCE))
    rung = models.PositiveSmallIntegerField(_("rung"), choices=[(rung.value, label) for rung, label in RUNGS.items()])
    note = models.CharField(_("what happened"), max_length=500)
    visit = models.ForeignKey("Visit", null=True, blank=True, on_delete=models.CASCADE, related_name="evidence")
    recorded_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField()

    class Meta:
        verbose_name = _("evidence for a rung")
        verbose_name_plural = _("evidence for rungs")
        ordering: ClassVar = ["-on", "-id"]
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(rung__in=[rung.value for rung in Rung]), name="evidence_rung_known"),
            models.CheckConstraint(
                condition=Q(kind__in=[kind.value for kind in EvidenceKind]), name="evidence_kind_known"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.on} {self.rung}"
