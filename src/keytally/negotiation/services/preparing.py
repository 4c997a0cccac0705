"""Prepare a negotiation: preconditions, key people, issues, alternatives, the comparison; then begin (N01)."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from django.db import IntegrityError, transaction

from keytally.negotiation.labels import Aspect, Party, State
from keytally.negotiation.models import ComparisonCell, KeyPerson, Negotiation, NegotiationIssue
from keytally.negotiation.refusals import UnableToNegotiate
from keytally.negotiation.rules.issues import faults
from keytally.negotiation.rules.readiness import KeyPerson as Person
from keytally.negotiation.rules.readiness import Preconditions, Route, Way, readiness, route_fault
from keytally.negotiation.services.keeping import held, tell

if TYPE_CHECKING:
    from keytally.core.models import User
    from keytally.funnel.models import Opportunity
    from keytally.kernel.verdicts import Verdict

FACTS = ("way", "route", "suppliers", "starts_on", "finishes_on", "dates_confirmed", "deadline", "rival")
MARKS = ("difficulties", "methods", "phase")


@dataclass(frozen=True, slots=True)
class IssueFacts:
    """An issue as it is typed; levels are whole numbers of the smallest part."""

    name: str
    our_opening: int
    our_target: int
    our_walk_away: int
    their_opening: int
    their_target: int
    their_walk_away: int
    our_weight: int = 10
    their_weight: int = 10
    unit: str = ""
    decimals: int = 0
    step: int = 1
    options: list[list[Any]] = field(default_factory=list)


@transaction.atomic
def open_negotiation(opportunity: "Opportunity", *, by: "User", now: datetime) -> Negotiation:
    """Open a negotiation about an opportunity; the one that is open already is answered."""
    if opportunity.state != "OPEN":
        raise UnableToNegotiate("OPPORTUNITY_CLOSED")
    known = Negotiation.objects.filter(opportunity=opportunity, state__in=[State.PREPARING, State.RUNNING]).first()
    if known:
        return known
    try:
        with transaction.atomic():
            opened = Negotiation.objects.create(opportunity=opportunity, opened_at=now, opened_by=by)
    except IntegrityError:
        raise UnableToNegotiate("RUNS_ALREADY") from None
    tell("open", opened, by=by, now=now, after={"opportunity": opportunity.pk})
    return opened


def verdict_of(negotiation: Negotiation, *, as_of: date) -> "Verdict":
    """Judge whether a negotiation is ready."""
    people = [Person(one.name, one.decides, one.confirmed_on) for one in negotiation.people.all()]
    known = Preconditions(
        people=people,
        starts_on=negotiation.starts_on,
        finishes_on=negotiation.finishes_on,
        dates_confirmed=negotiation.dates_confirmed,
        way=Way(negotiation.way) if negotiation.way else None,
        route=Route(negotiation.route) if negotiation.route else None,
        suppliers=negotiation.suppliers,
    )
    return readiness(known, as_of=as_of)


@transaction.atomic
def keep_preconditions(number: int, *, facts: Mapping[str, Any], by: "User", now: datetime) -> Negotiation:
    """Keep the preconditions and how we got here, or raise `UnableToNegotiate`."""
    negotiation = held(number)
    before = {name: _plain(getattr(negotiation, name)) for name in FACTS}
    for name in FACTS:
        setattr(negotiation, name, facts.get(name, getattr(negotiation, name)))
    route = Route(negotiation.route) if negotiation.route else None
    reasons = [fault for fault in (route_fault(route, suppliers=negotiation.suppliers),) if fault]
    starts, finishes = negotiation.starts_on, negotiation.finishes_on
    if starts and finishes and finishes < starts:
        reasons.append("FINISH_BEFORE_START")
    if reasons:
        raise UnableToNegotiate(*reasons)
    negotiation.save(update_fields=FACTS)
    _tell_change("preconditions", negotiation, before, by=by, now=now)
    return negotiation


@transaction.atomic
def keep_person(
    number: int, *, name: str, decides: bool, confirmed_on: date | None, by: "User", now: datetime
) -> KeyPerson:
    """Name somebody who takes part in the decision, or change what is known of them."""
    negotiation = held(number)
    if not name.strip():
        raise UnableToNegotiate("NAME_MISSING")
    facts = {"decides": decides, "confirmed_on": confirmed_on}
    kept, _is_new = KeyPerson.objects.update_or_create(negotiation=negotiation, name=name.strip(), defaults=facts)
    after = {"person": kept.name, "decides": decides, "confirmed_on": _plain(confirmed_on)}
    tell("person", negotiation, by=by, now=now, after=after)
    return kept


@transaction.atomic
def drop_person(person: KeyPerson, *, by: "User", now: datetime) -> None:
    """Take somebody off the list who turned out not to take part; the audit keeps the name."""
    negotiation = held(person.negotiation_id)
    tell("person_off", negotiation, by=by, now=now, before={"person": person.name})
    person.delete()


@transaction.atomic
def keep_issue(
    number: int, facts: IssueFacts, *, by: "User", now: datetime, issue_id: int | None = None, reason: str = ""
) -> NegotiationIssue:
    """Put an issue on the table or change it, or raise `UnableToNegotiate` with every reason."""
    negotiation = held(number)
    kept = negotiation.issues.get(pk=issue_id) if issue_id else NegotiationIssue(negotiation=negotiation)
    before = _issue_shown(kept) if issue_id else None
    for name, what in asdict(facts).items():
        setattr(kept, name, what.strip() if isinstance(what, str) else what)
    _check_issue(negotiation, kept, reason=reason)
    kept.save()
    after = _issue_shown(kept)
    tell("issue", negotiation, by=by, now=now, before=before, after=after, reason=reason)
    return kept


@transaction.atomic
def drop_issue(issue: NegotiationIssue, *, by: "User", now: datetime) -> None:
    """Take an issue off the table that no round speaks of."""
    negotiation = held(issue.negotiation_id)
    if issue.moves.exists():
        raise UnableToNegotiate("ISSUE_IN_USE")
    tell("issue_off", negotiation, by=by, now=now, before=_issue_shown(issue))
    issue.delete()


@transaction.atomic
def keep_alternatives(number: int, *, words: tuple[str, str], ppm: tuple[int, int], by: "User", now: datetime) -> None:
    """Keep what either side would do without the other, in words and as a utility."""
    negotiation = held(number)
    negotiation.our_alternative, negotiation.their_alternative = (one.strip() for one in words)
    negotiation.our_alternative_ppm, negotiation.their_alternative_ppm = ppm
    negotiation.save()
    tell("alternatives", negotiation, by=by, now=now, after={"alternative": [*words, *ppm]})


@transaction.atomic
def keep_marks(number: int, *, marks: Mapping[str, Any], by: "User", now: datetime) -> None:
    """Mark difficulties (N02), the buyer's methods (N06) and the phase."""
    negotiation = held(number)
    before = {name: _plain(getattr(negotiation, name)) for name in MARKS}
    for name in MARKS:
        setattr(negotiation, name, marks.get(name, getattr(negotiation, name)))
    negotiation.save(update_fields=MARKS)
    _tell_change("marks", negotiation, before, by=by, now=now)


@transaction.atomic
def keep_comparison(
    number: int, *, cells: Mapping[tuple[Party, Aspect], tuple[str, int | None]], by: "User", now: datetime
) -> None:
    """Keep the three sets of data side by side (K07)."""
    negotiation = held(number)
    for (party, aspect), (text, points) in cells.items():
        ComparisonCell.objects.update_or_create(
            negotiation=negotiation, party=party, aspect=aspect, defaults={"text": text.strip(), "points": points}
        )
    floors = {party: text for (party, aspect), (text, _points) in cells.items() if aspect is Aspect.FLOOR}
    rest = {f"{party}.{aspect}": text for (party, aspect), (text, _p) in cells.items() if aspect is not Aspect.FLOOR}
    tell("comparison", negotiation, by=by, now=now, after={**rest, "floor": floors})


@transaction.atomic
def begin(number: int, *, by: "User", now: datetime, as_of: date, reason: str = "", may_override: bool) -> Negotiation:
    """Let a negotiation begin once it is ready; a manager may let it begin before, with a reason (N01)."""
    negotiation = held(number)
    if negotiation.state != State.PREPARING:
        raise UnableToNegotiate("BEGUN_ALREADY")
    if not negotiation.issues.exists():
        raise UnableToNegotiate("NO_ISSUES")
    verdict = verdict_of(negotiation, as_of=as_of)
    if not verdict.passed:
        if not reason.strip():
            raise UnableToNegotiate(("NOT_READY", {"missing": len(verdict.unmet)}))
        if not may_override:
            raise UnableToNegotiate("OVERRIDE_NOT_YOURS")
        negotiation.missing, negotiation.override_reason = list(verdict.unmet), reason.strip()[:300]
    negotiation.state, negotiation.begun_at, negotiation.begun_by = State.RUNNING, now, by
    negotiation.save()
    after = {"missing": negotiation.missing}
    tell("begin", negotiation, by=by, now=now, after=after, reason=negotiation.override_reason)
    return negotiation


def _check_issue(negotiation: Negotiation, kept: NegotiationIssue, *, reason: str) -> None:
    reasons = list(faults(kept.rule))
    if not kept.name:
        reasons.append("NAME_MISSING")
    if negotiation.issues.filter(name=kept.name).exclude(pk=kept.pk).exists():
        reasons.append("ISSUE_TWICE")
    if kept.pk and kept.moves.exists() and not reason.strip():
        reasons.append("REASON_MISSING")
    if reasons:
        raise UnableToNegotiate(*reasons)


def _issue_shown(issue: NegotiationIssue) -> dict[str, Any]:
    """Write an issue as the audit keeps it; the walk-aways under the name that is guarded."""
    levels = ("our_opening", "our_target", "their_opening", "their_target")
    return {
        "issue": issue.name,
        **{name: issue.words(getattr(issue, name)) for name in levels},
        "walk_away": [issue.words(issue.our_walk_away), issue.words(issue.their_walk_away)],
        "weights": [issue.our_weight, issue.their_weight],
    }


def _tell_change(
    action: str, negotiation: Negotiation, before: Mapping[str, Any], *, by: "User", now: datetime
) -> None:
    after = {name: _plain(getattr(negotiation, name)) for name in before}
    changed = [name for name in after if after[name] != before[name]]
    if changed:
        tell(
            action,
            negotiation,
            by=by,
            now=now,
            before={name: before[name] for name in changed},
            after={name: after[name] for name in changed},
        )


def _plain(what: Any) -> Any:  # noqa: ANN401 - whatever a column holds
    return what.isoformat() if isinstance(what, date) else what
