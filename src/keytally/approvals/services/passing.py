"""A requester hands over: their requests that came back go on in another person's name."""

from collections.abc import Collection
from datetime import datetime
from typing import TYPE_CHECKING

from django.db import transaction

from keytally.approvals.models import Request
from keytally.approvals.services import telling
from keytally.core.services import record_audit

if TYPE_CHECKING:
    from keytally.core.models import User


@transaction.atomic
def pass_requests(numbers: Collection[int], /, *, giver: "User", receiver: "User", by: "User", now: datetime) -> None:
    """Give requests that came back to another requester, who changes them and sends them again."""
    returned = Request.objects.filter(pk__in=numbers, requester=giver, state=Request.State.RETURNED)
    for request in returned.select_for_update(of=("self",)):
        request.requester = receiver
        request.save(update_fields=["requester"])
        record_audit(
            "approval.pass",
            by=by,
            at=now,
            subject=telling.subject_of(request),
            before={"requester": giver.pk},
            after={"requester": receiver.pk},
        )
        telling.close_own(request, by=by, now=now)
        telling.tell_requester(request, now=now)
