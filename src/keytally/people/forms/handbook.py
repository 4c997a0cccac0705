"""What somebody types about the handbook: section after section, and from when it holds."""

from collections.abc import Iterable, Mapping
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from keytally.people.rules.handbook import Section

PARTS = ("code", "title_zh", "title_en", "text_zh", "text_en")
MOST_SECTIONS = 60
EMPTY_LINES = 2


class HandbookForm(forms.Form):
    """An edition from a day on."""

    starts_on = forms.DateField(label=_("From"), widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}))
    asks_again = forms.BooleanField(label=_("Everyone acknowledges it anew"), required=False)
    reason = forms.CharField(label=_("Reason for the change"), max_length=500)

    def __init__(self, data: QueryDict | None = None, **kwargs: Any) -> None:  # noqa: ANN401 - Django's own signature
        super().__init__(data, **kwargs)
        self.lines = _lines(data) if data is not None else []

    def sections(self, *, known: Iterable[Section]) -> list[Section]:
        """Give the sections that were typed; a line without words is left out."""
        before = {section.code: section for section in known}
        typed = [line for line in self.lines if any(line[name] for name in PARTS[1:])]
        return [_section(line, number=number, before=before) for number, line in enumerate(typed, start=1)]

    def wants_more_lines(self) -> bool:
        """Tell whether more empty lines were asked for instead of keeping it."""
        return "more" in self.data


def lines_of(sections: Iterable[Section]) -> list[dict[str, str]]:
    """Write sections as lines, with empty ones after them."""
    return [{name: getattr(section, name) for name in PARTS} for section in sections] + empty_lines()


def empty_lines() -> list[dict[str, str]]:
    """Give lines for sections to come."""
    return [dict.fromkeys(PARTS, "") for _number in range(EMPTY_LINES)]


def _lines(data: QueryDict) -> list[dict[str, str]]:
    columns = {name: data.getlist(f"section_{name}") for name in PARTS}
    count = min(len(columns["title_zh"]), MOST_SECTIONS)
    return [{name: _cell(column, number) for name, column in columns.items()} for number in range(count)]


def _cell(column: list[str], number: int) -> str:
    return column[number].strip().replace("\x00", "").replace("\r\n", "\n") if number < len(column) else ""


def _section(line: Mapping[str, str], *, number: int, before: Mapping[str, Section]) -> Section:
    known = before.get(line["code"])
    words = {name: line[name] for name in PARTS[1:]}
    same = known is not None and all(getattr(known, name) == text for name, text in words.items())
    return Section(
        code=known.code if known else f"section-{number}",
        row=known.row if known else "",
        is_given=known is not None and known.is_given and same,
        **words,
    )
