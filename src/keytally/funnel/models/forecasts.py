"""Every forecast that was made, with the chance of each opportunity in it, and how right it was."""

from datetime import date, timedelta
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from keytally.funnel.models.opportunities import Opportunity

FIGURES = ("WEIGHTED", "CALIBRATED", "SIMULATED")


class ForecastRun(models.Model):
    """Three figures for a period, as they were told on a day for a part of the funnel; scored when it is over."""

    # Nobody where the company's forecast of the month was made by itself.
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    made_on = models.DateField()
    made_at = models.DateTimeField()
    # The part of the funnel, as the parts of an address.
    asked = models.JSONField(default=dict)
    starts_on = models.DateField()
    ends_before = models.DateField()
    currency = models.CharField(max_length=3)
    seed = models.BigIntegerField()
    draws = models.PositiveIntegerField()
    weighted_minor = models.BigIntegerField()
    calibrated_minor = models.BigIntegerField()
    p10_minor = models.BigIntegerField()
    p50_minor = models.BigIntegerField()
    p90_minor = models.BigIntegerField()
    mean_minor = models.BigIntegerField()
    opportunity_count = models.PositiveIntegerField()
    without_amount = models.PositiveIntegerField()
    without_date = models.PositiveIntegerField()
    unqualified = models.PositiveIntegerField()
    # By stage: its weight, the weight by our own history, and the cases that this rests on.
    basis = models.JSONField(default=list)
    scored_on = models.DateField(null=True)
    won_minor = models.BigIntegerField(null=True)
    # Won in the period though the forecast did not hold it.
    besides_minor = models.BigIntegerField(null=True)
    # Brier scores in parts per million: of the three figures and of the base rate.
    brier = models.JSONField(default=dict)
    nearest = models.CharField(max_length=16, choices=[(figure, figure) for figure in FIGURES], blank=True)

    class Meta:
        verbose_name = _("forecast")
        verbose_name_plural = _("forecasts")
        ordering: ClassVar = ["-made_at", "-pk"]
        indexes: ClassVar = [models.Index(fields=["scored_on", "ends_before"], name="forecast_to_score")]
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(ends_before__gt=F("starts_on")), name="forecast_period"),
            models.CheckConstraint(
                condition=Q(scored_on=None, won_minor=None, nearest="")
                | Q(scored_on__gte=F("ends_before"), won_minor__isnull=False),
                name="forecast_scored_when_over",
            ),
        ]

    def __str__(self) -> str:
        return f"forecast {self.pk}"

    @property
    def last_on(self) -> date:
        """The last day of its period."""
        return self.ends_before - timedelta(days=1)


class ForecastChance(models.Model):
    """The chance that a forecast gave an opportunity to be won in its period, and what came of it."""

    run = models.ForeignKey(ForecastRun, on_delete=models.CASCADE, related_name="chances")
    opportunity = models.ForeignKey(Opportunity, on_delete=models.PROTECT, related_name="chances")
    stage = models.CharField(max_length=16)
    amount_minor = models.BigIntegerField()
    expected_on = models.DateField(null=True)
    weighted_ppm = models.PositiveIntegerField()
    calibrated_ppm = models.PositiveIntegerField()
    simulated_ppm = models.PositiveIntegerField()
    came_true = models.BooleanField(null=True)
    won_minor = models.BigIntegerField(null=True)

    class Meta:
        verbose_name = _("chance in a forecast")
        verbose_name_plural = _("chances in forecasts")
        ordering: ClassVar = ["-amount_minor", "pk"]
        constraints: ClassVar = [models.UniqueConstraint(fields=["run", "opportunity"], name="chance_once_a_forecast")]

    def __str__(self) -> str:
        return f"{self.run_id} {self.opportunity_id}"
