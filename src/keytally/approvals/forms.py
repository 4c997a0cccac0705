"""What a person types to ask for an approval; the workflow says which facts."""

from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from keytally.approvals.labels import named, spoken
from keytally.approvals.rules.workflow import Field, FieldKind, Need, Value, Workflow
from keytally.approvals.services import Details, Draft
from keytally.approvals.services.submitting import File
from keytally.kernel.money import Money

CURRENCY = "CNY"
# Digits and separators as they are typed on a Chinese keyboard too.
PLAIN = str.maketrans({"，": None, ",": None, " ": None, "￥": None, "¥": None})
Choices = list[tuple[str, str]]


class MoneyField(forms.CharField):
    """An amount in yuan as people type it, with or without separators."""

    def clean(self, value: Any) -> Money | None:  # noqa: ANN401 - Django's own signature
        """Read the amount exactly, or say what is wrong with it."""
        text = super().clean(value).translate(PLAIN)
        if not text:
            return None
        try:
            amount = Money.of(text, CURRENCY)
        except ValueError:
            raise forms.ValidationError(_("This is no amount with at most two decimals, as 12,345.60.")) from None
        if not 0 < amount.minor < 10**15:
            raise forms.ValidationError(_("The amount must be more than zero."))
        return amount


class RequestForm(forms.Form):
    """A request of one workflow."""

    title = forms.CharField(label=_("Title"), max_length=200)
    account_name = forms.CharField(label=_("Account"), max_length=120, required=False)
    text = forms.CharField(
        label=_("What is asked, and why"), widget=forms.Textarea(attrs={"rows": 4}), max_length=10_000, required=False
    )
    position = forms.TypedChoiceField(label=_("You ask as"), coerce=int)
    subject_position = forms.TypedChoiceField(label=_("For the place of"), coerce=int, empty_value=None, required=False)
    key = forms.CharField(max_length=64, required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, workflow: Workflow, positions: Choices, places: Choices, **kwargs: Any) -> None:  # noqa: ANN401 - Django's own signature
        super().__init__(*args, **kwargs)
        self.workflow = workflow
        self.fields["position"].choices = positions  # type: ignore[attr-defined]  # a choice field
        self.fields["subject_position"].choices = [("", _("my own")), *places]  # type: ignore[attr-defined]  # as above
        if workflow.amount is not Need.NONE:
            self.fields["amount"] = _amount_field(workflow)
        for field in workflow.fields:
            self.fields[f"fact_{field.key}"] = _fact_field(field)

    def facts(self) -> dict[str, Value]:
        """List the facts that were said."""
        said = ((field, self.cleaned_data.get(f"fact_{field.key}")) for field in self.workflow.fields)
        return {field.key: _fact(value) for field, value in said if value not in (None, "")}

    def fact_fields(self) -> Iterator[forms.BoundField]:
        """List the fields of the facts in the workflow's order."""
        return (self[f"fact_{field.key}"] for field in self.workflow.fields)

    def draft(self, files: Iterable[File]) -> Draft:
        """Put together what was typed."""
        given = self.cleaned_data
        return Draft(
            title=given["title"],
            position=given["position"],
            amount=given.get("amount"),
            facts=self.facts(),
            details=Details(
                account_name=given["account_name"],
                text=given["text"],
                subject_position=given["subject_position"],
                key=given["key"] or None,
            ),
            files=tuple(files),
        )


def _amount_field(workflow: Workflow) -> MoneyField:
    return MoneyField(
        label=spoken(workflow, "amount") or _("Amount"),
        required=workflow.amount is Need.REQUIRED,
        max_length=24,
        widget=forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"}),
    )


def _fact_field(field: Field) -> forms.Field:
    facts: Mapping[str, Any] = {
        "label": named(field),
        "required": field.required and field.kind is not FieldKind.BOOL,
        "help_text": spoken(field, "help"),
    }
    if field.kind is FieldKind.BOOL:
        return forms.BooleanField(**facts)
    if field.kind is FieldKind.CODE:
        choices = [("", _("choose")), *((choice.code, named(choice)) for choice in field.choices)]
        return forms.ChoiceField(choices=choices, **facts)
    if field.kind is FieldKind.NUMBER:
        return forms.DecimalField(max_digits=12, decimal_places=3, **facts)
    if field.kind is FieldKind.DATE:
        return forms.DateField(widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"), **facts)
    widget = forms.Textarea(attrs={"rows": 3}) if field.kind is FieldKind.LONG_TEXT else None
    return forms.CharField(max_length=5_000, widget=widget, **facts)


def _fact(value: Any) -> Value:  # noqa: ANN401 - whatever a form field made
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else value.normalize()
    if isinstance(value, bool | str):
        return value
    return str(value.isoformat())
