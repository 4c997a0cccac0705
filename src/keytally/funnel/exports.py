"""What may leave the house of the funnel: the list of opportunities as it is filtered."""

from collections.abc import Mapping
from datetime import date
from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from keytally.core.exports import Column, Listing, register_listing
from keytally.funnel.labels import (
    END_REASON_LABELS,
    SIZE_LABELS,
    SOURCE_LABELS,
    STATE_LABELS,
    EndReason,
    Source,
    stage_name,
)
from keytally.funnel.queries.lists import filtered, wanted_of
from keytally.funnel.queries.stale import stale
from keytally.funnel.rules.stages import CustomerSize, State
from keytally.kernel.money import Money

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from keytally.core.models import User
    from keytally.funnel.models import Opportunity


def _rows(person: "User", as_of: date, asked: Mapping[str, str]) -> "QuerySet[Opportunity]":
    return filtered(person, wanted_of(asked), as_of=as_of).select_related("account", "owner")


def _stale_rows(person: "User", as_of: date, asked: Mapping[str, str]) -> "QuerySet[Opportunity]":
    return stale(_rows(person, as_of, {**asked, "sort": "touched"}), as_of=as_of)


def _amount(one: "Opportunity") -> Money | None:
    return None if one.amount_minor is None else Money(one.amount_minor, one.currency)


def _is_qualified(one: "Opportunity") -> str:
    return str(_("yes")) if one.is_qualified else str(_("no"))


_COLUMNS = [
    Column(pgettext_lazy("opportunity", "Number"), lambda one: one.pk),
    Column(_("What is to be sold"), lambda one: one.name),
    Column(_("Product or category"), lambda one: one.product),
    Column(_("Account code"), lambda one: one.account.code if one.account else ""),
    Column(pgettext_lazy("opportunity", "Account"), lambda one: one.account.name if one.account else ""),
    Column(
        _("Customer size"),
        lambda one: str(SIZE_LABELS[CustomerSize(one.customer_size)]) if one.customer_size else "",
    ),
    Column(pgettext_lazy("opportunity", "Stage"), lambda one: str(stage_name(one.stage))),
    Column(pgettext_lazy("opportunity", "In this stage since"), lambda one: one.stage_since),
    Column(_("State"), lambda one: str(STATE_LABELS[State(one.state)])),
    Column(_("Qualifies for its stage"), _is_qualified),
    Column(_("Qualifies until before"), lambda one: one.qualifies_before),
    Column(_("Overrides"), lambda one: one.override_count),
    Column(_("Expected amount"), _amount),
    Column(_("Currency"), lambda one: one.currency),
    Column(_("Owner"), lambda one: str(one.owner or "")),
    Column(pgettext_lazy("opportunity", "Source"), lambda one: str(SOURCE_LABELS[Source(one.source)])),
    Column(pgettext_lazy("opportunity", "Opened on"), lambda one: one.opened_on),
    Column(_("Expected close"), lambda one: one.expected_on),
    Column(pgettext_lazy("opportunity", "Closed on"), lambda one: one.closed_on),
    Column(_("Reason"), lambda one: str(END_REASON_LABELS[EndReason(one.end_reason)]) if one.end_reason else ""),
    Column(_("Lost to (competitor)"), lambda one: one.lost_to),
    Column(_("Lesson for the next time"), lambda one: one.lesson),
    Column(_("Look again on"), lambda one: one.look_again_on),
    Column(_("Facts of a complete sale on file, of 3"), lambda one: one.closing_facts),
]

for _code, _label, _found, _back in (
    ("opportunities", _("Opportunities"), _rows, "funnel:list"),
    ("stale_opportunities", _("Stale opportunities"), _stale_rows, "funnel:stale"),
):
    register_listing(
        Listing(
            code=_code,
            label=_label,
            permission="funnel.view",
            kind="opportunity",
            columns=_COLUMNS,
            rows=_found,
            back=_back,
        )
    )
