"""Record evidence for gates, and void it with a reason."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

from django.db import transaction

from keytally.core.clock import business_date
from keytally.core.subjects import Subject
from keytally.funnel.labels import SourceKind
from keytally.funnel.models import GateEvidence, Opportunity
from keytally.funnel.refusals import UnableToKeepOpportunity
from keytally.funnel.rule_data import gate_profile
from keytally.funnel.rules.closing import FACTS
from keytally.funnel.rules.evidence import holds_until
from keytally.funnel.rules.stages import State
from keytally.funnel.services.judging import refresh
from keytally.funnel.services.locking import held, tell, touch

if TYPE_CHECKING:
    from keytally.core.models import User


@dataclass(frozen=True, slots=True)
class NewEvidence:
    """What happened, when, what it shows and where it stands; `holds_through` is the last day on which it counts."""

    criterion: str
    happened_on: date
    source_kind: SourceKind = SourceKind.OTHER
    note: str = ""
    subject: Subject | None = None
    holds_through: date | None = None


@transaction.atomic
def record_evidence(
    *,
    opportunity_id: int,
    evidence: NewEvidence,
    by: "User | None",
    now: datetime,
    idempotency_key: str = "",
) -> GateEvidence:
    """Keep a piece of evidence, or raise `UnableToKeepOpportunity`; the same key keeps it once.

    Capabilities above the funnel (negotiation rounds, calls) call this; what lies below is found (`queries.finding`).
    """
    opportunity = held(opportunity_id)
    if idempotency_key and (known := opportunity.evidence.filter(idempotency_key=idempotency_key).first()):
        _need_same(known, evidence)
        return known
    today = business_date(now)
    kept = GateEvidence.objects.create(
        **facts_of(opportunity, evidence, today=today),
        idempotency_key=idempotency_key,
        recorded_by=by,
        recorded_at=now,
    )
    touch(opportunity, today=today)
    refresh(opportunity, now=now)
    after = {"evidence": kept.pk, "criterion": kept.criterion, "on": kept.happened_on.isoformat(), "note": kept.note}
    tell("evidence", opportunity, by=by, now=now, after=after)
    return kept


@transaction.atomic
def void_evidence(*, evidence_id: int, reason: str, by: "User", now: datetime) -> GateEvidence:
    """Take back a piece of evidence with a reason; it stays readable, and counts no more from today on."""
    number = GateEvidence.objects.values_list("opportunity", flat=True).get(pk=evidence_id)
    opportunity = held(number)
    kept = GateEvidence.objects.get(pk=evidence_id)
    if kept.voided_on:
        raise UnableToKeepOpportunity(("EVIDENCE_VOIDED", {"day": kept.voided_on}))
    if kept.finder:
        raise UnableToKeepOpportunity("EVIDENCE_FOUND")
    if not reason.strip():
        raise UnableToKeepOpportunity("REASON_MISSING")
    kept.voided_on, kept.voided_by, kept.void_reason = business_date(now), by, reason.strip()[:200]
    kept.save(update_fields=["voided_on", "voided_by", "void_reason"])
    touch(opportunity, today=business_date(now))
    refresh(opportunity, now=now)
    tell("evidence_void", opportunity, by=by, now=now, reason=kept.void_reason, after={"evidence": kept.pk})
    return kept


def facts_of(opportunity: Opportunity, evidence: NewEvidence, *, today: date) -> dict[str, object]:
    """Check a piece of evidence and write it as columns, or raise `UnableToKeepOpportunity` with every reason."""
    criterion = gate_profile(as_of=today).criteria.get(evidence.criterion)
    through = evidence.holds_through
    reasons = [
        reason
        for is_wrong, reason in (
            (opportunity.state != State.OPEN and not _is_still_due(opportunity, evidence), ("NOT_OPEN", {})),
            (criterion is None, ("CRITERION_UNKNOWN", {"value": evidence.criterion})),
            (evidence.happened_on > today, ("EVIDENCE_IN_FUTURE", {"day": evidence.happened_on})),
            (through is not None and through < evidence.happened_on, ("EVIDENCE_ENDS_EARLY", {})),
            (not evidence.note.strip() and evidence.subject is None, ("NOTE_MISSING", {})),
        )
        if is_wrong
    ]
    if reasons or criterion is None:
        raise UnableToKeepOpportunity(*reasons)
    ends_before = through + timedelta(days=1) if through else holds_until(evidence.happened_on, criterion.valid_days)
    return {
        "opportunity": opportunity,
        "criterion": evidence.criterion,
        "happened_on": evidence.happened_on,
        "ends_before": ends_before,
        "source_kind": evidence.source_kind,
        "note": evidence.note.strip()[:500],
        "subject_kind": evidence.subject.kind if evidence.subject else "",
        "subject_id": evidence.subject.id if evidence.subject else None,
    }


def _is_still_due(opportunity: Opportunity, evidence: NewEvidence) -> bool:
    """Tell whether a won sale still waits for this: payment and shipment come after it was won."""
    return opportunity.state == State.WON and evidence.criterion in FACTS


def _need_same(known: GateEvidence, evidence: NewEvidence) -> None:
    if (known.criterion, known.happened_on) != (evidence.criterion, evidence.happened_on):
        raise UnableToKeepOpportunity("KEY_USED_OTHERWISE")
