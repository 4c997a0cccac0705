"""Writes of refused offers: these lines of two months are not the same thing; and taking that back."""

import uuid
from datetime import datetime
from typing import TYPE_CHECKING

from django.db import transaction

from keytally.core.services import record_audit
from keytally.reconciliation import queries
from keytally.reconciliation.models import CarryOffer, RefusedOffer
from keytally.reconciliation.services.carrying import FoundAlready, make_offers
from keytally.reconciliation.services.holding import hold, touched

if TYPE_CHECKING:
    from keytally.core.models import User

REFUSED, TAKEN_BACK = "reconciliation.refuse_offer", "reconciliation.offer_again"


class UnableToRefuse(Exception):
    """An offer is not refused without a reason."""


@transaction.atomic
def refuse_offer(number: int, *, offer: int, reason: str, by: "User", now: datetime, seen: int | None = None) -> str:
    """Refuse an offer for good, or raise `FoundAlready` or `UnableToRefuse`; answers the word of the stroke."""
    words = reason.strip()[:500]
    if not words:
        raise UnableToRefuse(number)
    found = hold(number, seen=seen)
    rows = list(CarryOffer.objects.filter(reconciliation=found, offer=offer).select_related("carried"))
    carried = [row.carried for row in rows if row.carried is not None]
    answers = [row for row in rows if row.carried_id is None]
    if not carried:
        raise FoundAlready(number)
    stroke = uuid.uuid4().hex
    RefusedOffer.objects.bulk_create(
        RefusedOffer(
            reconciliation=found,
            stroke=stroke,
            carried=one,
            side=row.side,
            line_id=row.line_id,
            words=row.words,
            reason=words,
            refused_by=by,
            refused_at=now,
        )
        for one in carried
        for row in answers
    )
    make_offers(found)
    touched(found, now=now, fields=[])
    after = {"lines": [str(one) for one in carried], "answers": [row.words for row in answers]}
    record_audit(REFUSED, by=by, at=now, subject=queries.subject_of(number), reason=words, after=after)
    return stroke


@transaction.atomic
def offer_again(number: int, *, stroke: str, by: "User", now: datetime) -> int:
    """Take back that an offer was refused; where its lines are still open, they are offered again."""
    found = hold(number)
    refused = RefusedOffer.objects.filter(reconciliation=found, stroke=stroke, withdrawn_at=None)
    words = [str(one) for one in refused]
    taken = refused.update(withdrawn_by=by, withdrawn_at=now)
    if not taken:
        raise FoundAlready(number)
    make_offers(found)
    touched(found, now=now, fields=[])
    record_audit(TAKEN_BACK, by=by, at=now, subject=queries.subject_of(number), before={"lines": words})
    return taken
