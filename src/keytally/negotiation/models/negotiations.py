"""A negotiation about an opportunity, the people who decide it, and the three compared."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from keytally.negotiation.labels import ASPECTS, PARTIES, PHASES, ROUTES, STATES, WAYS, State, choices

PERSON = settings.AUTH_USER_MODEL
OPEN = (State.PREPARING.value, State.RUNNING.value)


class Negotiation(models.Model):
    """The talks about an opportunity, from readiness (N01) to the end (N03)."""

    opportunity = models.ForeignKey("funnel.Opportunity", on_delete=models.PROTECT, related_name="negotiations")
    state = models.CharField(_("state"), max_length=10, choices=choices(STATES), default=State.PREPARING)
    opened_at = models.DateTimeField()
    opened_by = models.ForeignKey(PERSON, on_delete=models.PROTECT, related_name="+")
    # Preconditions (N01) and how we got here.
    way = models.CharField(_("how they negotiate"), max_length=16, choices=choices(WAYS), blank=True)
    route = models.CharField(_("how we got here"), max_length=8, choices=choices(ROUTES), blank=True)
    suppliers = models.PositiveSmallIntegerField(_("suppliers at the table, with us"), default=1)
    starts_on = models.DateField(_("start"), null=True, blank=True)
    finishes_on = models.DateField(_("finish"), null=True, blank=True)
    dates_confirmed = models.BooleanField(_("both confirmed by the customer"), default=False)
    deadline = models.DateField(_("deadline"), null=True, blank=True)
    begun_at = models.DateTimeField(null=True, blank=True)
    begun_by = models.ForeignKey(PERSON, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    missing = models.JSONField(default=list)
    override_reason = models.CharField(max_length=300, blank=True)
    # Best alternatives, in words and as a utility in parts per million.
    our_alternative = models.CharField(_("our best alternative"), max_length=300, blank=True)
    their_alternative = models.CharField(_("their best alternative"), max_length=300, blank=True)
    our_alternative_ppm = models.PositiveIntegerField(default=0)
    their_alternative_ppm = models.PositiveIntegerField(default=0)
    phase = models.CharField(_("phase"), max_length=6, choices=choices(PHASES), blank=True)
    difficulties = models.JSONField(default=list)
    methods = models.JSONField(default=list)
    rival = models.CharField(_("main competitor"), max_length=80, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    ended_by = models.ForeignKey(PERSON, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    end_note = models.CharField(_("how it ended"), max_length=500, blank=True)
    # The agreed package, frozen for the contract, and its checksum.
    agreed = models.JSONField(default=list)
    agreed_hash = models.CharField(max_length=64, blank=True)

    class Meta:
        verbose_name = _("negotiation")
        verbose_name_plural = _("negotiations")
        ordering: ClassVar = ["-opened_at", "-id"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["opportunity"], condition=Q(state__in=OPEN), name="negotiation_open_once"),
            models.CheckConstraint(
                condition=~Q(state__in=["DEAL", "LOST", "STOPPED"]) | Q(ended_at__isnull=False),
                name="negotiation_ends_at_an_instant",
            ),
            models.CheckConstraint(condition=~Q(state="DEAL") | ~Q(agreed_hash=""), name="deal_keeps_its_package"),
        ]
        indexes: ClassVar = [models.Index(fields=["state", "-opened_at"], name="negotiation_by_state")]

    def __str__(self) -> str:
        return str(self.opportunity)

    @property
    def is_open(self) -> bool:
        """Tell whether it goes on."""
        return self.state in OPEN


class KeyPerson(models.Model):
    """Somebody of the customer who takes part in the decision."""

    negotiation = models.ForeignKey(Negotiation, on_delete=models.CASCADE, related_name="people")
    name = models.CharField(pgettext_lazy("person", "name"), max_length=60)
    decides = models.BooleanField(_("decides or pays"), default=False)
    confirmed_on = models.DateField(_("confirmed the solution on"), null=True, blank=True)

    class Meta:
        verbose_name = _("key person")
        verbose_name_plural = _("key people")
        ordering: ClassVar = ["-decides", "id"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["negotiation", "name"], name="key_person_once"),
        ]

    def __str__(self) -> str:
        return self.name


class ComparisonCell(models.Model):
    """One cell of customer - competitor - us (K07): in words, with points from 0 to 5."""

    negotiation = models.ForeignKey(Negotiation, on_delete=models.CASCADE, related_name="cells")
    party = models.CharField(max_length=8, choices=choices(PARTIES))
    aspect = models.CharField(max_length=8, choices=choices(ASPECTS))
    text = models.CharField(max_length=500, blank=True)
    points = models.PositiveSmallIntegerField(null=True, blank=True)

    class Meta:
        verbose_name = _("cell of the comparison")
        verbose_name_plural = _("cells of the comparison")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["negotiation", "party", "aspect"], name="comparison_cell_once"),
            models.CheckConstraint(condition=Q(points=None) | Q(points__lte=5), name="comparison_points_up_to_five"),
        ]

    def __str__(self) -> str:
        return f"{self.party} {self.aspect}"
