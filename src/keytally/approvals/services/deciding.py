"""Somebody decides, does, consents, objects, remarks or withdraws."""

from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING

from django.db import transaction

from keytally.approvals.models import Remark, Request, Seat, Slot, Step
from keytally.approvals.queries import requests as queries
from keytally.approvals.queries.contents import current_hash
from keytally.approvals.queries.inbox import standing
from keytally.approvals.rules.standing import acts_for
from keytally.approvals.rules.workflow import Mode
from keytally.approvals.services import telling
from keytally.approvals.services.errors import UnableToDecide
from keytally.approvals.services.routes import end, open_next
from keytally.core.clock import business_date
from keytally.core.services import record_audit
from keytally.people.queries.organisation import organisation

if TYPE_CHECKING:
    from keytally.core.models import User

Outcome = Slot.Outcome

ALLOWED: Mapping[Mode, frozenset[Outcome]] = {
    Mode.DECIDE: frozenset({Outcome.APPROVED, Outcome.REFUSED, Outcome.RETURNED}),
    Mode.DO: frozenset({Outcome.DONE, Outcome.REFUSED, Outcome.RETURNED}),
    Mode.CONSULT: frozenset({Outcome.NO_OBJECTION, Outcome.OBJECTION}),
    Mode.INFORM: frozenset(),
}
NEED_REASON = frozenset({Outcome.REFUSED, Outcome.RETURNED, Outcome.OBJECTION, Outcome.SKIPPED})
ENDS = {Outcome.REFUSED: Request.State.REFUSED, Outcome.RETURNED: Request.State.RETURNED}


def outcomes_of(step: Step) -> frozenset[Outcome]:
    """List what may be said at a step."""
    allowed = ALLOWED[Mode(step.mode)]
    if step.follows:
        allowed = frozenset({Outcome.DONE})
    return allowed | {Outcome.SKIPPED} if step.is_optional else allowed


@transaction.atomic
def decide(slot_id: int, *, outcome: str, by: "User", now: datetime, comment: str = "") -> Request:
    """Make a decision, or raise `UnableToDecide`; the same decision sent twice is made once.

    If the subject's text changed meanwhile, the request ends as void instead.
    """
    slot = queries.slot_of(slot_id)
    if slot is None:
        raise UnableToDecide("UNKNOWN")
    request = queries.request_for_update(slot.step.request_id)
    slot.refresh_from_db()
    slot.step.refresh_from_db()
    slot.step.request = request
    if slot.outcome:
        if slot.outcome == outcome and slot.decided_by_id == by.pk:
            return request
        raise UnableToDecide("DECIDED_ALREADY", person=slot.decided_by.name if slot.decided_by else "")
    whose = _need_right(slot, outcome=outcome, by=by, now=now, comment=comment)
    if request.is_running and current_hash(request) != request.content_hash:
        end(request, state=Request.State.VOID, by=by, now=now)
        return request
    _write(slot, outcome=Outcome(outcome), by=by, whose=whose, now=now, comment=comment.strip())
    _go_on(request, slot, by=by, now=now)
    return request


def return_for_change(slot_id: int, *, by: "User", now: datetime, comment: str) -> Request:
    """Give a request back to its requester with a reason."""
    return decide(slot_id, outcome=Outcome.RETURNED, by=by, now=now, comment=comment)


@transaction.atomic
def withdraw(request_id: int, *, by: "User", now: datetime, reason: str = "") -> Request:
    """Take a request back, or raise `UnableToDecide`; only its requester may."""
    request = queries.request_for_update(request_id)
    if request.requester_id != by.pk:
        raise UnableToDecide("NOT_YOURS")
    if request.state == Request.State.WITHDRAWN:
        return request
    if request.state not in (Request.State.RUNNING, Request.State.RETURNED):
        raise UnableToDecide("ENDED")
    telling.close_own(request, by=by, now=now)
    end(request, state=Request.State.WITHDRAWN, by=by, now=now, comment=reason)
    return request


@transaction.atomic
def comment(request_id: int, *, text: str, by: "User", now: datetime) -> Remark:
    """Say something about a request beside deciding it."""
    if not text.strip():
        raise UnableToDecide("REASON_MISSING")
    request = queries.request_for_update(request_id)
    remark = Remark.objects.create(request=request, person=by, text=text.strip(), at=now)
    subject = telling.subject_of(request)
    record_audit("approval.comment", by=by, at=now, subject=subject, after={"remark": remark.pk})
    return remark


def _need_right(slot: Slot, *, outcome: str, by: "User", now: datetime, comment: str) -> int:
    """Name the person whose decision it is, or raise `UnableToDecide`."""
    people = Seat.objects.filter(slot=slot).values_list("person_id", flat=True)
    whole = organisation(as_of=business_date(now))
    whose = acts_for(standing(slot, people), by.pk, organisation=whole, at=now)
    if whose is None:
        raise UnableToDecide("NOT_YOURS")
    if slot.step.state != Step.State.OPEN:
        raise UnableToDecide("NOT_OPEN")
    if outcome not in outcomes_of(slot.step):
        raise UnableToDecide("OUTCOME_UNKNOWN")
    if outcome in NEED_REASON and not comment.strip():
        raise UnableToDecide("REASON_MISSING")
    return whose


def _write(slot: Slot, *, outcome: Outcome, by: "User", whose: int, now: datetime, comment: str) -> None:
    request = slot.step.request
    slot.outcome, slot.decided_by, slot.decided_at = outcome, by, now
    slot.decided_for_id = whose if whose != by.pk else None
    slot.comment, slot.content_hash = comment, request.content_hash
    fields = ["outcome", "decided_by", "decided_for", "decided_at", "comment", "content_hash"]
    slot.save(update_fields=fields)
    Seat.objects.filter(slot=slot).update(is_waiting=False)
    record_audit(
        "approval.decide",
        by=by,
        at=now,
        subject=telling.subject_of(request),
        reason=comment,
        after={
            "step": slot.step.code,
            "roles": slot.roles,
            "outcome": outcome,
            "for": slot.decided_for_id,
            "round": slot.step.round,
            "content_hash": slot.content_hash,
        },
    )


def _go_on(request: Request, slot: Slot, *, by: "User", now: datetime) -> None:
    ending = ENDS.get(Outcome(slot.outcome)) if request.is_running else None
    if ending:
        finish(slot.step, now=now)
        end(request, state=ending, by=by, now=now, comment=slot.comment)
        return
    if not slot.step.slots.filter(outcome="").exists():
        finish(slot.step, now=now)
    telling.settle(request, by=by, now=now)
    open_next(request, by=by, now=now)


def finish(step: Step, *, now: datetime) -> None:
    """End a step; what of it nobody said any more is not needed."""
    open_slots = step.slots.filter(outcome="")
    Seat.objects.filter(slot__in=open_slots).update(is_waiting=False)
    open_slots.update(outcome=Outcome.DROPPED, decided_at=now)
    step.state, step.ended_at = Step.State.DONE, now
    step.save(update_fields=["state", "ended_at"])
