"""The rules of prospecting as people type them, from a day on."""

import tomllib
from collections.abc import Mapping, Sequence
from typing import Any

import tomli_w
from django import forms
from django.utils.translation import gettext_lazy as _

from keytally.accounts.forms.fields import DayField, ScaledField
from keytally.prospecting.rule_data import CADENCE, CHECKLIST, FIT, SEARCHES
from keytally.prospecting.rules.fit import Part

_CADENCE = ("calls", "appointments", "notes_hours", "same_text_limit")
_MUST = "!"


class RulesForm(forms.Form):
    """Fit, norm of a day, checklist and search lists; each is kept only where it differs."""

    starts_on = DayField(label=_("From"))
    reason = forms.CharField(label=_("Reason"), max_length=200)
    weight_trigger = forms.IntegerField(label=_("Weight: reason to talk to us"), min_value=0, max_value=100)
    weight_size = forms.IntegerField(label=_("Weight: size"), min_value=0, max_value=100)
    weight_budget = forms.IntegerField(label=_("Weight: budget of the buying unit"), min_value=0, max_value=100)
    weight_substitutes = forms.IntegerField(label=_("Weight: substitutes named"), min_value=0, max_value=100)
    work_from = forms.IntegerField(label=_("Work on leads from so many points"), min_value=0, max_value=100)
    leave_below = forms.IntegerField(label=_("Leave leads below so many points"), min_value=0, max_value=100)
    capacity_minor = ScaledField(
        label=_("What we can supply to one new customer in a year, yuan"), places=2, min_value=0, required=False
    )
    calls = forms.IntegerField(label=_("Calls a person makes in a working day"), min_value=0, max_value=500)
    appointments = forms.IntegerField(label=_("Visits a person agrees in a working day"), min_value=0, max_value=100)
    notes_hours = forms.IntegerField(label=_("Notes are prompt within so many hours"), min_value=1, max_value=72)
    same_text_limit = forms.IntegerField(
        label=_("Leads that may get the same text in a day"), min_value=1, max_value=50
    )
    product_pages = forms.CharField(
        label=_("Product pages, one a line: en https://…"),
        max_length=2000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    items = forms.CharField(
        label=_("Checklist before the first contact, one item a line: code | Chinese | English, ! before what must be"),
        max_length=8000,
        widget=forms.Textarea(attrs={"rows": 9}),
    )
    searches = forms.CharField(
        label=_("Lists of the search builder (TOML)"),
        max_length=60_000,
        widget=forms.Textarea(attrs={"rows": 12, "spellcheck": "false"}),
    )

    def clean_product_pages(self) -> dict[str, str]:
        """Read the lines."""
        lines = [line.strip().partition(" ") for line in self.cleaned_data["product_pages"].splitlines()]
        return {language.casefold()[:8]: page.strip() for language, _blank, page in lines if language}

    def clean_items(self) -> list[dict[str, Any]]:
        """Read the lines; a line that is none says which."""
        return [_item(line) for line in self.cleaned_data["items"].splitlines() if line.strip()]

    def clean_searches(self) -> dict[str, Any]:
        """Read the lists; what is no TOML says where."""
        try:
            return tomllib.loads(self.cleaned_data["searches"].replace("\r\n", "\n"))
        except tomllib.TOMLDecodeError as fault:
            raise forms.ValidationError(
                _("The lists cannot be read: %(fault)s."), params={"fault": str(fault)}
            ) from fault

    def contents(self) -> Mapping[str, dict[str, Any]]:
        """List each set of rules as it was typed."""
        said = self.cleaned_data
        return {
            FIT: {
                "weights": {part.value: said[f"weight_{part.value.lower()}"] for part in Part},
                "work_from": said["work_from"],
                "leave_below": said["leave_below"],
                "capacity_minor": said["capacity_minor"],
            },
            CADENCE: {**{name: said[name] for name in _CADENCE}, "product_pages": said["product_pages"]},
            CHECKLIST: {"items": said["items"]},
            SEARCHES: said["searches"],
        }

    @staticmethod
    def lines(items: Sequence[Mapping[str, Any]]) -> str:
        """Write the checklist as lines."""
        return "\n".join(
            f"{_MUST if one['is_mandatory'] else ''}{one['code']} | {one['name_zh']} | {one['name_en']}"
            for one in items
        )

    @staticmethod
    def toml(lists: Mapping[str, Any]) -> str:
        """Write the search lists as TOML."""
        return tomli_w.dumps(dict(lists))


def _item(line: str) -> dict[str, Any]:
    parts = [part.strip() for part in line.split("|")]
    code = parts[0].removeprefix(_MUST).strip()
    if len(parts) not in (2, 3) or not code or not parts[1]:
        raise forms.ValidationError(_("“%(line)s” is no item: code | Chinese | English."), params={"line": line[:60]})
    english = parts[2] if len(parts) == 3 else ""
    return {"code": code[:40], "name_zh": parts[1], "name_en": english, "is_mandatory": line.strip().startswith(_MUST)}
