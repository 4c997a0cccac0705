"""What somebody types about a task they ask of another."""

from typing import TYPE_CHECKING

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from keytally.core.models import User


class TaskForm(forms.Form):
    """A task: what, by whom, by when."""

    title = forms.CharField(label=_("What is to be done"), max_length=200)
    owner: "forms.ModelChoiceField[User]" = forms.ModelChoiceField(
        label=_("Who does it"), queryset=None, empty_label=_("Choose a person")
    )
    due_on = forms.DateField(
        label=pgettext_lazy("deadline", "By"), widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})
    )
    text = forms.CharField(
        label=_("Details"), required=False, max_length=5000, widget=forms.Textarea(attrs={"rows": 4})
    )

    def __init__(self, data: QueryDict | None = None, *, people: "QuerySet[User]") -> None:
        super().__init__(data)
        self.fields["owner"].queryset = people  # type: ignore[attr-defined]  # a model choice
