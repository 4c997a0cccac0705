"""A request begins: from a capability about a thing of its own, or typed by a person."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from typing import IO, TYPE_CHECKING

from django.db import IntegrityError, transaction

from keytally.approvals import definitions
from keytally.approvals.models import SUBJECT_KIND, Request
from keytally.approvals.queries import requests as queries
from keytally.approvals.queries.contents import file_hashes, typed_hash
from keytally.approvals.rules.resolving import reason
from keytally.approvals.rules.routing import Question, Route, route
from keytally.approvals.rules.workflow import Value, Workflow
from keytally.approvals.rules.workflow_data import write_value
from keytally.approvals.services import telling
from keytally.approvals.services.errors import UnableToDecide, UnableToSubmit
from keytally.approvals.services.routes import lay, open_next, submit_steps, written
from keytally.core.clock import business_date
from keytally.core.services import keep_attachment, record_audit
from keytally.core.subjects import Subject
from keytally.kernel.money import Money
from keytally.people.queries.organisation import organisation

if TYPE_CHECKING:
    from keytally.core.models import User

CHUNK = 1 << 16


@dataclass(frozen=True, slots=True)
class Details:
    """What a request may say beside what every request says."""

    account_name: str = ""
    text: str = ""
    # The place in the organisation that it is about; the requester's own where nothing else is said.
    subject_position: int | None = None
    key: str | None = None


@dataclass(frozen=True, slots=True)
class File:
    """A file that comes with a request."""

    name: str
    content: IO[bytes]


@dataclass(frozen=True, slots=True)
class Draft:
    """A request as a person typed it."""

    title: str
    position: int
    amount: Money | None = None
    facts: Mapping[str, Value] = field(default_factory=dict)
    details: Details = field(default_factory=Details)
    files: Sequence[File] = ()


@transaction.atomic
def submit(  # noqa: PLR0913 - the call that every capability makes, agreed
    kind: str,
    *,
    subject: Subject,
    title: str,
    amount: Money | None,
    facts: Mapping[str, Value],
    content_hash: str,
    by: "User",
    position: int,
    now: datetime,
    details: Details | None = None,
) -> Request:
    """Ask for agreement to a thing of a capability, or raise `UnableToSubmit` with every reason.

    The same request sent again while it runs is the one that runs.
    """
    running = _running_alike(subject, kind=kind, content_hash=content_hash, by=by)
    if running is not None:
        return running
    draft = Draft(title, position, amount, facts, details or Details())
    found = _routed(kind, draft, by=by, now=now)
    try:
        with transaction.atomic():
            request = _kept(kind, draft, by=by, now=now, subject=subject, level=found.level)
    except IntegrityError:
        # Somebody was first by the blink of an eye.
        running = _running_alike(subject, kind=kind, content_hash=content_hash, by=by)
        if running is None:
            raise
        return running
    return _begin(request, found, content_hash=content_hash, by=by, now=now)


@transaction.atomic
def start(kind: str, *, draft: Draft, by: "User", now: datetime) -> Request:
    """Ask for agreement to what a person typed, or raise `UnableToSubmit`; the same form sent twice asks once."""
    key = draft.details.key or ""
    known = queries.request_with_key(key, person=by)
    if known is not None:
        return known
    found = _routed(kind, draft, by=by, now=now)
    try:
        with transaction.atomic():
            request = _kept(kind, draft, by=by, now=now, subject=Subject(SUBJECT_KIND, 0), level=found.level)
    except IntegrityError:
        # The other click was first by the blink of an eye.
        known = queries.request_with_key(key, person=by)
        if known is None:
            raise
        return known
    Request.objects.filter(pk=request.pk).update(subject_id=request.pk)
    request.subject_id = request.pk
    _keep_files(request, draft.files, by=by, now=now)
    content_hash = typed_hash(request, files=file_hashes(request.pk))
    return _begin(request, found, content_hash=content_hash, by=by, now=now)


@transaction.atomic
def resubmit(request_id: int, *, draft: Draft, content_hash: str, by: "User", now: datetime) -> Request:
    """Send a request of a capability again as a new round, or raise `UnableToSubmit` or `UnableToDecide`."""
    request = _returned(request_id, by=by)
    _running_alike(Subject(request.subject_kind, request.subject_id), kind=request.kind, content_hash="", by=by)
    found = _change(request, draft, by=by, now=now)
    return _begin(request, found, content_hash=content_hash, by=by, now=now)


@transaction.atomic
def start_again(request_id: int, *, draft: Draft, by: "User", now: datetime) -> Request:
    """Send what a person typed again as a new round; new files come to those that are there."""
    request = _returned(request_id, by=by)
    found = _change(request, draft, by=by, now=now)
    _keep_files(request, draft.files, by=by, now=now)
    content_hash = typed_hash(request, files=file_hashes(request.pk))
    return _begin(request, found, content_hash=content_hash, by=by, now=now)


def preview(kind: str, *, draft: Draft, by: "User", now: datetime) -> Route:
    """Compute the route that a request would take, without asking anybody."""
    known = definitions.in_force(kind, as_of=business_date(now))
    return _route(known.workflow, draft, by=by, now=now)


def _running_alike(subject: Subject, *, kind: str, content_hash: str, by: "User") -> Request | None:
    """Find the same request if it runs already; refuse where another about the same thing does."""
    running = queries.running_about(subject, kind=kind)
    if running is not None and (running.content_hash != content_hash or running.requester_id != by.pk):
        raise UnableToSubmit([reason("RUNS_ALREADY", request=running.pk)])
    return running


def _routed(kind: str, draft: Draft, *, by: "User", now: datetime) -> Route:
    known = definitions.in_force(kind, as_of=business_date(now))
    if known.needs_acceptance:
        raise UnableToSubmit([reason("LIMITS_NOT_ACCEPTED", kind=kind)])
    return _standing(_route(known.workflow, draft, by=by, now=now))


def _route(workflow: Workflow, draft: Draft, *, by: "User", now: datetime) -> Route:
    question = Question(
        requester=by.pk,
        position=draft.position,
        subject_position=draft.details.subject_position or draft.position,
        amount=draft.amount,
        facts=draft.facts,
    )
    return route(workflow, question, organisation=organisation(as_of=business_date(now)))


def _standing(found: Route) -> Route:
    if not found.stands:
        raise UnableToSubmit(found.refusals)
    return found


def _kept(kind: str, draft: Draft, *, by: "User", now: datetime, subject: Subject, level: int | None) -> Request:
    """Keep the row of a new request; its content hash is written last, and then nothing changes any more."""
    return Request.objects.create(
        kind=kind,
        rules=definitions.used(kind, as_of=business_date(now), now=now),
        requester=by,
        subject_kind=subject.kind,
        subject_id=subject.id,
        submitted_at=now,
        level=level,
        key=draft.details.key,
        **_typed(draft),
    )


def _typed(draft: Draft) -> dict[str, object]:
    return {
        "position_id": draft.position,
        "subject_position_id": draft.details.subject_position or draft.position,
        "title": draft.title,
        "account_name": draft.details.account_name,
        "text": draft.details.text,
        "amount_minor": draft.amount.minor if draft.amount else None,
        "currency": draft.amount.currency if draft.amount else "",
        "facts": {key: write_value(value) for key, value in draft.facts.items()},
    }


def _keep_files(request: Request, files: Iterable[File], *, by: "User", now: datetime) -> None:
    for file in files:
        chunks = iter(partial(file.content.read, CHUNK), b"")
        keep_attachment(chunks, name=file.name, subject=telling.subject_of(request), by=by, now=now)


def _returned(request_id: int, *, by: "User") -> Request:
    request = queries.request_for_update(request_id)
    if request.requester_id != by.pk:
        raise UnableToDecide("NOT_YOURS")
    if not request.may_be_sent_again:
        raise UnableToDecide("NOT_RETURNED")
    return request


def _change(request: Request, draft: Draft, *, by: "User", now: datetime) -> Route:
    """Change a request that came back; it keeps the workflow it began with."""
    found = _standing(_route(definitions.workflow_of(request.rules), draft, by=by, now=now))
    before = {key: getattr(request, key) for key in _typed(draft)}
    for key, value in _typed(draft).items():
        setattr(request, key, value)
    request.round += 1
    request.level, request.submitted_at, request.ended_at = found.level, now, None
    request.save(update_fields=[*_typed(draft), "round", "level", "submitted_at"])
    after = {key: getattr(request, key) for key in before}
    changed = {key for key in after if after[key] != before[key]}
    record_audit(
        "approval.change",
        by=by,
        at=now,
        subject=telling.subject_of(request),
        before={key: before[key] for key in sorted(changed)},
        after={key: after[key] for key in sorted(changed)},
    )
    telling.close_own(request, by=by, now=now)
    return found


def _begin(request: Request, found: Route, *, content_hash: str, by: "User", now: datetime) -> Request:
    request.content_hash = content_hash
    request.state, request.ended_at = Request.State.RUNNING, None
    request.left_out = [{"left_step": left.step, **written([left.reason])[0]} for left in found.left_out]
    request.save(update_fields=["content_hash", "state", "ended_at", "left_out"])
    lay(request, found.steps)
    submit_steps(request, found, by=by, now=now)
    record_audit(
        "approval.submit",
        by=by,
        at=now,
        subject=telling.subject_of(request),
        after={
            "kind": request.kind,
            "round": request.round,
            "rules": request.rules_id,
            "amount_minor": request.amount_minor,
            "currency": request.currency,
            "level": found.level,
            "content_hash": content_hash,
        },
    )
    open_next(request, by=by, now=now)
    return request
