"""What does the team stand for, and who has yet to say that they have read it? Rows O02, O03."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

# keytally's default: a new member has a week.
DAYS_TO_READ = 7


@dataclass(frozen=True, slots=True)
class Section:
    """A part of the handbook."""

    code: str
    title_zh: str
    title_en: str
    text_zh: str
    text_en: str
    row: str = ""
    # Whether the words are those of the source, or keytally's own default.
    is_given: bool = False


@dataclass(frozen=True, slots=True)
class Edition:
    """A version of the handbook as far as reading it goes."""

    number: int
    starts_on: date
    asks_again: bool


@dataclass(frozen=True, slots=True)
class Reading:
    """Whether a member has read what counts, and by when they were to."""

    is_done: bool
    due_on: date
    asked: int


def section_from(content: Mapping[str, Any]) -> Section:
    """Read a section as it is kept."""
    return Section(**content)


def content_of(section: Section) -> dict[str, Any]:
    """Write a section down as it is kept."""
    return {name: getattr(section, name) for name in Section.__dataclass_fields__}


def faults(sections: Sequence[Section]) -> tuple[str, ...]:
    """List why sections make no handbook; none means they do."""
    found = []
    if not sections:
        found.append("NO_SECTIONS")
    if any(not (each.title_zh.strip() and each.title_en.strip()) for each in sections):
        found.append("NO_TITLE")
    if any(not (each.text_zh.strip() and each.text_en.strip()) for each in sections):
        found.append("HALF_A_TEXT")
    return tuple(found)


def edition_asked(editions: Iterable[Edition], *, as_of: date) -> Edition | None:
    """Find the edition that members must have read by now: the last in force that asks for it."""
    asking = [edition for edition in editions if edition.asks_again and edition.starts_on <= as_of]
    return max(asking, key=lambda edition: (edition.starts_on, edition.number), default=None)


def reading_of(*, asked: Edition, acknowledged: Iterable[int], member_since: date) -> Reading:
    """Tell whether a member acknowledged the edition asked for or a later one, and by when it was due."""
    began_on = max(asked.starts_on, member_since)
    is_done = any(number >= asked.number for number in acknowledged)
    return Reading(is_done=is_done, due_on=began_on + timedelta(days=DAYS_TO_READ), asked=asked.number)
