"""What happens in the organisation that others may have to answer to."""

from dataclasses import dataclass
from datetime import date, datetime


@dataclass(frozen=True, slots=True)
class PositionChanged:
    """From a day on a position has another boss, other dotted lines, or is no more."""

    position_id: int
    starts_on: date
    is_closed: bool
    now: datetime


@dataclass(frozen=True, slots=True)
class HolderChanged:
    """From a day on a person holds a position, or holds it no more."""

    position_id: int
    person_id: int
    starts_on: date
    is_appointed: bool
    now: datetime


@dataclass(frozen=True, slots=True)
class DelegationChanged:
    """Someone's delegation was added, or ended."""

    person_id: int
    delegate_id: int
    starts_at: datetime
    ends_at: datetime
    now: datetime
