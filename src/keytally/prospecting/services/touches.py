"""Prepare, call, visit, write, take notes, plan against: how a lead is worked on (D01-D05, P05)."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING

from django.db import transaction

from keytally.core.clock import business_date
from keytally.core.services import record_audit
from keytally.prospecting.labels import LeadState
from keytally.prospecting.models import CounterPlan, Lead, LeadTouch, PreparedItem
from keytally.prospecting.queries.work import is_prepared, leads_with_text, real_touches
from keytally.prospecting.refusals import UnableToProspect, spoken_later
from keytally.prospecting.rule_data import cadence_rules, checklist
from keytally.prospecting.rules.cadence import (
    ActionState,
    Outcome,
    TouchKind,
    fingerprint,
    is_prompt,
    may_send,
    points_at_page,
)
from keytally.prospecting.rules.preparation import Personality, Willingness, needs_counter_plan
from keytally.prospecting.services.leads import Plan, end_action, need_open, set_action
from keytally.prospecting.subjects import lead as subject_of

if TYPE_CHECKING:
    from keytally.core.models import User


@dataclass(frozen=True, slots=True)
class Said:
    """A touch that somebody writes down: how, when it ended, with whom, what came of it, and what comes next."""

    kind: TouchKind
    happened_at: datetime
    contact_name: str
    outcome: Outcome
    text: str
    following: Plan
    may_write: bool | None = None
    exception_reason: str = ""
    key: str = ""


@transaction.atomic
def prepare(kept: Lead, *, item: str, note: str, is_done: bool, by: "User", on: date, now: datetime) -> None:
    """Tick an item of the checklist, with a note, or untick it."""
    need_open(kept)
    if item not in {one.code for one in checklist(as_of=on)}:
        raise UnableToProspect("ITEM_UNKNOWN")
    if is_done:
        PreparedItem.objects.update_or_create(
            lead=kept, item=item, defaults={"note": note.strip()[:300], "done_by": by, "done_at": now}
        )
    else:
        PreparedItem.objects.filter(lead=kept, item=item).delete()
    after = {"item": item, "is_done": is_done, "note": note.strip()[:300]}
    record_audit("lead.prepare", by=by, at=now, subject=subject_of(kept.pk), after=after)


@transaction.atomic
def write_plan(
    kept: Lead,
    *,
    willingness: Willingness,
    personality: Personality,
    plan: str,
    review_on: date,
    by: "User",
    on: date,
    now: datetime,
) -> CounterPlan:
    """Say how willing they are, how they decide, and how we go about it; the earlier plan stays readable."""
    need_open(kept)
    if not plan.strip():
        raise UnableToProspect("TEXT_MISSING")
    if review_on < on:
        raise UnableToProspect("REVIEW_PAST")
    written = CounterPlan.objects.create(
        lead=kept,
        willingness=willingness,
        personality=personality,
        plan=plan.strip(),
        review_on=review_on,
        written_by=by,
        written_at=now,
    )
    after = {"willingness": willingness, "personality": personality, "plan": written.plan}
    record_audit("lead.counter_plan", by=by, at=now, subject=subject_of(kept.pk), after=after)
    return written


@transaction.atomic
def record_touch(kept: Lead, *, said: Said, by: "User", now: datetime) -> LeadTouch:
    """Write down a call, a visit or a letter with what comes next, or raise `UnableToProspect` with every reason."""
    known = LeadTouch.objects.filter(idempotency_key=said.key).first() if said.key else None
    if known:
        return known
    Lead.objects.select_for_update().get(pk=kept.pk)
    need_open(kept)
    on = business_date(now)
    if faults := _faults(kept, said, on=on, now=now):
        raise UnableToProspect(*faults)
    written = LeadTouch.objects.create(
        lead=kept,
        kind=said.kind,
        happened_at=said.happened_at,
        happened_on=business_date(said.happened_at),
        contact_name=said.contact_name.strip(),
        outcome=said.outcome,
        text=said.text.strip(),
        fingerprint=_fingerprint(kept, said),
        exception_reason=said.exception_reason.strip(),
        written_by=by,
        written_at=now,
        are_notes_prompt=is_prompt(said.happened_at, now, rules=cadence_rules(as_of=on)),
        idempotency_key=said.key or None,
    )
    _move_on(kept, said, on=on, now=now)
    after = {"touch": written.pk, "kind": said.kind, "outcome": said.outcome, "next": said.following.kind}
    record_audit("lead.touch", by=by, at=now, subject=subject_of(kept.pk), reason=written.exception_reason, after=after)
    return written


def _faults(kept: Lead, said: Said, *, on: date, now: datetime) -> list[str | tuple[str, dict[str, object]]]:
    faults: list[str | tuple[str, dict[str, object]]] = []
    if not said.text.strip():
        faults.append("TEXT_MISSING")
    if said.happened_at > now:
        faults.append("TOUCH_IN_FUTURE")
    touches = real_touches(kept)
    if not said.exception_reason.strip():
        ready = is_prepared(kept, as_of=on)
        if touches == 0 and not ready.verdict.passed:
            faults.append(("UNPREPARED", {"items": spoken_later(lambda: ready.words)}))
        if needs_counter_plan(touches, has_plan=kept.plans.exists()):
            faults.append("PLAN_MISSING")
    if said.kind is TouchKind.LETTER:
        faults += _letter_faults(kept, said, on=on)
    return faults


def _letter_faults(kept: Lead, said: Said, *, on: date) -> list[str | tuple[str, dict[str, object]]]:
    """Hold a message against P05: one named person who agreed, and no text that many get."""
    faults: list[str | tuple[str, dict[str, object]]] = []
    if not said.contact_name.strip():
        faults.append("NO_NAMED_PERSON")
    if not (kept.may_write or said.may_write):
        faults.append("NO_CONSENT")
    rules = cadence_rules(as_of=on)
    if not kept.touches.filter(kind=TouchKind.LETTER).exists() and not points_at_page(said.text, rules=rules):
        faults.append(("PAGE_MISSING", {"pages": ", ".join(rules.product_pages.values())}))
    day = business_date(said.happened_at)
    count = leads_with_text(_fingerprint(kept, said), on=day, besides=kept.pk)
    if not may_send(count, rules=rules):
        faults.append(("SAME_TEXT" if day == on else "SAME_TEXT_KEPT", {"count": count}))
    return faults


def _fingerprint(kept: Lead, said: Said) -> str:
    if said.kind is not TouchKind.LETTER:
        return ""
    return fingerprint(said.text, names=[said.contact_name, kept.contact_name, kept.name])


def _move_on(kept: Lead, said: Said, *, on: date, now: datetime) -> None:
    """Let the lead be in work, remember the person and the consent, and put the next action in place."""
    if said.outcome is not Outcome.UNREACHED:
        kept.state = LeadState.IN_WORK
    if said.may_write is not None:
        kept.may_write = said.may_write
    kept.contact_name = kept.contact_name or said.contact_name.strip()[:60]
    kept.save(update_fields=["state", "may_write", "contact_name"])
    end_action(kept, state=ActionState.DONE, now=now)
    set_action(kept, plan=said.following, on=on, now=now)
