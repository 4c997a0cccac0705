"""Leads, touches, plans, segments, campaigns and occasions as people type them."""

from collections.abc import Mapping
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from keytally.accounts.forms.fields import DayField, NodeField, PersonField, ScaledField
from keytally.prospecting.labels import (
    ACTIONS,
    ASSESSMENTS,
    DROP_REASONS,
    OCCASIONS,
    OUTCOMES,
    PERSONALITIES,
    SOURCES,
    TOUCHES,
    TRIGGERS,
    WILLINGNESS,
    ActionKind,
    Assessment,
    choices,
)
from keytally.prospecting.models import Campaign, Lead, Segment
from keytally.prospecting.rules.capture import MOST_LETTERS
from keytally.prospecting.rules.searches import LONGEST_PRODUCT, Product
from keytally.prospecting.services.leads import Plan

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from keytally.accounts.models import AccountNode, Contact
    from keytally.core.models import User

_TALL = forms.Textarea(attrs={"rows": 4})


class PlanForm(forms.Form):
    """The next action: what, on which day, by whom."""

    next_kind = forms.ChoiceField(label=_("Next action"), choices=choices(ACTIONS))
    next_on = DayField(label=pgettext_lazy("next action", "On"))
    next_owner = PersonField(label=_("Who does it"))
    next_note = forms.CharField(label=_("What for"), max_length=200, required=False)

    def plan(self) -> Plan:
        """Read the plan that was typed."""
        said = self.cleaned_data
        kind = ActionKind(said["next_kind"])
        return Plan(kind=kind, due_on=said["next_on"], owner=said["next_owner"], note=said["next_note"])


class SourceForm(forms.Form):
    """Where leads come from."""

    source = forms.ChoiceField(label=_("Source"), choices=choices(SOURCES))
    campaign = forms.ModelChoiceField(label=_("Campaign"), queryset=Campaign.objects.all(), required=False)
    segment = forms.ModelChoiceField(label=_("Segment"), queryset=Segment.objects.all(), required=False)
    referrer = NodeField(label=_("Account that led to it"), required=False)

    def __init__(self, *args: Any, nodes: "QuerySet[AccountNode]", **kwargs: Any) -> None:  # noqa: ANN401 - Django's own
        super().__init__(*args, **kwargs)
        field = self.fields["referrer"]
        if isinstance(field, NodeField):
            field.nodes = nodes

    def links(self) -> dict[str, Any]:
        """List the source and what it hangs on."""
        return {name: self.cleaned_data[name] for name in ("source", "segment", "campaign", "referrer")}


class FactsForm(SourceForm):
    """What is known of a lead."""

    name = forms.CharField(label=_("Company"), max_length=80)
    contact_name = forms.CharField(label=_("Person for our category"), max_length=60, required=False)
    contact_title = forms.CharField(label=_("Job title"), max_length=60, required=False)
    phone = forms.CharField(label=_("Phone"), max_length=40, required=False)
    email = forms.EmailField(label=_("E-mail"), max_length=120, required=False)
    may_write = forms.BooleanField(label=_("Agreed to be sent material"), required=False)
    website = forms.CharField(label=_("Website"), max_length=200, required=False)
    tax_id = forms.CharField(label=_("Tax id"), max_length=18, required=False)
    country = forms.RegexField(
        r"^[A-Za-z]{2}$",
        label=_("Country, two letters"),
        required=False,
        error_messages={"invalid": _("A country is two letters, as CN or DE.")},
    )
    city = forms.CharField(label=_("City"), max_length=60, required=False)
    address = forms.CharField(label=_("Address"), max_length=200, required=False)
    note = forms.CharField(label=pgettext_lazy("lead", "Note"), max_length=500, required=False, widget=_TALL)
    triggers = forms.MultipleChoiceField(
        label=_("Why they may want to talk to us"),
        choices=choices(TRIGGERS),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    are_triggers_known = forms.BooleanField(label=_("Asked: none of the others holds"), required=False)
    volume_minor = ScaledField(
        label=_("What they buy of our kind in a year, yuan"), places=2, min_value=0, required=False
    )
    deal_minor = ScaledField(label=_("What we would ask for in a year, yuan"), places=2, min_value=0, required=False)
    budget_minor = ScaledField(label=_("Budget of the buying unit itself, yuan"), places=2, min_value=0, required=False)
    substitutes = forms.CharField(
        label=_("What competes from outside the category, with commas"), max_length=300, required=False
    )

    field_order = ("name", "source", "campaign", "segment", "referrer")

    def facts(self) -> dict[str, Any]:
        """List what was typed as the service takes it."""
        links = ("source", "segment", "campaign", "referrer", "next_kind", "next_on", "next_owner", "next_note")
        said = {name: value for name, value in self.cleaned_data.items() if name not in links and name != "is_another"}
        return {**said, "country": said["country"].upper()}

    @classmethod
    def shown(cls, lead: Lead) -> dict[str, Any]:
        """Fill the form with what is known."""
        known = {name: getattr(lead, name) for name in cls.base_fields if name not in ("referrer", "is_another")}
        return {**known, "referrer": lead.referrer.code if lead.referrer else ""}


class NewLeadForm(FactsForm, PlanForm):
    """A lead that was found, with its first action."""

    is_another = forms.BooleanField(label=_("I looked at the similar ones: this is another company"), required=False)


class PasteForm(SourceForm, PlanForm):
    """A table of companies."""

    table = forms.CharField(
        label=_("The table, with the row that names its columns"),
        max_length=MOST_LETTERS,
        strip=False,
        widget=forms.Textarea(attrs={"rows": 10, "spellcheck": "false"}),
    )

    field_order = ("table", "source", "campaign", "segment", "referrer")


class TouchForm(PlanForm):
    """A call, a visit or a letter, and what comes next."""

    kind = forms.ChoiceField(label=_("How"), choices=choices(TOUCHES))
    happened_at = forms.DateTimeField(
        label=_("When it ended"),
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
        input_formats=["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M"],
    )
    contact_name = forms.CharField(label=_("With whom"), max_length=60)
    outcome = forms.ChoiceField(label=pgettext_lazy("lead", "What came of it"), choices=[("", "—"), *choices(OUTCOMES)])
    text = forms.CharField(label=_("What was said and agreed; of a letter, its text"), max_length=4000, widget=_TALL)
    may_write = forms.BooleanField(label=_("Agreed to be sent material"), required=False)
    exception_reason = forms.CharField(
        label=_("If it is not prepared, or without a counter-plan: why"), max_length=200, required=False
    )

    field_order = ("kind", "happened_at", "contact_name", "outcome", "text", "may_write", "exception_reason")

    def ended_at(self) -> datetime:
        """Read the instant."""
        at: datetime = self.cleaned_data["happened_at"]
        return at.astimezone(UTC)


class CounterPlanForm(forms.Form):
    """How willing they are, how they decide, and how we go about it."""

    willingness = forms.ChoiceField(label=_("Willingness"), choices=choices(WILLINGNESS))
    personality = forms.ChoiceField(label=_("Personality"), choices=choices(PERSONALITIES))
    plan = forms.CharField(label=_("Counter-plan"), max_length=1000, widget=_TALL)
    review_on = DayField(label=_("Look at it again on"))


class DropForm(forms.Form):
    """Why a lead is dropped."""

    reason = forms.ChoiceField(label=_("Why"), choices=choices(DROP_REASONS))
    note = forms.CharField(label=_("In a few words"), max_length=300, required=False)


class GiveForm(forms.Form):
    """To whom a lead goes."""

    to = PersonField(label=_("New owner"))
    reason = forms.CharField(label=_("Reason"), max_length=200)


class SegmentForm(forms.Form):
    """A market that our product may fit, with its first assessment."""

    name_zh = forms.CharField(label=_("Name (Chinese)"), max_length=80)
    name_en = forms.CharField(label=_("Name (English)"), max_length=80, required=False)
    fits = forms.CharField(label=_("What of ours fits it"), max_length=300, required=False)
    size_note = forms.CharField(label=_("How large it is"), max_length=200, required=False)
    result = forms.ChoiceField(label=_("First assessment"), choices=choices(ASSESSMENTS), initial=Assessment.OPEN)
    result_note = forms.CharField(label=_("Why"), max_length=300, required=False)


class CampaignForm(forms.Form):
    """A campaign: what, when, and what it costs."""

    name_zh = forms.CharField(label=_("Name (Chinese)"), max_length=80)
    name_en = forms.CharField(label=_("Name (English)"), max_length=80, required=False)
    source = forms.ChoiceField(label=pgettext_lazy("campaign", "Kind"), choices=choices(SOURCES))
    starts_on = DayField(label=_("From"))
    ends_before = DayField(label=_("Until before"))
    cost_minor = ScaledField(label=_("Cost, yuan"), places=2, min_value=0, initial=0)
    note = forms.CharField(label=pgettext_lazy("campaign", "Note"), max_length=500, required=False)


class OccasionForm(forms.Form):
    """Something to which people come."""

    kind = forms.ChoiceField(label=pgettext_lazy("occasion", "Kind"), choices=choices(OCCASIONS))
    title = forms.CharField(label=_("Title"), max_length=120)
    held_on = DayField(label=_("Day"))
    campaign = forms.ModelChoiceField(label=_("Campaign"), queryset=Campaign.objects.all(), required=False)


class GuestForm(forms.Form):
    """Who is invited: a lead or a contact of an account."""

    lead: "forms.ModelChoiceField[Lead]" = forms.ModelChoiceField(label=_("Lead"), queryset=None, required=False)
    contact: "forms.ModelChoiceField[Contact]" = forms.ModelChoiceField(
        label=_("Contact of an account"), queryset=None, required=False
    )

    def __init__(
        self,
        *args: Any,  # noqa: ANN401 - Django's own
        leads: "QuerySet[Lead]",
        contacts: "QuerySet[Contact]",
        **kwargs: Any,  # noqa: ANN401 - Django's own
    ) -> None:
        super().__init__(*args, **kwargs)
        for name, rows in (("lead", leads), ("contact", contacts)):
            field = self.fields[name]
            if isinstance(field, forms.ModelChoiceField):
                field.queryset = rows

    def clean(self) -> dict[str, Any]:
        """Want one of both."""
        said = super().clean() or {}
        if bool(said.get("lead")) == bool(said.get("contact")):
            raise forms.ValidationError(_("Choose a lead or a contact, one of both."))
        return said


class SearchForm(forms.Form):
    """What is sold, and where buyers are looked for."""

    product_en = forms.CharField(label=_("Product in English; synonyms with commas"), max_length=LONGEST_PRODUCT * 3)
    product_zh = forms.CharField(
        label=_("Product in Chinese; synonyms with commas"), max_length=LONGEST_PRODUCT * 3, required=False
    )
    local = forms.CharField(
        label=_("In other languages, one a line: de Traubensaft"),
        max_length=600,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    countries = forms.MultipleChoiceField(label=_("Countries"), widget=forms.CheckboxSelectMultiple)

    def __init__(self, *args: Any, countries: list[tuple[str, str]], **kwargs: Any) -> None:  # noqa: ANN401 - Django's own
        super().__init__(*args, **kwargs)
        field = self.fields["countries"]
        if isinstance(field, forms.MultipleChoiceField):
            field.choices = countries

    def product(self) -> Product:
        """Read the product."""
        said = self.cleaned_data
        return Product(_names(said["product_en"]), _names(said["product_zh"]), _local(said["local"]))


def first_plan(person: "User", *, on: date, kind: ActionKind = ActionKind.PREPARE) -> Mapping[str, Any]:
    """Fill the plan of a new lead: prepare it, oneself, on a day."""
    return {"next_kind": kind.value, "next_on": on, "next_owner": person.pk}


def _names(text: str) -> tuple[str, ...]:
    parts = text.replace("，", ",").replace("、", ",").split(",")
    return tuple(dict.fromkeys(part.strip()[:LONGEST_PRODUCT] for part in parts if part.strip()))


def _local(text: str) -> dict[str, str]:
    lines = [line.strip().partition(" ") for line in text.splitlines() if line.strip()]
    return {language.casefold()[:8]: name.strip() for language, _blank, name in lines if name.strip()}
