"""Operations that prepare a negotiation, note tactics and end it; `api` takes them in."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Annotated, Any, TypeVar

from django.http import Http404, HttpRequest
from ninja import Router, Schema
from pydantic import Field

from keytally.core.access import day_of, person_of
from keytally.funnel.labels import EndReason
from keytally.identity.operations import Problem, operation
from keytally.negotiation.labels import Result, State
from keytally.negotiation.models import Negotiation
from keytally.negotiation.queries import reach
from keytally.negotiation.refusals import UnableToNegotiate
from keytally.negotiation.rules.readiness import Route, Way
from keytally.negotiation.services import ending, preparing
from keytally.negotiation.services.preparing import IssueFacts
from keytally.playbook.rules.tags import TacticCode

Id = Annotated[int, Field(ge=1, lt=2**63)]
Level = Annotated[int, Field(gt=-(10**15), lt=10**15)]
Weight = Annotated[int, Field(ge=0, le=100)]
Done = TypeVar("Done")


class KeyPersonIn(Schema):
    """Somebody of the customer who takes part in the decision."""

    name: str = Field(min_length=1, max_length=60)
    decides: bool = False
    confirmed_on: date | None = None


class PreconditionsIn(Schema):
    """What is known before the first round (N01); what is left out stays as it is."""

    way: Way | None = None
    route: Route | None = None
    suppliers: int | None = Field(None, ge=1, le=50)
    starts_on: date | None = None
    finishes_on: date | None = None
    dates_confirmed: bool | None = None
    deadline: date | None = None
    rival: str | None = Field(None, max_length=80)


class ReadinessOut(Schema):
    """Whether a negotiation is ready, and what it lacks."""

    id: int
    state: str
    ready: bool
    missing: list[str]


class IssueIn(Schema):
    """An issue; levels are whole numbers with so many decimals, or the places of options."""

    name: str = Field(min_length=1, max_length=60)
    unit: str = Field("", max_length=16)
    decimals: int = Field(0, ge=0, le=4)
    step: int = Field(1, ge=1, lt=10**15)
    options: list[tuple[Annotated[str, Field(max_length=40)], Weight, Weight]] = Field([], max_length=20)
    our_opening: Level
    our_target: Level
    our_walk_away: Level
    their_opening: Level
    their_target: Level
    their_walk_away: Level
    our_weight: Weight = 10
    their_weight: Weight = 10
    reason: str = Field("", max_length=200)


class IssueKeptOut(Schema):
    """An issue that was kept."""

    id: int
    name: str


class BeginIn(Schema):
    """Why a negotiation may begin that is not ready; empty where it is."""

    reason: str = Field("", max_length=300)


class TacticIn(Schema):
    """A tactic that was used, and how it ended if that is known."""

    tactic: TacticCode
    note: str = Field("", max_length=300)
    result: Result | None = None


class TacticOut(Schema):
    """A tactic that was noted."""

    id: int
    tactic: str
    phase: str
    result: str


class AgreedIn(Schema):
    """What was agreed on an issue."""

    issue: Id
    level: Level


class EndIn(Schema):
    """How a negotiation ends, with its debrief."""

    how: State
    note: str = Field(min_length=1, max_length=500)
    debrief_title: str = Field(min_length=1, max_length=120)
    debrief: str = Field(min_length=1, max_length=2000)
    agreed: list[AgreedIn] = Field([], max_length=100)
    reason: EndReason = EndReason.OTHER
    lost_to: str = Field("", max_length=80)
    look_again_on: date | None = None


class EndOut(Schema):
    """A negotiation that ended."""

    id: int
    state: str
    agreed: list[dict[str, Any]]
    agreed_hash: str


def keep_preconditions(request: HttpRequest, number: int, payload: PreconditionsIn) -> dict[str, Any]:  # noqa: D103 - named by its summary
    found, by, now = _changed(request, number), person_of(request), datetime.now(UTC)
    facts = {name: what for name, what in payload.model_dump().items() if what is not None}
    facts = {name: _text(what) if name == "rival" else what for name, what in facts.items()}
    _refusing(lambda: preparing.keep_preconditions(found.pk, facts=facts, by=by, now=now))
    return _readiness(request, number)


def keep_key_person(request: HttpRequest, number: int, payload: KeyPersonIn) -> dict[str, Any]:  # noqa: D103 - named by its summary
    found, by, now = _changed(request, number), person_of(request), datetime.now(UTC)
    name, decides, day = _text(payload.name), payload.decides, payload.confirmed_on
    _refusing(lambda: preparing.keep_person(found.pk, name=name, decides=decides, confirmed_on=day, by=by, now=now))
    return _readiness(request, number)


def add_issue(request: HttpRequest, number: int, payload: IssueIn) -> dict[str, Any]:  # noqa: D103 - named by its summary
    return _issue(request, number, payload, issue_id=None)


def change_issue(request: HttpRequest, number: int, issue_id: int, payload: IssueIn) -> dict[str, Any]:  # noqa: D103 - named by its summary
    return _issue(request, number, payload, issue_id=issue_id)


def begin_negotiation(request: HttpRequest, number: int, payload: BeginIn) -> dict[str, Any]:  # noqa: D103 - named by its summary
    found, by, day = _changed(request, number), person_of(request), day_of(request)
    may = reach.negotiation_of(number, person=by, as_of=day, permission=reach.OVERRIDE) is not None
    said: dict[str, Any] = {"reason": _text(payload.reason), "may_override": may}
    _refusing(lambda: preparing.begin(found.pk, by=by, now=datetime.now(UTC), as_of=day, **said))
    return _readiness(request, number)


def add_tactic(request: HttpRequest, number: int, payload: TacticIn) -> dict[str, Any]:  # noqa: D103 - named by its summary
    found, by, now = _changed(request, number), person_of(request), datetime.now(UTC)
    use = _refusing(
        lambda: ending.use_tactic(found.pk, tactic=payload.tactic, note=_text(payload.note), by=by, now=now)
    )
    if payload.result:
        ending.end_tactic(use, result=payload.result, by=by, now=now)
    return {"id": use.pk, "tactic": use.tactic, "phase": use.phase, "result": use.result}


def end_negotiation(request: HttpRequest, number: int, payload: EndIn) -> dict[str, Any]:  # noqa: D103 - named by its summary
    found = _changed(request, number)
    common: dict[str, Any] = {
        "note": _text(payload.note),
        "debrief": ending.Debrief(_text(payload.debrief_title), _text(payload.debrief)),
        "by": person_of(request),
        "now": datetime.now(UTC),
    }
    done = _refusing(lambda: _end(found, payload, common, today=day_of(request)))
    return {"id": done.pk, "state": done.state, "agreed": done.agreed, "agreed_hash": done.agreed_hash}


def add_to(router: Router) -> None:
    """Let programs call the operations."""
    one, change, mandate = "/negotiations/{int:number}", reach.CHANGE, reach.MANDATE
    for method, path, permission, response, summary, is_create, view in (
        ("PATCH", f"{one}/preconditions", change, ReadinessOut, "Keep preconditions", False, keep_preconditions),
        ("PUT", f"{one}/people", change, ReadinessOut, "Name a key person, or change one", False, keep_key_person),
        ("POST", f"{one}/issues", mandate, IssueKeptOut, "Put an issue on the table", True, add_issue),
        ("PUT", f"{one}/issues/{{int:issue_id}}", mandate, IssueKeptOut, "Change an issue", False, change_issue),
        ("POST", f"{one}/begin", change, ReadinessOut, "Begin a negotiation that is ready", False, begin_negotiation),
        ("POST", f"{one}/tactics", change, TacticOut, "Note a tactic that was used", True, add_tactic),
        ("POST", f"{one}/end", change, EndOut, "End with a deal, lost or stopped", False, end_negotiation),
    ):  # fmt: skip
        add = operation(
            router, method, path, permission=permission, response=response, summary=summary, is_create=is_create
        )
        add(view)


def _end(found: Negotiation, payload: EndIn, common: dict[str, Any], *, today: date) -> Negotiation:
    if payload.how == State.DEAL:
        return ending.deal(found.pk, levels={one.issue: one.level for one in payload.agreed}, **common)
    if payload.how == State.LOST:
        return ending.lose(found.pk, reason=payload.reason, lost_to=_text(payload.lost_to), **common)
    if payload.how == State.STOPPED:
        day = payload.look_again_on or today
        return ending.stop(found.pk, reason=payload.reason, look_again_on=day, **common)
    raise Problem(422, "no_end", "A negotiation ends as DEAL, LOST or STOPPED.")


def _issue(request: HttpRequest, number: int, payload: IssueIn, *, issue_id: int | None) -> dict[str, Any]:
    found = _changed(request, number, permission=reach.MANDATE)
    if issue_id and not found.issues.filter(pk=issue_id).exists():
        raise Http404
    said = payload.model_dump(exclude={"reason", "options"})
    texts = {name: _text(said[name]) for name in ("name", "unit")}
    facts = IssueFacts(**{**said, **texts, "options": [[_text(one[0]), *one[1:]] for one in payload.options]})
    known: dict[str, Any] = {"issue_id": issue_id, "reason": _text(payload.reason)}
    kept = _refusing(
        lambda: preparing.keep_issue(found.pk, facts, by=person_of(request), now=datetime.now(UTC), **known)
    )
    return {"id": kept.pk, "name": kept.name}


def _readiness(request: HttpRequest, number: int) -> dict[str, Any]:
    found = _changed(request, number)
    verdict = preparing.verdict_of(found, as_of=day_of(request))
    return {"id": found.pk, "state": found.state, "ready": verdict.passed, "missing": list(verdict.unmet)}


def _changed(request: HttpRequest, number: int, *, permission: str = reach.CHANGE) -> Negotiation:
    found = reach.negotiation_of(number, person=person_of(request), as_of=day_of(request), permission=permission)
    if found is None:
        raise Http404
    return found


def _refusing(step: Callable[[], Done]) -> Done:
    try:
        return step()
    except UnableToNegotiate as refusal:
        sentences = " ".join(refusal.sentences())
        raise Problem(422, refusal.codes[0].lower(), sentences, codes=list(refusal.codes)) from refusal


def _text(text: str) -> str:
    return text.replace("\x00", "").strip()
