"""Which leads, campaigns and occasions may a person see, and which may they work on, on a day?"""

from datetime import date
from typing import TYPE_CHECKING

from keytally.core.scope import visible
from keytally.prospecting.models import Campaign, Lead, Occasion

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from keytally.core.models import User

VIEW, WORK, MARKETS, CAMPAIGN = "prospecting.view", "prospecting.work", "prospecting.markets", "prospecting.campaign"


def visible_leads(person: "User", *, as_of: date, permission: str = VIEW) -> "QuerySet[Lead]":
    """Keep the leads that a person may see, or work on."""
    return visible(Lead.objects.all(), person=person, permission=permission, as_of=as_of)


def visible_lead(number: int, *, person: "User", as_of: date, permission: str = VIEW) -> Lead | None:
    """Find a lead by its number if the person may see it."""
    leads = visible_leads(person, as_of=as_of, permission=permission)
    return (
        leads.select_related("owner", "segment", "campaign", "referrer", "account", "opportunity")
        .filter(pk=number)
        .first()
    )


def visible_campaigns(person: "User", *, as_of: date, permission: str = MARKETS) -> "QuerySet[Campaign]":
    """Keep the campaigns that a person may see, or change."""
    return visible(Campaign.objects.all(), person=person, permission=permission, as_of=as_of)


def visible_occasions(person: "User", *, as_of: date, permission: str = MARKETS) -> "QuerySet[Occasion]":
    """Keep the occasions that a person may see, or keep."""
    return visible(Occasion.objects.all(), person=person, permission=permission, as_of=as_of)
