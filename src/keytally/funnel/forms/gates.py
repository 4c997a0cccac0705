"""The form on which a stage's gate is changed."""

from typing import Any

from django import forms
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from keytally.accounts.forms.fields import DayField
from keytally.core.rule_sets import Content
from keytally.funnel.labels import SIZE_LABELS, TEAM_ROLE_LABELS, choices
from keytally.funnel.rules.changing import free_code, with_criterion, with_list, with_stage
from keytally.funnel.rules.default_gates import NEGOTIATION_LISTS
from keytally.funnel.rules.stages import CustomerSize, Stage

LISTS = (
    ("", _("as ticked below")),
    ("UNION", _("Union of both lists (our default)")),
    ("FIRST", _("First list: their form, our form, dated talks")),
    ("SECOND", _("Second list: our form, dated talks, price objection, delivery or payment argued")),
)

_HEAD = ("weight", "led_by", "purpose_zh", "purpose_en", "stale_days", "follows")
_TAIL = ("new_zh", "new_en", "new_days", "starts_on", "reason")


class StageForm(forms.Form):
    """What a stage asks for, by customer size, from a day on."""

    weight = forms.IntegerField(label=_("Weight, %"), min_value=0, max_value=100)
    led_by = forms.MultipleChoiceField(
        label=_("Led by"), choices=choices(TEAM_ROLE_LABELS), widget=forms.CheckboxSelectMultiple
    )
    purpose_zh = forms.CharField(label=_("Purpose (Chinese)"), max_length=120)
    purpose_en = forms.CharField(label=_("Purpose (English)"), max_length=120)
    stale_days = forms.IntegerField(label=_("Stale after days without anything happening"), min_value=1, max_value=3650)
    follows = forms.ChoiceField(label=_("List of the gate of 50 %"), choices=LISTS, required=False)
    new_zh = forms.CharField(label=_("New criterion (Chinese)"), max_length=120, required=False)
    new_en = forms.CharField(label=_("New criterion (English)"), max_length=120, required=False)
    new_days = forms.IntegerField(
        label=_("Its evidence holds for days (empty: for good)"), min_value=1, max_value=3650, required=False
    )
    starts_on = DayField(label=_("In force from"))
    reason = forms.CharField(label=_("Why the gates change"), max_length=200)

    def __init__(self, *args: Any, stage: Stage, content: Content, **kwargs: Any) -> None:  # noqa: ANN401 - Django's own
        super().__init__(*args, **kwargs)
        self.stage, self.content = stage, content
        named = [(code, _name(one)) for code, one in content["criteria"].items()]
        for size in CustomerSize:
            words = {"size": SIZE_LABELS[size]}
            self.fields[f"required_{size.value}"] = forms.MultipleChoiceField(
                label=_("Required (%(size)s)") % words,
                choices=named,
                required=False,
                widget=forms.CheckboxSelectMultiple,
            )
            self.fields[f"needed_{size.value}"] = forms.IntegerField(
                label=_("How many of those that may be chosen (%(size)s)") % words, min_value=0, max_value=50
            )
            self.fields[f"of_{size.value}"] = forms.MultipleChoiceField(
                label=_("May be chosen (%(size)s)") % words,
                choices=named,
                required=False,
                widget=forms.CheckboxSelectMultiple,
            )
        if stage is not Stage.NEGOTIATION:
            del self.fields["follows"]
        sizes = [f"{part}_{size.value}" for size in CustomerSize for part in ("required", "needed", "of")]
        self.order_fields([*_HEAD, *sizes, *_TAIL])

    def heads(self) -> list[forms.BoundField]:
        """List the fields of the stage itself."""
        return [self[name] for name in _HEAD if name in self.fields]

    def sizes(self) -> list[tuple[str, str, list[forms.BoundField], bool]]:
        """List the gate of each size with a line that sums it up, and whether it is to be seen at once."""
        shown = []
        for place, size in enumerate(CustomerSize):
            fields = [self[f"{part}_{size.value}"] for part in ("required", "needed", "of")]
            is_wrong = any(field.errors for field in fields)
            required, needed, chosen = (field.value() for field in fields)
            words = _("%(required)d required, %(needed)s of %(chosen)d that may be chosen") % {
                "required": len(required or ()),
                "needed": needed or 0,
                "chosen": len(chosen or ()),
            }
            shown.append((str(SIZE_LABELS[size]), words, fields, is_wrong or (place == 0 and not self.is_bound)))
        return shown

    def tails(self) -> list[forms.BoundField]:
        """List what is new, and from when and why it holds."""
        return [self[name] for name in _TAIL]

    def changed(self) -> dict[str, Any]:
        """Write the whole set of gates with this stage as it was typed."""
        said, content = self.cleaned_data, dict(self.content)
        gates = {
            size.value: {
                "required": said[f"required_{size.value}"],
                "needed": said[f"needed_{size.value}"],
                "of": said[f"of_{size.value}"],
            }
            for size in CustomerSize
        }
        if said["new_zh"] and said["new_en"]:
            code = free_code(content)
            content = with_criterion(
                content, code, name_zh=said["new_zh"], name_en=said["new_en"], valid_days=said["new_days"]
            )
            gates = {size: {**gate, **_more(gate, code)} for size, gate in gates.items()}
        stage = {
            "weight": said["weight"],
            "led_by": said["led_by"],
            "purpose": {"zh": said["purpose_zh"], "en": said["purpose_en"]},
            "stale_days": said["stale_days"],
            "gates": gates,
        }
        whole = with_stage(content, self.stage, stage)
        return with_list(whole, said["follows"]) if said.get("follows") in NEGOTIATION_LISTS else whole

    @staticmethod
    def shown(stage: Stage, content: Content) -> dict[str, Any]:
        """Fill the form with what is in force."""
        given = content["stages"][stage.value]
        facts = {
            f"{part}_{size}": gate[part]
            for size, gate in given["gates"].items()
            for part in ("required", "needed", "of")
        }
        return {
            **facts,
            "weight": given["weight"],
            "led_by": given["led_by"],
            "purpose_zh": given["purpose"]["zh"],
            "purpose_en": given["purpose"]["en"],
            "stale_days": given["stale_days"],
        }


def _more(gate: dict[str, Any], code: str) -> dict[str, Any]:
    """Let a new criterion be chosen where criteria are chosen, and be required where all are."""
    if gate["of"]:
        return {"of": [*gate["of"], code]}
    return {"required": [*gate["required"], code]}


def _name(criterion: dict[str, Any]) -> str:
    return str(criterion["zh"] if (get_language() or "").startswith("zh") else criterion["en"])
