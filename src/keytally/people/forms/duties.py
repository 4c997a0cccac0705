"""What somebody types about a position description: its titles, its roles, and duty after duty."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from keytally.people.measures import measures
from keytally.people.rules.duties import MOST_DUTIES, Description, Duty

PARTS = ("code", "row", "text_zh", "text_en", "record_zh", "record_en", "measure")
EMPTY_LINES = 3


class DescriptionForm(forms.Form):
    """A description from a day on."""

    code = forms.SlugField(label=_("Code"), max_length=40, required=False)
    title_zh = forms.CharField(label=_("Title in Chinese"), max_length=120, required=False)
    title_en = forms.CharField(label=_("Title in English"), max_length=120, required=False)
    roles = forms.MultipleChoiceField(label=_("For positions with the role"), required=False)
    starts_on = forms.DateField(label=_("From"), widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}))
    reason = forms.CharField(label=_("Reason for the change"), max_length=500)

    def __init__(self, data: QueryDict | None = None, *, role_names: Mapping[str, str], **kwargs: Any) -> None:  # noqa: ANN401 - Django's own signature
        super().__init__(data, **kwargs)
        self.lines = _lines(data) if data is not None else []
        roles = self.fields["roles"]
        if isinstance(roles, forms.MultipleChoiceField):
            roles.choices = list(role_names.items())

    def description(self, *, code: str, known: Description | None) -> Description:
        """Give the description that was typed; a line without words is left out."""
        given = {duty.code: duty for duty in known.duties} if known else {}
        typed = [line for line in self.lines if any(line[name] for name in PARTS[2:6])]
        return Description(
            code=code,
            title_zh=self.cleaned_data["title_zh"],
            title_en=self.cleaned_data["title_en"],
            row=known.row if known else "",
            roles=tuple(self.cleaned_data["roles"]),
            duties=tuple(_duty(line, before=given.get(line["code"])) for line in typed),
        )

    def wants_more_lines(self) -> bool:
        """Tell whether more empty lines were asked for instead of keeping it."""
        return "more" in self.data


def lines_of(description: Description | None) -> list[dict[str, str]]:
    """Write the duties of a description as lines, with empty ones after them."""
    duties = description.duties if description else ()
    return [{name: getattr(duty, name) for name in PARTS} for duty in duties] + empty_lines()


def empty_lines() -> list[dict[str, str]]:
    """Give lines for duties to come."""
    return [dict.fromkeys(PARTS, "") for _number in range(EMPTY_LINES)]


def _lines(data: QueryDict) -> list[dict[str, str]]:
    columns = {name: data.getlist(f"duty_{name}") for name in PARTS}
    count = min(len(columns["text_zh"]), MOST_DUTIES + 2 * EMPTY_LINES)
    return [
        {
            name: column[number].strip().replace("\x00", "") if number < len(column) else ""
            for name, column in columns.items()
        }
        for number in range(count)
    ]


def _duty(line: Mapping[str, str], *, before: Duty | None) -> Duty:
    known = {measure.code for measure in measures()}
    words = {name: line[name] for name in ("text_zh", "text_en", "record_zh", "record_en")}
    same = before is not None and (before.text_zh, before.text_en) == (words["text_zh"], words["text_en"])
    return Duty(
        code=before.code if before else "",
        row=before.row if before else "",
        measure=line["measure"] if line["measure"] in known else "",
        is_given=before is not None and before.is_given and same,
        **words,
    )
