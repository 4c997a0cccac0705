"""The classes of accounts: axes and values are data, the tier holds for a year."""

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from keytally.accounts.labels import TIERS, choices
from keytally.accounts.models.nodes import AccountNode
from keytally.accounts.rules.tiers import Tier


class _Named(models.Model):
    code = models.CharField(_("code"), max_length=40)
    name_zh = models.CharField(_("name (Chinese)"), max_length=60)
    name_en = models.CharField(_("name (English)"), max_length=60)
    position = models.PositiveSmallIntegerField(_("place in the list"), default=0)

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return self.name_zh if (get_language() or "").startswith("zh") else self.name_en


class ClassificationAxis(_Named):
    """One way of classing accounts, such as the format of a store (V03-V06)."""

    is_several = models.BooleanField(_("several values at a time"), default=False)

    class Meta:
        verbose_name = _("axis")
        verbose_name_plural = _("axes")
        ordering: ClassVar = ["position", "id"]
        constraints: ClassVar = [models.UniqueConstraint(fields=["code"], name="axis_code_once")]


class ClassificationValue(_Named):
    """A value of an axis; one that is no longer chosen stays for those who have it."""

    axis = models.ForeignKey(ClassificationAxis, on_delete=models.PROTECT, related_name="values")
    is_active = models.BooleanField(_("may be chosen"), default=True)

    class Meta:
        verbose_name = _("value of an axis")
        verbose_name_plural = _("values of axes")
        ordering: ClassVar = ["axis__position", "position", "id"]
        constraints: ClassVar = [models.UniqueConstraint(fields=["axis", "code"], name="axis_value_code_once")]


class Classification(models.Model):
    """An account has a value of an axis."""

    node = models.ForeignKey(AccountNode, on_delete=models.CASCADE, related_name="classifications")
    value = models.ForeignKey(ClassificationValue, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["value", "node"], name="classified_once")]

    def __str__(self) -> str:
        return f"{self.node_id} {self.value_id}"


class AccountTier(models.Model):
    """The tier of an account in a calendar year (Q23-Q25)."""

    node = models.ForeignKey(AccountNode, on_delete=models.CASCADE, related_name="tiers")
    year = models.PositiveSmallIntegerField(_("year"))
    tier = models.CharField(_("tier"), max_length=1, choices=choices(TIERS))

    class Meta:
        verbose_name = _("tier")
        verbose_name_plural = _("tiers")
        ordering: ClassVar = ["-year"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["node", "year"], name="tier_once_a_year"),
            models.CheckConstraint(condition=Q(tier__in=[tier.value for tier in Tier]), name="tier_known"),
        ]
        indexes: ClassVar = [models.Index(fields=["year", "tier", "node"], name="tier_by_year")]

    def __str__(self) -> str:
        return f"{self.year} {self.tier}"
