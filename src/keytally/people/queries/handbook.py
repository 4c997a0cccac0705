"""Reads of the handbook: the edition that holds, who acknowledged what, and who has yet to."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from django.db.models import QuerySet

from keytally.people import defaults
from keytally.people.models import HandbookAcknowledgement, HandbookEdition
from keytally.people.queries.members import Member, followed_members, members, roles_of
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
    known = followed_members(viewer, as_of=as_of)
    return sorted(_readings(known, as_of=as_of), key=lambda row: (row.reading.is_done, row.reading.due_on))


def unread(*, as_of: date) -> list[MemberReading]:
    """List every member who has yet to acknowledge."""
    return [row for row in _readings(members(as_of=as_of), as_of=as_of) if not row.reading.is_done]


def _readings(known: Iterable[Member], *, as_of: date) -> list[MemberReading]:
    asked = _asked(as_of)
    found = list(known)
    people = [member.person.pk for member in found]
    rows = HandbookAcknowledgement.objects.filter(person_id__in=people).values_list("person_id", "edition__number")
    acknowledged: dict[int, list[int]] = {}
    for person, number in rows:
        acknowledged.setdefault(person, []).append(number)
    return [
        _reading(member, asked=asked, numbers=acknowledged.get(member.person.pk, ()), as_of=as_of) for member in found
    ]


def _reading(member: Member, *, asked: Edition, numbers: Iterable[int], as_of: date) -> MemberReading:
    reading = reading_of(asked=asked, acknowledged=numbers, member_since=member.since)
    return MemberReading(member, reading, is_late=not reading.is_done and reading.due_on < as_of)


def _asked(as_of: date) -> Edition:
    rows = HandbookEdition.objects.values_list("number", "starts_on", "asks_again")
    return edition_asked((Edition(*row) for row in rows), as_of=as_of) or SHIPPED
