"""Who orders, who receives and who pays for a store, dated."""

from typing import ClassVar

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from keytally.accounts.labels import PARTY_KINDS, choices
from keytally.accounts.models.nodes import AccountNode
from keytally.accounts.rules.parties import Mode, PartyKind, mode_of

_KINDS = [kind.value for kind in PartyKind]
_STORE_BUYS = Q(buyer_kind=PartyKind.STORE.value)


def _is_itself(party: str) -> Q:
    """Say that a party on the side of the store is the store of the row, and one on the other side is not."""
    is_store, same = Q(**{f"{party}_kind": PartyKind.STORE.value}), Q(**{party: F("store")})
    return (is_store & same) | (~is_store & ~same)


class PartyRoles(models.Model):
    """The parties of a store in a span of days, with the kind of each; the mode follows from them."""

    store = models.ForeignKey(AccountNode, on_delete=models.CASCADE, related_name="party_roles")
    starts_on = models.DateField(_("from"))
    ends_before = models.DateField(_("until before"), null=True, blank=True)
    buyer = models.ForeignKey(AccountNode, on_delete=models.PROTECT, related_name="+")
    buyer_kind = models.CharField(max_length=16, choices=choices(PARTY_KINDS))
    ship_to = models.ForeignKey(AccountNode, on_delete=models.PROTECT, related_name="+")
    ship_to_kind = models.CharField(max_length=16, choices=choices(PARTY_KINDS))
    bill_to = models.ForeignKey(AccountNode, on_delete=models.PROTECT, related_name="+")
    bill_to_kind = models.CharField(max_length=16, choices=choices(PARTY_KINDS))

    class Meta:
        verbose_name = _("parties of a store")
        verbose_name_plural = _("parties of stores")
        ordering: ClassVar = ["-starts_on"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["store", "starts_on"], name="parties_begin_once"),
            models.UniqueConstraint(fields=["store"], condition=Q(ends_before__isnull=True), name="parties_open_once"),
            # Row B02-B04: delivered to head office but settled with a store does not exist.
            models.CheckConstraint(
                condition=~(Q(ship_to_kind=PartyKind.HEAD_OFFICE.value) & Q(bill_to_kind=PartyKind.STORE.value)),
                name="parties_mode_exists",
            ),
            models.CheckConstraint(
                condition=Q(buyer_kind__in=_KINDS) & Q(ship_to_kind__in=_KINDS) & Q(bill_to_kind__in=_KINDS),
                name="parties_kinds_known",
            ),
            # A store receives and pays for itself only, so that nobody can write a kind that its party does not have.
            models.CheckConstraint(
                condition=_is_itself("ship_to") & _is_itself("bill_to") & (_STORE_BUYS | ~Q(buyer=F("store"))),
                name="parties_kinds_true",
            ),
            models.CheckConstraint(
                condition=Q(ends_before__isnull=True) | Q(ends_before__gt=F("starts_on")), name="parties_end_later"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.store_id} from {self.starts_on}"

    @property
    def mode(self) -> Mode | None:
        """Derive the mode."""
        return mode_of(ship_to=PartyKind(self.ship_to_kind), bill_to=PartyKind(self.bill_to_kind))
