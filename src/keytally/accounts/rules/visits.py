"""May this be kept of a visit? A visit is planned, and then was made or failed to take place."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum


class VisitState(StrEnum):
    """How far a visit is."""

    PLANNED = "PLANNED"
    MADE = "MADE"
    FAILED = "FAILED"


@dataclass(frozen=True, slots=True)
class VisitFacts:
    """What is said of a visit: its day, its state, what was written down and why it failed."""

    on: date
    state: VisitState
    notes: str = ""
    reason: str = ""


def visit_faults(said: VisitFacts, *, today: date) -> tuple[str, ...]:
    """List all that speaks against keeping a visit as it was said.

    >>> visit_faults(VisitFacts(date(2026, 8, 4), VisitState.MADE), today=date(2026, 8, 3))
    ('VISIT_IN_FUTURE',)
    """
    planned, failed = said.state is VisitState.PLANNED, said.state is VisitState.FAILED
    faults = {
        "VISIT_PLANNED_IN_PAST": planned and said.on < today,
        "VISIT_IN_FUTURE": said.state is VisitState.MADE and said.on > today,
        "VISIT_NEEDS_REASON": failed and not said.reason.strip(),
        "NOTES_BEFORE_VISIT": planned and bool(said.notes.strip()),
    }
    return tuple(code for code, holds in faults.items() if holds)
