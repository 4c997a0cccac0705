"""Find a lead, say what is known of it, give it away, drop it, take it up again."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from django.db import transaction

from keytally.accounts.rules.codes import checked_number, plain_phone
from keytally.accounts.rules.duplicates import plain_name
from keytally.core.search import index_words, sort_key
from keytally.core.services import record_audit
from keytally.prospecting.labels import ActionKind, DropReason, LeadState
from keytally.prospecting.models import Lead, NextAction
from keytally.prospecting.queries.facts import fit_of
from keytally.prospecting.queries.matching import known_companies
from keytally.prospecting.refusals import UnableToProspect, spoken_later
from keytally.prospecting.rules.cadence import ActionState
from keytally.prospecting.rules.fit import Trigger
from keytally.prospecting.rules.likeness import block_of, domain_of
from keytally.prospecting.rules.sources import LeadSource, needs_referrer
from keytally.prospecting.subjects import lead as subject_of

if TYPE_CHECKING:
    from keytally.core.models import User

TEXTS = ("contact_name", "contact_title", "phone", "email", "website", "tax_id", "country", "city", "address", "note")
AMOUNTS = ("volume_minor", "deal_minor", "budget_minor")
FACTS = ("name", *TEXTS, "may_write", "triggers", "are_triggers_known", *AMOUNTS, "currency", "substitutes")
_LIMITED = ("name", *TEXTS, "substitutes")
LINKS = ("source", "segment", "campaign", "referrer")


@dataclass(frozen=True, slots=True)
class Plan:
    """What is to be done next: what, on which day, by whom, what for."""

    kind: ActionKind
    due_on: date
    owner: "User"
    note: str = ""


@dataclass(frozen=True, slots=True)
class NewLead:
    """A lead that was found: its facts, where it comes from, whose it is, and what is done first."""

    facts: Mapping[str, Any]
    source: LeadSource
    owner: "User"
    first: Plan
    links: Mapping[str, Any] = field(default_factory=dict)
    key: str = ""
    # Somebody looked at the similar ones and says it is another company.
    is_another: bool = False


@transaction.atomic
def add_lead(wanted: NewLead, *, by: "User", on: date, now: datetime) -> Lead:
    """Keep a lead with its first action, or raise `UnableToProspect`; the same key again answers the same lead."""
    known = Lead.objects.filter(idempotency_key=wanted.key).first() if wanted.key else None
    if known:
        return known
    facts = _checked(wanted.facts)
    if needs_referrer(wanted.source) and not wanted.links.get("referrer"):
        raise UnableToProspect("REFERRER_MISSING")
    _need_new(facts, is_another=wanted.is_another)
    kept = Lead(
        source=wanted.source,
        owner=wanted.owner,
        found_on=on,
        created_at=now,
        idempotency_key=wanted.key or None,
        **{name: wanted.links.get(name) for name in LINKS[1:]},
    )
    _write(kept, facts, on=on)
    kept.save()
    set_action(kept, plan=wanted.first, on=on, now=now)
    record_audit("lead.add", by=by, at=now, subject=subject_of(kept.pk), after=shown(kept))
    return kept


@transaction.atomic
def change_lead(
    kept: Lead, *, facts: Mapping[str, Any], links: Mapping[str, Any], by: "User", on: date, now: datetime
) -> None:
    """Say what is known now, or raise `UnableToProspect`; what is not named stays."""
    _need_open(kept)
    before = shown(kept)
    _write(kept, _checked({**{name: getattr(kept, name) for name in FACTS}, **facts}), on=on)
    for name, value in links.items():
        setattr(kept, name, value)
    if needs_referrer(LeadSource(kept.source)) and kept.referrer_id is None:
        raise UnableToProspect("REFERRER_MISSING")
    after = shown(kept)
    if after == before:
        return
    kept.save()
    changed = sorted(name for name in after if after[name] != before[name])
    record_audit(
        "lead.change",
        by=by,
        at=now,
        subject=subject_of(kept.pk),
        before={name: before[name] for name in changed},
        after={name: after[name] for name in changed},
    )


@transaction.atomic
def set_action(kept: Lead, *, plan: Plan, on: date, now: datetime) -> NextAction:
    """Set the one next action of a lead in place of the one that is open."""
    if plan.due_on < on:
        raise UnableToProspect("ACTION_PAST")
    end_action(kept, state=ActionState.REPLACED, now=now)
    return NextAction.objects.create(
        lead=kept, kind=plan.kind, due_on=plan.due_on, owner=plan.owner, note=plan.note[:200], set_at=now
    )


def plan_next(kept: Lead, *, plan: Plan, by: "User", on: date, now: datetime) -> NextAction:
    """Put the next action off, or choose another, with the change in the audit."""
    _need_open(kept)
    with transaction.atomic():
        action = set_action(kept, plan=plan, on=on, now=now)
        after = {"action": plan.kind, "due_on": plan.due_on.isoformat(), "owner": plan.owner.pk}
        record_audit("lead.plan", by=by, at=now, subject=subject_of(kept.pk), after=after)
    return action


def end_action(kept: Lead, *, state: ActionState, now: datetime) -> None:
    """End the action of a lead that is open, if one is."""
    NextAction.objects.filter(lead=kept, state=ActionState.OPEN).update(state=state, ended_at=now)


@transaction.atomic
def drop_lead(kept: Lead, *, reason: DropReason, note: str, by: "User", on: date, now: datetime) -> None:
    """End a lead with the reason; its history stays."""
    _need_open(kept)
    if reason is DropReason.OTHER and not note.strip():
        raise UnableToProspect("REASON_MISSING")
    kept.state, kept.ended_on = LeadState.DROPPED, on
    kept.drop_reason, kept.drop_note = reason, note.strip()[:300]
    kept.save(update_fields=["state", "ended_on", "drop_reason", "drop_note"])
    end_action(kept, state=ActionState.REPLACED, now=now)
    record_audit("lead.drop", by=by, at=now, subject=subject_of(kept.pk), reason=note, after={"reason": reason})


@transaction.atomic
def take_up(kept: Lead, *, plan: Plan, by: "User", on: date, now: datetime) -> None:
    """Work again on a lead that was dropped."""
    if kept.state != LeadState.DROPPED:
        raise UnableToProspect("NOT_DROPPED")
    kept.state = LeadState.IN_WORK if kept.touches.exists() else LeadState.NEW
    kept.ended_on, kept.drop_reason, kept.drop_note = None, "", ""
    kept.save(update_fields=["state", "ended_on", "drop_reason", "drop_note"])
    set_action(kept, plan=plan, on=on, now=now)
    record_audit("lead.take_up", by=by, at=now, subject=subject_of(kept.pk), after={"state": kept.state})


@transaction.atomic
def give_over(kept: Lead, *, to: "User", by: "User", now: datetime, reason: str) -> None:
    """Give a lead with its open action to another person."""
    before = kept.owner_id
    kept.owner = to
    kept.save(update_fields=["owner"])
    NextAction.objects.filter(lead=kept, state=ActionState.OPEN, owner=before).update(owner=to)
    record_audit(
        "lead.give_over",
        by=by,
        at=now,
        subject=subject_of(kept.pk),
        reason=reason,
        before={"owner": before},
        after={"owner": to.pk},
    )


def need_open(kept: Lead) -> None:
    """Refuse a change of a lead that has ended."""
    _need_open(kept)


def shown(kept: Lead) -> dict[str, Any]:
    """Write what the audit keeps of a lead."""
    facts = {name: getattr(kept, name) for name in FACTS}
    links = {name: getattr(kept, f"{name}_id", None) for name in LINKS[1:]}
    return {**facts, "source": kept.source, **links, "owner": kept.owner_id}


def _need_open(kept: Lead) -> None:
    if not kept.is_open:
        raise UnableToProspect("NOT_OPEN")


def _need_new(facts: Mapping[str, Any], *, is_another: bool) -> None:
    """Refuse a company that is known for sure; one that is only similar is refused until somebody has looked."""
    doubted = [one for one in known_companies([facts])[0] if one.is_sure or not is_another]
    if doubted:
        known = doubted[0]
        words = {"name": known.label, "reasons": spoken_later(lambda: known.words)}
        raise UnableToProspect(("KNOWN_ALREADY", words))


def _checked(facts: Mapping[str, Any]) -> dict[str, Any]:
    """Read the facts, or raise every reason why they cannot be kept."""
    tidy = {name: value.strip() if isinstance(value, str) else value for name, value in facts.items() if name in FACTS}
    faults: list[str | tuple[str, Mapping[str, Any]]] = []
    if not tidy.get("name"):
        faults.append("NAME_MISSING")
    for name, value in tidy.items():
        most = getattr(Lead._meta.get_field(name), "max_length", None) if name in _LIMITED else None
        if most and len(value or "") > most:
            faults.append(("TOO_LONG", {"value": value[:20], "most": most}))
    tax_id, fault = checked_number("TAX_ID", tidy.get("tax_id") or "")
    if fault:
        faults.append(("TAX_ID_WRONG", {"value": tax_id}))
    if faults:
        raise UnableToProspect(*faults)
    tidy["tax_id"] = tax_id
    tidy["triggers"] = sorted({Trigger(one).value for one in tidy.get("triggers") or ()})
    tidy["are_triggers_known"] = bool(tidy.get("are_triggers_known") or tidy["triggers"])
    return tidy


def _write(kept: Lead, facts: Mapping[str, Any], *, on: date) -> None:
    for name, value in facts.items():
        setattr(kept, name, value)
    kept.name_plain, kept.name_block = plain_name(kept.name)[:80], block_of(kept.name)
    kept.name_sort, kept.phone_plain = sort_key(kept.name), plain_phone(kept.phone)[:40]
    kept.domain = domain_of(website=kept.website, email=kept.email)
    kept.words = f" {index_words(kept.tax_id, kept.phone_plain, kept.domain, names=[kept.name, kept.contact_name])}"
    found = fit_of(kept, as_of=on)
    kept.fit_points, kept.fit_advice = found.points, found.advice
