"""Visits and competitors as facts: who of ours met whom, where and when, and who else offers what."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from keytally.accounts.labels import VISIT_STATES, choices
from keytally.accounts.models.contacts import Contact
from keytally.accounts.models.nodes import AccountNode
from keytally.accounts.rules.visits import VisitState


class Visit(models.Model):
    """A visit at an account: planned for a day, made, or failed to take place."""

    node = models.ForeignKey(AccountNode, on_delete=models.CASCADE, related_name="visits")
    visitor = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    on = models.DateField(_("day"))
    state = models.CharField(_("state"), max_length=8, choices=choices(VISIT_STATES))
    contacts = models.ManyToManyField(Contact, related_name="visits", blank=True)
    place = models.CharField(_("where"), max_length=120, blank=True)
    aim = models.CharField(_("aim"), max_length=200, blank=True)
    notes = models.TextField(_("notes"), blank=True)
    notes_at = models.DateTimeField(null=True, blank=True)
    reason = models.CharField(_("why it failed"), max_length=200, blank=True)
    recorded_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField()
    answered_at = models.DateTimeField(null=True, blank=True)
    idempotency_key = models.CharField(max_length=64, null=True, blank=True, unique=True)

    class Meta:
        verbose_name = _("visit")
        verbose_name_plural = _("visits")
        ordering: ClassVar = ["-on", "-id"]
        indexes: ClassVar = [
            models.Index(fields=["node", "-on", "-id"], name="visit_of_node"),
            models.Index(fields=["visitor", "-on", "-id"], name="visit_of_person"),
            models.Index(fields=["state", "on"], name="visit_by_day"),
        ]
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(state__in=[one.value for one in VisitState]), name="visit_state_known"),
            models.CheckConstraint(
                condition=~Q(state=VisitState.FAILED.value) | ~Q(reason=""), name="visit_failed_with_reason"
            ),
            models.CheckConstraint(
                condition=Q(notes="", notes_at__isnull=True) | (~Q(notes="") & Q(notes_at__isnull=False)),
                name="visit_notes_have_time",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.on} {self.node_id} {self.state}"


class Competitor(models.Model):
    """A supplier that offers against us, at whatever account."""

    name_zh = models.CharField(_("name (Chinese)"), max_length=80, unique=True)
    name_en = models.CharField(_("name (English)"), max_length=80, blank=True)

    class Meta:
        verbose_name = _("competitor")
        verbose_name_plural = _("competitors")
        ordering: ClassVar = ["name_zh"]
        constraints: ClassVar = [models.CheckConstraint(condition=~Q(name_zh=""), name="competitor_has_a_name")]

    def __str__(self) -> str:
        return self.name

    @property
    def name(self) -> str:
        """Say its name in the reader's language."""
        return self.name_zh if (get_language() or "").startswith("zh") or not self.name_en else self.name_en


class CompetitorSighting(models.Model):
    """A competitor was seen at an account: what they offer, where they are strong and weak, how low they go (K07)."""

    node = models.ForeignKey(AccountNode, on_delete=models.CASCADE, related_name="competitor_sightings")
    competitor = models.ForeignKey(Competitor, on_delete=models.PROTECT, related_name="sightings")
    seen_on = models.DateField(_("seen on"))
    offer = models.CharField(_("what they offer"), max_length=300)
    strength = models.CharField(_("strength"), max_length=300, blank=True)
    weakness = models.CharField(_("weakness"), max_length=300, blank=True)
    floor = models.CharField(_("how low they go"), max_length=300, blank=True)
    learned_from = models.CharField(_("how we know"), max_length=200, blank=True)
    visit = models.ForeignKey(Visit, null=True, blank=True, on_delete=models.SET_NULL, related_name="sightings")
    recorded_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField()
    idempotency_key = models.CharField(max_length=64, null=True, blank=True, unique=True)

    class Meta:
        verbose_name = _("sighting of a competitor")
        verbose_name_plural = _("sightings of competitors")
        ordering: ClassVar = ["-seen_on", "-id"]
        indexes: ClassVar = [models.Index(fields=["node", "-seen_on", "-id"], name="sighting_of_node")]
        constraints: ClassVar = [models.CheckConstraint(condition=~Q(offer=""), name="sighting_says_the_offer")]

    def __str__(self) -> str:
        return f"{self.competitor} {self.seen_on}"
