"""What passes from one month to the next: lines that are still open, and what people's corrections taught."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from keytally.accounts.models import AccountNode
from keytally.reconciliation.models.reconciliations import Reconciliation


class CarriedLine(models.Model):
    """A line that a month left open and the next one looks for first; found once, it is never looked for again."""

    class State(models.TextChoices):
        """What became of it."""

        OPEN = "OPEN", pgettext_lazy("carried line", "Still open")
        FOUND = "FOUND", pgettext_lazy("carried line", "Found again")
        DROPPED = "DROPPED", pgettext_lazy("carried line", "No longer open where it came from")

    account = models.ForeignKey(AccountNode, on_delete=models.PROTECT, related_name="+")
    origin = models.ForeignKey(Reconciliation, on_delete=models.PROTECT, related_name="carried_on")
    month = models.CharField(_("month"), max_length=7)
    side = models.CharField(max_length=8)
    line_id = models.CharField(max_length=32)
    line_class = models.CharField(max_length=24)
    doc_no = models.CharField(max_length=200, blank=True)
    order_no = models.CharField(max_length=200, blank=True)
    store = models.CharField(max_length=200, blank=True)
    item = models.CharField(max_length=200, blank=True)
    gtin = models.CharField(max_length=40, blank=True)
    line_on = models.DateField(null=True)
    currency = models.CharField(max_length=3)
    # Quantity in thousandths and amount in minor units as the line has them, not turned around.
    quantity = models.BigIntegerField(null=True)
    amount_minor = models.BigIntegerField()
    state = models.CharField(max_length=8, choices=State, default=State.OPEN)
    found_in = models.ForeignKey(Reconciliation, null=True, on_delete=models.PROTECT, related_name="found_again")
    found_at = models.DateTimeField(null=True)
    found_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        verbose_name = _("carried line")
        verbose_name_plural = _("carried lines")
        ordering: ClassVar = ["month", "id"]
        indexes: ClassVar = [models.Index(fields=["account", "state", "month"], name="carried_by_account")]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["origin", "side", "line_id"], name="carried_once"),
            models.CheckConstraint(condition=Q(side__in=["ours", "theirs"]), name="carried_side_known"),
            models.CheckConstraint(
                condition=Q(state="FOUND", found_in__isnull=False) | (~Q(state="FOUND") & Q(found_in__isnull=True)),
                name="carried_found_somewhere",
            ),
        ]

    def __str__(self) -> str:
        return self.order_no or self.doc_no or self.line_id


class CarryOffer(models.Model):
    """A line of a month's run that seems to be what an earlier month left open; made anew with every run."""

    reconciliation = models.ForeignKey(Reconciliation, on_delete=models.CASCADE, related_name="carry_offers")
    # The lines of one offer are taken or left together.
    offer = models.PositiveIntegerField()
    carried = models.ForeignKey(CarriedLine, null=True, on_delete=models.CASCADE, related_name="offers")
    side = models.CharField(max_length=8)
    line_id = models.CharField(max_length=32)
    ground = models.CharField(max_length=8)
    gap_minor = models.BigIntegerField()
    words = models.CharField(max_length=200, blank=True)
    amount_minor = models.BigIntegerField(default=0)

    class Meta:
        verbose_name = _("carry-over offer")
        verbose_name_plural = _("carry-over offers")
        ordering: ClassVar = ["offer", "id"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["reconciliation", "side", "line_id", "carried"], name="offered_once"),
        ]

    def __str__(self) -> str:
        return f"{self.reconciliation_id} {self.offer}"


class RefusedOffer(models.Model):
    """A pair of lines of two months of which a person said that it is not the same thing; not offered again."""

    reconciliation = models.ForeignKey(Reconciliation, on_delete=models.PROTECT, related_name="refused_offers")
    # The pairs of one offer are refused, and taken back, together.
    stroke = models.CharField(max_length=32)
    carried = models.ForeignKey(CarriedLine, on_delete=models.PROTECT, related_name="refused_offers")
    side = models.CharField(max_length=8)
    line_id = models.CharField(max_length=32)
    words = models.CharField(max_length=200, blank=True)
    reason = models.CharField(_("reason"), max_length=500)
    refused_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    refused_at = models.DateTimeField()
    withdrawn_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    withdrawn_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("refused offer")
        verbose_name_plural = _("refused offers")
        ordering: ClassVar = ["-refused_at", "id"]
        indexes: ClassVar = [models.Index(fields=["reconciliation", "stroke"], name="refused_offer_by_stroke")]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["reconciliation", "carried", "side", "line_id"],
                condition=Q(withdrawn_at=None),
                name="offer_refused_once",
            ),
            models.CheckConstraint(condition=~Q(reason=""), name="offer_refused_with_a_reason"),
            models.CheckConstraint(condition=Q(side__in=["ours", "theirs"]), name="refused_offer_side_known"),
        ]

    def __str__(self) -> str:
        return self.words or self.line_id


class MetLine(models.Model):
    """A line of a month that answered a carried one; it is not carried on itself."""

    reconciliation = models.ForeignKey(Reconciliation, on_delete=models.PROTECT, related_name="met_lines")
    side = models.CharField(max_length=8)
    line_id = models.CharField(max_length=32)
    met_at = models.DateTimeField()

    class Meta:
        verbose_name = _("line that answered")
        verbose_name_plural = _("lines that answered")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["reconciliation", "side", "line_id"], name="met_once"),
        ]

    def __str__(self) -> str:
        return f"{self.reconciliation_id} {self.line_id}"


class LearnedRule(models.Model):
    """What a person's pair taught: proposed, shown on past runs, then kept from a day on, refused or withdrawn."""

    class Kind(models.TextChoices):
        """What it says."""

        STORE_CODE = "STORE_CODE", pgettext_lazy("learned rule", "Store code")
        ITEM_CODE = "ITEM_CODE", pgettext_lazy("learned rule", "Item code")
        NUMBER_SHAPE = "NUMBER_SHAPE", pgettext_lazy("learned rule", "Shape of numbers")

    class State(models.TextChoices):
        """What became of it."""

        PROPOSED = "PROPOSED", pgettext_lazy("learned rule", "Proposed")
        KEPT = "KEPT", pgettext_lazy("learned rule", "Kept")
        REFUSED = "REFUSED", pgettext_lazy("learned rule", "Refused")
        WITHDRAWN = "WITHDRAWN", pgettext_lazy("learned rule", "Withdrawn")

    account = models.ForeignKey(AccountNode, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=16, choices=Kind)
    given = models.CharField(_("theirs"), max_length=200)
    meaning = models.CharField(_("ours"), max_length=200)
    state = models.CharField(max_length=12, choices=State, default=State.PROPOSED)
    learned_from = models.ForeignKey(Reconciliation, on_delete=models.PROTECT, related_name="learned_rules")
    pairs = models.PositiveIntegerField(default=1)
    proposed_at = models.DateTimeField()
    # What it would have changed on past runs: a row for each run with the classes before and after.
    preview = models.JSONField(default=list)
    previewed_at = models.DateTimeField(null=True)
    starts_on = models.DateField(_("from"), null=True)
    ends_before = models.DateField(_("until before"), null=True)
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    decided_at = models.DateTimeField(null=True)
    reason = models.CharField(_("reason"), max_length=500, blank=True)

    class Meta:
        verbose_name = _("learned rule")
        verbose_name_plural = _("learned rules")
        ordering: ClassVar = ["-proposed_at", "-id"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["account", "kind", "given", "meaning"], name="learned_once"),
            models.UniqueConstraint(
                fields=["account", "kind", "given"], condition=Q(state="KEPT"), name="learned_code_means_one"
            ),
            models.CheckConstraint(
                condition=Q(kind__in=["STORE_CODE", "ITEM_CODE", "NUMBER_SHAPE"]), name="learned_kind_known"
            ),
            models.CheckConstraint(
                condition=Q(state__in=["PROPOSED", "KEPT", "REFUSED", "WITHDRAWN"]), name="learned_state_known"
            ),
            models.CheckConstraint(
                condition=~Q(state="KEPT") | (Q(starts_on__isnull=False) & Q(previewed_at__isnull=False)),
                name="learned_kept_after_a_look",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.given} = {self.meaning}"
