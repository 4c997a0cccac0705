"""Forms by which an opportunity is opened and changed, evidence is recorded, and it is moved and ended."""

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from keytally.accounts.forms.fields import DayField, NodeField, PersonField, ScaledField
from keytally.funnel.labels import (
    END_REASON_LABELS,
    NEED_LABELS,
    PAPER_LABELS,
    SIZE_LABELS,
    SOURCE_KIND_LABELS,
    SOURCE_LABELS,
    TEAM_ROLE_LABELS,
    TYPED_SOURCES,
    EndReason,
    PaperKind,
    Source,
    SourceKind,
    choices,
    stage_name,
)
from keytally.funnel.refusals import criterion_name
from keytally.funnel.rules.gates import GateProfile
from keytally.funnel.rules.stages import STAGES, CustomerSize, TeamRole

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from keytally.accounts.models import AccountNode

CURRENCIES = [(code, code) for code in ("CNY", "USD", "EUR", "HKD")]
_NOTE = {"rows": 2}
# Found in other records; a person records the others by hand.
_TYPED_KINDS = (SourceKind.VISIT_NOTE, SourceKind.DOCUMENT, SourceKind.MESSAGE, SourceKind.OTHER)


class FactsForm(forms.Form):
    """What is known of an opportunity."""

    name = forms.CharField(label=_("What is to be sold"), max_length=120)
    product = forms.CharField(label=_("Product or category"), max_length=80, required=False)
    amount_minor = ScaledField(places=2, label=_("Expected amount, tax included"), required=False, min_value=0)
    currency = forms.ChoiceField(label=_("Currency"), choices=CURRENCIES, initial="CNY")
    customer_size = forms.ChoiceField(
        label=_("Customer size (gates differ by it)"),
        choices=[("", _("as the account is classed")), *choices(SIZE_LABELS)],
        required=False,
    )
    expected_on = DayField(label=_("Expected close"), required=False)

    def facts(self) -> dict[str, Any]:
        """List what was typed as the service takes it; a size that was left open stays as it is."""
        said = {name: self.cleaned_data[name] for name in FactsForm.base_fields}
        size = said.pop("customer_size")
        return {**said, "customer_size": CustomerSize(size)} if size else said


class NewOpportunityForm(FactsForm):
    """An opportunity to be opened, with the first evidence if there is any."""

    account = NodeField(label=_("Account (code or name)"))
    opened_on = DayField(label=pgettext_lazy("opportunity", "Opened on"))
    owner = PersonField(label=_("Owner"))
    source = forms.ChoiceField(
        label=pgettext_lazy("opportunity", "Source"),
        choices=[(source.value, SOURCE_LABELS[source]) for source in TYPED_SOURCES],
    )
    shown = forms.MultipleChoiceField(
        label=_("What is shown already (at least two let it into the funnel)"),
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )
    shown_note = forms.CharField(label=_("How do you know?"), max_length=300, required=False)

    field_order = (
        *("account", "name", "product", "amount_minor", "currency", "expected_on"),
        *("customer_size", "source", "owner", "opened_on", "shown", "shown_note"),
    )

    def __init__(
        self,
        *args: Any,  # noqa: ANN401 - Django's own
        accounts: "QuerySet[AccountNode]",
        profile: GateProfile,
        **kwargs: Any,  # noqa: ANN401 - Django's own
    ) -> None:
        super().__init__(*args, **kwargs)
        account, shown = self.fields["account"], self.fields["shown"]
        if isinstance(account, NodeField):
            account.nodes = accounts
        if isinstance(shown, forms.MultipleChoiceField):
            gate = profile.gate(STAGES[0], size=CustomerSize.SMALL_MEDIUM)
            shown.choices = [(code, criterion_name(profile.criteria[code])) for code in gate.criteria]

    def clean(self) -> dict[str, Any]:
        """Ask how one knows what is said to be shown."""
        said = super().clean() or self.cleaned_data
        if said.get("shown") and not said.get("shown_note", "").strip():
            self.add_error("shown_note", _("Write how you know: who said what, when?"))
        return said


class GateEvidenceForm(forms.Form):
    """Evidence: what it shows, when it came, where it stands."""

    criterion = forms.ChoiceField(label=_("What it shows"))
    happened_on = DayField(label=_("Day"))
    source_kind = forms.ChoiceField(
        label=pgettext_lazy("evidence", "Source"),
        choices=[(kind.value, SOURCE_KIND_LABELS[kind]) for kind in _TYPED_KINDS],
    )
    note = forms.CharField(
        label=pgettext_lazy("evidence", "What happened"), max_length=500, widget=forms.Textarea(attrs=_NOTE)
    )
    holds_through = DayField(
        label=_("Holds through"),
        required=False,
        help_text=_("An agreed visit: the day agreed on. Empty: as the gates say."),
    )

    def __init__(
        self,
        *args: Any,  # noqa: ANN401 - Django's own
        groups: Iterable[tuple[str, Iterable[str]]],
        profile: GateProfile,
        **kwargs: Any,  # noqa: ANN401 - Django's own
    ) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["criterion"]
        if isinstance(field, forms.ChoiceField):
            field.choices = [
                (str(stage_name(stage)), [(code, criterion_name(profile.criteria[code])) for code in codes])
                for stage, codes in groups
            ]


class OverrideForm(forms.Form):
    """Why a closed gate is passed."""

    reason = forms.CharField(
        label=_("Why it may pass the closed gate"), max_length=500, widget=forms.Textarea(attrs=_NOTE)
    )


class LostForm(forms.Form):
    """Why it was lost, to whom, and what is learnt."""

    reason = forms.ChoiceField(label=_("Reason"), choices=choices(END_REASON_LABELS))
    note = forms.CharField(
        label=pgettext_lazy("evidence", "What happened"), max_length=500, widget=forms.Textarea(attrs=_NOTE)
    )
    lost_to = forms.CharField(label=_("Lost to (competitor)"), max_length=80, required=False)
    lesson = forms.CharField(
        label=_("Lesson for the next time"), max_length=500, required=False, widget=forms.Textarea(attrs=_NOTE)
    )

    def clean(self) -> dict[str, Any]:
        """Ask for the competitor where it was lost to one."""
        said = super().clean() or self.cleaned_data
        if said.get("reason") == EndReason.COMPETITOR and not said.get("lost_to", "").strip():
            self.add_error("lost_to", _("Write which competitor won it."))
        return said


class StopForm(forms.Form):
    """Why it was stopped, and when to look again."""

    reason = forms.ChoiceField(label=_("Reason"), choices=choices(END_REASON_LABELS), initial=EndReason.TIMING)
    note = forms.CharField(
        label=pgettext_lazy("evidence", "What happened"), max_length=500, widget=forms.Textarea(attrs=_NOTE)
    )
    look_again_on = DayField(label=_("Look again on"))
    lesson = forms.CharField(
        label=_("Lesson for the next time"), max_length=500, required=False, widget=forms.Textarea(attrs=_NOTE)
    )


class WonForm(forms.Form):
    """What made the difference."""

    note = forms.CharField(
        label=_("What made the difference?"), max_length=500, required=False, widget=forms.Textarea(attrs=_NOTE)
    )


class RepeatForm(forms.Form):
    """The next cycle."""

    name = forms.CharField(label=_("What is to be sold"), max_length=120)
    amount_minor = ScaledField(places=2, label=_("Expected amount, tax included"), required=False, min_value=0)
    expected_on = DayField(label=_("Expected close"), required=False)


class MemberForm(forms.Form):
    """Somebody for the team."""

    person = PersonField(label=_("Person"))
    role = forms.ChoiceField(
        label=_("Role in the team"), choices=choices(TEAM_ROLE_LABELS), initial=TeamRole.PROJECT_MANAGER
    )


class NeedForm(forms.Form):
    """A need of the customer (N09)."""

    kind = forms.ChoiceField(label=_("Kind of need"), choices=choices(NEED_LABELS))
    text = forms.CharField(label=_("What they need"), max_length=300)
    how_known = forms.CharField(label=_("How we came to know (of an unspoken need)"), max_length=300, required=False)


class CompetitorForm(forms.Form):
    """A competitor for this opportunity."""

    name = forms.CharField(label=_("Competitor"), max_length=80)
    standing = forms.CharField(label=_("How they stand here"), max_length=300, required=False)


class PaperForm(forms.Form):
    """A file, and what it is."""

    kind = forms.ChoiceField(label=_("What it is"), choices=choices(PAPER_LABELS), initial=PaperKind.OUR_FORM)
    received_on = DayField(label=_("Day"))
    file = forms.FileField(label=pgettext_lazy("paper", "File (PDF, picture, workbook or text)"))


class OwnerForm(forms.Form):
    """Who owns an opportunity."""

    owner = PersonField(label=_("Owner"))
    reason = forms.CharField(label=_("Reason"), max_length=200)


class ReviewForm(forms.Form):
    """What the weekly review says."""

    note = forms.CharField(
        label=pgettext_lazy("review", "What the review says"), max_length=500, widget=forms.Textarea(attrs=_NOTE)
    )
    next_step = forms.CharField(label=_("Next step"), max_length=200, required=False)
    due_on = DayField(label=_("Due on"), required=False)


class VoidForm(forms.Form):
    """Why evidence does not count any more."""

    reason = forms.CharField(label=_("Why it does not count any more"), max_length=200)


def source_of(text: str) -> Source:
    """Read a source that was chosen."""
    return Source(text)
