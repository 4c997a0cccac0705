"""What may leave the house of prospecting: the list of leads, as it is filtered."""

from collections.abc import Mapping
from datetime import date
from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from keytally.core.exports import Column, Listing, register_listing
from keytally.kernel.money import Money
from keytally.prospecting.labels import ACTIONS, ADVICE, LEAD_STATES, SOURCES, ActionKind, LeadState
from keytally.prospecting.queries.leads import filtered, wanted_of
from keytally.prospecting.rules.fit import Advice
from keytally.prospecting.rules.sources import LeadSource

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from keytally.core.models import User
    from keytally.prospecting.models import Lead


def _leads(person: "User", as_of: date, asked: Mapping[str, str]) -> "QuerySet[Lead]":
    return filtered(person, wanted_of(asked), as_of=as_of).select_related("owner", "segment", "campaign")


register_listing(
    Listing(
        code="leads",
        label=_("Leads"),
        permission="prospecting.view",
        kind="lead",
        columns=[
            Column(_("Company"), lambda one: one.name),
            Column(pgettext_lazy("lead", "State"), lambda one: str(LEAD_STATES[LeadState(one.state)])),
            Column(_("Fit"), lambda one: one.fit_points),
            Column(_("Advice"), lambda one: str(ADVICE[Advice(one.fit_advice)])),
            Column(_("Next action"), lambda one: str(ACTIONS[ActionKind(one.next_kind)]) if one.next_kind else ""),
            Column(pgettext_lazy("next action", "On"), lambda one: one.due_on),
            Column(_("Person for our category"), lambda one: one.contact_name),
            Column(_("Phone"), lambda one: one.phone, "phone"),
            Column(_("E-mail"), lambda one: one.email, "email"),
            Column(_("Source"), lambda one: str(SOURCES[LeadSource(one.source)])),
            Column(_("Segment"), lambda one: str(one.segment or "")),
            Column(_("Campaign"), lambda one: str(one.campaign or "")),
            Column(
                _("What we would ask for"),
                lambda one: None if one.deal_minor is None else Money(one.deal_minor, one.currency).major,
            ),
            Column(_("Currency"), lambda one: one.currency),
            Column(_("Owner"), lambda one: str(one.owner)),
            Column(_("Found on"), lambda one: one.found_on),
        ],
        rows=_leads,
        back="prospecting:leads",
    )
)
