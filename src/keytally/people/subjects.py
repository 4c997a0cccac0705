"""Units, positions and the organisation as subjects of audit entries and work items."""

from datetime import date
from typing import TYPE_CHECKING, Any

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from keytally.core.subjects import SubjectKind, register_subject
from keytally.people.models import OrganisationVersion, Position, Unit

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from keytally.core.models import User


def _seen(rows: "QuerySet[Any]", person: "User") -> "QuerySet[Any]":
    """Everyone who may see the organisation sees all of it."""
    return rows if person.may("people.view") else rows.none()


def _positions(person: "User", _as_of: date) -> "QuerySet[Any]":
    return _seen(Position.objects.all(), person)


def _units(person: "User", _as_of: date) -> "QuerySet[Any]":
    return _seen(Unit.objects.all(), person)


def _whole(person: "User", _as_of: date) -> "QuerySet[Any]":
    return _seen(OrganisationVersion.objects.all(), person)


register_subject(
    SubjectKind(
        "position",
        label=_("Position"),
        visible_to=_positions,
        url=lambda number: reverse("people:position", args=[number]),
    )
)
register_subject(SubjectKind("unit", label=_("Unit"), visible_to=_units, url=lambda _number: reverse("people:units")))
register_subject(
    SubjectKind("organisation", label=_("Organisation"), visible_to=_whole, url=lambda _number: reverse("people:chart"))
)
