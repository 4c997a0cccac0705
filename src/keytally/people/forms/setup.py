"""What is typed to start from the template: regions, areas, and how many of each role."""

from collections import Counter
from typing import Any

from django import forms
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from keytally.people.forms.organisation import Day
from keytally.people.models import Unit
from keytally.people.rules.organisation import UnitKind
from keytally.people.rules.regions import read_regions
from keytally.people.rules.template import (
    OrganisationPlan,
    RoleTemplate,
    UnitPlan,
    default_template,
    plan_organisation,
)

EXAMPLE = "华东/East: 上海/Shanghai (上海, 苏州), 浙江/Zhejiang (杭州)\n华南/South: 广东/Guangdong (广州, 深圳)"
MOST_EACH, MOST_POSITIONS = 50, 5_000


class SetUpForm(forms.Form):
    """The organisation a company starts with."""

    starts_on = forms.DateField(label=_("From"), widget=Day)
    head_office_zh = forms.CharField(label=_("Head office, Chinese name"), max_length=60, initial="总部")
    head_office_en = forms.CharField(label=_("Head office, English name"), max_length=60, initial="Head office")
    regions = forms.CharField(
        label=_("Regions and areas, one region to a line"),
        widget=forms.Textarea(attrs={"rows": 6, "cols": 60, "placeholder": EXAMPLE}),
        max_length=20_000,
        help_text=_("Region/English name: area/English name (city, city), area …"),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401 - Django's own signature
        super().__init__(*args, **kwargs)
        for role in default_template().roles.values():
            field = forms.IntegerField(label=_name(role), min_value=0, max_value=MOST_EACH, initial=role.each)
            self.fields[f"count_{role.code}"] = field

    def counts(self) -> list[tuple[RoleTemplate, str, "forms.BoundField"]]:
        """List the roles with where they stand and the field for their number."""
        roles = default_template().roles.values()
        return [(role, str(Unit.KINDS[role.unit]), self[f"count_{role.code}"]) for role in roles]

    def clean_regions(self) -> list[UnitPlan]:
        """Read the lines, and say which cannot be read."""
        head_office = UnitPlan("HQ", UnitKind.HEAD_OFFICE, "", "")
        units, misread = read_regions(self.cleaned_data["regions"], head_office=head_office)
        if misread:
            told = [
                _("Line %(number)d names nothing, or more than 60 letters.") % {"number": each.number}
                for each in misread
            ]
            raise forms.ValidationError(told)
        return units[1:]

    def clean(self) -> dict[str, Any]:
        """Refuse more positions than a company has."""
        said: dict[str, Any] = super().clean() or self.cleaned_data
        if not self.errors and len(self.plan().positions) > MOST_POSITIONS:
            message = _("These are more than %(most)d positions; take fewer areas, or fewer of a role.")
            raise forms.ValidationError(message % {"most": MOST_POSITIONS})
        return said

    def plan(self) -> OrganisationPlan:
        """Plan what would be made."""
        said = self.cleaned_data
        head_office = UnitPlan("HQ", UnitKind.HEAD_OFFICE, said["head_office_zh"], said["head_office_en"])
        counts = {code: said[f"count_{code}"] for code in default_template().roles}
        return plan_organisation([head_office, *said["regions"]], template=default_template(), counts=counts)

    def summary(self) -> list[tuple[str, int]]:
        """Count what would be made by role."""
        made = Counter(place.role for place in self.plan().positions)
        return [(_name(role), made[role.code]) for role in default_template().roles.values() if made[role.code]]


def _name(role: RoleTemplate) -> str:
    return role.name_zh if (get_language() or "").startswith("zh") else role.name_en
