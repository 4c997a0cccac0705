"""What a lead becomes, as people type it."""

from typing import TYPE_CHECKING, Any

from django import forms
from django.utils.translation import gettext_lazy as _

from keytally.accounts.forms.fields import DayField, NodeField, ScaledField
from keytally.funnel.labels import SIZE_LABELS
from keytally.funnel.labels import choices as words
from keytally.funnel.rules.stages import CustomerSize
from keytally.prospecting.services.conversion import Conversion

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from keytally.accounts.models import AccountNode
    from keytally.prospecting.models import Lead


class ConvertForm(forms.Form):
    """The opportunity, and the account if it is known already."""

    account = NodeField(label=_("Account, if it is known already; else it is added as a prospect"), required=False)
    name = forms.CharField(label=_("What is to be sold"), max_length=120)
    product = forms.CharField(label=_("Product or category"), max_length=80, required=False)
    customer_size = forms.ChoiceField(label=_("Customer size"), choices=words(SIZE_LABELS))
    amount_minor = ScaledField(label=_("Expected amount, yuan"), places=2, min_value=0, required=False)
    expected_on = DayField(label=_("Expected close"), required=False)

    def __init__(self, *args: Any, nodes: "QuerySet[AccountNode]", **kwargs: Any) -> None:  # noqa: ANN401 - Django's own
        super().__init__(*args, **kwargs)
        field = self.fields["account"]
        if isinstance(field, NodeField):
            field.nodes = nodes

    def wanted(self) -> Conversion:
        """Read what was typed."""
        said = {**self.cleaned_data, "customer_size": CustomerSize(self.cleaned_data["customer_size"])}
        return Conversion(**said)

    @staticmethod
    def shown(lead: "Lead") -> dict[str, Any]:
        """Fill the form with what is known."""
        return {"name": lead.name, "amount_minor": lead.deal_minor}
