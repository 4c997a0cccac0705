"""What somebody types about training: a course, a question with its answers, attendance, the answers of a test."""

from collections.abc import Mapping
from datetime import date
from typing import TYPE_CHECKING, Any

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from keytally.people.models import TrainingCourse, TrainingQuestion
from keytally.people.rules.training import Choice, Level
from keytally.people.services.training import Answer, CourseFacts

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from keytally.core.models import User

MOST_ANSWERS = 6
FACTS = (
    "code",
    "name_zh",
    "name_en",
    "text_zh",
    "text_en",
    "minutes",
    "trainer",
    "pass_mark_percent",
    "valid_months",
    "attempts_allowed",
)


class CourseForm(forms.Form):
    """A course as somebody writes it."""

    code = forms.CharField(label=_("Code"), max_length=32)
    name_zh = forms.CharField(label=_("Subject in Chinese"), max_length=120)
    name_en = forms.CharField(label=_("Subject in English"), max_length=120)
    level = forms.ChoiceField(
        label=_("Level"), choices=[(level.value, label) for level, label in TrainingCourse.LEVELS.items()]
    )
    trainer: "forms.ModelChoiceField[User]" = forms.ModelChoiceField(
        label=_("Trainer"), queryset=None, required=False, empty_label=_("not named")
    )
    minutes = forms.IntegerField(label=pgettext_lazy("training", "Minutes"), min_value=1, max_value=10_000, initial=30)
    pass_mark_percent = forms.IntegerField(label=_("Pass mark, per cent"), min_value=1, max_value=100, initial=80)
    attempts_allowed = forms.IntegerField(
        label=_("Attempts allowed (0: as many as one likes)"), min_value=0, max_value=99, initial=0
    )
    valid_months = forms.IntegerField(
        label=_("To be renewed after months (0: never)"), min_value=0, max_value=120, initial=0
    )
    roles = forms.MultipleChoiceField(label=_("Asked of positions with the role"), required=False)
    text_zh = forms.CharField(
        label=_("Material in Chinese"), required=False, max_length=100_000, widget=forms.Textarea(attrs={"rows": 8})
    )
    text_en = forms.CharField(
        label=_("Material in English"), required=False, max_length=100_000, widget=forms.Textarea(attrs={"rows": 8})
    )

    def __init__(
        self,
        data: QueryDict | None = None,
        *,
        role_names: Mapping[str, str],
        trainers: "QuerySet[User]",
        initial: Mapping[str, object] | None = None,
    ) -> None:
        super().__init__(data, initial=dict(initial or {}))
        self.fields["roles"].choices = list(role_names.items())  # type: ignore[attr-defined]  # a choice
        self.fields["trainer"].queryset = trainers  # type: ignore[attr-defined]  # a model choice

    def facts(self) -> CourseFacts:
        """Give the course that was typed."""
        said = {name: self.cleaned_data[name] for name in FACTS}
        return CourseFacts(**said, level=Level(self.cleaned_data["level"]), roles=tuple(self.cleaned_data["roles"]))


class QuestionForm(forms.Form):
    """A question and the answers it offers."""

    choice = forms.ChoiceField(
        label=_("Answers"), choices=[(choice.value, label) for choice, label in TrainingQuestion.CHOICES.items()]
    )
    text_zh = forms.CharField(label=_("Question in Chinese"), max_length=500)
    text_en = forms.CharField(label=_("Question in English"), max_length=500)

    def __init__(self, data: QueryDict | None = None, **kwargs: Any) -> None:  # noqa: ANN401 - Django's own signature
        super().__init__(data, **kwargs)
        self.lines = _answer_lines(data) if data is not None else []

    def answers(self) -> list[Answer]:
        """Give the answers that were typed; a line without words is left out."""
        typed = [line for line in self.lines if line["zh"] or line["en"]]
        return [Answer(line["zh"] or line["en"], line["en"] or line["zh"], line["is_right"]) for line in typed]

    def chosen(self) -> Choice:
        """Tell how many answers may be right."""
        return Choice(self.cleaned_data["choice"])


class AttendanceForm(forms.Form):
    """Who attended a course, when, with whom."""

    held_on = forms.DateField(label=_("Held on"), widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}))
    trainer = forms.CharField(label=_("Trainer"), max_length=150, required=False)
    people: "forms.ModelMultipleChoiceField[User]" = forms.ModelMultipleChoiceField(
        label=_("Attended by"), queryset=None
    )

    def __init__(
        self, data: QueryDict | None = None, *, people: "QuerySet[User]", today: date | None = None, trainer: str = ""
    ) -> None:
        super().__init__(data, initial={"held_on": today, "trainer": trainer})
        self.fields["people"].queryset = people  # type: ignore[attr-defined]  # a model choice


class AttemptForm(forms.Form):
    """Whom to give another attempt, and why."""

    person: "forms.ModelChoiceField[User]" = forms.ModelChoiceField(label=_("Person"), queryset=None)
    reason = forms.CharField(label=_("Reason"), max_length=500)

    def __init__(self, data: QueryDict | None = None, *, people: "QuerySet[User]") -> None:
        super().__init__(data)
        self.fields["person"].queryset = people  # type: ignore[attr-defined]  # a model choice


def initial_of(course: TrainingCourse) -> dict[str, object]:
    """Write a course as the form shows it."""
    return {name: getattr(course, name) for name in (*FACTS, "level", "roles")}


def answer_lines(question: TrainingQuestion | None) -> list[dict[str, Any]]:
    """Write the answers of a question as lines, with empty ones after them."""
    answers = question.answers.all() if question else ()
    lines = [{"zh": each.text_zh, "en": each.text_en, "is_right": each.is_right} for each in answers]
    empty = [{"zh": "", "en": "", "is_right": False} for _number in range(MOST_ANSWERS - len(lines))]
    return lines + empty


def answers_given(data: QueryDict) -> dict[int, set[int]]:
    """Read a paper that was handed in: fields `q<question>` with the numbers of the answers chosen."""
    names = [name for name in data if name.startswith("q") and name[1:].isascii() and name[1:].isdigit()]
    return {
        int(name[1:]): {int(value) for value in data.getlist(name) if value.isascii() and value.isdigit()}
        for name in names
    }


def _answer_lines(data: QueryDict) -> list[dict[str, Any]]:
    words = {name: data.getlist(f"answer_{name}")[:MOST_ANSWERS] for name in ("zh", "en")}
    right = set(data.getlist("answer_right"))
    pairs = zip(words["zh"], words["en"], strict=False)
    return [
        {"zh": _clean(zh), "en": _clean(en), "is_right": str(number) in right} for number, (zh, en) in enumerate(pairs)
    ]


def _clean(text: str) -> str:
    return text.strip().replace("\x00", "")[:300]
