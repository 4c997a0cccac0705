"""How is a route of roles written by hand, and what becomes of a workflow when its figures are typed anew?

`RKM + FS > GM_DELEGATE`: "+" is each of them, "/" any one of them, ">" then.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from keytally.approvals.rules.workflow import Allowance, Level, Limits, Stage, Step, Workflow


class UnreadableRoles(ValueError):
    """Roles are not written as they must be; the argument is what was written."""


@dataclass(frozen=True, slots=True)
class TypedLevel:
    """A level as a person types it; without stages it goes."""

    up_to_minor: int | None
    stages: str


@dataclass(frozen=True, slots=True)
class TypedStep:
    """A step as a person types it."""

    name_zh: str
    name_en: str
    roles: str
    allowance: Allowance
    optional: bool
    removed: bool = False


@dataclass(frozen=True, slots=True)
class Typed:
    """What a person typed into the editor."""

    version: str
    effective_on: date
    levels: Sequence[TypedLevel]
    steps: Mapping[str, TypedStep]


def written_stages(stages: Sequence[Stage]) -> str:
    """Write stages of roles as a person types them.

    >>> written_stages((Stage(("RKM", "FS")), Stage(("CM", "AKM"), any_of=True)))
    'RKM + FS > CM / AKM'
    """
    return " > ".join(written_roles(stage.roles, any_of=stage.any_of) for stage in stages)


def written_roles(roles: Sequence[str], *, any_of: bool) -> str:
    """Write roles that act side by side."""
    return (" / " if any_of else " + ").join(roles)


def read_stages(text: str) -> tuple[Stage, ...]:
    """Read stages as a person types them, or raise `UnreadableRoles`.

    >>> read_stages("rkm+fs > gm_delegate")
    (Stage(roles=('RKM', 'FS'), any_of=False), Stage(roles=('GM_DELEGATE',), any_of=False))
    """
    parts = [part.strip() for part in re.split(r">|→", text)]
    if parts == [""]:
        return ()
    return tuple(Stage(*read_roles(part)) for part in parts)


def read_roles(text: str) -> tuple[tuple[str, ...], bool]:
    """Read roles that act side by side and whether any one is enough, or raise `UnreadableRoles`."""
    if not text.strip():
        return (), False
    any_of = "/" in text
    roles = [role.strip().upper() for role in re.split(r"[/＋+,，、]", text)]
    if (any_of and re.search(r"[＋+]", text)) or not all(re.fullmatch(r"[A-Z_]+", role) for role in roles):
        raise UnreadableRoles(text)
    return tuple(roles), any_of


def edited(workflow: Workflow, typed: Typed) -> Workflow:
    """Make the next version of a workflow from what was typed; what the editor does not show stays."""
    control = replace(workflow.control, version=typed.version, effective_on=typed.effective_on)
    return replace(
        workflow,
        version=typed.version,
        control=control,
        limits=_limits(workflow.limits, typed.levels) if workflow.limits else None,
        steps=tuple(_step(step, typed.steps[step.id]) for step in workflow.steps if _stays(step, typed)),
        is_default=False,
    )


def next_version(version: str) -> str:
    """Count a version on.

    >>> next_version("A/9")
    'A/10'
    """
    letter, _slash, number = version.partition("/")
    return f"{letter}/{int(number) + 1}" if number.isdecimal() else f"{version}/1"


def _stays(step: Step, typed: Typed) -> bool:
    return step.id in typed.steps and not typed.steps[step.id].removed


def _limits(limits: Limits, levels: Sequence[TypedLevel]) -> Limits:
    kept = []
    for place, level in enumerate(levels):
        stages = read_stages(level.stages)
        if stages:
            known = limits.levels[place] if place < len(limits.levels) else Level(())
            kept.append(replace(known, up_to_minor=level.up_to_minor, stages=stages))
    bounded = [level for level in kept if level.up_to_minor is not None]
    return replace(limits, levels=tuple(_in_order(kept) if len(bounded) == len(kept) - 1 else kept))


def _in_order(levels: list[Level]) -> list[Level]:
    """Put levels by their bounds, so that one added below the table finds its place; equal bounds stay as they are."""
    return sorted(levels, key=lambda level: (level.up_to_minor is None, level.up_to_minor or 0))


def _step(step: Step, typed: TypedStep) -> Step:
    roles, any_of = ((), False) if step.by_limits else read_roles(typed.roles)
    return replace(
        step,
        name_zh=typed.name_zh,
        name_en=typed.name_en,
        roles=roles,
        any_of=any_of,
        allowance=typed.allowance,
        optional=typed.optional,
    )
