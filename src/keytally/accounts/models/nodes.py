"""The tree of accounts, who stands behind a node in law, where it stood when, and by which codes it is known."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from keytally.accounts.labels import CODE_SIDES, KINDS, STATUSES, CodeSide, Status, choices
from keytally.accounts.rules.codes import Days
from keytally.accounts.rules.parties import NodeKind


class LegalParty(models.Model):
    """A company or person in law that nodes point to: name, tax id, bank."""

    name = models.CharField(_("name in law"), max_length=120)
    tax_id = models.CharField(_("tax id"), max_length=18, blank=True, db_index=True)
    bank_name = models.CharField(_("bank"), max_length=120, blank=True)
    bank_account = models.CharField(_("bank account"), max_length=40, blank=True)
    representative = models.CharField(_("legal representative"), max_length=60, blank=True)
    registered_capital_minor = models.BigIntegerField(_("registered capital"), null=True, blank=True)
    currency = models.CharField(_("currency"), max_length=3, default="CNY")
    address = models.CharField(_("address"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("legal party")
        verbose_name_plural = _("legal parties")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["tax_id"], condition=~Q(tax_id=""), name="legal_party_tax_id_once"),
        ]

    def __str__(self) -> str:
        return self.name


class AccountNode(models.Model):
    """A chain, a regional company, a head office, a distribution centre or a store: one node of one tree."""

    kind = models.CharField(_("kind"), max_length=16, choices=choices(KINDS))
    code = models.CharField(_("our code"), max_length=20, unique=True)
    name_zh = models.CharField(_("name (Chinese)"), max_length=80)
    name_en = models.CharField(_("name (English)"), max_length=80, blank=True)
    name_sort = models.CharField(max_length=200)
    parent = models.ForeignKey("self", null=True, blank=True, on_delete=models.PROTECT, related_name="children")
    chain = models.ForeignKey("self", null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    status = models.CharField(_("status"), max_length=16, choices=choices(STATUSES), default=Status.PROSPECT)
    opened_on = models.DateField(_("opened on"), null=True, blank=True)
    closed_on = models.DateField(_("closed on"), null=True, blank=True)
    # Its index is node_by_owner.
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    promoter = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    legal_party = models.ForeignKey(LegalParty, null=True, blank=True, on_delete=models.PROTECT, related_name="nodes")
    supplied_by = models.ForeignKey(
        LegalParty, null=True, blank=True, on_delete=models.PROTECT, related_name="supplied_nodes"
    )
    supply_layers = models.PositiveSmallIntegerField(_("layers between us and the shelf"), null=True, blank=True)
    gln = models.CharField("GLN", max_length=13, blank=True)
    address = models.CharField(_("address"), max_length=200, blank=True)
    area_code = models.CharField(_("area code (GB/T 2260)"), max_length=6, blank=True)
    latitude_micro = models.IntegerField(_("latitude"), null=True, blank=True)
    longitude_micro = models.IntegerField(_("longitude"), null=True, blank=True)
    phone = models.CharField(_("phone"), max_length=40, blank=True)
    floor_area = models.BigIntegerField(_("floor area, m²"), null=True, blank=True)
    tills = models.PositiveIntegerField(_("tills"), null=True, blank=True)
    traffic = models.PositiveIntegerField(_("customers a day"), null=True, blank=True)
    dock_hours = models.CharField(_("dock hours"), max_length=80, blank=True)
    order_days = models.CharField(_("order days"), max_length=40, blank=True)
    lead_days = models.PositiveSmallIntegerField(_("lead time, days"), null=True, blank=True)
    served_from = models.ForeignKey("self", null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    is_on_nka_list = models.BooleanField(_("on the NKA data list"), null=True, blank=True)
    merged_into = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="aliases", db_index=False
    )
    idempotency_key = models.CharField(max_length=64, null=True, blank=True, unique=True)
    created_at = models.DateTimeField()

    class Meta:
        verbose_name = _("account")
        verbose_name_plural = _("accounts")
        indexes: ClassVar = [
            # Lists leave aliases out, so these indexes do: both databases read an order and sums from them.
            models.Index(
                fields=["kind", "name_sort", "id", "owner"], name="node_in_order", condition=Q(merged_into=None)
            ),
            models.Index(fields=["kind", "owner", "floor_area"], name="node_totals", condition=Q(merged_into=None)),
            models.Index(fields=["merged_into"], name="node_aliases", condition=Q(merged_into__isnull=False)),
            models.Index(fields=["owner", "kind", "name_sort"], name="node_by_owner"),
            models.Index(fields=["chain", "kind", "name_sort"], name="node_by_chain"),
            models.Index(fields=["status", "kind"], name="node_by_status"),
            models.Index(fields=["area_code", "kind"], name="node_by_area"),
        ]
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(kind__in=[kind.value for kind in NodeKind]), name="node_kind_known"),
            models.CheckConstraint(condition=Q(status__in=[one.value for one in Status]), name="node_status_known"),
            models.CheckConstraint(
                condition=~Q(kind=NodeKind.STORE.value) | Q(parent__isnull=False), name="store_has_a_parent"
            ),
            models.CheckConstraint(
                condition=Q(closed_on__isnull=True) | Q(opened_on__isnull=True) | Q(closed_on__gte=F("opened_on")),
                name="node_closes_after_it_opens",
            ),
            models.CheckConstraint(
                condition=Q(merged_into__isnull=True) | ~Q(merged_into=F("id")), name="node_is_not_its_own_alias"
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def name(self) -> str:
        """Say its name in the reader's language."""
        return self.name_zh if (get_language() or "").startswith("zh") or not self.name_en else self.name_en


class AccountAncestor(models.Model):
    """A node lies below another, at some depth; each node lies below itself at depth 0."""

    node = models.ForeignKey(AccountNode, on_delete=models.CASCADE, related_name="above")
    ancestor = models.ForeignKey(AccountNode, on_delete=models.CASCADE, related_name="below")
    depth = models.PositiveSmallIntegerField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["ancestor", "node"], name="ancestor_once"),
        ]

    def __str__(self) -> str:
        return f"{self.node_id} below {self.ancestor_id}"


class AccountPlacement(models.Model):
    """A node hung under a parent in a span of days."""

    node = models.ForeignKey(AccountNode, on_delete=models.CASCADE, related_name="placements")
    parent = models.ForeignKey(AccountNode, on_delete=models.PROTECT, related_name="+")
    starts_on = models.DateField()
    ends_before = models.DateField(null=True, blank=True)

    class Meta:
        ordering: ClassVar = ["starts_on"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["node", "starts_on"], name="placement_begins_once"),
            models.CheckConstraint(
                condition=Q(ends_before__isnull=True) | Q(ends_before__gt=F("starts_on")), name="placement_ends_later"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.node_id} under {self.parent_id} from {self.starts_on}"


class AccountCode(models.Model):
    """A code by which a node is known, ours or theirs, in a span of days; retailers renumber."""

    node = models.ForeignKey(AccountNode, on_delete=models.CASCADE, related_name="codes")
    chain = models.ForeignKey(AccountNode, null=True, on_delete=models.PROTECT, related_name="+")
    side = models.CharField(max_length=8, choices=choices(CODE_SIDES))
    code = models.CharField(_("code"), max_length=30)
    code_plain = models.CharField(max_length=30)
    starts_on = models.DateField(_("from"), null=True, blank=True)
    ends_before = models.DateField(_("until before"), null=True, blank=True)

    class Meta:
        ordering: ClassVar = ["side", "starts_on"]
        indexes: ClassVar = [models.Index(fields=["code_plain", "chain"], name="code_in_chain")]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["chain", "side", "code_plain", "node", "starts_on"], name="code_begins_once"
            ),
            models.CheckConstraint(condition=Q(side__in=[side.value for side in CodeSide]), name="code_side_known"),
            models.CheckConstraint(
                condition=Q(ends_before__isnull=True) | Q(starts_on__isnull=True) | Q(ends_before__gt=F("starts_on")),
                name="code_ends_later",
            ),
        ]

    def __str__(self) -> str:
        return self.code

    @property
    def days(self) -> Days:
        """Say from when and until before when it holds."""
        return self.starts_on, self.ends_before
