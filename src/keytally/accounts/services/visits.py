"""Keep visits and what was seen of competitors; a contact who was met stays on their rung (F14, K07)."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import TYPE_CHECKING

from django.db import transaction

from keytally.accounts.models import AccountNode, Competitor, CompetitorSighting, Contact, RungEvidence, Visit
from keytally.accounts.refusals import UnableToKeepAccount
from keytally.accounts.rules.ladder import EvidenceKind, Rung
from keytally.accounts.rules.visits import VisitFacts, VisitState, visit_faults
from keytally.accounts.services.warnings import evidence_came, visit_answered
from keytally.accounts.subjects import account
from keytally.core.services import record_audit

if TYPE_CHECKING:
    from keytally.core.models import User


@dataclass(frozen=True, slots=True)
class NewVisit:
    """A visit that is to be kept: who of ours, when, how far it is, whom they meet or met, where, what for."""

    visitor: "User"
    on: date
    state: VisitState
    contacts: Sequence[Contact] = field(default_factory=tuple)
    place: str = ""
    aim: str = ""
    notes: str = ""
    reason: str = ""
    key: str = ""


@dataclass(frozen=True, slots=True)
class Sighting:
    """What was seen of a competitor at an account."""

    competitor: str
    seen_on: date
    offer: str
    strength: str = ""
    weakness: str = ""
    floor: str = ""
    learned_from: str = ""
    name_en: str = ""
    visit: Visit | None = None
    key: str = ""


@transaction.atomic
def record_visit(node: AccountNode, *, wanted: NewVisit, by: "User", today: date, now: datetime) -> Visit:
    """Keep a visit, or raise `UnableToKeepAccount`; the same key again answers the same visit."""
    known = Visit.objects.filter(idempotency_key=wanted.key).first() if wanted.key else None
    if known:
        return known
    _check(VisitFacts(wanted.on, wanted.state, wanted.notes, wanted.reason), today=today)
    _check_contacts(node, wanted.contacts)
    notes = wanted.notes.strip()
    kept = Visit.objects.create(
        node=node,
        visitor=wanted.visitor,
        on=wanted.on,
        state=wanted.state,
        place=wanted.place.strip(),
        aim=wanted.aim.strip(),
        notes=notes,
        notes_at=now if notes else None,
        reason=wanted.reason.strip() if wanted.state is VisitState.FAILED else "",
        recorded_by=by,
        recorded_at=now,
        answered_at=None if wanted.state is VisitState.PLANNED else now,
        idempotency_key=wanted.key or None,
    )
    kept.contacts.set(wanted.contacts)
    _met(kept, wanted.contacts, by=by, now=now)
    record_audit("account.visit", by=by, at=now, subject=account(node.pk), after=_shown(kept, wanted.contacts))
    return kept


@transaction.atomic
def answer_visit(
    visit: Visit,
    *,
    state: VisitState,
    contacts: Sequence[Contact] = (),
    notes: str = "",
    reason: str = "",
    by: "User",
    today: date,
    now: datetime,
) -> Visit:
    """Say of a planned visit that it was made, whom they met, or why it failed to take place."""
    kept = Visit.objects.select_for_update().get(pk=visit.pk)
    if kept.state != VisitState.PLANNED:
        raise UnableToKeepAccount(("VISIT_ANSWERED", {"day": (kept.answered_at or now).date()}))
    if state is VisitState.PLANNED:
        raise UnableToKeepAccount("VISIT_ANSWER_OPEN")
    _check(VisitFacts(kept.on, state, notes, reason), today=today)
    _check_contacts(kept.node, contacts)
    kept.state, kept.answered_at = state, now
    kept.notes, kept.notes_at = notes.strip(), now if notes.strip() else None
    kept.reason = reason.strip() if state is VisitState.FAILED else ""
    kept.save(update_fields=["state", "answered_at", "notes", "notes_at", "reason"])
    if state is VisitState.MADE:
        kept.contacts.set(contacts)
    _met(kept, contacts, by=by, now=now)
    visit_answered(kept, now=now)
    before, after = {"visit": kept.pk, "state": VisitState.PLANNED}, _shown(kept, contacts)
    record_audit("account.visit_answer", by=by, at=now, subject=account(kept.node_id), before=before, after=after)
    return kept


@transaction.atomic
def write_notes(visit: Visit, *, notes: str, by: "User", now: datetime) -> Visit:
    """Write the notes of a visit that is past, or write them anew; the audit keeps what they were."""
    kept = Visit.objects.select_for_update().get(pk=visit.pk)
    if kept.state == VisitState.PLANNED:
        raise UnableToKeepAccount("NOTES_BEFORE_VISIT")
    if not notes.strip():
        raise UnableToKeepAccount("NOTES_BLANK")
    if notes.strip() == kept.notes:
        return kept
    before = {"visit": kept.pk, "notes": kept.notes}
    kept.notes, kept.notes_at = notes.strip(), now
    kept.save(update_fields=["notes", "notes_at"])
    after = {"visit": kept.pk, "notes": kept.notes}
    record_audit("account.visit_notes", by=by, at=now, subject=account(kept.node_id), before=before, after=after)
    return kept


@transaction.atomic
def record_competitor(
    node: AccountNode, *, seen: Sighting, by: "User", today: date, now: datetime
) -> CompetitorSighting:
    """Keep what was seen of a competitor at an account; what was seen before stays readable."""
    known = CompetitorSighting.objects.filter(idempotency_key=seen.key).first() if seen.key else None
    if known:
        return known
    _check_sighting(node, seen, today=today)
    name = seen.competitor.strip()
    found, _is_new = Competitor.objects.get_or_create(name_zh=name, defaults={"name_en": seen.name_en.strip()})
    facts = {name: getattr(seen, name).strip() for name in ("offer", "strength", "weakness", "floor", "learned_from")}
    kept = CompetitorSighting.objects.create(
        node=node,
        competitor=found,
        seen_on=seen.seen_on,
        visit=seen.visit,
        recorded_by=by,
        recorded_at=now,
        idempotency_key=seen.key or None,
        **facts,
    )
    after = {"sighting": kept.pk, "competitor": name, "on": seen.seen_on.isoformat(), **facts}
    record_audit("account.competitor", by=by, at=now, subject=account(node.pk), after=after)
    return kept


def _check(said: VisitFacts, *, today: date) -> None:
    if faults := visit_faults(said, today=today):
        raise UnableToKeepAccount(*((fault, {"day": said.on}) for fault in faults))


def _check_contacts(node: AccountNode, contacts: Sequence[Contact]) -> None:
    """Refuse contacts of another chain; one's own aliases belong to one's chain."""
    strangers = [
        one for one in contacts if one.node_id != node.pk and (not node.chain_id or one.node.chain_id != node.chain_id)
    ]
    strangers = [one for one in strangers if one.node.merged_into_id != node.pk]
    if strangers:
        raise UnableToKeepAccount(*(("CONTACT_OF_ANOTHER", {"name": one.name}) for one in strangers))


def _check_sighting(node: AccountNode, seen: Sighting, *, today: date) -> None:
    reasons = {
        "COMPETITOR_MISSING": not seen.competitor.strip(),
        "OFFER_MISSING": not seen.offer.strip(),
        "SEEN_IN_FUTURE": seen.seen_on > today,
        "VISIT_OF_ANOTHER": seen.visit is not None and seen.visit.node_id != node.pk,
    }
    if faults := [(code, {"day": seen.seen_on}) for code, holds in reasons.items() if holds]:
        raise UnableToKeepAccount(*faults)


def _met(visit: Visit, contacts: Sequence[Contact], *, by: "User", now: datetime) -> None:
    """Let a meeting count on the ladder: it proves that they know each other, and holds what was proved before."""
    if visit.state != VisitState.MADE:
        return
    for contact in contacts:
        RungEvidence.objects.create(
            contact=contact,
            on=visit.on,
            kind=EvidenceKind.VISIT,
            rung=Rung.KNOWN,
            note=(visit.notes or visit.aim or visit.place)[:500],
            visit=visit,
            recorded_by=by,
            recorded_at=now,
        )
        evidence_came(contact, now=now)


def _shown(visit: Visit, contacts: Sequence[Contact]) -> dict[str, object]:
    texts = {name: getattr(visit, name) for name in ("place", "aim", "notes", "reason")}
    people = {"visitor": visit.visitor_id, "contacts": [one.pk for one in contacts]}
    return {"visit": visit.pk, "on": visit.on.isoformat(), "state": visit.state, **people, **texts}
