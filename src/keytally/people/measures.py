"""Which measures tell how a duty is done? A capability registers one; until then a duty carries none and shows none."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from django.utils.functional import Promise

# What a holder of the duty reached, worded for the reader; nothing if there is no figure yet.
Reading = Callable[[int, date], str]


@dataclass(frozen=True, slots=True)
class DutyMeasure:
    """A figure that can be hung on a duty: its code, what it is called, and how it is read for a person."""

    code: str
    label: Promise | str
    reading: Reading


_measures: dict[str, DutyMeasure] = {}


def register_measure(measure: DutyMeasure) -> None:
    """Make a measure known."""
    _measures[measure.code] = measure


def forget_measure(code: str) -> None:
    """Forget a measure, as a test does afterwards."""
    _measures.pop(code, None)


def measures() -> list[DutyMeasure]:
    """List the measures that duties may carry."""
    return list(_measures.values())


def measure(code: str) -> DutyMeasure | None:
    """Find a measure if a capability registered it."""
    return _measures.get(code)
