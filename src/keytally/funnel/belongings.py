"""Opportunities and places in teams pass over with whoever held them."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from keytally.core.belongings import Belonging, BelongingKind, register_belonging
from keytally.funnel.models import Opportunity, TeamMember
from keytally.funnel.rules.stages import State

if TYPE_CHECKING:
    from keytally.core.models import User


def _opportunities(person: "User") -> Sequence[Belonging]:
    held = Opportunity.objects.filter(owner=person).exclude(state=State.LOST).select_related("account")
    return [
        Belonging(
            one.pk,
            f"{one.name} ({one.account.name})" if one.account else one.name,
            reverse("funnel:show", args=[one.pk]),
        )
        for one in held.order_by("state", "expected_on", "pk")
    ]


def _places(person: "User") -> Sequence[Belonging]:
    held = TeamMember.objects.filter(person=person, ends_before=None, opportunity__state=State.OPEN)
    return [
        Belonging(
            one.pk,
            f"{one.opportunity.name}: {one.get_role_display()}",
            reverse("funnel:show", args=[one.opportunity_id]),
        )
        for one in held.select_related("opportunity").order_by("pk")
    ]


def _move_opportunities(ids: Collection[int], /, *, giver: "User", receiver: "User", by: "User", now: datetime) -> None:
    from keytally.funnel.services.keepers import hand_over_opportunities

    hand_over_opportunities(ids, giver=giver, receiver=receiver, by=by, now=now)


def _move_places(ids: Collection[int], /, *, giver: "User", receiver: "User", by: "User", now: datetime) -> None:
    from keytally.funnel.services.keepers import hand_over_places

    hand_over_places(ids, giver=giver, receiver=receiver, by=by, now=now)


register_belonging(
    BelongingKind("opportunities", label=_("Opportunities"), held_by=_opportunities, move=_move_opportunities)
)
register_belonging(
    BelongingKind("team_places", label=_("Places in teams of opportunities"), held_by=_places, move=_move_places)
)
