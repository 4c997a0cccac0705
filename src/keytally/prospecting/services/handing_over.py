"""Give leads and campaigns from somebody who leaves to who takes over."""

from collections.abc import Collection
from datetime import datetime
from typing import TYPE_CHECKING

from django.db import transaction

from keytally.core.services import record_audit
from keytally.core.subjects import Subject
from keytally.prospecting.models import Campaign, Lead
from keytally.prospecting.services.leads import give_over
from keytally.prospecting.subjects import CAMPAIGN

if TYPE_CHECKING:
    from keytally.core.models import User


@transaction.atomic
def give_leads(ids: Collection[int], *, giver: "User", receiver: "User", by: "User", now: datetime) -> None:
    """Give open leads with their next actions."""
    for lead in Lead.objects.select_for_update().filter(pk__in=ids, owner=giver):
        give_over(lead, to=receiver, by=by, now=now, reason="")


@transaction.atomic
def give_campaigns(ids: Collection[int], *, giver: "User", receiver: "User", by: "User", now: datetime) -> None:
    """Give campaigns with their occasions."""
    for campaign in Campaign.objects.select_for_update().filter(pk__in=ids, owner=giver):
        campaign.owner = receiver
        campaign.save(update_fields=["owner"])
        campaign.occasions.filter(owner=giver).update(owner=receiver)
        record_audit(
            "campaign.give_over",
            by=by,
            at=now,
            subject=Subject(CAMPAIGN, campaign.pk),
            before={"owner": giver.pk},
            after={"owner": receiver.pk},
        )
