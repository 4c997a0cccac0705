"""Contacts, evidence, promises, steps, the dedicated person, grants and judgements as people type them."""

from typing import TYPE_CHECKING, Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from keytally.accounts.forms.fields import DayField, PersonField
from keytally.accounts.labels import (
    DECISION_ROLES,
    DEPARTMENTS,
    EVIDENCE,
    GRANT_KINDS,
    MATTER_STATES,
    PARTS,
    PROMISE_KINDS,
    PROMISE_STATES,
    RUNGS,
    STANCES,
    MatterState,
    PromiseState,
    choices,
)
from keytally.accounts.models import Contact
from keytally.accounts.rules.decision_map import Stance
from keytally.accounts.services.practice import Item

if TYPE_CHECKING:
    from collections.abc import Iterable


class ContactForm(forms.Form):
    """A person at an account."""

    name = forms.CharField(label=pgettext_lazy("person", "Name"), max_length=60)
    title = forms.CharField(label=_("Job title"), max_length=60, required=False)
    decision_role = forms.ChoiceField(label=_("Role in the decision"), choices=choices(DECISION_ROLES))
    weight = forms.IntegerField(label=_("Weight in the decision, 0-100"), min_value=0, max_value=100, initial=0)
    stance = forms.ChoiceField(label=_("Stance"), choices=choices(STANCES), initial=Stance.NEUTRAL)
    phone = forms.CharField(label=_("Phone"), max_length=40, required=False)
    email = forms.EmailField(label=_("E-mail"), required=False)
    holder = PersonField(label=_("Who of ours holds the relationship"), required=False)
    note = forms.CharField(
        label=pgettext_lazy("account", "Note"), max_length=500, required=False, widget=forms.Textarea(attrs={"rows": 2})
    )
    left_on = DayField(label=_("Left on"), required=False)

    def facts(self) -> dict[str, Any]:
        """List what was typed as the service takes it."""
        return {name: value for name, value in self.cleaned_data.items() if name != "holder"}

    @classmethod
    def shown(cls, contact: Contact) -> dict[str, Any]:
        """Fill the form with what is known."""
        return {name: getattr(contact, name) for name in cls.base_fields}


def _offer(form: forms.Form, contacts: "Iterable[Contact]") -> None:
    field = form.fields["contact"]
    if isinstance(field, forms.ModelChoiceField):
        field.queryset = Contact.objects.filter(pk__in=[contact.pk for contact in contacts])


class EvidenceForm(forms.Form):
    """What happened, and the rung it claims."""

    on = DayField(label=_("Day"))
    kind = forms.ChoiceField(label=_("Evidence"), choices=choices(EVIDENCE))
    rung = forms.TypedChoiceField(
        label=_("Rung it shows"), choices=[(rung.value, label) for rung, label in RUNGS.items()], coerce=int
    )
    note = forms.CharField(label=_("What happened"), max_length=500, widget=forms.Textarea(attrs={"rows": 2}))


class PromiseForm(forms.Form):
    """A promise, and what we asked in return (J02)."""

    kind = forms.ChoiceField(label=_("Kind of promise"), choices=choices(PROMISE_KINDS))
    promised = forms.CharField(label=_("What we promised"), max_length=300)
    asked_in_return = forms.CharField(label=_("What we asked in return"), max_length=300)
    contact = forms.ModelChoiceField(label=_("To whom"), queryset=Contact.objects.none(), required=False)
    due_on = DayField(label=_("Due on"))
    owner = PersonField(label=_("Who of ours keeps it"))

    def __init__(self, *args: Any, contacts: "Iterable[Contact]", **kwargs: Any) -> None:  # noqa: ANN401 - Django's own
        super().__init__(*args, **kwargs)
        _offer(self, contacts)


class MatterForm(forms.Form):
    """What one of our departments has to settle for an account (S13)."""

    department = forms.ChoiceField(label=_("Department that acts"), choices=choices(DEPARTMENTS))
    matter = forms.CharField(label=_("What is to be settled"), max_length=300)
    contact = forms.ModelChoiceField(label=_("Who asked"), queryset=Contact.objects.none(), required=False)
    due_on = DayField(label=_("Due on"))
    owner = PersonField(label=_("Who of ours sees to it"))

    def __init__(self, *args: Any, contacts: "Iterable[Contact]", **kwargs: Any) -> None:  # noqa: ANN401 - Django's own
        super().__init__(*args, **kwargs)
        _offer(self, contacts)


class MatterAnswerForm(forms.Form):
    """What came of a matter."""

    state = forms.ChoiceField(
        label=_("What became of it"),
        choices=[one for one in choices(MATTER_STATES) if one[0] != MatterState.OPEN.value],
    )
    answer = forms.CharField(label=_("Answer"), max_length=500, widget=forms.Textarea(attrs={"rows": 2}))


class AnswerForm(forms.Form):
    """What became of a promise."""

    state = forms.ChoiceField(
        label=_("What became of it"),
        choices=[one for one in choices(PROMISE_STATES) if one[0] != PromiseState.OPEN.value],
    )
    evidence = forms.CharField(label=_("Evidence"), max_length=300)


class StepForm(forms.Form):
    """Where a step of the development plan stands (K03)."""

    evidence = forms.CharField(
        label=_("Evidence"), max_length=500, required=False, widget=forms.Textarea(attrs={"rows": 2})
    )
    owner = PersonField(label=_("Owner"))
    due_on = DayField(label=_("Due on"), required=False)
    done_on = DayField(label=_("Done on"), required=False)


class DedicatedForm(forms.Form):
    """The one named person of an account (R03, K08)."""

    person = PersonField(label=_("Dedicated person"))
    deputy = PersonField(label=_("Deputy"), required=False)
    starts_on = DayField(label=_("From"))


class OwnerForm(forms.Form):
    """Who owns an account."""

    owner = PersonField(label=_("Owner"))
    reason = forms.CharField(label=_("Reason"), max_length=200)


class GrantForm(forms.Form):
    """Let a person in on an account and everything below it."""

    person = PersonField(label=_("Person"))
    kind = forms.ChoiceField(label=pgettext_lazy("grant", "May"), choices=choices(GRANT_KINDS))
    starts_on = DayField(label=_("From"))
    ends_before = DayField(label=_("Until before"), required=False)
    reason = forms.CharField(label=_("Reason"), max_length=200)


class JudgementForm(forms.Form):
    """Points for a part of the score, with the reason."""

    part = forms.ChoiceField(label=_("Part"), choices=choices(PARTS))
    points = forms.IntegerField(label=_("Points, 0-100"), min_value=0, max_value=100)
    reason = forms.CharField(label=_("Reason"), max_length=300)


class ProcedureForm(forms.Form):
    """How a chain settles: one step a line."""

    starts_on = DayField(label=_("From"))
    steps = forms.CharField(
        label=_("Steps, one a line: day of the month, then what is done (Chinese | English)"),
        widget=forms.Textarea(attrs={"rows": 8}),
        max_length=4000,
    )

    def clean_steps(self) -> list[Item]:
        """Read the lines: 5 对账单 | Statement."""
        items = [_item(line) for line in self.cleaned_data["steps"].splitlines() if line.strip()]
        wrong = [item for item in items if item.day is not None and not 1 <= item.day <= 31]
        if wrong:
            raise forms.ValidationError(
                _("A day of the month lies between 1 and 31: %(day)s does not."), params={"day": wrong[0].day}
            )
        return items


def _item(line: str) -> Item:
    first, _blank, rest = line.strip().partition(" ")
    day, text = (int(first), rest) if first.isdecimal() and rest else (None, line.strip())
    chinese, _bar, english = text.partition("|")
    return Item(day, chinese.strip()[:160], english.strip()[:160])
