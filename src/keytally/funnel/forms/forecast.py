"""The period of a forecast, and the rules of measures and forecasts."""

import re
from collections.abc import Mapping
from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from keytally.accounts.forms.fields import DayField
from keytally.kernel.periods import Period

_LIST = re.compile(r"[\s,，;；、]+")
MOST_DAYS = 1100


class PeriodForm(forms.Form):
    """For which days a forecast is made."""

    starts_on = DayField(label=_("From"))
    last_on = DayField(label=_("To (inclusive)"))

    def clean(self) -> dict[str, Any]:
        """Refuse a period that ends before it begins, or is endless."""
        said: dict[str, Any] = super().clean() or {}
        first, last = said.get("starts_on"), said.get("last_on")
        if first and last and last < first:
            self.add_error("last_on", _("The period ends before it begins."))
        elif first and last and (last - first).days > MOST_DAYS:
            self.add_error("last_on", _("A forecast reaches over three years at most."))
        return said

    def period(self) -> Period:
        """Give the days."""
        return Period.through(self.cleaned_data["starts_on"], self.cleaned_data["last_on"])


class MeasureRulesForm(forms.Form):
    """When a stage is hollow, how far back history counts, and what a simulation draws."""

    hollow_below_percent = forms.IntegerField(label=_("A stage is hollow below (per cent of what it needs)"))
    history_days = forms.IntegerField(label=_("Days of history that weights and dates rest on"))
    prior_cases = forms.IntegerField(
        label=_("Cases that the stage weight is worth"),
        help_text=_("The fewer of our own cases there are, the more a weight leans on the weight of its stage."),
    )
    slips = forms.CharField(
        label=_("By how many days expected dates slip"),
        max_length=300,
        help_text=_("Whole days, separated by commas, each equally likely; 0 keeps the date."),
    )
    draws = forms.IntegerField(label=_("Draws of a simulation"))
    starts_on = DayField(label=_("In force from"))
    reason = forms.CharField(label=_("Why the rules change"), max_length=200)

    @staticmethod
    def shown(content: Mapping[str, Any], today: date) -> dict[str, Any]:
        """Write the rules in force as the form shows them."""
        return {**content, "slips": ", ".join(str(slip) for slip in content["slips"]), "starts_on": today}

    def clean_slips(self) -> list[int]:
        """Read the list of days."""
        parts = [part for part in _LIST.split(self.cleaned_data["slips"].strip()) if part]
        try:
            return [int(part) for part in parts]
        except ValueError:
            raise forms.ValidationError(_("Write whole days, separated by commas.")) from None

    def content(self) -> dict[str, Any]:
        """Give the rules as they are kept."""
        names = ("hollow_below_percent", "history_days", "prior_cases", "slips", "draws")
        return {name: self.cleaned_data[name] for name in names}
