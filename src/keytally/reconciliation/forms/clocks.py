"""The form of the clocks: by which day a month is settled, and in how many days a deduction is answered."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from keytally.accounts.forms.fields import DayField
from keytally.reconciliation.rule_data import MOST_DAYS


class ClocksForm(forms.Form):
    """Two figures, the day they take effect, and why they change."""

    settle_by_day = forms.IntegerField(
        label=_("A month is settled by this day of the next"),
        min_value=1,
        max_value=31,
        help_text=_("The last day, where that month is shorter. A reconciliation with a deadline of its own keeps it."),
    )
    deduction_days = forms.IntegerField(
        label=_("Days to answer a deduction without a document of ours"),
        min_value=1,
        max_value=MOST_DAYS,
        help_text=_("Counted from the run that finds it; deductions that wait already keep their deadline."),
    )
    starts_on = DayField(label=_("In force from"))
    reason = forms.CharField(label=_("Why the clocks change"), max_length=200)

    def content(self) -> dict[str, Any]:
        """Give the set of rules that was typed."""
        return {name: self.cleaned_data[name] for name in ("settle_by_day", "deduction_days")}
