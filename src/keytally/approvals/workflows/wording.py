"""How a workflow is worded for the reader: who, by when, under which condition, up to which amount."""

from collections.abc import Iterable, Mapping

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from keytally.approvals.rules.changes import Change
from keytally.approvals.rules.diagram import Words
from keytally.approvals.rules.workflow import (
    Allowance,
    Comparison,
    Extra,
    Field,
    FieldKind,
    Level,
    Limits,
    Mode,
    Stage,
    Step,
    Test,
    Value,
    Workflow,
)
from keytally.core.templatetags.keytally import money
from keytally.people.languages import in_language

MODES = {
    Mode.DO: gettext_lazy("Does"),
    Mode.DECIDE: gettext_lazy("Decides"),
    Mode.CONSULT: gettext_lazy("Is consulted"),
    Mode.INFORM: gettext_lazy("Is informed"),
}
COMPARISONS = {
    Comparison.IS: "%(fact)s: %(value)s",
    Comparison.IN: "%(fact)s: %(value)s",
    Comparison.IS_NOT: "%(fact)s ≠ %(value)s",
    Comparison.AT_MOST: "%(fact)s ≤ %(value)s",
    Comparison.MORE_THAN: "%(fact)s > %(value)s",
    Comparison.AT_LEAST: "%(fact)s ≥ %(value)s",
    Comparison.LESS_THAN: "%(fact)s < %(value)s",
}
RoleNames = Mapping[str, str]


def name_of(part: Workflow | Step | Field | Level) -> str:
    """Name a part in the reader's language."""
    return in_language(part.name_zh, part.name_en)


def who(step: Step, names: RoleNames) -> str:
    """Say who takes a step."""
    said = in_language(step.role_zh, step.role_en)
    if said:
        return said
    if step.by_limits:
        return _("by limits")
    return (" / " if step.any_of else " + ").join(names.get(role, role) for role in step.roles)


def allowed(allowance: Allowance) -> str:
    """Say how long a step may take."""
    parts = (
        (allowance.working_days, ngettext("%(n)s working day", "%(n)s working days", allowance.working_days)),
        (allowance.hours, ngettext("%(n)s hour", "%(n)s hours", allowance.hours)),
        (allowance.minutes, ngettext("%(n)s minute", "%(n)s minutes", allowance.minutes)),
    )
    return " ".join(words % {"n": number} for number, words in parts if number)


def due(step: Step) -> str:
    """Say by when a step is done."""
    return in_language(step.due_zh, step.due_en) or allowed(step.allowance)


def conditions(tests: Iterable[Test], fields: Iterable[Field]) -> str:
    """Say under which conditions something holds."""
    known = {field.key: field for field in fields}
    return "; ".join(_condition(test, known.get(test.fact)) for test in tests)


def stages(found: Iterable[Stage], names: RoleNames) -> str:
    """Say who decides a level, one after another."""
    return " → ".join(
        (" / " if one.any_of else " + ").join(names.get(role, role) for role in one.roles) for one in found
    )


def bounds(limits: Limits) -> list[str]:
    """Say the amounts that each level decides."""
    said = []
    for place, level in enumerate(limits.levels):
        lower = [other.up_to_minor for other in limits.levels[:place] if other.up_to_minor is not None]
        if level.up_to_minor is not None:
            said.append(f"≤ {money(level.up_to_minor, limits.currency)}")
        else:
            said.append(f"> {money(max(lower), limits.currency)}" if lower else "")
    return said


def levels(workflow: Workflow, names: RoleNames) -> list[tuple[str, str, str]]:
    """List the levels of the limits: amount, condition or name, and who decides."""
    if workflow.limits is None:
        return []
    return [
        (bound, level_condition(level, workflow) or ("" if bound else _("otherwise")), stages(level.stages, names))
        for bound, level in zip(bounds(workflow.limits), workflow.limits.levels, strict=True)
    ]


def extras(workflow: Workflow, names: RoleNames) -> list[tuple[str, str]]:
    """List who decides in addition, and when."""
    found: tuple[Extra, ...] = workflow.limits.extras if workflow.limits else ()
    return [
        (conditions(extra.when, workflow.fields), " + ".join(names.get(role, role) for role in extra.roles))
        for extra in found
    ]


def in_drawing(step: Step, workflow: Workflow, names: RoleNames) -> Words:
    """Word a step for the drawing."""
    lines = [f"{MODES[step.mode]}: {who(step, names)}"]
    if step.by_limits:
        lines += [_level_line(level) for level in levels(workflow, names)]
    by = due(step)
    if by:
        lines.append(_("Deadline: %(time)s") % {"time": by})
    if step.when:
        lines.append(_("if %(condition)s") % {"condition": conditions(step.when, workflow.fields)})
    if step.optional:
        lines.append(_("may be skipped with a reason"))
    if step.outside and workflow.kind == "APPROVAL":
        lines.append(_("after the request, by another part of keytally"))
    return Words(f"{step.id}  {name_of(step)}", tuple(lines))


def _level_line(level: tuple[str, str, str]) -> str:
    bound, condition, people = level
    return f"• {', '.join(part for part in (bound, condition) if part)}: {people}"


def level_condition(level: Level, workflow: Workflow) -> str:
    """Say under which name and condition a level holds."""
    named = name_of(level)
    tested = conditions(level.when, workflow.fields)
    return f"{named} ({tested})" if named and tested and level.up_to_minor is not None else named or tested


def _condition(test: Test, field: Field | None) -> str:
    fact = name_of(field) if field else test.fact
    if isinstance(test.value, bool):
        is_so = test.value is (test.comparison is Comparison.IS)
        return fact if is_so else _("not: %(fact)s") % {"fact": fact}
    values = test.value if isinstance(test.value, tuple) else (test.value,)
    return COMPARISONS[test.comparison] % {"fact": fact, "value": ", ".join(_value(one, field) for one in values)}


def _value(value: Value, field: Field | None) -> str:
    choices = {choice.code: in_language(choice.name_zh, choice.name_en) for choice in (field.choices if field else ())}
    return choices.get(str(value), str(value)) if field and field.kind is FieldKind.CODE else str(value)


PARTS = {
    "name_zh": gettext_lazy("name in Chinese"),
    "name_en": gettext_lazy("name in English"),
    "version": gettext_lazy("version"),
    "control": gettext_lazy("document control"),
    "effective_on": gettext_lazy("effective from"),
    "limits": gettext_lazy("limits"),
    "levels": gettext_lazy("level"),
    "stages": gettext_lazy("who decides"),
    "up_to_minor": gettext_lazy("up to"),
    "steps": gettext_lazy("step"),
    "roles": gettext_lazy("roles"),
    "any_of": gettext_lazy("any one is enough"),
    "allowance": gettext_lazy("time allowed"),
    "working_days": gettext_lazy("working days"),
    "hours": gettext_lazy("hours"),
    "minutes": gettext_lazy("minutes"),
    "optional": gettext_lazy("may be skipped"),
    "fields": gettext_lazy("fact"),
    "is_default": gettext_lazy("keytally's default"),
}
AMOUNT = "up_to_minor"


def change(found: Change) -> tuple[str, str, str]:
    """Word a change: where, what stood, what would stand."""
    where = " · ".join(str(PARTS.get(part, part)) for part in found.where)
    if found.where and found.where[-1] == AMOUNT:
        return where, _amount(found.before), _amount(found.after)
    return where, found.before, found.after


def _amount(minor: str) -> str:
    return money(int(minor)) if minor.isdecimal() else _("without bound")
