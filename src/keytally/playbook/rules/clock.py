"""Who is asked, and when does the answer of the support centre have to be there? (K08)"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from keytally.kernel.working_days import WorkingDays
from keytally.playbook.rules.tags import Tag


class Desk(StrEnum):
    """From which side of the house an expert comes."""

    EXECUTIVE = "EXECUTIVE"
    SALES = "SALES"
    PLANNING = "PLANNING"


@dataclass(frozen=True, slots=True)
class Expert:
    """A named expert, and what they are asked about; without topics about everything that has no other expert."""

    person: int
    topics: frozenset[Tag] = frozenset()


@dataclass(frozen=True, slots=True)
class Times:
    """When an answer is due, when half the time is over, and when the managers' managers are told."""

    remind_at: datetime
    due_at: datetime
    senior_at: datetime


def times(asked_at: datetime, *, working_days: int, calendar: WorkingDays) -> Times:
    """Set the clock: half the time for a reminder, a working day after the end for the next level (section 0)."""
    due_at = calendar.deadline(asked_at, working_days=working_days)
    senior_at = calendar.deadline(due_at, working_days=1)
    return Times(asked_at + (due_at - asked_at) / 2, due_at, senior_at)


def asked_experts(experts: Sequence[Expert], *, tags: frozenset[Tag], asker: int) -> tuple[int, ...]:
    """Name whom a question goes to: those of its topics, else those without a topic, else all; never the asker.

    >>> asked_experts([Expert(1), Expert(2)], tags=frozenset(), asker=2)
    (1,)
    """
    others = [one for one in experts if one.person != asker]
    fitting = [one for one in others if one.topics & tags] or [one for one in others if not one.topics] or others
    return tuple(dict.fromkeys(one.person for one in fitting))
