"""The rules of accounts that a company may change from a day on."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from keytally.accounts.forms.fields import DayField
from keytally.accounts.labels import PARTS
from keytally.accounts.rules.four_bigs import Part


class RulesForm(forms.Form):
    """The weights of the score, and the decay of the ladder, from a day on."""

    starts_on = DayField(label=_("In force from"))
    decay_days = forms.IntegerField(
        label=_("Days without evidence after which a rung is lost"), min_value=1, max_value=3650
    )
    warning_days = forms.IntegerField(label=_("Days before that when the owner is told"), min_value=0, max_value=3649)
    reason = forms.CharField(label=_("Why the rules change"), max_length=200)

    def __init__(self, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401 - Django's own signature
        super().__init__(*args, **kwargs)
        for part in Part:
            label = _("Weight of: %(part)s") % {"part": PARTS[part]}
            self.fields[f"weight_{part.value}"] = forms.IntegerField(label=label, min_value=0, max_value=100)
        self.order_fields(
            [*(f"weight_{part.value}" for part in Part), "decay_days", "warning_days", "starts_on", "reason"]
        )

    def weights(self) -> dict[str, int]:
        """List the weights by part."""
        return {part.value: self.cleaned_data[f"weight_{part.value}"] for part in Part}

    def days(self) -> dict[str, int]:
        """List the days of the ladder."""
        return {name: self.cleaned_data[name] for name in ("decay_days", "warning_days")}
