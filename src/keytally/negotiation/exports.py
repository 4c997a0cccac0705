"""What may leave the house of negotiations: the list, and the issues with dots for whom walk-aways are not."""

from collections.abc import Mapping
from datetime import date
from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

from keytally.core.exports import Column, Listing, register_listing
from keytally.negotiation.labels import STATES, State
from keytally.negotiation.queries import reach
from keytally.negotiation.services.keeping import NEGOTIATION

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from keytally.core.models import User
    from keytally.negotiation.models import Negotiation, NegotiationIssue


def _negotiations(person: "User", as_of: date, asked: Mapping[str, str]) -> "QuerySet[Negotiation]":
    return reach.filtered(person, reach.asked_of(asked), as_of=as_of)


def _issues(person: "User", as_of: date, _asked: Mapping[str, str]) -> "QuerySet[NegotiationIssue]":
    found = reach.visible_issues(person, as_of).select_related("negotiation__opportunity")
    return found.order_by("-negotiation", "-our_weight", "pk")


register_listing(
    Listing(
        code="negotiations",
        label=_("Negotiations"),
        permission="negotiation.view",
        kind=NEGOTIATION,
        columns=[
            Column(_("Opportunity"), lambda one: one.opportunity.name),
            Column(_("Account"), lambda one: str(one.opportunity.account or "")),
            Column(_("State"), lambda one: str(STATES[State(one.state)])),
            Column(_("Rounds"), lambda one: one.round_count),
            Column(_("Deadline"), lambda one: one.deadline or ""),
            Column(_("Opened"), lambda one: one.opened_at),
            Column(_("How it ended"), lambda one: one.end_note),
        ],
        rows=_negotiations,
        back="negotiation:list",
    )
)
register_listing(
    Listing(
        code="negotiation_issues",
        label=_("Issues of negotiations"),
        permission="negotiation.view",
        kind=NEGOTIATION,
        columns=[
            Column(_("Opportunity"), lambda one: one.negotiation.opportunity.name),
            Column(_("Issue"), lambda one: one.name),
            Column(_("Our opening"), lambda one: one.words(one.our_opening)),
            Column(_("Our target"), lambda one: one.words(one.our_target)),
            Column(_("Our walk-away"), lambda one: one.words(one.our_walk_away), "walk_away"),
            Column(_("Our weight"), lambda one: one.our_weight),
            Column(_("Their opening"), lambda one: one.words(one.their_opening)),
            Column(_("Their walk-away (estimate)"), lambda one: one.words(one.their_walk_away), "walk_away"),
            Column(_("Their weight (estimate)"), lambda one: one.their_weight),
        ],
        rows=_issues,
        back="negotiation:list",
    )
)
