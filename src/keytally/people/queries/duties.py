"""Reads of position descriptions: those of the company, and the shipped ones that it never changed."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from django.db.models import QuerySet

from keytally.people import defaults
from keytally.people.models import PositionDescription
from keytally.people.rules.duties import Description, description_from
from keytally.people.rules.versions import coming, in_force


@dataclass(frozen=True, slots=True)
class KnownDescription:
    """A description as it holds on a day: number 0 is the shipped one."""

    description: Description
    number: int = 0
    starts_on: date | None = None
    coming: tuple[PositionDescription, ...] = ()

    @property
    def is_default(self) -> bool:
        """Tell whether it is keytally's own default."""
        return not self.number


def descriptions(*, as_of: date) -> list[KnownDescription]:
    """List every description that holds on a day, the shipped ones first in their order."""
    kept = _kept()
    shipped = {description.code: description for description in defaults.descriptions()}
    known = [_known(shipped.get(code), kept.get(code, []), as_of=as_of) for code in dict.fromkeys([*shipped, *kept])]
    return [description for description in known if description is not None]


def description(code: str, *, as_of: date) -> KnownDescription | None:
    """Find one description as it holds on a day."""
    shipped = next((one for one in defaults.descriptions() if one.code == code), None)
    return _known(shipped, list(history(code)), as_of=as_of)


def descriptions_for(role: str, *, as_of: date) -> list[KnownDescription]:
    """List the descriptions that hold for a role of positions on a day."""
    return [known for known in descriptions(as_of=as_of) if role in known.description.roles]


def history(code: str) -> QuerySet[PositionDescription]:
    """List the versions of a description, the newest first."""
    return PositionDescription.objects.filter(code=code).select_related("made_by").order_by("-number")


def codes_ever_used(code: str) -> set[str]:
    """List the codes of every duty a description ever had."""
    shipped = {duty.code for one in defaults.descriptions() if one.code == code for duty in one.duties}
    return shipped.union(*({duty["code"] for duty in kept.content["duties"]} for kept in history(code)))


def _kept() -> Mapping[str, list[PositionDescription]]:
    found: dict[str, list[PositionDescription]] = {}
    for version in PositionDescription.objects.order_by("code", "number"):
        found.setdefault(version.code, []).append(version)
    return found


def _known(shipped: Description | None, versions: list[PositionDescription], *, as_of: date) -> KnownDescription | None:
    later = tuple(coming(versions, as_of=as_of))
    now = in_force(versions, as_of=as_of)
    if now is not None:
        return KnownDescription(description_from(now.content), now.number, now.starts_on, later)
    return KnownDescription(shipped, coming=later) if shipped else None
