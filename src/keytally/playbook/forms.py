"""What people type into the playbook, the support centre and the panel of value given."""

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from django import forms
from django.utils.translation import gettext_lazy as _

from keytally.accounts.forms.fields import DayField, NodeField, PersonField
from keytally.playbook.labels import AXES, DESKS, KINDS, OUTCOMES, VALUES, ValueKind, choices, tag_choices
from keytally.playbook.rules.entries import Content, EntryKind, Outcome, Text
from keytally.playbook.rules.tags import LONGEST_CATEGORY, Axis, Tag
from keytally.playbook.services.value import Gift

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from keytally.accounts.models import AccountNode, Contact
    from keytally.core.models import User

CODED = (Axis.STAGE, Axis.TACTIC, Axis.DIFFICULTY, Axis.METHOD)
TOPICS = (Axis.TACTIC, Axis.DIFFICULTY, Axis.METHOD, Axis.STAGE)
LONG = forms.Textarea(attrs={"rows": 6})


class TagFields(forms.Form):
    """Tags by axis: codes are ticked, categories are typed."""

    category = forms.CharField(
        label=_("Categories, separated by commas"), max_length=200, required=False, help_text=_("as 饮料, 乳品")
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401 - Django's own signature
        super().__init__(*args, **kwargs)
        for axis in CODED:
            self.fields[axis.value.lower()] = forms.MultipleChoiceField(
                label=str(AXES[axis]),
                choices=tag_choices(axis),
                required=False,
                widget=forms.CheckboxSelectMultiple,
            )
        self.order_fields(self.field_order)

    def clean_category(self) -> list[str]:
        """Read the categories, with Chinese commas too."""
        text = self.cleaned_data["category"]
        for comma in "，、;；":
            text = text.replace(comma, ",")
        found = list(dict.fromkeys(one.strip() for one in text.split(",") if one.strip()))
        long = [one for one in found if len(one) > LONGEST_CATEGORY]
        if long:
            raise forms.ValidationError(_("“%(value)s” is too long for a category."), params={"value": long[0]})
        return found

    def tags(self) -> frozenset[Tag]:
        """List the tags that were chosen."""
        said = self.cleaned_data
        coded = ((axis, code) for axis in CODED for code in said.get(axis.value.lower(), ()))
        return frozenset((*coded, *((Axis.CATEGORY, code) for code in said.get("category", ()))))


class EntryForm(TagFields):
    """An entry, in one language or both."""

    kind = forms.ChoiceField(label=_("Kind"), choices=choices(KINDS))
    title_zh = forms.CharField(label=_("Title (Chinese)"), max_length=120, required=False)
    title_en = forms.CharField(label=_("Title (English)"), max_length=160, required=False)
    body_zh = forms.CharField(label=_("Text (Chinese)"), max_length=20_000, required=False, widget=LONG)
    body_en = forms.CharField(label=_("Text (English)"), max_length=20_000, required=False, widget=LONG)
    answer_zh = forms.CharField(
        label=_("Answer (Chinese)"),
        max_length=20_000,
        required=False,
        widget=LONG,
        help_text=_("for an objection: the answer that works"),
    )
    answer_en = forms.CharField(label=_("Answer (English)"), max_length=20_000, required=False, widget=LONG)
    outcome = forms.ChoiceField(
        label=_("How it ended"),
        choices=[("", "—"), *choices(OUTCOMES)],
        required=False,
        help_text=_("for a case"),
    )
    account = NodeField(label=_("Account it is about"), required=False, help_text=_("code or name"))
    channel = forms.CharField(
        label=_("Channel it comes up in"),
        max_length=40,
        required=False,
        help_text=_("as hypermarket, convenience store"),
    )
    review_on = DayField(label=_("To be reviewed on"), required=False)
    reason = forms.CharField(label=_("Why it is changed"), max_length=200, required=False)
    number = forms.IntegerField(required=False, widget=forms.HiddenInput)

    field_order = (
        *("kind", "title_zh", "title_en", "body_zh", "body_en", "answer_zh", "answer_en", "outcome", "account"),
        *("channel", "review_on", "stage", "tactic", "difficulty", "method", "category", "reason", "number"),
    )

    def __init__(self, *args: Any, nodes: "QuerySet[AccountNode]", is_new: bool = False, **kwargs: Any) -> None:  # noqa: ANN401 - Django's own signature
        super().__init__(*args, **kwargs)
        field = self.fields["account"]
        if isinstance(field, NodeField):
            field.nodes = nodes
        if is_new:
            del self.fields["reason"]
            del self.fields["number"]

    def content(self) -> Content:
        """Put together what was typed."""
        said = self.cleaned_data
        title, body, answer = (Text(said[f"{name}_zh"], said[f"{name}_en"]) for name in ("title", "body", "answer"))
        return Content(
            kind=EntryKind(said["kind"]),
            title=title,
            body=body,
            answer=answer,
            outcome=Outcome(said["outcome"]) if said["outcome"] else None,
            tags=self.tags(),
            node=said["account"].pk if said["account"] else None,
            channel=said["channel"].strip(),
            review_on=said["review_on"],
        )

    @classmethod
    def shown(cls, content: Content, *, account: str, number: int) -> dict[str, Any]:
        """Fill the form with what is kept."""
        texts = {"title": content.title, "body": content.body, "answer": content.answer}
        return {
            "kind": content.kind,
            **{f"{name}_{code}": getattr(text, code) for name, text in texts.items() for code in ("zh", "en")},
            "outcome": content.outcome or "",
            "account": account,
            "channel": content.channel,
            "review_on": content.review_on,
            **shown_tags(content.tags),
            "number": number,
        }


class QuestionForm(TagFields):
    """A question to the support centre."""

    title = forms.CharField(label=_("In one line: what do you need?"), max_length=120)
    text = forms.CharField(
        label=_("What is it about, what have you tried, by when do you need it?"), max_length=10_000, widget=LONG
    )
    account = NodeField(label=_("Account it is about"), required=False, help_text=_("code or name"))

    field_order = ("title", "text", "account", "difficulty", "tactic", "method", "stage", "category")

    def __init__(self, *args: Any, nodes: "QuerySet[AccountNode]", **kwargs: Any) -> None:  # noqa: ANN401 - Django's own signature
        super().__init__(*args, **kwargs)
        field = self.fields["account"]
        if isinstance(field, NodeField):
            field.nodes = nodes


class SupportAnswerForm(forms.Form):
    """The answer of an expert, and what kind of entry it becomes."""

    text = forms.CharField(label=_("Answer"), max_length=10_000, widget=LONG)
    kind = forms.ChoiceField(
        label=_("It becomes in the playbook"),
        choices=[one for one in choices(KINDS) if one[0] != EntryKind.CASE],
        initial=EntryKind.LESSON,
    )


class PassForm(forms.Form):
    """Who answers instead."""

    person = PersonField(label=_("Who answers instead"))
    reason = forms.CharField(label=_("Reason"), max_length=200)


class AgainForm(forms.Form):
    """What is still missing."""

    text = forms.CharField(
        label=_("What is still missing?"), max_length=4_000, widget=forms.Textarea(attrs={"rows": 3})
    )


class ReasonForm(forms.Form):
    """Why something is done."""

    reason = forms.CharField(label=_("Reason"), max_length=200)


class ExpertForm(TagFields):
    """A named expert of the support centre."""

    person = PersonField(label=_("Person"))
    desk = forms.ChoiceField(label=_("Desk"), choices=choices(DESKS))
    starts_on = DayField(label=_("From"))

    field_order = ("person", "desk", "starts_on", "difficulty", "tactic", "method", "stage", "category")


class ClockForm(forms.Form):
    """Within how many working days an answer is due, from which day on."""

    working_days = forms.IntegerField(label=_("Working days until an answer is due"), min_value=1, max_value=30)
    starts_on = DayField(label=_("From"))
    reason = forms.CharField(label=_("Reason"), max_length=200)


class ValueForm(forms.Form):
    """What was given to an account (K06)."""

    kind = forms.ChoiceField(label=_("Kind of value"), choices=choices(VALUES))
    what = forms.CharField(label=_("What was given"), max_length=300)
    contact: "forms.ModelChoiceField[Contact]" = forms.ModelChoiceField(
        label=_("To whom"), queryset=None, required=False
    )
    given_on = DayField(label=_("Given on"))
    reaction = forms.CharField(label=_("How they took it"), max_length=300, required=False)

    def __init__(self, *args: Any, contacts: "QuerySet[Contact]", **kwargs: Any) -> None:  # noqa: ANN401 - Django's own signature
        super().__init__(*args, **kwargs)
        field = self.fields["contact"]
        if isinstance(field, forms.ModelChoiceField):
            field.queryset = contacts

    def gift(self, *, key: str) -> Gift:
        """Put together what was typed."""
        said = {**self.cleaned_data, "kind": ValueKind(self.cleaned_data["kind"])}
        return Gift(**said, key=key or None)


def shown_tags(tags: "Iterable[Tag]") -> Mapping[str, Any]:
    """Fill the fields of tags."""
    held = list(tags)
    coded = {axis.value.lower(): [code for one, code in held if one is axis] for axis in CODED}
    return {**coded, "category": ", ".join(code for axis, code in sorted(held) if axis is Axis.CATEGORY)}


def chosen(form: forms.Form, name: str = "person") -> "User":
    """Take a chosen person."""
    found: User = form.cleaned_data[name]
    return found
