"""What may leave the house of the organisation: the list of positions, as the page filters it."""

from collections.abc import Mapping
from datetime import date
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from keytally.core.exports import Column, Listing, register_listing
from keytally.people.models import Position
from keytally.people.queries.organisation import RoleName, template_roles
from keytally.people.queries.positions import Filter, positions_to_take
from keytally.people.rules.organisation import LineKind

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from keytally.core.models import User


def _rows(_person: "User", as_of: date, asked: Mapping[str, str]) -> "QuerySet[Position]":
    unit = asked.get("unit", "")
    wanted = Filter(
        as_of=_day(asked.get("as_of", ""), otherwise=as_of),
        text=asked.get("text", "")[:60].replace("\x00", ""),
        role=asked.get("role", "")[:16].replace("\x00", ""),
        unit=int(unit) if unit.isascii() and unit.isdigit() and len(unit) < 19 else None,
        is_vacant=asked.get("vacant") == "1",
    )
    return positions_to_take(wanted)


def _day(text: str, *, otherwise: date) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return otherwise


def _role(place: Any) -> str:  # noqa: ANN401 - a position with what was fetched beside it
    own = RoleName(place.role, place.own_role_zh, place.own_role_en) if place.own_role_zh else None
    return (own or template_roles().get(place.role) or RoleName(place.role, place.role, place.role)).name


def _held(place: Any) -> str:  # noqa: ANN401 - a position with what was fetched beside it
    return ", ".join(str(holding.person) for holding in place.held)


def _above(kind: LineKind) -> Any:  # noqa: ANN401 - a function of a position with what was fetched beside it
    def names(place: Any) -> str:  # noqa: ANN401 - the same
        return ", ".join(
            f"{line.boss.name} ({line.city})" if line.city else line.boss.name
            for line in place.above
            if line.kind == kind
        )

    return names


register_listing(
    Listing(
        code="positions",
        label=_("Positions"),
        permission="people.view",
        kind="position",
        columns=[
            Column(_("Code"), lambda place: place.code),
            Column(_("Chinese name"), lambda place: place.name_zh),
            Column(_("English name"), lambda place: place.name_en),
            Column(pgettext_lazy("position", "Role"), _role),
            Column(_("Unit"), lambda place: place.unit.name),
            Column(_("City"), lambda place: place.city),
            Column(_("From"), lambda place: place.starts_on),
            Column(_("Held by"), _held),
            Column(_("Solid line"), _above(LineKind.SOLID)),
            Column(_("Dotted line"), _above(LineKind.DOTTED)),
        ],
        rows=_rows,
        back="people:positions",
    )
)
