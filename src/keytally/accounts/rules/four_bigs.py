"""How big is an account in volume, profit, strength and potential? (K01, B01)"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

A_YEAR = timedelta(days=365)


class Part(StrEnum):
    """The four bigs."""

    VOLUME = "VOLUME"
    PROFIT = "PROFIT"
    STRENGTH = "STRENGTH"
    POTENTIAL = "POTENTIAL"


FIGURES: Mapping[Part, tuple[str, ...]] = {
    Part.VOLUME: ("SALES",),
    Part.PROFIT: ("PROFIT",),
    Part.STRENGTH: ("STORES", "FLOOR_AREA", "TRAFFIC", "REGISTERED_CAPITAL"),
    Part.POTENTIAL: ("GROWTH", "SKUS_NOT_LISTED", "STORES_NOT_SERVED"),
}
DEFAULT_WEIGHTS: Mapping[Part, int] = dict.fromkeys(Part, 25)


@dataclass(frozen=True, slots=True)
class Judgement:
    """Points that a manager gave a part, with a reason."""

    points: int
    on: date
    reason: str


@dataclass(frozen=True, slots=True)
class Known:
    """The figures of one account by name, the day up to which each reaches, and a manager's judgements.

    A figure without a day is one of today, such as the number of stores.
    """

    figures: Mapping[str, int]
    until: Mapping[str, date] | None = None
    judgements: Mapping[Part, Judgement] | None = None


@dataclass(frozen=True, slots=True)
class PartScore:
    """The points of a part, where they come from and from which figures."""

    part: Part
    points: int | None
    weight: int
    source: str
    percentiles: tuple[tuple[str, int], ...] = ()
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Score:
    """What an account scores, on which share of the weights, and why."""

    points: int | None
    coverage: int
    parts: tuple[PartScore, ...]


def percentile(figure: int, *, others: Sequence[int]) -> int:
    """Place a figure among the others: smaller ones count whole, equal ones half; alone it is 50.

    >>> percentile(30, others=[10, 20, 40]), percentile(5, others=[])
    (67, 50)
    """
    if not others:
        return 50
    below = sum(2 for other in others if other < figure) + sum(1 for other in others if other == figure)
    return _half_up(below * 100, 2 * len(others))


def weights_fault(weights: Mapping[Part, int]) -> str | None:
    """Say what is wrong with weights: each of the four once, none negative, together 100."""
    if set(weights) != set(Part):
        return "WEIGHTS_NOT_FOUR"
    if any(weight < 0 for weight in weights.values()):
        return "WEIGHT_NEGATIVE"
    return None if sum(weights.values()) == 100 else "WEIGHTS_NOT_100"


def score(account: Known, *, others: Sequence[Known], weights: Mapping[Part, int] = DEFAULT_WEIGHTS) -> Score:
    """Score an account among the others (K01); parts without data and without judgement have no points."""
    parts = tuple(_part(part, account, others=others, weight=weights[part]) for part in Part)
    known = [(found.points, found.weight) for found in parts if found.points is not None]
    coverage = sum(weight for _, weight in known)
    total = sum(points * weight for points, weight in known)
    return Score(_half_up(total, coverage) if coverage else None, coverage, parts)


def _part(part: Part, account: Known, *, others: Sequence[Known], weight: int) -> PartScore:
    found = tuple(
        (name, percentile(account.figures[name], others=[one.figures[name] for one in others if name in one.figures]))
        for name in FIGURES[part]
        if name in account.figures
    )
    judged = (account.judgements or {}).get(part)
    if judged and (not found or _is_stale(account, found, judged=judged)):
        return PartScore(part, judged.points, weight, "MANAGER", found, judged.reason)
    if not found:
        return PartScore(part, None, weight, "NO_DATA")
    return PartScore(part, _half_up(sum(points for _, points in found), len(found)), weight, "DATA", found)


def _is_stale(account: Known, found: tuple[tuple[str, int], ...], *, judged: Judgement) -> bool:
    """Tell whether all figures of a part are older than a judgement by more than a year."""
    reach = [(account.until or {}).get(name) for name, _points in found]
    return all(until is not None and judged.on - until > A_YEAR for until in reach)


def _half_up(part: int, whole: int) -> int:
    return (2 * part + whole) // (2 * whole)
