"""Visits and competitors as people type them."""

from typing import TYPE_CHECKING, Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from keytally.accounts.forms.fields import DayField, PersonField
from keytally.accounts.labels import VISIT_STATES, choices
from keytally.accounts.models import Contact
from keytally.accounts.queries.visits import known_competitors
from keytally.accounts.rules.visits import VisitState

if TYPE_CHECKING:
    from django.db.models import QuerySet

MOST_NOTES = 4000


class ContactsField(forms.ModelMultipleChoiceField):  # type: ignore[type-arg]  # not generic when it runs
    """Contacts to be ticked, each with its title and account."""

    widget = forms.CheckboxSelectMultiple

    def label_from_instance(self, obj: Contact) -> str:
        """Name a contact so that two of one name are told apart."""
        return " · ".join(filter(None, (obj.name, obj.title, obj.node.name)))


def _notes(*, required: bool) -> forms.CharField:
    area = forms.Textarea(attrs={"rows": 5})
    return forms.CharField(label=_("Notes"), max_length=MOST_NOTES, required=required, widget=area)


class VisitForm(forms.Form):
    """A visit that is planned, was made or failed to take place."""

    state = forms.ChoiceField(label=_("The visit is"), choices=choices(VISIT_STATES))
    on = DayField(label=_("Day"))
    visitor = PersonField(label=pgettext_lazy("visit", "Who of ours"))
    contacts = ContactsField(label=_("Whom they meet, or met"), queryset=Contact.objects.none(), required=False)
    place = forms.CharField(label=_("Where; empty: at the account"), max_length=120, required=False)
    aim = forms.CharField(label=_("Aim"), max_length=200, required=False)
    notes = _notes(required=False)
    reason = forms.CharField(label=_("Why it failed to take place"), max_length=200, required=False)

    def __init__(self, *args: Any, contacts: "QuerySet[Contact]", **kwargs: Any) -> None:  # noqa: ANN401 - Django's own
        super().__init__(*args, **kwargs)
        _offer(self, contacts)


class VisitAnswerForm(forms.Form):
    """What became of a planned visit."""

    state = forms.ChoiceField(
        label=_("The visit was"), choices=[one for one in choices(VISIT_STATES) if one[0] != VisitState.PLANNED.value]
    )
    contacts = ContactsField(label=_("Whom they met"), queryset=Contact.objects.none(), required=False)
    notes = _notes(required=False)
    reason = forms.CharField(label=_("Why it failed to take place"), max_length=200, required=False)

    def __init__(self, *args: Any, contacts: "QuerySet[Contact]", **kwargs: Any) -> None:  # noqa: ANN401 - Django's own
        super().__init__(*args, **kwargs)
        _offer(self, contacts)


class NotesForm(forms.Form):
    """The notes of a visit."""

    notes = _notes(required=True)


class CompetitorForm(forms.Form):
    """What was seen of a competitor (K07)."""

    competitor = forms.CharField(
        label=_("Competitor"), max_length=80, widget=forms.TextInput(attrs={"list": "suggestions"})
    )
    seen_on = DayField(label=_("Seen on"))
    offer = forms.CharField(label=_("What they offer"), max_length=300)
    strength = forms.CharField(label=_("Where they are strong"), max_length=300, required=False)
    weakness = forms.CharField(label=_("Where they are weak"), max_length=300, required=False)
    floor = forms.CharField(label=_("How low they go"), max_length=300, required=False)
    learned_from = forms.CharField(label=_("How we know"), max_length=200, required=False)

    def suggestions(self) -> list[str]:
        """List the names that were typed before, so that one competitor has one name."""
        return [one.name_zh for one in known_competitors()]


def _offer(form: forms.Form, contacts: "QuerySet[Contact]") -> None:
    field = form.fields["contacts"]
    if isinstance(field, ContactsField):
        field.queryset = contacts
        if not contacts:
            del form.fields["contacts"]
