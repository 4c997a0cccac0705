"""Reads of the handbook: the edition that holds, who acknowledged what, and who has yet to."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from django.db.models import QuerySet

from keytally.core import scope
from keytally.people import defaults
from keytally.people.models import HandbookAcknowledgement, HandbookEdition
from keytally.people.queries.members import Member, members, roles_of
from keytally.people.rules.handbook import Edition, Reading, Section, edition_asked, reading_of, section_from
from keytally.people.rules.versions import coming, in_force

if TYPE_CHECKING:
    from keytally.core.models import User

FIRST_NUMBER = 1
# The shipped edition asks from the day on which somebody is a member.
SHIPPED = Edition(FIRST_NUMBER, date.min, asks_again=True)


@dataclass(frozen=True, slots=True)
class Handbook:
    """The handbook as it holds on a day."""

    sections: tuple[Section, ...]
    number: int = FIRST_NUMBER
    starts_on: date | None = None
    is_default: bool = True
    coming: tuple[HandbookEdition, ...] = ()


@dataclass(frozen=True, slots=True)
class MemberReading:
    """A member and how they stand with the handbook."""

    member: Member
    reading: Reading
    is_late: bool


def handbook(*, as_of: date) -> Handbook:
    """Find the edition that holds on a day, the shipped one where the company made none."""
    kept = list(HandbookEdition.objects.order_by("number"))
    now, later = in_force(kept, as_of=as_of), tuple(coming(kept, as_of=as_of))
    if now is None:
        return Handbook(defaults.sections(), coming=later)
    sections = tuple(map(section_from, now.sections))
    is_default = now.made_by_id is None
    return Handbook(sections, now.number, None if is_default else now.starts_on, is_default, later)


def editions() -> QuerySet[HandbookEdition]:
    """List the editions that were kept, the newest first."""
    return HandbookEdition.objects.select_related("made_by").order_by("-number")


def reading(person: "User", *, as_of: date) -> Reading | None:
    """Tell how a person stands with the handbook; nothing for those who hold no position."""
    roles = roles_of(person, as_of=as_of)
    if not roles:
        return None
    acknowledged = HandbookAcknowledgement.objects.filter(person=person).values_list("edition__number", flat=True)
    since = min(roles.values())
    return reading_of(asked=_asked(as_of), acknowledged=acknowledged, member_since=since)


def has_acknowledged(person: "User", *, number: int) -> bool:
    """Tell whether a person acknowledged an edition."""
    return HandbookAcknowledgement.objects.filter(person=person, edition__number=number).exists()


def readings(viewer: "User", *, as_of: date) -> list[MemberReading]:
    """List how the members whom the viewer may follow stand with the handbook, those who have not read it first."""
    known = [member for member in members(as_of=as_of) if member.person.pk in followed(viewer, as_of=as_of)]
    return sorted(_readings(known, as_of=as_of), key=lambda row: (row.reading.is_done, row.reading.due_on))


def unread(*, as_of: date) -> list[MemberReading]:
    """List every member who has yet to acknowledge."""
    return [row for row in _readings(members(as_of=as_of), as_of=as_of) if not row.reading.is_done]


def followed(viewer: "User", *, as_of: date) -> Collection[int]:
    """List the people, by id, whose reading and training a person may follow."""
    return _Followed(viewer, as_of)


class _Followed(Collection[int]):
    """Whom somebody may follow, without listing the whole company."""

    def __init__(self, viewer: "User", as_of: date) -> None:
        self._scope = scope.scope_of(viewer, "members.follow")
        narrow = self._scope not in (None, scope.Scope.COMPANY)
        self._ids = (
            scope.owners(viewer, permission="members.follow", scope=self._scope, as_of=as_of)
            if narrow and self._scope
            else frozenset()
        )

    def __contains__(self, person: object) -> bool:
        return self._scope is scope.Scope.COMPANY or person in self._ids

    def __iter__(self):  # type: ignore[no-untyped-def]
        return iter(self._ids)

    def __len__(self) -> int:
        return len(self._ids)
