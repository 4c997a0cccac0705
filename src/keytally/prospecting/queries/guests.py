"""Who may be invited to an occasion, and which guests may a person see?"""

from datetime import date
from typing import TYPE_CHECKING

from django.db.models import Q, QuerySet

from keytally.accounts.models import Contact
from keytally.accounts.queries.reach import visible_to
from keytally.prospecting.models import Lead, Occasion, OccasionGuest
from keytally.prospecting.queries.leads import OPEN
from keytally.prospecting.queries.reach import visible_leads

if TYPE_CHECKING:
    from keytally.core.models import User


def leads_to_invite(person: "User", *, as_of: date) -> QuerySet[Lead]:
    """List the open leads a person sees, by name."""
    return visible_leads(person, as_of=as_of).filter(state__in=OPEN).order_by("name_sort")


def contacts_to_invite(person: "User", *, as_of: date) -> QuerySet[Contact]:
    """List the contacts, still there, of the accounts a person sees, by name."""
    return Contact.objects.filter(node__in=visible_to(person, as_of=as_of), left_on=None).order_by("name")


def guests_of(occasion: Occasion, *, person: "User", as_of: date) -> QuerySet[OccasionGuest]:
    """List the guests whose lead or account a person may see."""
    seen = Q(lead__in=visible_leads(person, as_of=as_of)) | Q(contact__node__in=visible_to(person, as_of=as_of))
    return occasion.guests.filter(seen).select_related("lead", "contact__node")
