"""Is a lead worth working on, and why? (P01-P03, P08)

Points are given only for what is known. What is not known gives none and is named, so that a lead without facts is a
lead to look into, not a bad one.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any


class Trigger(StrEnum):
    """The four situations in which a customer wants to be approached (P02)."""

    NEW_TO_THEM = "NEW_TO_THEM"
    UNHAPPY = "UNHAPPY"
    OUTGROWN = "OUTGROWN"
    IMPORTS = "IMPORTS"


class Part(StrEnum):
    """What the score is made of."""

    TRIGGER = "TRIGGER"
    SIZE = "SIZE"
    BUDGET = "BUDGET"
    SUBSTITUTES = "SUBSTITUTES"


class Advice(StrEnum):
    """What to do with a lead: work the best few deeply rather than all of them once."""

    WORK = "WORK"
    LOOK_INTO = "LOOK_INTO"
    LEAVE = "LEAVE"


DEFAULT_WEIGHTS: Mapping[Part, int] = {Part.TRIGGER: 40, Part.SIZE: 25, Part.BUDGET: 25, Part.SUBSTITUTES: 10}
DEFAULT_WORK_FROM, DEFAULT_LEAVE_BELOW = 60, 30
# A second trigger speaks louder than one, a third adds nothing: shares of the weight of `TRIGGER`, in per cent.
_TRIGGER_PERCENT = (0, 75, 100)
# Of the weight of `SIZE`: a customer that buys up to half as much again as we can supply is a stretch.
_STRETCH_PERCENT, _STRETCH_LIMIT_PERCENT = 40, 150


@dataclass(frozen=True, slots=True)
class FitRules:
    """The weights of the parts, which add up to 100, and from how many points to work on a lead or leave it."""

    weights: Mapping[Part, int] = field(default_factory=lambda: dict(DEFAULT_WEIGHTS))
    work_from: int = DEFAULT_WORK_FROM
    leave_below: int = DEFAULT_LEAVE_BELOW
    # What we could supply to one new customer in a year, in minor units; nothing where nobody has said.
    capacity_minor: int | None = None


@dataclass(frozen=True, slots=True)
class FitFacts:
    """What is known of a lead; None is not known. Amounts are minor units a year, of one currency."""

    triggers: frozenset[Trigger] = frozenset()
    are_triggers_known: bool = False
    volume_minor: int | None = None
    deal_minor: int | None = None
    budget_minor: int | None = None
    substitutes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Reason:
    """A part of the score: how many of its points, and why."""

    part: Part
    points: int
    of: int
    code: str
    parameters: Mapping[str, Any] = field(default_factory=dict)

    @property
    def is_unknown(self) -> bool:
        """Tell whether the part has no points because nobody knows."""
        return self.code.endswith("_UNKNOWN")


@dataclass(frozen=True, slots=True)
class Fit:
    """The score of 100 with every reason, how much of it rests on facts, and what to do."""

    points: int
    known: int
    reasons: tuple[Reason, ...]
    advice: Advice


def fit(facts: FitFacts, *, rules: FitRules) -> Fit:
    """Score a lead before anyone calls.

    >>> fit(FitFacts(), rules=FitRules()).advice
    <Advice.LOOK_INTO: 'LOOK_INTO'>
    """
    reasons = (_trigger(facts, rules), _size(facts, rules), _budget(facts, rules), _substitutes(facts, rules))
    points = sum(reason.points for reason in reasons)
    known = sum(reason.of for reason in reasons if not reason.is_unknown)
    return Fit(points, known, reasons, _advice(points, known=known, reasons=reasons, rules=rules))


def _advice(points: int, *, known: int, reasons: tuple[Reason, ...], rules: FitRules) -> Advice:
    """Leave a lead only for what is known against it, never for what nobody has asked yet."""
    if any(reason.code in ("TOO_LARGE", "BUDGET_SHORT") for reason in reasons) and points < rules.work_from:
        return Advice.LEAVE
    if points >= rules.work_from:
        return Advice.WORK
    possible = points + 100 - known
    return Advice.LEAVE if possible < rules.leave_below else Advice.LOOK_INTO


def _trigger(facts: FitFacts, rules: FitRules) -> Reason:
    weight = rules.weights[Part.TRIGGER]
    if not facts.triggers:
        code = "NO_TRIGGER" if facts.are_triggers_known else "TRIGGER_UNKNOWN"
        return Reason(Part.TRIGGER, 0, weight, code)
    share = _TRIGGER_PERCENT[min(len(facts.triggers), 2)]
    names = tuple(sorted(facts.triggers))
    return Reason(Part.TRIGGER, weight * share // 100, weight, "TRIGGERS", {"triggers": names})


def _size(facts: FitFacts, rules: FitRules) -> Reason:
    weight, volume, capacity = rules.weights[Part.SIZE], facts.volume_minor, rules.capacity_minor
    if volume is None or capacity is None:
        return Reason(Part.SIZE, 0, weight, "SIZE_UNKNOWN" if volume is None else "CAPACITY_UNKNOWN")
    amounts = {"volume_minor": volume, "capacity_minor": capacity}
    if volume <= capacity:
        return Reason(Part.SIZE, weight, weight, "SIZE_FITS", amounts)
    if volume * 100 <= capacity * _STRETCH_LIMIT_PERCENT:
        return Reason(Part.SIZE, weight * _STRETCH_PERCENT // 100, weight, "SIZE_STRETCH", amounts)
    return Reason(Part.SIZE, 0, weight, "TOO_LARGE", amounts)


def _budget(facts: FitFacts, rules: FitRules) -> Reason:
    """Weigh the buying unit's own budget, not the name above its door (P08)."""
    weight, budget, deal = rules.weights[Part.BUDGET], facts.budget_minor, facts.deal_minor
    if budget is None or deal is None:
        return Reason(Part.BUDGET, 0, weight, "BUDGET_UNKNOWN" if budget is None else "DEAL_UNKNOWN")
    amounts = {"budget_minor": budget, "deal_minor": deal}
    if budget >= deal:
        return Reason(Part.BUDGET, weight, weight, "BUDGET_FITS", amounts)
    return Reason(Part.BUDGET, 0, weight, "BUDGET_SHORT", amounts)


def _substitutes(facts: FitFacts, rules: FitRules) -> Reason:
    weight = rules.weights[Part.SUBSTITUTES]
    if not facts.substitutes:
        return Reason(Part.SUBSTITUTES, 0, weight, "SUBSTITUTES_UNKNOWN")
    return Reason(Part.SUBSTITUTES, weight, weight, "SUBSTITUTES_NAMED", {"names": facts.substitutes})
