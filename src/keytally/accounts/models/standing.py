"""Credit grades and supply layers of accounts: two facts that are dated or counted, each in a table of its own."""

from typing import ClassVar

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from keytally.accounts.labels import CREDIT_GRADES, choices
from keytally.accounts.models.nodes import AccountNode
from keytally.accounts.rules.tiers import CreditGrade as Grade


class CreditGrade(models.Model):
    """How far an account is trusted with goods before they are paid, in a span of days; the tier is another thing."""

    node = models.ForeignKey(AccountNode, on_delete=models.CASCADE, related_name="credit_grades")
    grade = models.CharField(_("credit grade"), max_length=1, choices=choices(CREDIT_GRADES))
    starts_on = models.DateField(_("from"))
    ends_before = models.DateField(_("until before"), null=True, blank=True)
    source = models.CharField(_("source"), max_length=60)

    class Meta:
        verbose_name = _("credit grade")
        verbose_name_plural = _("credit grades")
        ordering: ClassVar = ["-starts_on"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["node"], condition=Q(ends_before__isnull=True), name="grade_open_once"),
            models.CheckConstraint(condition=Q(grade__in=[one.value for one in Grade]), name="grade_known"),
            models.CheckConstraint(
                condition=Q(ends_before__isnull=True) | Q(ends_before__gt=F("starts_on")), name="grade_ends_later"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.node_id} {self.grade} from {self.starts_on}"


class SupplyLayer(models.Model):
    """One hand through which goods go between us and the shelf, and the margin that it takes (V02)."""

    node = models.ForeignKey(AccountNode, on_delete=models.CASCADE, related_name="layers")
    position = models.PositiveSmallIntegerField()
    name = models.CharField(_("name"), max_length=80)
    margin_ppm = models.PositiveIntegerField(_("margin"), null=True, blank=True)

    class Meta:
        verbose_name = _("supply layer")
        verbose_name_plural = _("supply layers")
        ordering: ClassVar = ["position", "id"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["node", "position"], name="layer_once"),
            models.CheckConstraint(
                condition=Q(margin_ppm__isnull=True) | Q(margin_ppm__lt=1_000_000), name="layer_margin_below_whole"
            ),
        ]

    def __str__(self) -> str:
        return self.name
