"""What can an audit entry, an attachment or a job be about, and who may see it?

A capability registers its kinds of subject in `<capability>/subjects.py`.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from django.utils.functional import Promise

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from keytally.core.models import User


@dataclass(frozen=True, slots=True)
class Subject:
    """A thing of some capability, by kind and number."""

    kind: str
    id: int


@dataclass(frozen=True, slots=True)
class SubjectKind:
    """A kind of thing: its label, those a person may see on a day, and where its page is."""

    kind: str
    label: Promise | str
    visible_to: "Callable[[User, date], QuerySet[Any]]"
    url: Callable[[int], str]


_kinds: dict[str, SubjectKind] = {}


def register_subject(kind: SubjectKind) -> None:
    """Make a kind of subject known."""
    _kinds[kind.kind] = kind


def subject_kind(kind: str) -> SubjectKind | None:
    """Find a kind of subject if a capability registered it."""
    return _kinds.get(kind)


def subject_kinds() -> list[SubjectKind]:
    """List every kind of subject."""
    return list(_kinds.values())


def may_see(person: "User", *, subject: Subject, as_of: date) -> bool:
    """Tell whether a person may see a subject; one of an unknown kind is seen by nobody."""
    kind = _kinds.get(subject.kind)
    return kind is not None and kind.visible_to(person, as_of).filter(pk=subject.id).exists()


def seen_among(numbers: Iterable[int], *, person: "User", kind: str, as_of: date) -> set[int]:
    """Keep the subjects of a kind that a person may see; of an unknown kind none."""
    known = _kinds.get(kind)
    return set(known.visible_to(person, as_of).filter(pk__in=numbers).values_list("pk", flat=True)) if known else set()


def subject_url(subject: Subject) -> str | None:
    """Find the page of a subject, if its kind has one."""
    kind = _kinds.get(subject.kind)
    return kind.url(subject.id) if kind else None
