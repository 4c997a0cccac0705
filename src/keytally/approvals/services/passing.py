"""A requester hands over: their requests that came back go on in another person's name."""

from collections.abc import Collection
from datetime import datetime
from typing import TYPE_CHECKING

from django.db import transaction

from keytally.approvals.models import Request
from keytally.approvals.services import telling
from keytally.core.services import record_audit
from keytally.people.queries.handover import successor_of

if TYPE_CHECKING:
    from keytally.core.models import User


@transaction.atomic
def pass_requests(numbers: Collection[int], /, *, giver: "User", receiver: "User", by: "User", now: datetime) -> None:
    """Give requests that came back to another requester, who changes them and sends them again."""
    returned = Request.objects.filter(pk__in=numbers, requester=giver, state=Request.State.RETURNED)
    for request in returned.select_for_update(of=("self",)):
        _pass(request, receiver=receiver, by=by, now=now)
        telling.close_own(request, by=by, now=now)
        telling.tell_requester(request, now=now)


def pass_on_if_gone(request: Request, *, by: "User | None", now: datetime) -> None:
    """Give what comes back to somebody who left to whoever took everything over from them."""
    if request.requester.is_active:
        return
    receiver = successor_of(request.requester)
    if receiver is not None:
        _pass(request, receiver=receiver, by=by, now=now)


def _pass(request: Request, *, receiver: "User", by: "User | None", now: datetime) -> None:
    before = {"requester": request.requester_id}
    request.requester = receiver
    request.save(update_fields=["requester"])
    subject = telling.subject_of(request)
    after = {"requester": receiver.pk}
    record_audit("approval.pass", by=by, at=now, subject=subject, before=before, after=after)
