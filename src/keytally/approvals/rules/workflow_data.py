"""How is a workflow written down as plain data (TOML, JSON), and read back to the same workflow?

Every dataclass of `workflow` is a table whose keys are its field names; what equals its default is left out.
Numbers that are compared are written as text, so that no float ever stands in a limit.
"""

from __future__ import annotations

import types
from collections.abc import Mapping
from dataclasses import MISSING, fields, is_dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from enum import Enum
from typing import Any, TypeVar, Union, get_args, get_origin, get_type_hints

from keytally.approvals.rules import workflow as shapes
from keytally.approvals.rules.workflow import Value, Workflow

T = TypeVar("T")
Plain = Mapping[str, Any]
NUMBER = "number:"


class UnreadableWorkflow(ValueError):
    """The data does not fit the shape; the arguments are where it stands and what is wrong there."""

    def __init__(self, where: str, fault: str) -> None:
        super().__init__(where, fault)
        self.where, self.fault = where, fault

    def __str__(self) -> str:
        return f"{self.where}: {self.fault}"


def read_workflow(data: Plain) -> Workflow:
    """Read a workflow from plain data, or raise `UnreadableWorkflow`."""
    return _read(Workflow, data, where="workflow")


def write_workflow(workflow: Workflow) -> dict[str, Any]:
    """Write a workflow as plain data that JSON and TOML can hold; `read_workflow` gives the same back."""
    written = _write(workflow)
    assert isinstance(written, dict)  # noqa: S101 - a dataclass is always written as a table
    return written


def write_value(value: Value) -> bool | str | int:
    """Write a fact or the value of a test as JSON can hold it, exactly.

    >>> write_value(Decimal("0.5"))
    'number:0.5'
    """
    return f"{NUMBER}{value}" if isinstance(value, Decimal) else value


def read_value(value: object, *, where: str = "value") -> Value:
    """Read what `write_value` wrote.

    >>> read_value("number:0.5")
    Decimal('0.5')
    """
    if isinstance(value, str) and value.startswith(NUMBER):
        return _number(value, where=where)
    if isinstance(value, bool | str | int | Decimal):
        return value
    raise UnreadableWorkflow(where, f"{value!r} is no true or false, text or exact number")


def _number(value: str, *, where: str) -> Decimal:
    try:
        number = Decimal(value.removeprefix(NUMBER))
    except InvalidOperation:
        number = Decimal("NaN")
    if not number.is_finite():
        raise UnreadableWorkflow(where, f"{value!r} is no number")
    return number


def _read(shape: type[T], data: object, *, where: str) -> T:
    if not isinstance(data, Mapping):
        raise UnreadableWorkflow(where, "is no table")
    wanted = get_type_hints(shape)
    for key in data:
        if key not in wanted:
            raise UnreadableWorkflow(f"{where}.{key}", "is not known")
    parts = fields(shape)  # type: ignore[arg-type]  # every shape is a dataclass
    for part in parts:
        if part.name not in data and part.default is MISSING:
            raise UnreadableWorkflow(f"{where}.{part.name}", "is missing")
    read = {key: _value(wanted[key], data[key], where=f"{where}.{key}") for key in data}
    return shape(**read)


def _value(hint: Any, data: object, *, where: str) -> Any:  # noqa: ANN401 - follows the type hints of the shapes
    if hint is shapes.Test.__annotations__["value"] or hint == Value | tuple[Value, ...]:
        return _tested(data, where=where)
    if get_origin(hint) in (Union, types.UnionType):
        inner = next(part for part in get_args(hint) if part is not type(None))
        return None if data is None else _value(inner, data, where=where)
    if get_origin(hint) is tuple:
        return _many(get_args(hint)[0], data, where=where)
    if is_dataclass(hint):
        return _read(hint, data, where=where)  # type: ignore[arg-type]  # a class, not an instance
    return _single(hint, data, where=where)


def _tested(data: object, *, where: str) -> Value | tuple[Value, ...]:
    if isinstance(data, list | tuple):
        return tuple(read_value(value, where=where) for value in data)
    return read_value(data, where=where)


def _many(inner: Any, data: object, *, where: str) -> tuple[Any, ...]:  # noqa: ANN401 - as above
    if not isinstance(data, list | tuple):
        raise UnreadableWorkflow(where, "is no list")
    return tuple(_value(inner, part, where=f"{where}[{place}]") for place, part in enumerate(data, start=1))


def _single(hint: type[Any], data: object, *, where: str) -> Any:  # noqa: ANN401 - as above
    if issubclass(hint, Enum):
        try:
            return hint(data)
        except ValueError:
            raise UnreadableWorkflow(where, f"{data!r} is none of {', '.join(part.value for part in hint)}") from None
    if hint is date and isinstance(data, str):
        try:
            return date.fromisoformat(data)
        except ValueError:
            raise UnreadableWorkflow(where, f"{data!r} is no date as 2026-01-31") from None
    if type(data) is not hint:
        raise UnreadableWorkflow(where, f"{data!r} is no {hint.__name__}")
    if isinstance(data, str) and "\x00" in data:
        raise UnreadableWorkflow(where, "holds a character that no text has")
    return data


def _write(value: Any) -> Any:  # noqa: ANN401 - any part of a workflow
    if is_dataclass(value) and not isinstance(value, type):
        kept = {part.name: getattr(value, part.name) for part in fields(value)}
        defaults = {part.name: part.default for part in fields(value)}
        return {name: _write(part) for name, part in kept.items() if part != defaults[name]}
    if isinstance(value, tuple):
        return [_write(part) for part in value]
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, date):
        return value.isoformat()
    return write_value(value)
