"""The editor of a workflow: its limits and steps as a table, or the whole of it as text."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from django import forms
from django.forms.boundfield import BoundField
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from keytally.approvals.forms import MoneyField
from keytally.approvals.rules.editing import (
    Typed,
    TypedLevel,
    TypedStep,
    UnreadableRoles,
    edited,
    next_version,
    read_roles,
    read_stages,
    written_roles,
    written_stages,
)
from keytally.approvals.rules.workflow import Allowance, Step, Workflow
from keytally.approvals.rules.workflow_faults import LONGEST_EN, LONGEST_ZH, MOST_DAYS, MOST_HOURS, MOST_MINUTES
from keytally.approvals.workflows import wording
from keytally.core.templatetags.keytally import money
from keytally.kernel.money import Money

# A level can be added below the table.
MORE_LEVELS = 1
WHO_DECIDES = pgettext_lazy("limits", "Who decides")


class RolesField(forms.CharField):
    """Roles as they are written by hand."""

    def __init__(self, *, is_route: bool, label: Any, required: bool = False) -> None:  # noqa: ANN401 - a lazy text
        super().__init__(label=label, max_length=200, required=required)
        self.is_route = is_route

    def clean(self, value: Any) -> str:  # noqa: ANN401 - Django's own signature
        """Refuse what cannot be read as roles."""
        text = str(super().clean(value))
        try:
            (read_stages if self.is_route else read_roles)(text)
        except UnreadableRoles:
            raise forms.ValidationError(
                _("Write roles by their codes: RKM + FS for both, CM / AKM for any one, > for what comes after.")
            ) from None
        return text


@dataclass(frozen=True, slots=True)
class LevelRow:
    """The fields of one level."""

    number: int
    up_to: BoundField
    stages: BoundField
    note: str


@dataclass(frozen=True, slots=True)
class StepRow:
    """The fields of one step."""

    step: Step
    name_zh: BoundField
    name_en: BoundField
    roles: BoundField
    working_days: BoundField
    hours: BoundField
    minutes: BoundField
    optional: BoundField
    removed: BoundField


class VersionForm(forms.Form):
    """What every new version says: from when it holds, and why."""

    starts_on = forms.DateField(
        label=_("Takes effect on"), widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})
    )
    reason = forms.CharField(label=_("Why"), max_length=500)


class WorkflowForm(VersionForm):
    """Limits and steps of a workflow as a table."""

    version = forms.RegexField(r"^[A-Z]/\d{1,3}$", label=_("Version"), help_text=_("Letter and number, as A/2."))
    field_order = ("version", "starts_on", "reason")

    def __init__(self, *args: Any, workflow: Workflow, today: date, **kwargs: Any) -> None:  # noqa: ANN401 - Django's own signature
        kwargs["initial"] = {"version": next_version(workflow.version), "starts_on": today, **_initial(workflow)}
        super().__init__(*args, **kwargs)
        self.workflow = workflow
        for place in self._places:
            self.fields[f"level_{place}_up_to"] = MoneyField(label=_("Up to"), required=False)
            self.fields[f"level_{place}_stages"] = RolesField(
                is_route=True, label=pgettext_lazy("limits", "Who decides")
            )
        for step in workflow.steps:
            self._add_step(step)

    @property
    def level_rows(self) -> list[LevelRow]:
        """List the levels, and an empty one to add."""
        levels = self.workflow.limits.levels if self.workflow.limits else ()
        return [
            LevelRow(
                place + 1,
                self[f"level_{place}_up_to"],
                self[f"level_{place}_stages"],
                wording.level_condition(levels[place], self.workflow) if place < len(levels) else "",
            )
            for place in self._places
        ]

    @property
    def step_rows(self) -> Iterator[StepRow]:
        """List the steps."""
        for step in self.workflow.steps:
            parts = {part: self[f"step_{step.id}_{part}"] for part in STEP_PARTS}
            yield StepRow(step, **parts)

    def edited(self) -> Workflow:
        """Make the workflow that was typed."""
        said = self.cleaned_data
        typed = Typed(said["version"], said["starts_on"], list(self._levels()), dict(self._steps()))
        return edited(self.workflow, typed)

    @property
    def _places(self) -> range:
        limits = self.workflow.limits
        return range(len(limits.levels) + MORE_LEVELS if limits else 0)

    def _add_step(self, step: Step) -> None:
        made: dict[str, forms.Field] = {
            "name_zh": forms.CharField(label=_("Name in Chinese"), max_length=LONGEST_ZH),
            "name_en": forms.CharField(label=_("Name in English"), max_length=LONGEST_EN),
            "roles": RolesField(is_route=False, label=_("Roles")),
            "working_days": _count(_("Working days"), most=MOST_DAYS),
            "hours": _count(_("Hours"), most=MOST_HOURS),
            "minutes": _count(_("Minutes"), most=MOST_MINUTES),
            "optional": forms.BooleanField(label=_("May be skipped"), required=False),
            "removed": forms.BooleanField(label=_("Remove"), required=False),
        }
        for part, field in made.items():
            self.fields[f"step_{step.id}_{part}"] = field

    def _levels(self) -> Iterator[TypedLevel]:
        for place in self._places:
            amount: Money | None = self.cleaned_data[f"level_{place}_up_to"]
            yield TypedLevel(amount.minor if amount else None, self.cleaned_data[f"level_{place}_stages"])

    def _steps(self) -> Iterator[tuple[str, TypedStep]]:
        for step in self.workflow.steps:
            said = {part: self.cleaned_data[f"step_{step.id}_{part}"] for part in STEP_PARTS}
            allowance = Allowance(said["working_days"] or 0, said["hours"] or 0, said["minutes"] or 0)
            yield (
                step.id,
                TypedStep(
                    said["name_zh"], said["name_en"], said["roles"], allowance, said["optional"], said["removed"]
                ),
            )


class WorkflowTextForm(VersionForm):
    """The whole of a workflow as text."""

    text = forms.CharField(label=_("Workflow (TOML)"), widget=forms.Textarea(attrs={"rows": 32, "spellcheck": "false"}))
    field_order = ("starts_on", "reason", "text")


STEP_PARTS = ("name_zh", "name_en", "roles", "working_days", "hours", "minutes", "optional", "removed")


def _count(label: Any, *, most: int) -> forms.IntegerField:  # noqa: ANN401 - a lazy text
    return forms.IntegerField(label=label, min_value=0, max_value=most, required=False)


def _initial(workflow: Workflow) -> dict[str, Any]:
    said: dict[str, Any] = {}
    for place, level in enumerate(workflow.limits.levels if workflow.limits else ()):
        said[f"level_{place}_up_to"] = "" if level.up_to_minor is None else money(level.up_to_minor)
        said[f"level_{place}_stages"] = written_stages(level.stages)
    for step in workflow.steps:
        said |= {f"step_{step.id}_{part}": getattr(step, part) for part in ("name_zh", "name_en", "optional")}
        said[f"step_{step.id}_roles"] = written_roles(step.roles, any_of=step.any_of)
        for part in ("working_days", "hours", "minutes"):
            said[f"step_{step.id}_{part}"] = getattr(step.allowance, part) or ""
    return said
