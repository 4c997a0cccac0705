"""The sign-off of controlled documents (rows O01, Q26): people keeps the document, its steps are an approval's."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import TYPE_CHECKING

from django.db import transaction
from django.urls import reverse

from keytally.approvals import definitions, labels
from keytally.approvals.events import RequestDecided
from keytally.approvals.models import Request, Slot
from keytally.approvals.queries import requests as queries
from keytally.approvals.queries import signing
from keytally.approvals.services.errors import UnableToSubmit
from keytally.approvals.services.submitting import Details, Draft, resubmit, submit
from keytally.core.actions import UnableToAct
from keytally.core.clock import business_date
from keytally.core.subjects import Subject
from keytally.people.queries.documents import VERSION_KIND
from keytally.people.queries.organisation import organisation
from keytally.people.rules.documents import Step
from keytally.people.services import documents

if TYPE_CHECKING:
    from keytally.core.models import User
    from keytally.people.models import DocumentVersion

KIND = "document_signoff"
# Which signature the steps of the shipped workflow stand for; what a company adds signs for itself in the request.
SIGNATURES: Mapping[str, Step] = {
    "DS-1": Step.COMPILED,
    "DS-2": Step.FIRST_REVIEWED,
    "DS-3": Step.REVIEWED,
    "DS-3T": Step.REVIEWED,
    "DS-4": Step.SECOND_REVIEWED,
    "DS-5": Step.APPROVED,
}


@transaction.atomic
def send_for_sign_off(subject: Subject, by: "User", now: datetime) -> str:
    """Send a draft into sign-off and answer the request's page, or raise `UnableToAct` or people's `UnableToChange`."""
    held = organisation(as_of=business_date(now)).positions_of(by.pk)
    if not held:
        raise UnableToAct(str(labels.NO_POSITION))
    version = documents.begin_sign_off(subject.id, by=by, now=now)
    draft = Draft(
        title=f"{version.document.code} {version.version_no} {version.name_zh or version.name_en}",
        position=held[0],
        facts={"preset": version.document.sign_off},
        details=Details(text=_text(version)),
    )
    try:
        return reverse("approvals:request", args=[_submitted(subject, version, draft, by=by, now=now).pk])
    except UnableToSubmit as refusal:
        workflow = definitions.in_force(KIND, as_of=business_date(now)).workflow
        sentences = (
            labels.refusal_sentence(reason.code, dict(reason.parameters), workflow=workflow)
            for reason in refusal.reasons
        )
        raise UnableToAct(" ".join(sentences)) from refusal


def sign_off_decided(event: RequestDecided) -> None:
    """Publish what was signed off with its signatures, or give it back to be changed."""
    if event.kind != KIND or event.subject_kind != VERSION_KIND:
        return
    by = signing.person(event.decided_by_id)
    if event.outcome == Request.State.APPROVED:
        signatures = _signatures(event.request_id)
        documents.publish(event.subject_id, by=by, now=event.now, signatures=signatures)
    elif signing.is_in_sign_off(event.subject_id):
        documents.return_to_draft(event.subject_id, by=by, now=event.now, reason=event.outcome)


def _submitted(subject: Subject, version: "DocumentVersion", draft: Draft, *, by: "User", now: datetime) -> Request:
    before = queries.latest_about(subject, kind=KIND)
    if before and before.may_be_sent_again and before.requester_id == by.pk:
        return resubmit(before.pk, draft=draft, content_hash=version.content_hash, by=by, now=now)
    return submit(
        KIND,
        subject=subject,
        title=draft.title,
        amount=None,
        facts=draft.facts,
        content_hash=version.content_hash,
        by=by,
        position=draft.position,
        now=now,
        details=draft.details,
    )


def _text(version: "DocumentVersion") -> str:
    parts = (version.changes, version.text_zh, version.text_en)
    return "\n\n".join(part.strip() for part in parts if part.strip())


def _signatures(request_id: int) -> Iterator[documents.Signature]:
    """List who signed which step; who is asked once signs for the steps that were left out for it, too."""
    request = Request.objects.get(pk=request_id)
    also: dict[str, list[str]] = {}
    for left in request.left_out:
        if left["code"] == "ASKED_LATER":
            also.setdefault(left["step"], []).append(left["left_step"])
    made = Slot.objects.filter(
        step__request=request, step__round=request.round, outcome__in=[Slot.Outcome.APPROVED, Slot.Outcome.SUBMITTED]
    )
    for slot in made.select_related("step", "decided_by").order_by("step__place", "place"):
        if slot.decided_by and slot.decided_at:
            for code in (slot.step.code, *also.get(slot.step.code, [])):
                if code in SIGNATURES:
                    signed_on = business_date(slot.decided_at)
                    yield documents.Signature(SIGNATURES[code], slot.decided_by.name, signed_on, slot.decided_by)
