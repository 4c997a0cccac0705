"""What of last month was found in this one? Open lines of earlier months meet the residuals of the next.

Lines meet in sets: those of one number and one good on either side, because what one side delivers at once the other
may book in parts. Every line is in one meeting at most, so that nothing is counted twice.
"""

import re
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

CARRIED = frozenset({"TIMING", "NOT_RECEIVED", "NOT_IN_BOOKS", "RETURN_UNBOOKED", "PAYMENT_UNBOOKED"})
"""Classes of lines whose counterpart may still come; a difference in quantity or price is settled, not waited for."""

CORE_DIGITS = 4
_DIGITS = re.compile(rf"\d{{{CORE_DIGITS},}}", re.ASCII)
_SEPARATORS = re.compile(r"[-_/.# :]+")


class Ground(StrEnum):
    """Why lines of two months are offered to each other."""

    NUMBER = "NUMBER"
    GOODS = "GOODS"


@dataclass(frozen=True, slots=True)
class OpenLine:
    """A line that nothing answered: its numbers, its good, its figures with the sign its own side gave them."""

    key: str
    side: str
    doc_no: str | None
    order_no: str | None
    good: str | None
    currency: str
    quantity: int | None
    amount_minor: int


@dataclass(frozen=True, slots=True)
class Meeting:
    """Lines carried over and lines of this month that seem to be the same thing, and what is left between them."""

    carried: tuple[str, ...]
    found: tuple[str, ...]
    ground: Ground
    gap_minor: int


def meetings(
    carried: Sequence[OpenLine], found: Sequence[OpenLine], *, refused: Collection[tuple[str, str]] = ()
) -> list[Meeting]:
    """Let lines carried over meet what this month left open on the other side: by number, then by goods alone.

    By goods alone only where good, quantity and amount are the same and nothing else of either side has them. A set
    of lines is not offered where a person refused a pair of it: the carried line's key, then that of this month's.
    """
    made: list[Meeting] = []
    for key in (_order_key, _document_key):
        met = _by_keys(_left(carried, made), _left(found, made), key, ground=Ground.NUMBER)
        made += [one for one in met if not _is_refused(one, refused)]
    met = _by_keys(_left(carried, made), _left(found, made), _goods_key, ground=Ground.GOODS)
    made += [one for one in met if len(one.carried) == len(one.found) == 1 and not _is_refused(one, refused)]
    return made


def _is_refused(one: Meeting, refused: Collection[tuple[str, str]]) -> bool:
    return bool(refused) and any((carried, found) in refused for carried in one.carried for found in one.found)


def months_between(earlier: str, later: str) -> int:
    """Count the months from one to another, written like 2026-07.

    >>> months_between("2025-11", "2026-02")
    3
    """
    first, last = (int(one[:4]) * 12 + int(one[5:7]) for one in (earlier, later))
    return last - first


@dataclass(frozen=True, slots=True)
class RollForward:
    """What was open at the beginning of a month and what of it was found; what is left is carried on."""

    opening_minor: int
    found_minor: int

    @property
    def closing_minor(self) -> int:
        """What is carried on, before the new lines of the month."""
        return self.opening_minor - self.found_minor


def number_core(number: str | None) -> str:
    """Take the last long run of digits of a number, without separators and leading zeros.

    >>> number_core("PO-4507-26-000123"), number_core("A1")
    ('450726000123', '')
    """
    runs = _DIGITS.findall(_SEPARATORS.sub("", (number or "").translate(_HALF)))
    core = runs[-1].lstrip("0") if runs else ""
    return core if len(core) >= CORE_DIGITS else ""


_HALF = {0xFF10 + digit: 0x30 + digit for digit in range(10)}


def _left(lines: Sequence[OpenLine], made: Iterable[Meeting]) -> list[OpenLine]:
    gone = {key for one in made for key in (*one.carried, *one.found)}
    return [line for line in lines if line.key not in gone]


Key = Callable[[OpenLine], tuple[object, ...] | None]


def _by_keys(carried: Sequence[OpenLine], found: Sequence[OpenLine], key: Key, *, ground: Ground) -> list[Meeting]:
    """Let the lines of one key meet, those of one side here with those of the other there."""
    answers: dict[tuple[object, ...], list[OpenLine]] = {}
    for line in found:
        if (known := key(line)) is not None:
            answers.setdefault((line.side, *known), []).append(line)
    sets: dict[tuple[object, ...], list[OpenLine]] = {}
    for line in carried:
        if (known := key(line)) is not None:
            sets.setdefault((_other(line.side), *known), []).append(line)
    return [
        Meeting(
            tuple(line.key for line in lines),
            tuple(line.key for line in answers[known]),
            ground,
            sum(_signed(line) for line in (*lines, *answers[known])),
        )
        for known, lines in sets.items()
        if known in answers
    ]


def _other(side: str) -> str:
    return "theirs" if side == "ours" else "ours"


def _signed(line: OpenLine) -> int:
    return line.amount_minor if line.side == "ours" else -line.amount_minor


def _order_key(line: OpenLine) -> tuple[object, ...] | None:
    return _number_key(line, line.order_no)


def _document_key(line: OpenLine) -> tuple[object, ...] | None:
    return _number_key(line, line.doc_no)


def _number_key(line: OpenLine, number: str | None) -> tuple[object, ...] | None:
    core = number_core(number)
    return (core, line.good or "", line.currency) if core else None


def _goods_key(line: OpenLine) -> tuple[object, ...] | None:
    if not line.good or not line.quantity:
        return None
    return (line.good, line.currency, line.quantity, line.amount_minor)


def age_in_days(line_on: date | None, *, as_of: date) -> int | None:
    """Count the days since a line's own date; a line without a date, or of the future, has no age."""
    return None if line_on is None or line_on > as_of else (as_of - line_on).days
