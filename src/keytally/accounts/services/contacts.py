"""Keep the people at an account and the evidence for every rung (F14)."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from django.db import transaction

from keytally.accounts.labels import RUNGS
from keytally.accounts.models import AccountNode, Contact, RungEvidence
from keytally.accounts.queries.snapshots import CONTACT_FACTS as FACTS
from keytally.accounts.refusals import UnableToKeepAccount
from keytally.accounts.rule_data import decay
from keytally.accounts.rules.codes import plain_phone
from keytally.accounts.rules.ladder import EvidenceKind, Proof, Rung, claim_fault, highest_claim, standing
from keytally.accounts.services.warnings import evidence_came
from keytally.accounts.services.words import index_accounts
from keytally.accounts.subjects import account
from keytally.core.services import record_audit

if TYPE_CHECKING:
    from keytally.core.models import User


@transaction.atomic
def add_contact(
    node: AccountNode, *, facts: Mapping[str, Any], holder: "User | None", by: "User | None", now: datetime
) -> Contact:
    """Add a person at an account."""
    contact = new_contact(node, facts=facts, holder=holder)
    contact.save()
    record_audit("contact.add", by=by, at=now, subject=account(node.pk), after=shown(contact))
    index_accounts([node.pk])
    return contact


def new_contact(node: AccountNode, *, facts: Mapping[str, Any], holder: "User | None") -> Contact:
    """Write a contact that is to be kept, or raise `UnableToKeepAccount`."""
    contact = Contact(node=node, holder=holder)
    set_facts(contact, facts)
    return contact


@transaction.atomic
def change_contact(
    contact: Contact, *, facts: Mapping[str, Any], holder: "User | None", by: "User", now: datetime
) -> Contact:
    """Change what is known of a contact, or that they left."""
    before = shown(contact)
    contact.holder = holder
    set_facts(contact, facts)
    after = shown(contact)
    if after != before:
        contact.save()
        subject = account(contact.node_id)
        record_audit("contact.change", by=by, at=now, subject=subject, before=before, after=after)
        index_accounts([contact.node_id])
    return contact


@transaction.atomic
def record_evidence(
    contact: Contact, *, on: date, kind: EvidenceKind, rung: Rung, note: str, by: "User", today: date, now: datetime
) -> RungEvidence:
    """Keep evidence that claims a rung, or raise `UnableToKeepAccount` where it claims too much."""
    if on > today:
        raise UnableToKeepAccount(("EVIDENCE_IN_FUTURE", {"day": on}))
    if not note.strip():
        raise UnableToKeepAccount("REASON_MISSING")
    proofs = [Proof(known.on, Rung(known.rung)) for known in contact.evidence.all()]
    held = standing(proofs, as_of=on, decay=decay(as_of=on)).rung
    if fault := claim_fault(held, claimed=rung):
        raise UnableToKeepAccount((fault, {"day": on, "highest": RUNGS[highest_claim(held)]}))
    kept = RungEvidence.objects.create(
        contact=contact, on=on, kind=kind, rung=rung, note=note.strip(), recorded_by=by, recorded_at=now
    )
    evidence_came(contact, now=now)
    record_audit(
        "contact.evidence",
        by=by,
        at=now,
        subject=account(contact.node_id),
        after={"contact": contact.pk, "on": on.isoformat(), "kind": kind, "rung": int(rung), "note": kept.note},
    )
    return kept


def set_facts(contact: Contact, facts: Mapping[str, Any]) -> None:
    """Give a contact facts, or raise `UnableToKeepAccount`."""
    for name in FACTS:
        if name in facts:
            setattr(contact, name, facts[name])
    if not 0 <= contact.weight <= 100:
        raise UnableToKeepAccount("WEIGHT_OVER_100")
    contact.phone_plain = plain_phone(contact.phone)


def shown(contact: Contact) -> dict[str, Any]:
    """Write a contact as the audit keeps one."""
    facts = {name: getattr(contact, name) for name in FACTS}
    left = contact.left_on.isoformat() if contact.left_on else None
    return {**facts, "left_on": left, "contact": contact.pk, "holder": contact.holder_id}
