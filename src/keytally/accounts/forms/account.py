"""An account as people keep it, its codes, parties, classes and place."""

from typing import TYPE_CHECKING, Any

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from keytally.accounts.forms.fields import DayField, NodeField, PersonField, ScaledField
from keytally.accounts.labels import CODE_SIDES, KINDS, STATUSES, TIERS, CodeSide, Status, choices
from keytally.accounts.models import AccountNode, ClassificationAxis
from keytally.accounts.refusals import sentence
from keytally.accounts.rules.codes import checked_number
from keytally.accounts.rules.parties import NodeKind, Party, judge_parties
from keytally.accounts.rules.regions import area_names, divisions_meant

if TYPE_CHECKING:
    from collections.abc import Sequence

_FACTS = (
    "name_zh",
    "name_en",
    "gln",
    "address",
    "area_code",
    "latitude_micro",
    "longitude_micro",
    "phone",
    "opened_on",
    "closed_on",
    "floor_area",
    "tills",
    "traffic",
    "dock_hours",
    "order_days",
    "lead_days",
    "is_on_nka_list",
)


class AccountForm(forms.Form):
    """The facts of an account."""

    name_zh = forms.CharField(label=_("Name (Chinese)"), max_length=80)
    name_en = forms.CharField(label=_("Name (English)"), max_length=80, required=False)
    gln = forms.CharField(label="GLN", max_length=13, required=False)
    address = forms.CharField(label=_("Address"), max_length=200, required=False)
    area_code = forms.CharField(
        label=_("Area, name or code (GB/T 2260); empty: read from the address"), max_length=40, required=False
    )
    latitude_micro = ScaledField(label=_("Latitude"), places=6, min_value=-90, max_value=90, required=False)
    longitude_micro = ScaledField(label=_("Longitude"), places=6, min_value=-180, max_value=180, required=False)
    phone = forms.CharField(label=_("Phone"), max_length=40, required=False)
    opened_on = DayField(label=_("Opened on"), required=False)
    closed_on = DayField(label=_("Closed on"), required=False)
    floor_area = ScaledField(label=_("Floor area, m²"), places=3, min_value=0, required=False)
    tills = forms.IntegerField(label=_("Tills"), min_value=0, max_value=10_000, required=False)
    traffic = forms.IntegerField(label=_("Customers a day"), min_value=0, max_value=10_000_000, required=False)
    dock_hours = forms.CharField(label=_("Dock hours"), max_length=80, required=False)
    order_days = forms.CharField(label=_("Order days"), max_length=40, required=False)
    lead_days = forms.IntegerField(label=_("Lead time, days"), min_value=0, max_value=365, required=False)
    is_on_nka_list = forms.NullBooleanField(label=_("On the NKA data list"), required=False)

    def __init__(self, *args: Any, is_change: bool = False, **kwargs: Any) -> None:  # noqa: ANN401 - Django's own
        super().__init__(*args, **kwargs)
        self.is_change = is_change
        for field in self.fields.values():
            field.show_hidden_initial = is_change

    def facts(self) -> dict[str, Any]:
        """List what was typed as the service takes it; a blank address code is read from the address.

        Of a change only what differs from the page as it was read, so that two people who change one account at the
        same time do not undo each other.
        """
        said = {name: self.cleaned_data[name] for name in _FACTS}
        if self.is_change:
            said = {name: value for name, value in said.items() if name in self.changed_data}
        if not said.get("area_code"):
            said.pop("area_code", None)
        return said

    def clean_gln(self) -> str:
        """Check the check digit."""
        return _number("GLN", self.cleaned_data["gln"])

    def clean_area_code(self) -> str:
        """Find the division by its code or name; refuse one that GB/T 2260 does not have, or has more than once."""
        text: str = self.cleaned_data["area_code"]
        found = divisions_meant(text) if text else ()
        if text and not found:
            raise forms.ValidationError(sentence("AREA_UNKNOWN", {"value": text}))
        if len(found) > 1:
            names = ", ".join(f"{'/'.join(area_names(one.code))} {one.code}" for one in found)
            raise forms.ValidationError(sentence("AREA_NOT_ONE", {"value": text, "found": names}))
        return found[0].code if found else ""

    @classmethod
    def shown(cls, node: AccountNode) -> dict[str, Any]:
        """Fill the form with what is known."""
        return {name: getattr(node, name) for name in _FACTS}


class NewAccountForm(AccountForm):
    """An account that is not there yet."""

    kind = forms.ChoiceField(label=_("Kind"), choices=choices(KINDS))
    parent = NodeField(label=_("Parent (code or name); a chain has none"), required=False)
    tax_id = forms.CharField(label=_("Tax id (unified social credit code)"), max_length=18, required=False)
    legal_name = forms.CharField(label=_("Name in law"), max_length=120, required=False)
    code = forms.CharField(label=_("Our code; empty: the next free one"), max_length=20, required=False)
    owner = PersonField(label=_("Owner; empty: the parent's"), required=False)
    field_order = ("kind", "parent", "code", "name_zh", "name_en", "owner")

    def __init__(self, *args: Any, nodes: QuerySet[AccountNode], **kwargs: Any) -> None:  # noqa: ANN401 - Django's own
        super().__init__(*args, **kwargs)
        parent = self.fields["parent"]
        if isinstance(parent, NodeField):
            parent.nodes = nodes.exclude(kind=NodeKind.STORE)

    def clean_tax_id(self) -> str:
        """Check the check digit."""
        return _number("TAX_ID", self.cleaned_data["tax_id"])


class CodeForm(forms.Form):
    """A code of an account."""

    side = forms.ChoiceField(
        label=pgettext_lazy("account", "Whose"), choices=choices(CODE_SIDES), initial=CodeSide.THEIRS
    )
    code = forms.CharField(label=pgettext_lazy("account", "Code"), max_length=30)
    starts_on = DayField(label=_("From"), required=False)
    ends_before = DayField(label=_("Until before"), required=False)


class CodeDaysForm(forms.Form):
    """From when and until when a code holds."""

    starts_on = DayField(label=_("From"), required=False)
    ends_before = DayField(label=_("Until before"), required=False)


class PartiesForm(forms.Form):
    """Who orders, receives and pays, from a day on."""

    buyer = forms.ChoiceField(label=_("Buyer"))
    ship_to = forms.ChoiceField(label=_("Ship-to"))
    bill_to = forms.ChoiceField(label=_("Bill-to"))
    starts_on = DayField(label=_("From"))

    def __init__(self, *args: Any, store: AccountNode, parties: "Sequence[AccountNode]", **kwargs: Any) -> None:  # noqa: ANN401 - Django's own
        super().__init__(*args, **kwargs)
        self.store = store
        self.known = {str(one.pk): one for one in (store, *parties)}
        named = [(number, f"{one.name} · {KINDS[NodeKind(one.kind)]}") for number, one in self.known.items()]
        for name in ("buyer", "ship_to", "bill_to"):
            field = self.fields[name]
            if isinstance(field, forms.ChoiceField):
                field.choices = named

    def clean(self) -> dict[str, Any]:
        """Refuse the combination that does not exist (B02-B04)."""
        said = super().clean() or self.cleaned_data
        chosen = {name: self.known.get(said.get(name, "")) for name in ("buyer", "ship_to", "bill_to")}
        found = {name: node for name, node in chosen.items() if node}
        if len(found) == 3:
            parties = {name: _party(node) for name, node in found.items()}
            for code in judge_parties(_party(self.store), **parties).reasons:
                self.add_error(None, sentence(code))
        return {**said, **found}


class ClassesForm(forms.Form):
    """The classes of an account, one field for each axis."""

    def __init__(self, *args: Any, axes: "QuerySet[ClassificationAxis]", **kwargs: Any) -> None:  # noqa: ANN401 - Django's own
        super().__init__(*args, **kwargs)
        self.axes = list(axes)
        for axis in self.axes:
            values = [(one.code, str(one)) for one in axis.values.all() if one.is_active]
            self.fields[axis.code] = (
                forms.MultipleChoiceField(
                    label=str(axis), choices=values, required=False, widget=forms.CheckboxSelectMultiple
                )
                if axis.is_several
                else forms.ChoiceField(label=str(axis), choices=[("", "—"), *values], required=False)
            )

    def chosen(self) -> dict[str, list[str]]:
        """List the chosen values by axis."""
        said = {axis.code: self.cleaned_data[axis.code] for axis in self.axes}
        return {code: value if isinstance(value, list) else [value] if value else [] for code, value in said.items()}


class TierForm(forms.Form):
    """How an account is led in a year."""

    year = forms.IntegerField(label=_("Year"), min_value=2000, max_value=2100)
    tier = forms.ChoiceField(label=_("Tier"), choices=choices(TIERS))


class StatusForm(forms.Form):
    """Where an account stands in its life."""

    status = forms.ChoiceField(label=_("Status"), choices=choices(STATUSES))
    reason = forms.CharField(label=_("Reason"), max_length=200, required=False)

    def status_chosen(self) -> Status:
        """Name the chosen status."""
        return Status(self.cleaned_data["status"])


class MoveForm(forms.Form):
    """Under which parent an account hangs from a day on."""

    parent = NodeField(label=_("New parent (code or name)"))
    starts_on = DayField(label=_("From"))
    reason = forms.CharField(label=_("Reason"), max_length=200)

    def __init__(self, *args: Any, nodes: QuerySet[AccountNode], **kwargs: Any) -> None:  # noqa: ANN401 - Django's own
        super().__init__(*args, **kwargs)
        parent = self.fields["parent"]
        if isinstance(parent, NodeField):
            parent.nodes = nodes.exclude(kind=NodeKind.STORE)


def _party(node: AccountNode) -> Party:
    return Party(node.pk, NodeKind(node.kind), node.chain_id)


def _number(kind: str, text: str) -> str:
    number, fault = checked_number(kind, text)
    if fault:
        raise forms.ValidationError(sentence(fault, {"value": text}))
    return number
