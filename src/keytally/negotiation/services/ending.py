"""Ask to go beyond a walk-away, note tactics, and end: deal with a frozen package, lost or stopped; the debrief."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from django.db import transaction

from keytally.approvals import labels as approval_labels
from keytally.approvals.definitions import in_force
from keytally.approvals.queries.contents import digest
from keytally.approvals.services import Details, UnableToSubmit, submit
from keytally.core.clock import business_date
from keytally.core.subjects import Subject
from keytally.funnel.labels import EndReason
from keytally.funnel.refusals import UnableToKeepOpportunity
from keytally.funnel.services import ending as funnel
from keytally.negotiation.labels import Result, State
from keytally.negotiation.models import Negotiation, NegotiationIssue, TacticUse
from keytally.negotiation.queries.table import ISSUE, WALK_AWAY, approved_levels, is_granted, issues_of, phase_now
from keytally.negotiation.refusals import UnableToNegotiate
from keytally.negotiation.rules.issues import is_beyond
from keytally.negotiation.services.keeping import NEGOTIATION, held, tell
from keytally.people.queries.organisation import organisation
from keytally.playbook.rules.entries import Content, EntryKind, Outcome, Text
from keytally.playbook.rules.tags import Axis, Stage, Tag
from keytally.playbook.services.entries import Source, add_entry

if TYPE_CHECKING:
    from keytally.approvals.models import Request
    from keytally.core.models import User
    from keytally.playbook.models import PlaybookEntry

OUTCOMES: Mapping[State, Outcome] = {
    State.DEAL: Outcome.WON,
    State.LOST: Outcome.LOST,
    State.STOPPED: Outcome.STOPPED,
}


@dataclass(frozen=True, slots=True)
class Debrief:
    """What is learned: what happened, and what we take from it."""

    title: str
    text: str


@transaction.atomic
def ask_beyond(issue: NegotiationIssue, *, level: int, reason: str, by: "User", now: datetime) -> "Request":
    """Ask for an approval to go beyond our walk-away on an issue, as far as a level."""
    negotiation = held(issue.negotiation_id)
    if not reason.strip():
        raise UnableToNegotiate("REASON_MISSING")
    if not is_beyond(issue.rule, level):
        raise UnableToNegotiate(("WITHIN_WALK_AWAY", {"level": issue.words(level)}))
    positions = organisation(as_of=business_date(now)).positions_of(by.pk)
    if not positions:
        raise UnableToNegotiate("NO_POSITION")
    opportunity = negotiation.opportunity
    words = f"{issue.name}: {issue.words(issue.our_walk_away)} → {issue.words(level)}"
    try:
        request = submit(
            WALK_AWAY,
            subject=Subject(ISSUE, issue.pk),
            title=f"{opportunity.name} · {words}"[:200],
            amount=None,
            facts={"level": level, "words": words, "reason": reason.strip()},
            content_hash=digest({"issue": issue.pk, "level": level}),
            by=by,
            position=positions[0],
            now=now,
            details=Details(account_name=str(opportunity.account or "")[:120], text=reason.strip()),
        )
    except UnableToSubmit as refusal:
        workflow = in_force(WALK_AWAY, as_of=business_date(now)).workflow
        sentences = [
            approval_labels.refusal_sentence(one.code, dict(one.parameters), workflow=workflow)
            for one in refusal.reasons
        ]
        raise UnableToNegotiate(("APPROVAL_REFUSED", {"sentence": " ".join(sentences)})) from refusal
    tell("ask_beyond", negotiation, by=by, now=now, reason=reason, after={"walk_away": words, "request": request.pk})
    return request


@transaction.atomic
def use_tactic(number: int, *, tactic: str, note: str, by: "User", now: datetime) -> TacticUse:
    """Note that a tactic was used."""
    negotiation = held(number)
    phase = phase_now(negotiation, as_of=business_date(now)).phase
    used = TacticUse.objects.create(
        negotiation=negotiation, tactic=tactic, phase=phase, note=note.strip(), used_at=now, used_by=by
    )
    tell("tactic", negotiation, by=by, now=now, after={"tactic": tactic, "phase": phase})
    return used


@transaction.atomic
def end_tactic(use: TacticUse, *, result: Result, by: "User", now: datetime) -> None:
    """Say how the use of a tactic ended, so that next time it can be shown what worked."""
    use.result = result
    use.save(update_fields=["result"])
    tell("tactic_end", use.negotiation, by=by, now=now, after={"tactic": use.tactic, "result": result})


@transaction.atomic
def deal(
    number: int, *, levels: Mapping[int, int], note: str, debrief: Debrief, by: "User", now: datetime
) -> Negotiation:
    """End with a deal: the agreed package is frozen for the contract; the sale is won once it is signed (F11)."""
    negotiation = held(number)
    issues = issues_of(negotiation)
    _check_package(negotiation, issues, levels)
    agreed: list[dict[str, Any]] = [
        {"issue": issue.pk, "name": issue.name, "level": levels[issue.pk], "text": issue.words(levels[issue.pk])}
        for issue in issues
    ]
    negotiation.agreed = agreed
    negotiation.agreed_hash = digest({"negotiation": negotiation.pk, "agreed": agreed})
    return _end(negotiation, State.DEAL, note=note, debrief=debrief, by=by, now=now)


@transaction.atomic
def lose(
    number: int, *, reason: EndReason, note: str, lost_to: str, debrief: Debrief, by: "User", now: datetime
) -> Negotiation:
    """End as lost; the opportunity is lost with it, with the same reason."""
    negotiation = held(number)
    ending = funnel.Ending(reason=reason, note=note, lost_to=lost_to, lesson=debrief.text)
    try:
        funnel.close_lost(opportunity_id=negotiation.opportunity_id, ending=ending, by=by, now=now)
    except UnableToKeepOpportunity as refusal:
        raise UnableToNegotiate(("FUNNEL_REFUSED", {"sentence": " ".join(refusal.sentences())})) from refusal
    return _end(negotiation, State.LOST, note=note, debrief=debrief, by=by, now=now)


@transaction.atomic
def stop(
    number: int, *, reason: EndReason, note: str, look_again_on: date, debrief: Debrief, by: "User", now: datetime
) -> Negotiation:
    """End as stopped; the opportunity stops with it until the day on which it is looked at again."""
    negotiation = held(number)
    ending = funnel.Ending(reason=reason, note=note, lesson=debrief.text)
    try:
        funnel.stop(
            opportunity_id=negotiation.opportunity_id, ending=ending, look_again_on=look_again_on, by=by, now=now
        )
    except UnableToKeepOpportunity as refusal:
        raise UnableToNegotiate(("FUNNEL_REFUSED", {"sentence": " ".join(refusal.sentences())})) from refusal
    return _end(negotiation, State.STOPPED, note=note, debrief=debrief, by=by, now=now)


def _check_package(negotiation: Negotiation, issues: list[NegotiationIssue], levels: Mapping[int, int]) -> None:
    if negotiation.state != State.RUNNING:
        raise UnableToNegotiate("NOT_RUNNING")
    approved = approved_levels(negotiation)
    reasons: list[tuple[str, Mapping[str, Any]]] = []
    for issue in issues:
        level = levels.get(issue.pk)
        if level is None:
            reasons.append(("LEVEL_MISSING", {"issue": issue.name}))
        elif issue.options and not 0 <= level < len(issue.options):
            reasons.append(("OPTION_UNKNOWN", {"issue": issue.name}))
        elif is_beyond(issue.rule, level) and not is_granted(issue, level, approved):
            reasons.append(("WALK_AWAY_PASSED", {"issue": issue.name, "level": issue.words(level)}))
    if reasons:
        raise UnableToNegotiate(*reasons)


def _end(
    negotiation: Negotiation, state: State, *, note: str, debrief: Debrief, by: "User", now: datetime
) -> Negotiation:
    if not note.strip() or not debrief.title.strip() or not debrief.text.strip():
        raise UnableToNegotiate("REASON_MISSING")
    negotiation.state, negotiation.ended_at, negotiation.ended_by = state, now, by
    negotiation.end_note = note.strip()[:500]
    negotiation.save()
    entry = _written(negotiation, debrief, by=by, now=now)
    after = {"state": state, "entry": entry.pk, "agreed_hash": negotiation.agreed_hash}
    tell("end", negotiation, by=by, now=now, after=after, reason=negotiation.end_note)
    return negotiation


def _written(negotiation: Negotiation, debrief: Debrief, *, by: "User", now: datetime) -> "PlaybookEntry":
    """Write the debrief into the playbook as a case with its tags, in the language of who ends it."""
    is_chinese = by.language.startswith("zh")
    uses = negotiation.tactic_uses.exclude(result=Result.HARMED).values_list("tactic", flat=True)
    tags: frozenset[Tag] = frozenset(
        (
            (Axis.STAGE, Stage.NEGOTIATION.value),
            *((Axis.DIFFICULTY, code) for code in negotiation.difficulties),
            *((Axis.METHOD, code) for code in negotiation.methods),
            *((Axis.TACTIC, code) for code in uses),
        )
    )
    content = Content(
        kind=EntryKind.CASE,
        title=Text(zh=debrief.title) if is_chinese else Text(en=debrief.title),
        body=Text(zh=debrief.text) if is_chinese else Text(en=debrief.text),
        outcome=OUTCOMES[State(negotiation.state)],
        tags=tags,
        node=negotiation.opportunity.account_id,
    )
    return add_entry(content, by=by, now=now, source=Source(NEGOTIATION, negotiation.pk))
