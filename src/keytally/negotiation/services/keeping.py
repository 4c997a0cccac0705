"""How a negotiation is taken, one change at a time, and how every change is told."""

from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any

from keytally.core.services import record_audit
from keytally.core.subjects import Subject
from keytally.negotiation.models import Negotiation
from keytally.negotiation.refusals import UnableToNegotiate

if TYPE_CHECKING:
    from keytally.core.models import User

NEGOTIATION = "negotiation"


def held(number: int, *, is_open: bool = True) -> Negotiation:
    """Take a negotiation to change it, or raise `UnableToNegotiate` where it has ended."""
    found = Negotiation.objects.select_for_update(of=("self",)).select_related("opportunity").get(pk=number)
    if is_open and not found.is_open:
        raise UnableToNegotiate("ENDED")
    return found


def tell(
    action: str,
    negotiation: Negotiation,
    *,
    by: "User",
    now: datetime,
    before: Mapping[str, Any] | None = None,
    after: Mapping[str, Any] | None = None,
    reason: str = "",
) -> None:
    """Write down what was done with a negotiation."""
    subject = Subject(NEGOTIATION, negotiation.pk)
    record_audit(f"negotiation.{action}", by=by, at=now, subject=subject, before=before, after=after, reason=reason)
