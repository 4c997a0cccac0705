"""Is a workflow fit for use: does every route on it end with somebody, and do larger amounts go at least as high?"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass

from keytally.approvals.rules.workflow import (
    AUTHORITY,
    FUNCTIONAL,
    REQUESTER,
    ROLES,
    Comparison,
    Field,
    FieldKind,
    Level,
    Limits,
    Mode,
    Stage,
    Step,
    Test,
    Workflow,
    WorkflowKind,
)
from keytally.kernel.money import UnknownCurrency, minor_digits

# What a step and its deadline may be at most; a request keeps the names, and a calendar counts the days.
LONGEST_ID, LONGEST_ZH, LONGEST_EN = 32, 120, 200
MOST_DAYS, MOST_HOURS, MOST_MINUTES = 250, 240, 600
ORDERED = frozenset({Comparison.AT_MOST, Comparison.MORE_THAN, Comparison.AT_LEAST, Comparison.LESS_THAN})


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with a workflow, where; worded when it is read."""

    code: str
    where: str
    detail: str = ""


def faults_of(workflow: Workflow) -> tuple[Fault, ...]:
    """List everything that makes a workflow unfit for use; none means it may be kept."""
    found = [*_of_names(workflow), *_of_sizes(workflow), *_of_steps(workflow), *_of_tests(workflow)]
    if workflow.kind is WorkflowKind.APPROVAL:
        found += [*_of_approval(workflow)]
    if workflow.limits:
        found += [*_of_limits(workflow.limits)]
    return tuple(found)


def covers(higher: Iterable[Stage], lower: Iterable[Stage]) -> bool:
    """Tell whether every decision of the lower stages is matched by one at least as high in the higher stages."""
    highest = max((_authority(stage) for stage in higher), default=0)
    return all(_authority(stage) <= highest for stage in lower)


def _authority(stage: Stage) -> int:
    """Rank a stage by who certainly decides it."""
    ranks = [AUTHORITY.get(role, 0) for role in stage.roles]
    return min(ranks) if stage.any_of else max(ranks)


def _of_names(workflow: Workflow) -> Iterator[Fault]:
    for key, count in Counter(step.id for step in workflow.steps).items():
        if count > 1:
            yield Fault("STEP_TWICE", key)
    for key, count in Counter(field.key for field in workflow.fields).items():
        if count > 1:
            yield Fault("FIELD_TWICE", key)
    if not workflow.steps:
        yield Fault("NO_STEPS", workflow.code)
    named: tuple[Workflow | Step | Field, ...] = (workflow, *workflow.steps, *workflow.fields)
    for part in named:
        if not (part.name_zh.strip() and part.name_en.strip()):
            yield Fault("NAME_MISSING", getattr(part, "id", getattr(part, "key", workflow.code)))


def _of_sizes(workflow: Workflow) -> Iterator[Fault]:
    named: tuple[Workflow | Step | Field, ...] = (workflow, *workflow.steps, *workflow.fields)
    for part in named:
        key = getattr(part, "id", getattr(part, "key", workflow.code))
        if len(key) > LONGEST_ID or len(part.name_zh) > LONGEST_ZH or len(part.name_en) > LONGEST_EN:
            yield Fault("TOO_LONG", key[:LONGEST_ID])
    for step in workflow.steps:
        allowed = step.allowance
        counts = ((allowed.working_days, MOST_DAYS), (allowed.hours, MOST_HOURS), (allowed.minutes, MOST_MINUTES))
        if any(not 0 <= count <= most for count, most in counts):
            yield Fault("DEADLINE_OUT_OF_RANGE", step.id)
    for field in workflow.fields:
        if (field.kind is FieldKind.CODE) != bool(field.choices):
            yield Fault("CHOICES_MISSING", field.key)


def _of_steps(workflow: Workflow) -> Iterator[Fault]:
    for step in workflow.steps:
        yield from _of_roles(step.roles, where=step.id)
        if workflow.kind is WorkflowKind.APPROVAL and not step.outside:
            yield from _of_step(step, limits=workflow.limits)


def _of_step(step: Step, *, limits: Limits | None) -> Iterator[Fault]:
    if step.by_limits == bool(step.roles):
        yield Fault("ROLES_OR_LIMITS", step.id)
    if step.by_limits and (limits is None or step.mode is not Mode.DECIDE):
        yield Fault("LIMITS_MISSING", step.id)
    if step.mode is Mode.DECIDE and {REQUESTER, FUNCTIONAL} & set(step.roles):
        yield Fault("ROLE_CANNOT_DECIDE", step.id)
    waits = step.mode is not Mode.INFORM and REQUESTER not in step.roles
    if waits and not (step.allowance or (step.due_en and step.mode is not Mode.CONSULT)):
        yield Fault("DEADLINE_MISSING", step.id)


def _of_approval(workflow: Workflow) -> Iterator[Fault]:
    asked = [step for step in workflow.steps if not step.outside]
    certain = [step for step in asked if step.mode is Mode.DECIDE and not step.when and not step.optional]
    if not certain:
        yield Fault("NOBODY_DECIDES", workflow.code)
    by_limits = [step for step in asked if step.by_limits]
    if workflow.limits and len(by_limits) != 1:
        yield Fault("LIMITS_NOT_USED_ONCE", workflow.code)
    if any(step.when or step.optional for step in by_limits):
        yield Fault("LIMITS_CAN_BE_PASSED", workflow.code)
    if workflow.limits and workflow.limits.names_money and workflow.amount.value != "REQUIRED":
        yield Fault("AMOUNT_MUST_BE_ASKED", workflow.code)


def _of_roles(roles: Collection[str], *, where: str) -> Iterator[Fault]:
    for role in roles:
        if role not in ROLES:
            yield Fault("ROLE_UNKNOWN", where, role)


def _of_limits(limits: Limits) -> Iterator[Fault]:
    if not limits.levels or limits.levels[-1].when or limits.levels[-1].up_to_minor is not None:
        yield Fault("LAST_LEVEL_BOUNDED", "limits")
    for place, level in enumerate(limits.levels, start=1):
        yield from _of_level(level, where=f"level {place}")
    if not _is_currency(limits.currency):
        yield Fault("CURRENCY_UNKNOWN", "limits", limits.currency[:LONGEST_ID])
    for extra in limits.extras:
        yield from _of_roles(extra.roles, where="extra")
    for lower, higher in _reached_by_more(limits.levels):
        if not covers(limits.levels[higher].stages, limits.levels[lower].stages):
            yield Fault("LARGER_GOES_LOWER", f"level {higher + 1}", f"level {lower + 1}")
        if not _above(limits.levels[higher], limits.levels[lower]):
            yield Fault("BOUNDS_FALL", f"level {higher + 1}", f"level {lower + 1}")


def _is_currency(code: str) -> bool:
    try:
        return minor_digits(code) >= 0
    except UnknownCurrency:
        return False


def _of_level(level: Level, *, where: str) -> Iterator[Fault]:
    if not level.stages or not all(stage.roles for stage in level.stages):
        yield Fault("LEVEL_EMPTY", where)
    if level.up_to_minor is not None and level.up_to_minor <= 0:
        yield Fault("BOUND_NOT_POSITIVE", where)
    for stage in level.stages:
        yield from _of_roles(stage.roles, where=where)
        if not set(stage.roles) <= set(AUTHORITY):
            yield Fault("LEVEL_NAMES_NO_ROLE", where)


def _reached_by_more(levels: tuple[Level, ...]) -> Iterator[tuple[int, int]]:
    """Pair each level with those a larger amount can reach while the same facts hold."""
    for lower, level in enumerate(levels):
        if level.up_to_minor is None:
            continue
        for higher in range(lower + 1, len(levels)):
            yield lower, higher
            if levels[higher].up_to_minor is None and set(levels[higher].when) <= set(level.when):
                break


def _above(higher: Level, lower: Level) -> bool:
    """Tell whether bounds rise; one may stand twice where the first level holds only while more tests do."""
    if higher.up_to_minor is None or lower.up_to_minor is None:
        return higher.up_to_minor is None
    may_repeat = set(higher.when) < set(lower.when)
    return higher.up_to_minor > lower.up_to_minor or (may_repeat and higher.up_to_minor == lower.up_to_minor)


def _of_tests(workflow: Workflow) -> Iterator[Fault]:
    known = {field.key: field for field in workflow.fields}
    for where, test in _tests(workflow):
        field = known.get(test.fact)
        if field is None:
            yield Fault("FACT_UNKNOWN", where, test.fact)
            continue
        if not field.required and field.kind is not FieldKind.BOOL:
            yield Fault("FACT_NOT_REQUIRED", where, test.fact)
        if test.comparison in ORDERED and field.kind is not FieldKind.NUMBER:
            yield Fault("FACT_HAS_NO_ORDER", where, test.fact)
        if (test.comparison is Comparison.IN) != isinstance(test.value, tuple):
            yield Fault("VALUE_OF_TEST", where, test.fact)


def _tests(workflow: Workflow) -> Iterator[tuple[str, Test]]:
    for step in workflow.steps:
        yield from ((step.id, test) for test in step.when)
    if workflow.limits:
        for place, level in enumerate(workflow.limits.levels, start=1):
            yield from ((f"level {place}", test) for test in level.when)
        for extra in workflow.limits.extras:
            yield from (("extra", test) for test in extra.when)
        yield from (("limits", test) for test in workflow.limits.raised_when)
