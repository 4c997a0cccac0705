"""What happens to requests that others may have to answer to."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class RequestDecided:
    """A request ended: APPROVED, REFUSED, RETURNED for change, WITHDRAWN, or VOID because its text changed."""

    request_id: int
    kind: str
    subject_kind: str
    subject_id: int
    outcome: str
    content_hash: str
    decided_by_id: int | None
    now: datetime
