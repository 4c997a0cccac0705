"""Leads and campaigns pass over with whoever held them."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from keytally.core.belongings import Belonging, BelongingKind, register_belonging
from keytally.prospecting.models import Campaign, Lead
from keytally.prospecting.queries.leads import OPEN
from keytally.prospecting.services.handing_over import give_campaigns, give_leads

if TYPE_CHECKING:
    from keytally.core.models import User


def _leads(person: "User") -> Sequence[Belonging]:
    held = Lead.objects.filter(owner=person, state__in=OPEN).order_by("name_sort")
    return [Belonging(one.pk, one.name, reverse("prospecting:lead", args=[one.pk])) for one in held]


def _campaigns(person: "User") -> Sequence[Belonging]:
    held = Campaign.objects.filter(owner=person)
    return [Belonging(one.pk, one.name, reverse("prospecting:campaign", args=[one.pk])) for one in held]


def _move_leads(ids: Collection[int], /, *, giver: "User", receiver: "User", by: "User", now: datetime) -> None:
    give_leads(ids, giver=giver, receiver=receiver, by=by, now=now)


def _move_campaigns(ids: Collection[int], /, *, giver: "User", receiver: "User", by: "User", now: datetime) -> None:
    give_campaigns(ids, giver=giver, receiver=receiver, by=by, now=now)


register_belonging(BelongingKind("leads", label=_("Open leads"), held_by=_leads, move=_move_leads))
register_belonging(BelongingKind("campaigns", label=_("Campaigns"), held_by=_campaigns, move=_move_campaigns))
