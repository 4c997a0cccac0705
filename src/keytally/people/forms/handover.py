"""What somebody types about a handover: between whom, what, and remarks on single things."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from keytally.people.rules.handover import Key

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from keytally.core.models import User

LONGEST_REMARK = 500


class ProposalForm(forms.Form):
    """A handover as it is proposed; `chosen` names single things, unless everything goes."""

    giver: "forms.ModelChoiceField[User]" = forms.ModelChoiceField(
        label=pgettext_lazy("handover", "From"), queryset=None, empty_label=None
    )
    receiver: "forms.ModelChoiceField[User]" = forms.ModelChoiceField(
        label=pgettext_lazy("handover", "To"), queryset=None, empty_label=_("Choose who receives it")
    )
    extent = forms.ChoiceField(
        label=pgettext_lazy("handover", "What"),
        choices=[
            ("EVERYTHING", _("Everything, also what appears before it is confirmed")),
            ("CHOSEN", _("Only what is marked below")),
        ],
        initial="EVERYTHING",
    )
    ends_access = forms.BooleanField(
        label=_("They leave us: their log-in and positions end when it is confirmed"), required=False
    )
    reason = forms.CharField(label=_("Reason"), max_length=500)

    def __init__(
        self,
        data: QueryDict | None = None,
        *,
        givers: "QuerySet[User]",
        receivers: "QuerySet[User]",
        initial: Mapping[str, object] | None = None,
    ) -> None:
        super().__init__(data, initial=dict(initial or {}))
        self.fields["giver"].queryset = givers  # type: ignore[attr-defined]  # a model choice
        self.fields["receiver"].queryset = receivers  # type: ignore[attr-defined]  # a model choice

    def chosen(self) -> frozenset[Key] | None:
        """Give the things that were marked; nothing where everything goes."""
        if self.cleaned_data["extent"] == "EVERYTHING":
            return None
        return keys_of(self.data.getlist("chosen")) if isinstance(self.data, QueryDict) else frozenset()


class ReasonForm(forms.Form):
    """Why something is refused, withdrawn, closed or given."""

    reason = forms.CharField(label=_("Reason"), max_length=500)


def keys_of(written: list[str]) -> frozenset[Key]:
    """Read things as check boxes name them, `kind:number`."""
    parts = (text.rpartition(":") for text in written)
    return frozenset(Key(kind, int(number)) for kind, _colon, number in parts if number.isascii() and number.isdigit())


def remarks_of(data: QueryDict) -> dict[Key, str]:
    """Read the remarks on single things, from fields named `remark:kind:number`."""
    names = [name for name in data if name.startswith("remark:")]
    read = {key: str(data[name]) for name in names for key in keys_of([name.removeprefix("remark:")])}
    return {key: text.strip().replace("\x00", "")[:LONGEST_REMARK] for key, text in read.items() if text.strip()}
