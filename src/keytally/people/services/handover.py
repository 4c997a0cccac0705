"""Writes of handovers: propose, take back, refuse, confirm. Nothing moves before the receiver confirms."""

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from django.db import IntegrityError, transaction
from django.utils import translation

from keytally.core import services as core_services
from keytally.core.belongings import Belonging, belonging_kinds
from keytally.core.clock import business_date
from keytally.core.services import record_audit
from keytally.core.subjects import Subject
from keytally.people.models import Handover, HandoverItem, Holding
from keytally.people.queries import handover as queries
from keytally.people.queries.organisation import running
from keytally.people.rules.handover import Key, Plan, Wish, faults, objections
from keytally.people.services.holders import relieve

if TYPE_CHECKING:
    from keytally.core.models import User

State = Handover.State
LABEL_LENGTH = 300


class UnableToHandOver(Exception):
    """A handover is refused; the arguments are the codes of the reasons."""


@transaction.atomic
def propose_handover(
    *,
    giver: "User",
    receiver: "User",
    chosen: Collection[Key] | None,
    ends_access: bool,
    by: "User",
    now: datetime,
    reason: str,
) -> Handover:
    """Propose that a person's belongings go to another: chosen ones, or everything; or raise `UnableToHandOver`."""
    held = queries.held(giver)
    wanted = [key for key in sorted(held) if chosen is None or key in chosen]
    wish = Wish(
        giver=giver.pk,
        receiver=receiver.pk,
        takes_everything=chosen is None,
        ends_access=ends_access,
        items=len(wanted),
    )
    everything = Handover.objects.filter(giver=giver, state=State.PROPOSED, takes_everything=True)
    found = faults(wish, receiver_may_log_in=receiver.is_active, is_open_already=everything.exists())
    if found:
        raise UnableToHandOver(*found)
    handover = _create(wish, giver=giver, receiver=receiver, by=by, now=now, reason=reason)
    _keep_items(handover, keys=wanted, held=held)
    after = {"giver": giver.pk, "receiver": receiver.pk, "items": len(wanted), "ends_access": ends_access}
    _record("handover.propose", handover, by=by, now=now, reason=reason, after=after)
    return handover


@transaction.atomic
def withdraw_handover(number: int, *, by: "User", now: datetime, reason: str) -> Handover:
    """Take a proposal back before anyone confirmed it; nothing has moved. Raises `UnableToHandOver` afterwards."""
    return _decide(number, state=State.WITHDRAWN, by=by, now=now, answer=reason)


@transaction.atomic
def refuse_handover(number: int, *, by: "User", now: datetime, reason: str) -> Handover:
    """Refuse as the receiver, with a reason; nothing has moved."""
    _need_receiver(queries.handover_for_update(number), by=by)
    return _decide(number, state=State.REFUSED, by=by, now=now, answer=reason)


@transaction.atomic
def confirm_handover(
    number: int, *, fingerprint: str, by: "User", now: datetime, remarks: Mapping[Key, str], answer: str = ""
) -> Handover:
    """Move all that the receiver saw on the list, in one transaction, or raise `UnableToHandOver` and move nothing."""
    handover = _need_receiver(_proposed(number), by=by)
    held = queries.held(handover.giver)
    found = queries.plan_of(handover, now_held=held)
    reasons = objections(
        found,
        fingerprint=fingerprint,
        receiver_may_log_in=handover.receiver.is_active,
        ends_access=handover.ends_access,
        others_open=queries.others_open(handover),
    )
    if reasons:
        raise UnableToHandOver(*reasons)
    _move(handover, found, by=by, now=now)
    _write_down(handover, found, held=held, remarks=remarks)
    if handover.ends_access:
        _end_access(handover.giver, handover=handover, by=by, now=now)
    return _decide(number, state=State.CONFIRMED, by=by, now=now, answer=answer)


def _create(wish: Wish, *, giver: "User", receiver: "User", by: "User", now: datetime, reason: str) -> Handover:
    try:
        with transaction.atomic():
            return Handover.objects.create(
                giver=giver,
                receiver=receiver,
                takes_everything=wish.takes_everything,
                ends_access=wish.ends_access,
                reason=reason,
                proposed_by=by,
                proposed_at=now,
            )
    except IntegrityError as error:
        raise UnableToHandOver("EVERYTHING_PROPOSED_ALREADY") from error


def _move(handover: Handover, found: Plan, *, by: "User", now: datetime) -> None:
    giver, receiver = handover.giver, handover.receiver
    for kind in belonging_kinds():
        ids = [key.id for key in found.moves if key.kind == kind.kind]
        if ids:
            kind.move(ids, giver=giver, receiver=receiver, by=by, now=now)
    left = set(found.moves) & set(queries.held(giver))
    if left:
        raise UnableToHandOver("NOT_MOVED", *sorted({key.kind for key in left}))


def _write_down(handover: Handover, found: Plan, *, held: queries.Held, remarks: Mapping[Key, str]) -> None:
    _keep_items(handover, keys=found.appeared, held=held, has_appeared=True)
    outcomes = dict.fromkeys(found.moves, HandoverItem.Outcome.MOVED)
    outcomes |= dict.fromkeys(found.gone, HandoverItem.Outcome.GONE)
    for item in handover.items.all():
        key = Key(item.kind, item.thing_id)
        item.outcome, item.remark = outcomes[key], remarks.get(key, "")[:500]
        item.save(update_fields=["outcome", "remark"])


def _keep_items(handover: Handover, *, keys: Iterable[Key], held: queries.Held, has_appeared: bool = False) -> None:
    """Keep what the things are called in both languages, so that the list can be read when they are gone."""
    HandoverItem.objects.bulk_create(
        HandoverItem(
            handover=handover,
            kind=key.kind,
            thing_id=key.id,
            label_zh=_label(held[key], language="zh-hans"),
            label_en=_label(held[key], language="en"),
            has_appeared=has_appeared,
        )
        for key in keys
    )


def _label(thing: Belonging, *, language: str) -> str:
    with translation.override(language):
        return str(thing.label)[:LABEL_LENGTH]


def _end_access(giver: "User", *, handover: Handover, by: "User", now: datetime) -> None:
    """End the giver's positions with today and their log-in at once."""
    tomorrow = business_date(now) + timedelta(days=1)
    for holding in Holding.objects.filter(running(tomorrow), person=giver):
        relieve(holding, ends_before=tomorrow, by=by, now=now, reason=handover.reason)
    try:
        core_services.change_person(
            giver, name=giver.name, email=giver.email, is_active=False, by=by, now=now, reason=handover.reason
        )
    except core_services.UnableToChange as error:
        raise UnableToHandOver(*error.args) from error


def _decide(number: int, *, state: Handover.State, by: "User", now: datetime, answer: str) -> Handover:
    handover = _proposed(number)
    handover.state, handover.decided_at, handover.answer = state, now, answer
    handover.save(update_fields=["state", "decided_at", "answer"])
    _record(f"handover.{state.value.lower()}", handover, by=by, now=now, reason=answer)
    return handover


def _proposed(number: int) -> Handover:
    handover = queries.handover_for_update(number)
    if handover.state != State.PROPOSED:
        raise UnableToHandOver(f"IS_{handover.state}")
    return handover


def _need_receiver(handover: Handover, *, by: "User") -> Handover:
    if handover.receiver_id != by.pk:
        raise UnableToHandOver("NOT_THE_RECEIVER")
    return handover


def _record(
    action: str,
    handover: Handover,
    *,
    by: "User",
    now: datetime,
    reason: str = "",
    after: Mapping[str, Any] | None = None,
) -> None:
    subject = Subject(queries.HANDOVER_KIND, handover.pk)
    record_audit(action, by=by, at=now, subject=subject, reason=reason, after=after)
