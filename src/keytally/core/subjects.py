"""What can an audit entry, an attachment or a job be about, and who may see it?

A capability registers its kinds of subject in `<capability>/subjects.py`.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.utils.functional import Promise

if TYPE_CHECKING:
    from keytally.core.models import User


@dataclass(frozen=True, slots=True)
class Subject:
    """A thing of some capability, by kind and number."""

    kind: str
    id: int


@dataclass(frozen=True, slots=True)
class SubjectKind:
    """A kind of thing: its label, who may see one, and where its page is."""

    kind: str
    label: Promise | str
    visible: "Callable[[User, int], bool]"
    url: Callable[[int], str]


_kinds: dict[str, SubjectKind] = {}


def register_subject(kind: SubjectKind) -> None:
    """Make a kind of subject known."""
    _kinds[kind.kind] = kind


def subject_kind(kind: str) -> SubjectKind | None:
    """Find a kind of subject if a capability registered it."""
    return _kinds.get(kind)


def may_see(person: "User", *, subject: Subject) -> bool:
    """Tell whether a person may see a subject; one of an unknown kind is seen by nobody."""
    kind = _kinds.get(subject.kind)
    return kind is not None and kind.visible(person, subject.id)


def subject_url(subject: Subject) -> str | None:
    """Find the page of a subject, if its kind has one."""
    kind = _kinds.get(subject.kind)
    return kind.url(subject.id) if kind else None
