"""Dated measures that others push in, and the scores that were made of them."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from keytally.accounts.labels import PARTS, choices
from keytally.accounts.models.nodes import AccountNode


class AccountMeasure(models.Model):
    """A figure of an account for a span of days, from one source; sent again it takes the place of the earlier one."""

    node = models.ForeignKey(AccountNode, on_delete=models.CASCADE, related_name="measures")
    measure = models.CharField(_("measure"), max_length=40)
    starts_on = models.DateField(_("from"))
    ends_before = models.DateField(_("until before"))
    figure = models.BigIntegerField(_("figure"))
    currency = models.CharField(_("currency"), max_length=3, blank=True)
    source = models.CharField(_("source"), max_length=60)
    recorded_at = models.DateTimeField()

    class Meta:
        verbose_name = _("measure")
        verbose_name_plural = _("measures")
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["node", "measure", "starts_on", "ends_before", "currency", "source"], name="measure_once"
            ),
            models.CheckConstraint(condition=Q(ends_before__gt=F("starts_on")), name="measure_ends_later"),
        ]
        indexes: ClassVar = [models.Index(fields=["measure", "starts_on", "node"], name="measure_by_day")]

    def __str__(self) -> str:
        return f"{self.node_id} {self.measure} {self.starts_on}"


class ScoreJudgement(models.Model):
    """Points that a manager gave a part of the score, with the reason."""

    node = models.ForeignKey(AccountNode, on_delete=models.CASCADE, related_name="judgements")
    part = models.CharField(_("part"), max_length=16, choices=choices(PARTS))
    points = models.PositiveSmallIntegerField(_("points, 0-100"))
    reason = models.CharField(_("reason"), max_length=300)
    judged_on = models.DateField()
    judged_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")

    class Meta:
        verbose_name = _("judgement")
        verbose_name_plural = _("judgements")
        ordering: ClassVar = ["-judged_on", "-id"]
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(points__lte=100), name="judgement_at_most_100"),
        ]

    def __str__(self) -> str:
        return f"{self.node_id} {self.part} {self.points}"


class ScoreRecord(models.Model):
    """A score as it was computed on a day, with its parts, weights and sources; never rewritten."""

    node = models.ForeignKey(AccountNode, on_delete=models.CASCADE, related_name="scores")
    scored_on = models.DateField()
    points = models.PositiveSmallIntegerField(null=True)
    coverage = models.PositiveSmallIntegerField()
    parts = models.JSONField()

    class Meta:
        verbose_name = _("score")
        verbose_name_plural = _("scores")
        ordering: ClassVar = ["-scored_on", "-id"]
        indexes: ClassVar = [models.Index(fields=["node", "-scored_on", "-id"], name="score_history")]

    def __str__(self) -> str:
        return f"{self.node_id} {self.scored_on} {self.points}"
