"""How do dated lines change from a day on without rewriting a day that has passed?

Docs: rules/organisation.md.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Generic, TypeVar

# Days, instants, or plain numbers.
When = TypeVar("When", date, datetime, int)


class Refusal(StrEnum):
    """Why a change of the organisation is refused."""

    PAST = "PAST"
    CIRCLE = "CIRCLE"
    ONESELF = "ONESELF"
    SAME = "SAME"
    ENDS_FIRST = "ENDS_FIRST"
    OUTSIDE = "OUTSIDE"
    OVERLAPS = "OVERLAPS"
    HAS_REPORTS = "HAS_REPORTS"
    HAS_POSITIONS = "HAS_POSITIONS"
    CODE_TAKEN = "CODE_TAKEN"
    WRONG_UNIT = "WRONG_UNIT"
    UNKNOWN_ROLE = "UNKNOWN_ROLE"
    NOT_ACTIVE = "NOT_ACTIVE"
    ALREADY_SET_UP = "ALREADY_SET_UP"
    ENDED = "ENDED"


@dataclass(frozen=True, slots=True)
class Span:
    """Something that holds from a day up to a day, open where no end is known; `key` names its row."""

    starts_on: date
    ends_before: date | None = None
    key: int = 0

    def touches(self, other: "Span") -> bool:
        """Tell whether the two share a day."""
        return _before(self.starts_on, other.ends_before) and _before(other.starts_on, self.ends_before)


@dataclass(frozen=True, slots=True)
class Change:
    """What becomes of the rows: some end earlier, some that had not begun are dropped, one is added."""

    ended: tuple[tuple[int, date], ...] = ()
    dropped: tuple[int, ...] = ()
    added: Span | None = None


def rewrites(spans: Iterable[Span], *, starts_on: date, today: date) -> bool:
    """Tell whether a change from a day would alter a day that has passed and on which something held."""
    return starts_on < today and any(span.touches(Span(starts_on, today)) for span in spans)


def replace_from(spans: Iterable[Span], *, starts_on: date) -> Change:
    """Let something new hold from a day, up to what is planned to begin later."""
    later = [span.starts_on for span in spans if span.starts_on > starts_on]
    ended, dropped = _cut(spans, before=starts_on, keep_later=True)
    return Change(ended, dropped, Span(starts_on, min(later, default=None)))


def end_from(spans: Iterable[Span], *, ends_before: date) -> Change:
    """Let nothing hold from a day on; what was planned for later is dropped."""
    ended, dropped = _cut(spans, before=ends_before, keep_later=False)
    return Change(ended, dropped)


@dataclass(frozen=True, slots=True)
class Edge(Generic[When]):
    """From a start up to an end `below` stands under `above`."""

    below: int
    above: int
    starts: When
    ends: When


def closes_circle(edges: Iterable[Edge[When]], *, new: Edge[When]) -> bool:
    """Tell whether the new edge would, at some moment, make someone stand above themselves."""
    upward: dict[int, list[Edge[When]]] = {}
    for edge in edges:
        upward.setdefault(edge.below, []).append(edge)
    return new.below == new.above or _leads_to(new.below, new.above, new.starts, new.ends, upward)


def _leads_to(goal: int, place: int, starts: When, ends: When, upward: Mapping[int, Sequence[Edge[When]]]) -> bool:
    for edge in upward.get(place, ()):
        first = edge.starts if starts < edge.starts else starts
        last = edge.ends if edge.ends < ends else ends
        if first < last and (edge.above == goal or _leads_to(goal, edge.above, first, last, upward)):
            return True
    return False


def _cut(
    spans: Iterable[Span], *, before: date, keep_later: bool
) -> tuple[tuple[tuple[int, date], ...], tuple[int, ...]]:
    known = tuple(spans)
    ended = tuple((span.key, before) for span in known if span.starts_on < before and _before(before, span.ends_before))
    dropped = tuple(
        span.key for span in known if span.starts_on == before or (span.starts_on > before and not keep_later)
    )
    return ended, dropped


def _before(day: date, end: date | None) -> bool:
    return end is None or day < end
