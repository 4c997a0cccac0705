"""Which fields are not for everyone who sees their row, and what stands in their place?

A capability declares its sensitive fields in `<capability>/sensitivity.py`; the classes are those of row O16, told in
docs/rules/scope.md, section 3.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

if TYPE_CHECKING:
    from keytally.core.models import User

DOTS = "•••"


class Sensitivity(StrEnum):
    """The four classes of a field, the least sensitive first."""

    OPEN = "OPEN"
    INSIDE = "INSIDE"
    PERSONAL = "PERSONAL"
    CONFIDENTIAL = "CONFIDENTIAL"


SENSITIVITY_LABELS: Mapping[Sensitivity, Promise | str] = {
    Sensitivity.OPEN: pgettext_lazy("sensitivity", "Open"),
    Sensitivity.INSIDE: _("Inside the house"),
    Sensitivity.PERSONAL: _("Personal"),
    Sensitivity.CONFIDENTIAL: _("Confidential"),
}
_RANKS: Mapping[Sensitivity, int] = {sensitivity: rank for rank, sensitivity in enumerate(Sensitivity)}


@dataclass(frozen=True, slots=True)
class Guard:
    """The class of a field, and the permissions of which one opens it."""

    sensitivity: Sensitivity
    permissions: tuple[str, ...] = ()

    def also(self, permission: str) -> "Guard":
        """Let another permission open the field too."""
        return replace(self, permissions=(*self.permissions, permission))

    def opens_to(self, person: "User") -> bool:
        """Tell whether a person may read what it guards."""
        return not self.permissions or any(map(person.may, self.permissions))


OPEN = Guard(Sensitivity.OPEN)
INSIDE = Guard(Sensitivity.INSIDE, ("data.inside",))
CONFIDENTIAL = Guard(Sensitivity.CONFIDENTIAL, ("data.confidential",))
COST = Guard(Sensitivity.CONFIDENTIAL, ("data.cost",))
PERSONAL = Guard(Sensitivity.PERSONAL, ("data.personal",))

_REASONS: Mapping[Sensitivity, Promise | str] = {
    Sensitivity.OPEN: _("Hidden."),
    Sensitivity.INSIDE: _("Hidden: figures of the house are not for your roles."),
    Sensitivity.PERSONAL: _("Hidden: what is personal is not for your roles."),
    Sensitivity.CONFIDENTIAL: _("Hidden: prices, costs and contract terms are not for your roles."),
}


@dataclass(frozen=True, slots=True)
class Hidden:
    """What stands in the place of a value that a reader may not see, whether there is a value or not."""

    sensitivity: Sensitivity

    def __str__(self) -> str:
        return DOTS

    @property
    def reason(self) -> str:
        """Say why it is hidden, in the reader's language."""
        return str(_REASONS[self.sensitivity])


class UnableToDeclare(Exception):
    """A field has two classes."""


_guards: dict[tuple[str, str], Guard] = {}


def declare_fields(kind: str, **guards: Guard) -> None:
    """Say which fields of a kind of subject are sensitive; fields are named as in its audit entries."""
    for field, guard in guards.items():
        if _guards.get((kind, field), guard) != guard:
            raise UnableToDeclare(f"{kind}.{field}")
        _guards[kind, field] = guard


def declared_fields() -> Mapping[tuple[str, str], Guard]:
    """List every sensitive field with what guards it."""
    return dict(_guards)


def guard_of(kind: str, field: str) -> Guard:
    """Find what guards a field; what nobody declared is open to whoever sees the row."""
    return _guards.get((kind, field), OPEN)


def may_read(person: "User", *, kind: str, field: str, about: int | None = None) -> bool:
    """Tell whether a person may read a field; `about` is the person whom it tells of, who always may."""
    return guard_of(kind, field).opens_to(person) or (about is not None and about == person.pk)


def shown(value: object, *, person: "User", kind: str, field: str, about: int | None = None) -> object:
    """Answer a value, or what stands in its place for this person."""
    guard = guard_of(kind, field)
    return value if may_read(person, kind=kind, field=field, about=about) else Hidden(guard.sensitivity)


def readable(fields: Iterable[str], *, person: "User", kind: str) -> list[str]:
    """List the fields that a person may read, and therefore sort and filter by."""
    return [field for field in fields if may_read(person, kind=kind, field=field)]


def redacted(facts: Mapping[str, Any], *, person: "User", kind: str, about: int | None = None) -> dict[str, Any]:
    """Put dots in the place of what a person may not read, as an audit entry shows its before and after."""
    seen = {field: shown(value, person=person, kind=kind, field=field, about=about) for field, value in facts.items()}
    return {field: DOTS if isinstance(value, Hidden) else value for field, value in seen.items()}


def serialized(facts: Mapping[str, Any], *, person: "User", kind: str, about: int | None = None) -> dict[str, Any]:
    """Leave out what a person may not read, as the API answers: null, and the names under `hidden`."""
    hidden = sorted(field for field in facts if not may_read(person, kind=kind, field=field, about=about))
    kept = {field: None if field in hidden else value for field, value in facts.items()}
    return {**kept, "hidden": hidden}


def highest(guards: Iterable[Guard]) -> Sensitivity:
    """Name the most sensitive class among guards."""
    return max((guard.sensitivity for guard in guards), key=_RANKS.__getitem__, default=Sensitivity.OPEN)


declare_fields("person", email=PERSONAL.also("users.view"))
