"""Which stages lead from a target to a closed sale, and which way does a move go? (F03-F11)"""

from collections.abc import Sequence
from enum import StrEnum


class Stage(StrEnum):
    """A stage of the funnel; weights, gates and leaders are data (`gate_data`)."""

    TARGET = "TARGET"
    INTENT = "INTENT"
    PROJECT = "PROJECT"
    RECOGNITION = "RECOGNITION"
    NEGOTIATION = "NEGOTIATION"
    CLOSING = "CLOSING"


class CustomerSize(StrEnum):
    """The size of a customer, by which gates may differ (F07); the values of the accounts' own class."""

    SMALL_MEDIUM = "SMALL_MEDIUM"
    MEDIUM_LARGE = "MEDIUM_LARGE"
    GOVERNMENT = "GOVERNMENT"


class TeamRole(StrEnum):
    """What somebody is in the team of an opportunity; stages are led by roles (F03-F11)."""

    ACCOUNT_MANAGER = "ACCOUNT_MANAGER"
    PROJECT_MANAGER = "PROJECT_MANAGER"
    PROJECT_TEAM = "PROJECT_TEAM"
    EXECUTIVE = "EXECUTIVE"
    FINANCE_LEAD = "FINANCE_LEAD"
    SUPPORT = "SUPPORT"


class State(StrEnum):
    """How an opportunity stands (N03)."""

    OPEN = "OPEN"
    WON = "WON"
    LOST = "LOST"
    STOPPED = "STOPPED"


class Direction(StrEnum):
    """How an opportunity came into a stage."""

    FORWARD = "FORWARD"
    BACK = "BACK"
    OVERRIDE = "OVERRIDE"
    REPEAT = "REPEAT"
    HISTORY = "HISTORY"


STAGES: tuple[Stage, ...] = tuple(Stage)
# Before the first gate an opportunity stands in front of the funnel.
IN_FRONT = ""


def position(stage: str) -> int:
    """Count a stage from 1; 0 stands in front of the funnel.

    >>> position("INTENT"), position("")
    (2, 0)
    """
    return STAGES.index(Stage(stage)) + 1 if stage else 0


def gates_between(here: str, there: Stage) -> Sequence[Stage]:
    """List the stages whose gates a move passes, in order; none when it goes back or stays.

    >>> [stage.value for stage in gates_between("TARGET", Stage.PROJECT)]
    ['INTENT', 'PROJECT']
    """
    return STAGES[position(here) : position(there)]


def is_back(here: str, there: Stage) -> bool:
    """Tell whether a move goes back."""
    return position(there) < position(here)
