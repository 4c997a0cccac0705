"""Negotiations are found from the box in the top bar, by the opportunity and the account."""

from collections.abc import Sequence
from datetime import date
from typing import TYPE_CHECKING

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from keytally.core.search import Hit, register_finder
from keytally.negotiation.labels import STATES, State
from keytally.negotiation.queries.reach import named, visible_to

if TYPE_CHECKING:
    from keytally.core.models import User


def _find(person: "User", text: str, as_of: date, most: int) -> Sequence[Hit]:
    seen = visible_to(person, as_of).select_related("opportunity").only("state", "opportunity__name")
    found = named(person, text.strip()[:80], found=seen, as_of=as_of).order_by("-opened_at", "-pk")[:most]
    return [
        Hit(
            label=one.opportunity.name,
            detail=str(STATES[State(one.state)]),
            kind=_("Negotiation"),
            url=reverse("negotiation:show", args=[one.pk]),
        )
        for one in found
    ]


register_finder("negotiation", _find)
