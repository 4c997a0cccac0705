"""People and positions are found from the box in the top bar."""

from collections.abc import Sequence
from datetime import date
from typing import TYPE_CHECKING

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from keytally.core.search import Hit, register_finder
from keytally.people.queries.positions import people_like, person_rows, position_rows, positions_named

if TYPE_CHECKING:
    from keytally.core.models import User


def _find_people(person: "User", text: str, as_of: date, most: int) -> Sequence[Hit]:
    if not person.may("people.view"):
        return []
    return [
        Hit(
            label=str(row.person),
            detail=" · ".join(place.name for place in row.positions),
            kind=_("Person"),
            url=reverse("people:person", args=[row.person.pk]),
        )
        for row in person_rows(people_like(_clean(text), most=most), as_of=as_of)
    ]


def _find_positions(person: "User", text: str, as_of: date, most: int) -> Sequence[Hit]:
    if not person.may("people.view"):
        return []
    places = list(positions_named(_clean(text), as_of=as_of)[:most])
    return [
        Hit(
            label=row.position.name,
            detail=", ".join(name for _number, name in row.holders),
            kind=_("Position"),
            url=reverse("people:position", args=[row.position.pk]),
        )
        for row in (position_rows(places, as_of=as_of) if places else ())
    ]


def _clean(text: str) -> str:
    return text.replace("\x00", "").strip()[:60]


register_finder("people", _find_people)
register_finder("positions", _find_positions)
