"""Who an account is in law, how far it is trusted, who serves it, and which account is the same."""

from decimal import Decimal, InvalidOperation
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from keytally.accounts.forms.fields import DayField, NodeField, PersonField, ScaledField
from keytally.accounts.labels import CREDIT_GRADES, choices
from keytally.accounts.models import AccountNode
from keytally.accounts.refusals import sentence
from keytally.accounts.rules.codes import checked_number
from keytally.accounts.services.standing import LAW, Layer


class LawForm(forms.Form):
    """The legal party of an account; its bank account only for those who may read it."""

    name = forms.CharField(label=_("Name in law"), max_length=120)
    tax_id = forms.CharField(label=_("Tax id (unified social credit code)"), max_length=18, required=False)
    representative = forms.CharField(label=_("Legal representative"), max_length=60, required=False)
    registered_capital_minor = ScaledField(label=_("Registered capital, yuan"), places=2, min_value=0, required=False)
    address = forms.CharField(label=_("Registered address"), max_length=200, required=False)
    bank_name = forms.CharField(label=_("Bank"), max_length=120, required=False)
    bank_account = forms.CharField(label=_("Bank account"), max_length=40, required=False)

    def __init__(self, *args: Any, sees_bank: bool, **kwargs: Any) -> None:  # noqa: ANN401 - Django's own
        super().__init__(*args, **kwargs)
        if not sees_bank:
            del self.fields["bank_account"]

    def clean_tax_id(self) -> str:
        """Check the check digit."""
        number, fault = checked_number("TAX_ID", self.cleaned_data["tax_id"])
        if fault:
            raise forms.ValidationError(sentence(fault, {"value": self.cleaned_data["tax_id"]}))
        return number

    @classmethod
    def shown(cls, node: AccountNode) -> dict[str, Any]:
        """Fill the form with what is known."""
        party = node.legal_party
        return {name: getattr(party, name) for name in LAW} if party else {"name": node.name_zh}


class CreditForm(forms.Form):
    """How far an account is trusted from a day on."""

    grade = forms.ChoiceField(label=_("Credit grade"), choices=choices(CREDIT_GRADES))
    starts_on = DayField(label=_("From"))


class ServersForm(forms.Form):
    """Who serves an account, and the hands between us and its shelf."""

    supplied_by = forms.CharField(
        label=_("Supplied by: the distributor's name or tax id; empty: ourselves"), max_length=120, required=False
    )
    served_from = NodeField(label=_("DC that delivers (code or name)"), required=False)
    promoter = PersonField(label=_("Promoter"), required=False)
    layers = forms.CharField(
        label=_("Hands between us and the shelf, one a line: name, then the margin it takes in % if it is known"),
        widget=forms.Textarea(attrs={"rows": 4}),
        max_length=2000,
        required=False,
    )

    def __init__(self, *args: Any, warehouses: QuerySet[AccountNode], **kwargs: Any) -> None:  # noqa: ANN401 - Django's own
        super().__init__(*args, **kwargs)
        field = self.fields["served_from"]
        if isinstance(field, NodeField):
            field.nodes = warehouses

    def clean_layers(self) -> list[Layer]:
        """Read the lines: 上海某商贸 12.5."""
        return [_layer(line.strip()) for line in self.cleaned_data["layers"].splitlines() if line.strip()][:9]

    @classmethod
    def shown(cls, node: AccountNode) -> dict[str, Any]:
        """Fill the form with what is known."""
        lines = [" ".join(filter(None, (one.name, _percent(one.margin_ppm)))) for one in node.layers.all()]
        supplier = node.supplied_by.name if node.supplied_by else ""
        warehouse = node.served_from.code if node.served_from else ""
        return {
            "supplied_by": supplier,
            "served_from": warehouse,
            "promoter": node.promoter_id,
            "layers": "\n".join(lines),
        }


class MergeForm(forms.Form):
    """Another account that is the same as this one."""

    alias = NodeField(label=_("The account that is the same (code or name); it becomes an alias"))
    reason = forms.CharField(label=_("Reason"), max_length=200)

    def __init__(self, *args: Any, nodes: QuerySet[AccountNode], **kwargs: Any) -> None:  # noqa: ANN401 - Django's own
        super().__init__(*args, **kwargs)
        field = self.fields["alias"]
        if isinstance(field, NodeField):
            field.nodes = nodes


def _layer(line: str) -> Layer:
    name, _blank, last = line.rpartition(" ")
    try:
        percent = Decimal(last.removesuffix("%"))
    except InvalidOperation:
        return Layer(line[:80])
    if not name.strip() or not percent.is_finite() or not 0 <= percent < 100:
        raise forms.ValidationError(
            _("“%(line)s”: write a name, then a margin of 0 to less than 100."), params={"line": line}
        )
    return Layer(name.strip()[:80], int(percent.scaleb(4)))


def _percent(ppm: int | None) -> str:
    return "" if ppm is None else format(Decimal(ppm).scaleb(-4).normalize(), "f")
