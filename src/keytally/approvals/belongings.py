"""Requests as belongings: what came back to its requester passes to another with a handover.

A request that runs stays as it was asked until it ends; decisions go by the route to whoever holds the position.
"""

from typing import TYPE_CHECKING

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from keytally.approvals.queries.requests import returned_requests_of
from keytally.approvals.services.passing import pass_requests
from keytally.core.belongings import Belonging, BelongingKind, register_belonging

if TYPE_CHECKING:
    from keytally.core.models import User


def _held_by(person: "User") -> list[Belonging]:
    found = returned_requests_of(person).values_list("pk", "title")
    return [Belonging(number, title, reverse("approvals:request", args=[number])) for number, title in found]


register_belonging(
    BelongingKind("approval_request", label=_("Requests that came back"), held_by=_held_by, move=pass_requests)
)
