"""What differs between two versions of a workflow?"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from keytally.approvals.rules.workflow import Workflow
from keytally.approvals.rules.workflow_data import write_workflow

Plain = object


@dataclass(frozen=True, slots=True)
class Change:
    """One place that differs, with what stood and what would stand there; nothing where it is new or gone."""

    where: tuple[str, ...]
    before: str
    after: str


def changes(before: Workflow, after: Workflow) -> tuple[Change, ...]:
    """List every place in which two versions differ; steps and facts are told by their own keys.

    >>> from dataclasses import replace
    >>> from datetime import date
    >>> from keytally.approvals.rules.workflow import DocumentControl, WorkflowKind
    >>> one = Workflow("x", "A/1", "某", "X", WorkflowKind.CHECKLIST, (), DocumentControl("X", "A/1", date(2026, 1, 1)))
    >>> changes(one, replace(one, name_en="Y"))
    (Change(where=('name_en',), before='X', after='Y'),)
    """
    return tuple(_differ((), write_workflow(before), write_workflow(after)))


def _differ(where: tuple[str, ...], before: Plain, after: Plain) -> Iterator[Change]:
    if before == after:
        return
    if isinstance(before, Mapping) and isinstance(after, Mapping):
        for key in dict.fromkeys((*before, *after)):
            yield from _differ((*where, str(key)), before.get(key), after.get(key))
    elif _is_keyed(before) and _is_keyed(after):
        yield from _differ(where, _by_key(before), _by_key(after))
    else:
        yield Change(where, _said(before), _said(after))


def _is_keyed(value: Plain) -> bool:
    """Tell whether a list holds tables, which are then told apart by key or by place."""
    return isinstance(value, Sequence) and not isinstance(value, str) and all(isinstance(one, Mapping) for one in value)


def _by_key(value: Plain) -> dict[str, Plain]:
    assert isinstance(value, Sequence)  # noqa: S101 - told before
    keys = (_key(one, place) for place, one in enumerate(value, start=1))
    return dict(zip(keys, value, strict=True))


def _key(table: Plain, place: int) -> str:
    assert isinstance(table, Mapping)  # noqa: S101 - told before
    return str(table.get("id") or table.get("key") or table.get("code") or table.get("fact") or place)


def _said(value: Plain) -> str:
    """Say a value in one line; nothing where there is none."""
    if value is None:
        return ""
    if isinstance(value, Mapping):
        return ", ".join(f"{key}: {_said(part)}" for key, part in value.items())
    if isinstance(value, Sequence) and not isinstance(value, str):
        return ", ".join(map(_said, value))
    return str(value)
