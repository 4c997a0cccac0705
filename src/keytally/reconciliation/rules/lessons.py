"""What can be learned from a pair that a person made: a store's code, an item's code, the shape of a number?"""

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from keytally.reconciliation.rules.carry_over import number_core

SHORTEST_CORE = 6
"""Digits that a number must have in common before its shape is learned from one pair."""


class LessonKind(StrEnum):
    """What was learned."""

    STORE_CODE = "STORE_CODE"
    ITEM_CODE = "ITEM_CODE"
    NUMBER_SHAPE = "NUMBER_SHAPE"


@dataclass(frozen=True, slots=True)
class Side:
    """What a line of one side says of itself, as it is written."""

    store: str | None
    item: str | None
    numbers: tuple[str | None, ...]


@dataclass(frozen=True, slots=True)
class Lesson:
    """That their code means ours, or that their numbers look like a pattern around ours."""

    kind: LessonKind
    given: str
    meaning: str


def lessons(
    ours: Side, theirs: Side, *, stores: Mapping[str, str], items: Mapping[str, str], shapes: Sequence[str] = ()
) -> list[Lesson]:
    """Say what a pair teaches beyond the maps and shapes that are known.

    A code that a map knows teaches nothing: there the books differ, not the words.
    """
    found = [
        Lesson(kind, given, meaning)
        for kind, given, meaning, known in (
            (LessonKind.STORE_CODE, theirs.store, ours.store, stores),
            (LessonKind.ITEM_CODE, theirs.item, ours.item, items),
        )
        if given and meaning and _plain(given) != _plain(meaning) and not _is_known(given, meaning, known)
    ]
    for mine, their in zip(ours.numbers, theirs.numbers, strict=True):
        shape = shape_of(their, around=mine)
        if shape and shape not in shapes:
            found.append(Lesson(LessonKind.NUMBER_SHAPE, shape, str(mine)))
    return found


def shape_of(number: str | None, *, around: str | None) -> str:
    """Describe how a number is wrapped around ours, as a pattern whose group is ours; empty where it is not.

    What matching takes off anyway (separators, a prefix or suffix that is not digits) teaches nothing.

    >>> shape_of("26450726000123", around="450726000123")
    '^[0-9]{2}([0-9]{12})$'
    >>> shape_of("PO-450726000123", around="450726000123")
    ''
    """
    if not number or not around or not around.isascii() or not number.isascii() or number.count(around) != 1:
        return ""
    if number == around or len(around) < SHORTEST_CORE or number_core(number) == number_core(around):
        return ""
    before, after = number.split(around)
    return f"^{_pattern(before)}({_pattern(around)}){_pattern(after)}$"


def _pattern(text: str) -> str:
    """Write runs of digits and of letters as such, all else as it is."""
    parts = re.findall(r"[0-9]+|[A-Za-z]+|[^0-9A-Za-z]+", text)
    return "".join(_run(part) for part in parts)


def _run(part: str) -> str:
    if part.isdigit():
        return f"[0-9]{{{len(part)}}}"
    if part.isalpha():
        letters = "A-Z" if part.isupper() else "a-z" if part.islower() else "A-Za-z"
        return f"[{letters}]{{{len(part)}}}"
    return re.escape(part)


def _plain(code: str) -> str:
    return code.strip().upper().lstrip("0")


def _is_known(given: str, meaning: str, known: Mapping[str, str]) -> bool:
    return _plain(known.get(given, "")) == _plain(meaning) or given in known


def agreeing(found: Collection[Lesson]) -> list[Lesson]:
    """Keep what does not contradict itself: their one code learned as two of ours is no lesson."""
    meanings: dict[tuple[LessonKind, str], set[str]] = {}
    for one in found:
        meanings.setdefault((one.kind, one.given), set()).add(one.meaning)
    kept = {
        (one.kind, one.given): one
        for one in found
        if one.kind is LessonKind.NUMBER_SHAPE or len(meanings[one.kind, one.given]) == 1
    }
    return list(kept.values())
