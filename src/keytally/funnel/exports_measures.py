"""What may leave the house of measures and forecasts: what a figure is made of, and the chances of a forecast."""

from collections.abc import Mapping
from datetime import date
from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from keytally.core.exports import Column, Listing, register_listing
from keytally.funnel.labels import STATE_LABELS, stage_name
from keytally.funnel.models import ForecastChance
from keytally.funnel.queries.forecasts import chances_of, visible_forecasts
from keytally.funnel.queries.measures_behind import behind, figure_of
from keytally.funnel.queries.measures_slice import slice_of
from keytally.funnel.rules.stages import State
from keytally.kernel.money import Money

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from keytally.core.models import User
    from keytally.funnel.models import Opportunity


def _behind(person: "User", as_of: date, asked: Mapping[str, str]) -> "QuerySet[Opportunity]":
    return behind(person, slice_of(asked, today=as_of), figure_of(asked))


def _chances(person: "User", as_of: date, asked: Mapping[str, str]) -> "QuerySet[ForecastChance]":
    number = asked.get("forecast", "")
    runs = visible_forecasts(person, as_of=as_of)
    run = runs.filter(pk=int(number)).first() if number.isascii() and number.isdecimal() and len(number) < 19 else None
    if run is None:
        return ForecastChance.objects.none()
    return chances_of(run, person=person, as_of=as_of)


def _yes_or_no(one: ForecastChance) -> str:
    return str(_("yes")) if one.came_true else str(_("no"))


def _percent(ppm: int) -> str:
    return f"{ppm // 10_000}.{ppm % 10_000:04d}"


def _account(one: "Opportunity") -> str:
    if one.account:
        return one.account.name
    return one.history.account_name if one.is_history else ""


def _owner(one: "Opportunity") -> str:
    if one.owner:
        return str(one.owner)
    return one.history.owner_name if one.is_history else ""


register_listing(
    Listing(
        code="measured_opportunities",
        label=_("Opportunities behind a figure"),
        permission="funnel.view",
        kind="opportunity",
        columns=[
            Column(pgettext_lazy("opportunity", "Number"), lambda one: one.pk),
            Column(_("What is to be sold"), lambda one: one.name),
            Column(_("Product or category"), lambda one: one.product),
            Column(pgettext_lazy("opportunity", "Account"), _account),
            Column(pgettext_lazy("opportunity", "Stage"), lambda one: "" if one.is_history else stage_name(one.stage)),
            Column(_("State"), lambda one: str(STATE_LABELS[State(one.state)])),
            Column(
                _("Amount"), lambda one: None if one.amount_minor is None else Money(one.amount_minor, one.currency)
            ),
            Column(_("Currency"), lambda one: one.currency),
            Column(pgettext_lazy("opportunity", "Opened on"), lambda one: one.opened_on),
            Column(pgettext_lazy("opportunity", "Closed on"), lambda one: one.closed_on),
            Column(_("Owner"), _owner),
            Column(_("Imported history"), lambda one: str(_("yes")) if one.is_history else str(_("no"))),
        ],
        rows=_behind,
        back="funnel:measures",
    )
)
register_listing(
    Listing(
        code="forecast_chances",
        label=_("Chances in a forecast"),
        permission="funnel.view",
        kind="opportunity",
        columns=[
            Column(pgettext_lazy("opportunity", "Number"), lambda one: one.opportunity_id),
            Column(_("What is to be sold"), lambda one: one.opportunity.name),
            Column(
                pgettext_lazy("opportunity", "Account"),
                lambda one: one.opportunity.account.name if one.opportunity.account else "",
            ),
            Column(pgettext_lazy("opportunity", "Stage"), lambda one: str(stage_name(one.stage))),
            Column(_("Amount"), lambda one: Money(one.amount_minor, one.run.currency)),
            Column(_("Expected close"), lambda one: one.expected_on),
            Column(_("Stage weights, %"), lambda one: _percent(one.weighted_ppm)),
            Column(_("Weights of our own history, %"), lambda one: _percent(one.calibrated_ppm)),
            Column(_("Simulation, %"), lambda one: _percent(one.simulated_ppm)),
            Column(
                _("Came true"), lambda one: "" if one.came_true is None else str(_("yes") if one.came_true else _("no"))
            ),
        ],
        rows=_chances,
        back="funnel:forecasts",
    )
)
