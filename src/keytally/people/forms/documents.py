"""What somebody types about a controlled document: its code, what a version says, who signed it on paper."""

from collections.abc import Mapping
from datetime import date

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from keytally.people.models import ControlledDocument, DocumentVersion
from keytally.people.rules.documents import STEPS, SignOff, VersionNo
from keytally.people.services.documents import Draft, Signature
from keytally.people.staff_words import step_label

FACTS = ("name_zh", "name_en", "department_zh", "department_en", "wanted_on", "pages", "text_zh", "text_en", "changes")
LONGEST_TEXT = 200_000


def _day() -> forms.DateInput:
    return forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})


class DraftForm(forms.Form):
    """What a version says; what is missing is asked for when it goes into sign-off."""

    name_zh = forms.CharField(label=_("Title in Chinese"), max_length=120, required=False)
    name_en = forms.CharField(label=_("Title in English"), max_length=120, required=False)
    department_zh = forms.CharField(label=_("Owner department, in Chinese"), max_length=120, required=False)
    department_en = forms.CharField(label=_("Owner department, in English"), max_length=120, required=False)
    wanted_on = forms.DateField(label=_("Effective from (empty: when it is published)"), required=False, widget=_day())
    pages = forms.IntegerField(label=pgettext_lazy("document", "Pages"), min_value=1, max_value=9999, initial=1)
    text_zh = forms.CharField(
        label=_("Text in Chinese"), required=False, max_length=LONGEST_TEXT, widget=forms.Textarea(attrs={"rows": 10})
    )
    text_en = forms.CharField(
        label=_("Text in English"), required=False, max_length=LONGEST_TEXT, widget=forms.Textarea(attrs={"rows": 10})
    )
    changes = forms.CharField(label=_("What changed against the version before"), max_length=500, required=False)

    def draft(self) -> Draft:
        """Give what was typed."""
        said = self.cleaned_data
        return Draft(**{name: said[name] for name in FACTS})


class NewDocumentForm(DraftForm):
    """A document that comes under control."""

    code = forms.CharField(label=_("Document code"), max_length=60)
    version = forms.CharField(label=_("Version"), max_length=4, initial="A/1")
    sign_off = forms.ChoiceField(
        label=_("Sign-off"), choices=[(kind.value, label) for kind, label in ControlledDocument.SIGN_OFFS.items()]
    )
    field_order = ("code", "version", "sign_off")

    def clean_version(self) -> VersionNo:
        """Refuse a version that is not written like A/1."""
        try:
            return VersionNo.of(self.cleaned_data["version"].strip().upper())
        except ValueError as error:
            raise forms.ValidationError(_("A version is a letter and a number, as in A/1.")) from error


class NextVersionForm(forms.Form):
    """Which version comes next."""

    version = forms.CharField(max_length=4)

    def clean_version(self) -> VersionNo:
        """Read the version that was chosen."""
        try:
            return VersionNo.of(self.cleaned_data["version"])
        except ValueError as error:
            raise forms.ValidationError(_("Choose one of the versions offered.")) from error


class PaperForm(forms.Form):
    """Who signed each step on paper, and when."""

    reason = forms.CharField(label=_("Where the signed paper is"), max_length=500)

    def __init__(self, sign_off: SignOff, data: Mapping[str, str] | None = None) -> None:
        super().__init__(data)
        self.steps = STEPS[sign_off]
        for step in self.steps:
            label = str(step_label(step, sign_off=sign_off))
            self.fields[f"signer_{step}"] = forms.CharField(label=label, max_length=150)
            self.fields[f"signed_on_{step}"] = forms.DateField(label=_("signed on"), widget=_day())

    def pairs(self) -> list[tuple[forms.BoundField, forms.BoundField]]:
        """Give the fields step by step."""
        return [(self[f"signer_{step}"], self[f"signed_on_{step}"]) for step in self.steps]

    def signatures(self) -> list[Signature]:
        """Give the signatures that were typed."""
        said = self.cleaned_data
        return [Signature(step, said[f"signer_{step}"], _as_day(said[f"signed_on_{step}"])) for step in self.steps]


def initial_of(version: DocumentVersion) -> dict[str, object]:
    """Write a version as the form shows it."""
    return {name: getattr(version, name) for name in FACTS}


def _as_day(value: object) -> date:
    if not isinstance(value, date):
        raise TypeError(value)
    return value
