"""Reconciliations as belongings: they pass to another person with a handover."""

from typing import TYPE_CHECKING

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from keytally.core.belongings import Belonging, BelongingKind, register_belonging
from keytally.reconciliation import queries, services

if TYPE_CHECKING:
    from keytally.core.models import User


def _held_by(person: "User") -> list[Belonging]:
    return [
        Belonging(number, name, reverse("reconciliation:show", args=[number]))
        for number, name in queries.owned_by(person).values_list("pk", "name")
    ]


register_belonging(
    BelongingKind("reconciliation", label=_("Reconciliations"), held_by=_held_by, move=services.hand_over)
)
