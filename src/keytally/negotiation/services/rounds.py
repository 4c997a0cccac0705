"""Keep a round: warnings are read first, the walk-away is guarded, and the funnel hears what it shows."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.db.models import Max

from keytally.core.subjects import Subject
from keytally.funnel.labels import SourceKind
from keytally.funnel.refusals import UnableToKeepOpportunity
from keytally.funnel.rule_data import gate_profile
from keytally.funnel.services.evidence import NewEvidence, record_evidence
from keytally.negotiation.labels import Form, State
from keytally.negotiation.models import Negotiation, NegotiationIssue, NegotiationRound, RoundMove
from keytally.negotiation.queries.table import approved_levels, is_granted, issues_of, moves_of, phase_now, rules_of
from keytally.negotiation.refusals import UnableToNegotiate
from keytally.negotiation.rule_data import limits
from keytally.negotiation.rules.issues import Side
from keytally.negotiation.rules.packages import rounded_ppm
from keytally.negotiation.rules.pattern import Grade, Move, Warning, warnings
from keytally.negotiation.services.keeping import NEGOTIATION, held, tell

if TYPE_CHECKING:
    from keytally.core.models import User


@dataclass(frozen=True, slots=True)
class Offer:
    """What a side put on the table on an issue, and in return for what."""

    issue: int
    side: Side
    level: int
    in_return: str = ""


@dataclass(frozen=True, slots=True)
class RoundFacts:
    """A round as it was held."""

    held_on: date
    who: str
    offers: Sequence[Offer] = ()
    asked: str = ""
    notes: str = ""
    deadline: date | None = None
    price_objection: bool = False
    terms_argued: bool = False
    contract_form: str = ""


class WarningsNotSeen(UnableToNegotiate):
    """The pattern watch has something to say that was not read yet."""

    def __init__(self, found: Sequence[Warning]) -> None:
        super().__init__("WARNINGS_NOT_SEEN")
        self.found = tuple(found)


@transaction.atomic
def record_round(
    number: int,
    facts: RoundFacts,
    *,
    by: "User",
    now: datetime,
    as_of: date,
    seen_number: int | None = None,
    is_acknowledged: bool = False,
) -> NegotiationRound:
    """Keep a round, or raise `UnableToNegotiate`; `WarningsNotSeen` until the warnings of the pattern were read."""
    negotiation = held(number)
    last = negotiation.rounds.aggregate(number=Max("number"), day=Max("held_on"))
    _check(negotiation, facts, last=last, seen_number=seen_number, as_of=as_of)
    this = (last["number"] or 0) + 1
    found = watch(negotiation, facts.offers, round_no=this, as_of=as_of)
    _guard(negotiation, facts.offers, found)
    telling = [one for one in found if one.grade is not Grade.STOPS]
    if telling and not is_acknowledged:
        raise WarningsNotSeen(telling)
    kept = NegotiationRound.objects.create(
        negotiation=negotiation,
        number=this,
        held_on=facts.held_on,
        who=facts.who.strip(),
        asked=facts.asked.strip(),
        notes=facts.notes.strip(),
        phase=phase_now(negotiation, as_of=as_of).phase,
        deadline=facts.deadline,
        price_objection=facts.price_objection,
        terms_argued=facts.terms_argued,
        contract_form=facts.contract_form,
        warnings=[plain(one) for one in found],
        recorded_by=by,
        recorded_at=now,
    )
    RoundMove.objects.bulk_create(
        RoundMove(round=kept, issue_id=one.issue, side=one.side, level=one.level, in_return=one.in_return.strip()[:200])
        for one in facts.offers
    )
    if facts.deadline:
        negotiation.deadline = facts.deadline
        negotiation.save(update_fields=["deadline"])
    _push_evidence(negotiation, kept, by=by, now=now)
    after = {"round": this, "on": facts.held_on.isoformat(), "warnings": [one.code for one in found]}
    tell("round", negotiation, by=by, now=now, after=after)
    return kept


def watch(negotiation: Negotiation, offers: Sequence[Offer], *, round_no: int, as_of: date) -> list[Warning]:
    """Say what the pattern watch has to say about a round that is about to be kept."""
    rules, before = rules_of(issues_of(negotiation)), moves_of(negotiation)
    ordered = sorted(offers, key=lambda one: one.side is Side.US)
    new = [Move(round_no, one.side, str(one.issue), one.level, one.in_return) for one in ordered]
    found = warnings([*before, *new], rules, limits=limits(as_of=as_of))
    return [one for one in found if one.round_no == round_no]


def plain(warning: Warning) -> dict[str, Any]:
    """Write a warning as the round keeps it; shares in parts per million."""
    return {
        "code": warning.code,
        "issue": warning.issue,
        "earlier": warning.earlier_round,
        "size": _ppm(warning.size),
        "before": _ppm(warning.earlier_size),
    }


def _ppm(size: Fraction | None) -> int | None:
    return None if size is None else rounded_ppm(size)


def _check(
    negotiation: Negotiation, facts: RoundFacts, *, last: dict[str, Any], seen_number: int | None, as_of: date
) -> None:
    issues = {issue.pk: issue for issue in issues_of(negotiation)}
    unknown = [
        ("OPTION_UNKNOWN", {"issue": issues[one.issue].name})
        for one in facts.offers
        if one.issue in issues and issues[one.issue].options and not 0 <= one.level < len(issues[one.issue].options)
    ]
    checks: list[tuple[bool, str | tuple[str, dict[str, Any]]]] = [
        (negotiation.state != State.RUNNING, "NOT_RUNNING"),
        (not facts.who.strip(), "NAME_MISSING"),
        (facts.held_on > as_of, ("ROUND_IN_FUTURE", {"day": facts.held_on})),
        (bool(last["day"]) and facts.held_on < (last["day"] or as_of), ("ROUND_BEFORE_LAST", {"day": last["day"]})),
        (not facts.offers and not facts.asked.strip() and not facts.notes.strip(), "ROUND_EMPTY"),
        (
            seen_number is not None and seen_number != (last["number"] or 0),
            ("CHANGED_MEANWHILE", {"number": last["number"] or 0}),
        ),
    ]
    reasons = [*(reason for is_wrong, reason in checks if is_wrong), *unknown]
    if reasons:
        raise UnableToNegotiate(*reasons)


def _guard(negotiation: Negotiation, offers: Sequence[Offer], found: Sequence[Warning]) -> None:
    """Refuse what lies beyond our walk-away, unless it was approved for this issue and at least this level."""
    passed = {one.issue for one in found if one.code == "WALK_AWAY_PASSED"}
    if not passed:
        return
    approved = approved_levels(negotiation)
    issues: dict[int, NegotiationIssue] = {issue.pk: issue for issue in issues_of(negotiation)}
    refused = [
        ("WALK_AWAY_PASSED", {"issue": issues[one.issue].name, "level": issues[one.issue].words(one.level)})
        for one in offers
        if one.side is Side.US and str(one.issue) in passed and not is_granted(issues[one.issue], one.level, approved)
    ]
    if refused:
        raise UnableToNegotiate(*refused)


def _push_evidence(negotiation: Negotiation, kept: NegotiationRound, *, by: "User", now: datetime) -> None:
    """Tell the funnel what a round shows (F09, F10), as far as its gates ask for it."""
    known = gate_profile(as_of=kept.held_on).criteria
    for criterion, note, through in _shown_by(kept):
        if criterion not in known:
            continue
        evidence = NewEvidence(
            criterion=criterion,
            happened_on=kept.held_on,
            source_kind=SourceKind.NEGOTIATION,
            note=note,
            subject=Subject(NEGOTIATION, negotiation.pk),
            holds_through=through,
        )
        key = f"negotiation:{kept.pk}:{criterion}"
        try:
            record_evidence(
                opportunity_id=negotiation.opportunity_id, evidence=evidence, by=by, now=now, idempotency_key=key
            )
        except UnableToKeepOpportunity as refusal:
            raise UnableToNegotiate(("FUNNEL_REFUSED", {"sentence": " ".join(refusal.sentences())})) from refusal


def _shown_by(kept: NegotiationRound) -> Iterator[tuple[str, str, date | None]]:
    note = f"{kept.number}: {kept.asked or kept.notes or kept.who}"[:500]
    if kept.deadline and kept.deadline >= kept.held_on:
        yield "dated_negotiation", f"→ {kept.deadline.isoformat()} {note}"[:500], kept.deadline
    if kept.price_objection:
        yield "price_objection", note, None
    if kept.terms_argued:
        yield "delivery_or_payment_argued", note, None
    if kept.contract_form:
        is_theirs = kept.contract_form == Form.THEIRS
        yield ("their_contract_form" if is_theirs else "our_contract_form"), note, None
