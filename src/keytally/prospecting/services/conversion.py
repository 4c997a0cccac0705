"""Turn a lead into an account and an opportunity; what was written of it stays and becomes evidence."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING

from django.db import transaction

from keytally.accounts.rules.decision_map import DecisionRole
from keytally.accounts.rules.parties import NodeKind
from keytally.accounts.services.contacts import add_contact
from keytally.accounts.services.nodes import NewAccount, add_account
from keytally.core.services import record_audit
from keytally.funnel.labels import Source, SourceKind
from keytally.funnel.rules.stages import CustomerSize
from keytally.funnel.services.evidence import NewEvidence
from keytally.funnel.services.opening import NewOpportunity, open_opportunity
from keytally.prospecting.labels import LeadState
from keytally.prospecting.models import Lead, LeadTouch
from keytally.prospecting.refusals import UnableToProspect
from keytally.prospecting.rules.cadence import ActionState, Outcome, TouchKind
from keytally.prospecting.services.leads import end_action, need_open
from keytally.prospecting.subjects import lead as subject_of

if TYPE_CHECKING:
    from keytally.accounts.models import AccountNode
    from keytally.core.models import User
    from keytally.funnel.models import Opportunity


@dataclass(frozen=True, slots=True)
class Conversion:
    """What a lead becomes: an opportunity at an account that is known, or at a new one."""

    account: "AccountNode | None"
    name: str
    customer_size: CustomerSize
    product: str = ""
    amount_minor: int | None = None
    expected_on: date | None = None


@transaction.atomic
def convert(kept: Lead, *, wanted: Conversion, by: "User", on: date, now: datetime) -> "Opportunity":
    """Turn a lead into an opportunity, or raise `UnableToProspect`; a lead is turned once."""
    lead = Lead.objects.select_for_update().get(pk=kept.pk)
    if lead.state == LeadState.CONVERTED:
        raise UnableToProspect("ALREADY_CONVERTED")
    need_open(lead)
    account = wanted.account or _new_account(lead, by=by, on=on, now=now)
    opportunity = open_opportunity(
        wanted=NewOpportunity(
            account=account,
            name=wanted.name,
            owner=lead.owner,
            opened_on=on,
            product=wanted.product,
            amount_minor=wanted.amount_minor,
            currency=lead.currency,
            customer_size=wanted.customer_size,
            expected_on=wanted.expected_on,
            source=Source.LEAD,
            evidence=tuple(evidence_of(lead)),
        ),
        by=by,
        now=now,
        idempotency_key=f"lead-{lead.pk}",
    )
    lead.state, lead.ended_on, lead.account, lead.opportunity = LeadState.CONVERTED, on, account, opportunity
    lead.save(update_fields=["state", "ended_on", "account", "opportunity"])
    end_action(lead, state=ActionState.REPLACED, now=now)
    after = {"account": account.pk, "opportunity": opportunity.pk}
    record_audit("lead.convert", by=by, at=now, subject=subject_of(lead.pk), after=after)
    kept.refresh_from_db()
    return opportunity


def evidence_of(lead: Lead) -> Iterator[NewEvidence]:
    """Find in what was written of a lead the evidence for the first gates (F03, F06)."""
    touches = list(lead.touches.order_by("happened_at", "pk"))
    reached = [one for one in touches if one.outcome != Outcome.UNREACHED]
    if reached:
        yield _evidence("contact_made", reached[0], lead)
    if lead.may_write and touches:
        yield _evidence("accepts_material", reached[0] if reached else touches[0], lead)
    agreed = [one for one in touches if one.outcome == Outcome.APPOINTMENT]
    if agreed:
        yield _evidence("visit_agreed", agreed[-1], lead)
    visits = [one for one in reached if one.kind == TouchKind.VISIT]
    if visits:
        yield _evidence("visited", visits[-1], lead)


def _evidence(criterion: str, touch: LeadTouch, lead: Lead) -> NewEvidence:
    kind = SourceKind.VISIT_NOTE if touch.kind == TouchKind.VISIT else SourceKind.MESSAGE
    note = f"{touch.contact_name}: {touch.text}"[:200]
    return NewEvidence(criterion, touch.happened_on, kind, note, subject_of(lead.pk))


def _new_account(lead: Lead, *, by: "User", on: date, now: datetime) -> "AccountNode":
    """Add the company as a prospect, with the person for our category as its first contact."""
    facts = {"address": lead.address, "phone": lead.phone}
    wanted = NewAccount(
        kind=NodeKind.CHAIN,
        name_zh=lead.name,
        owner=lead.owner,
        facts=facts,
        tax_id=lead.tax_id,
        key=f"lead-{lead.pk}",
    )
    account = add_account(wanted, by=by, on=on, now=now)
    if lead.contact_name:
        person = {
            "name": lead.contact_name,
            "title": lead.contact_title,
            "decision_role": DecisionRole.BUYER,
            "phone": lead.phone,
            "email": lead.email,
        }
        add_contact(account, facts=person, holder=lead.owner, by=by, now=now)
    return account
