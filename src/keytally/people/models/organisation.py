"""Units, positions, solid and dotted lines, holders and delegations, each from a day and up to a day.

A trigger refuses two solid lines of a position and city, two dotted lines to one boss, and two holdings of a position
by one person on the same day (migration 0001); `services.organisation` refuses circles.
"""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from keytally.people.rules.organisation import LineKind, UnitKind

# Ends are open where nothing is known to end.
DATED = Q(ends_before__isnull=True) | Q(ends_before__gt=F("starts_on"))


class Dated(models.Model):
    """Something that holds from a day up to, but not including, another."""

    starts_on = models.DateField(_("from"))
    ends_before = models.DateField(_("ended on"), null=True, blank=True)

    class Meta:
        abstract = True


class Named(models.Model):
    """Something that people call by a Chinese and an English name."""

    name_zh = models.CharField(_("Chinese name"), max_length=120)
    name_en = models.CharField(_("English name"), max_length=120)

    class Meta:
        abstract = True

    @property
    def name(self) -> str:
        """Name it in the reader's language."""
        first, second = (self.name_zh, self.name_en) if _reads_chinese() else (self.name_en, self.name_zh)
        return first or second


class Unit(Named, Dated):
    """A part of the company: head office, a region, an area of a region."""

    KINDS: ClassVar = {
        UnitKind.HEAD_OFFICE: _("Head office"),
        UnitKind.REGION: _("Region"),
        UnitKind.AREA: _("Area"),
    }

    kind = models.CharField(_("kind"), max_length=16, choices=[(kind.value, label) for kind, label in KINDS.items()])
    code = models.CharField(_("code"), max_length=32, unique=True)
    parent = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="parts", verbose_name=_("belongs to")
    )

    class Meta:
        verbose_name = _("unit")
        verbose_name_plural = _("units")
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(kind__in=[kind.value for kind in UnitKind]), name="unit_kind_known"),
            models.CheckConstraint(
                condition=Q(kind="HEAD_OFFICE", parent__isnull=True)
                | (~Q(kind="HEAD_OFFICE") & Q(parent__isnull=False)),
                name="unit_below_head_office",
            ),
            models.CheckConstraint(condition=DATED, name="unit_ends_after_start"),
        ]

    def __str__(self) -> str:
        return self.name


class PositionRole(Named):
    """A role of positions as this company names it; those of the template need no row."""

    code = models.CharField(_("code"), max_length=16, unique=True)

    class Meta:
        verbose_name = _("position role")
        verbose_name_plural = _("position roles")

    def __str__(self) -> str:
        return self.name


class Position(Named, Dated):
    """A place in the organisation, whoever holds it."""

    code = models.CharField(_("code"), max_length=48, unique=True)
    role = models.CharField(_("role"), max_length=16)
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="positions", verbose_name=_("unit"))
    city = models.CharField(_("city"), max_length=60, blank=True)

    class Meta:
        verbose_name = _("position")
        verbose_name_plural = _("positions")
        constraints: ClassVar = [
            models.CheckConstraint(condition=DATED, name="position_ends_after_start"),
            models.CheckConstraint(condition=~Q(role=""), name="position_has_role"),
        ]
        indexes: ClassVar = [models.Index(fields=["role"], name="position_by_role")]

    def __str__(self) -> str:
        return self.name


class ReportingLine(Dated):
    """A position reports to another; with a city it does so there, instead of by the general line."""

    KINDS: ClassVar = {LineKind.SOLID: _("Solid line"), LineKind.DOTTED: _("Dotted line")}

    position = models.ForeignKey(Position, on_delete=models.PROTECT, related_name="lines")
    boss = models.ForeignKey(Position, on_delete=models.PROTECT, related_name="lines_below")
    kind = models.CharField(_("kind"), max_length=8, choices=[(kind.value, label) for kind, label in KINDS.items()])
    city = models.CharField(_("city"), max_length=60, blank=True)

    class Meta:
        verbose_name = _("reporting line")
        verbose_name_plural = _("reporting lines")
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(kind__in=[kind.value for kind in LineKind]), name="line_kind_known"),
            models.CheckConstraint(condition=~Q(position=F("boss")), name="line_to_another"),
            models.CheckConstraint(condition=DATED, name="line_ends_after_start"),
            models.CheckConstraint(condition=Q(kind="SOLID") | Q(city=""), name="line_city_is_solid"),
            models.UniqueConstraint(
                fields=["position", "city"],
                condition=Q(kind="SOLID", ends_before__isnull=True),
                name="line_one_open_solid",
            ),
            models.UniqueConstraint(
                fields=["position", "boss"],
                condition=Q(kind="DOTTED", ends_before__isnull=True),
                name="line_one_open_dotted",
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["position", "kind", "starts_on"], name="line_by_position"),
            models.Index(fields=["boss", "kind", "starts_on"], name="line_by_boss"),
        ]

    def __str__(self) -> str:
        return f"{self.position_id} {self.kind} {self.boss_id}"


class Holding(Dated):
    """A person holds a position."""

    position = models.ForeignKey(Position, on_delete=models.PROTECT, related_name="holdings")
    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="holdings")

    class Meta:
        verbose_name = _("holding")
        verbose_name_plural = _("holdings")
        constraints: ClassVar = [
            models.CheckConstraint(condition=DATED, name="holding_ends_after_start"),
            models.UniqueConstraint(
                fields=["position", "person"], condition=Q(ends_before__isnull=True), name="holding_open_once"
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["position", "starts_on"], name="holding_by_position"),
            models.Index(fields=["person", "starts_on"], name="holding_by_person"),
        ]

    def __str__(self) -> str:
        return f"{self.position_id} {self.person_id}"


class Delegation(models.Model):
    """While a person is away, a delegate decides in their place; it shows the delegate nothing else."""

    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="delegations")
    delegate = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="delegations_to")
    starts_at = models.DateTimeField(_("from"))
    ends_at = models.DateTimeField(_("until"))
    reason = models.CharField(_("reason"), max_length=200, blank=True)
    added_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    added_at = models.DateTimeField()

    class Meta:
        verbose_name = _("delegation")
        verbose_name_plural = _("delegations")
        constraints: ClassVar = [
            models.CheckConstraint(condition=~Q(person=F("delegate")), name="delegation_to_another"),
            models.CheckConstraint(condition=Q(ends_at__gt=F("starts_at")), name="delegation_ends_after_start"),
        ]
        indexes: ClassVar = [
            models.Index(fields=["ends_at", "starts_at"], name="delegation_by_time"),
            models.Index(fields=["person", "starts_at"], name="delegation_by_person"),
            models.Index(fields=["delegate", "starts_at"], name="delegation_by_delegate"),
        ]

    def __str__(self) -> str:
        return f"{self.person_id} {self.delegate_id}"


class OrganisationVersion(models.Model):
    """One row that changes with every change of the organisation; a process keeps what it read under it.

    A name no other change bears, not a count: a change that is rolled back must not lend its number to the next one.
    """

    version = models.UUIDField()

    class Meta:
        verbose_name = _("version of the organisation")
        verbose_name_plural = _("versions of the organisation")
        constraints: ClassVar = [models.CheckConstraint(condition=Q(id=1), name="organisation_version_is_one_row")]

    def __str__(self) -> str:
        return str(self.version)


def _reads_chinese() -> bool:
    return (get_language() or "").startswith("zh")
