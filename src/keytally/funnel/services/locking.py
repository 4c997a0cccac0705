"""Take hold of an opportunity before it changes, so that two people do not change it past each other."""

from datetime import date
from typing import TYPE_CHECKING, Any

from keytally.core.services import record_audit
from keytally.funnel.models import Opportunity
from keytally.funnel.refusals import UnableToKeepOpportunity
from keytally.funnel.rules.stages import State
from keytally.funnel.subjects import opportunity as subject_of

if TYPE_CHECKING:
    from datetime import datetime

    from keytally.core.models import User


def held(opportunity_id: int) -> Opportunity:
    """Lock an opportunity for the rest of the transaction."""
    return Opportunity.objects.select_for_update().get(pk=opportunity_id)


def held_open(opportunity_id: int) -> Opportunity:
    """Lock an opportunity that has to be open, or raise `UnableToKeepOpportunity`."""
    opportunity = held(opportunity_id)
    if opportunity.state != State.OPEN:
        raise UnableToKeepOpportunity("NOT_OPEN")
    return opportunity


def touch(opportunity: Opportunity, *, today: date, also: tuple[str, ...] = ()) -> None:
    """Keep that something happened with an opportunity today, together with the fields that changed."""
    opportunity.touched_on = max(opportunity.touched_on, today)
    opportunity.save(update_fields=["touched_on", *also])


def tell(
    action: str,
    opportunity: Opportunity,
    *,
    by: "User | None",
    now: "datetime",
    reason: str = "",
    before: dict[str, Any] | None = None,
    after: dict[str, Any] | None = None,
) -> None:
    """Write an audit entry about an opportunity."""
    record_audit(
        f"opportunity.{action}",
        by=by,
        at=now,
        subject=subject_of(opportunity.pk),
        reason=reason,
        before=before,
        after=after,
    )


def named(opportunity: Opportunity) -> dict[str, Any]:
    """Name an opportunity and its account as work items do, in both languages."""
    account = opportunity.account
    names = {"zh": account.name_zh, "en": account.name_en or account.name_zh} if account else ""
    return {"name": opportunity.name, "account": names}
