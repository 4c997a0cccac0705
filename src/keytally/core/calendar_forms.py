"""What a person types into the company's calendar."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

WEEKDAYS = (
    (1, _("Monday")),
    (2, _("Tuesday")),
    (3, _("Wednesday")),
    (4, _("Thursday")),
    (5, _("Friday")),
    (6, _("Saturday")),
    (7, _("Sunday")),
)


class DayForm(forms.Form):
    """A day that the company works or not."""

    day = forms.DateField(label=_("Day"), widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}))
    is_worked = forms.ChoiceField(
        label=_("That day"),
        choices=[("no", pgettext_lazy("day", "is free")), ("yes", pgettext_lazy("day", "is worked"))],
    )
    name_zh = forms.CharField(label=_("Name in Chinese"), max_length=60)
    name_en = forms.CharField(label=_("Name in English"), max_length=60, required=False)


class HoursForm(forms.Form):
    """From when to when the company works, and on which weekdays, from a day on."""

    starts_on = forms.DateField(
        label=_("Takes effect on"), widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})
    )
    opens_at = forms.TimeField(label=_("Work opens"), widget=forms.TimeInput(format="%H:%M", attrs={"type": "time"}))
    cut_off_at = forms.TimeField(
        label=_("Cut-off for orders"), widget=forms.TimeInput(format="%H:%M", attrs={"type": "time"})
    )
    closes_at = forms.TimeField(label=_("Work closes"), widget=forms.TimeInput(format="%H:%M", attrs={"type": "time"}))
    weekdays = forms.TypedMultipleChoiceField(
        label=_("Weekdays worked"), coerce=int, choices=WEEKDAYS, widget=forms.CheckboxSelectMultiple
    )
    reason = forms.CharField(label=_("Why"), max_length=500)

    @classmethod
    def of(cls, content: Mapping[str, Any], *, today: date) -> "HoursForm":
        """Show the hours in force."""
        return cls(initial={**content, "starts_on": today})

    def content(self) -> dict[str, Any]:
        """Make the rules that were typed."""
        times = {part: self.cleaned_data[part].strftime("%H:%M") for part in ("opens_at", "cut_off_at", "closes_at")}
        return {**times, "weekdays": sorted(self.cleaned_data["weekdays"])}
