"""Give a person's opportunities and places in teams to another, when they hand over."""

from collections.abc import Collection
from datetime import datetime
from typing import TYPE_CHECKING

from django.db import transaction

from keytally.core.clock import business_date
from keytally.funnel.models import Opportunity, TeamMember
from keytally.funnel.services.locking import tell

if TYPE_CHECKING:
    from keytally.core.models import User


@transaction.atomic
def hand_over_opportunities(
    ids: Collection[int], *, giver: "User", receiver: "User", by: "User", now: datetime
) -> None:
    """Give the giver's opportunities to the receiver."""
    for one in Opportunity.objects.select_for_update().filter(pk__in=ids, owner=giver):
        one.owner = receiver
        one.save(update_fields=["owner"])
        tell("owner", one, by=by, now=now, before={"owner": giver.pk}, after={"owner": receiver.pk})


@transaction.atomic
def hand_over_places(ids: Collection[int], *, giver: "User", receiver: "User", by: "User", now: datetime) -> None:
    """End the giver's places in teams today, and let the receiver into them."""
    today = business_date(now)
    places = TeamMember.objects.select_for_update().filter(pk__in=ids, person=giver, ends_before=None)
    for one in places.select_related("opportunity"):
        one.ends_before = today
        one.save(update_fields=["ends_before"])
        TeamMember.objects.get_or_create(
            opportunity=one.opportunity,
            person=receiver,
            role=one.role,
            ends_before=None,
            defaults={"starts_on": today},
        )
        after = {"person": receiver.pk, "role": one.role}
        tell("team", one.opportunity, by=by, now=now, before={"person": giver.pk}, after=after)
