"""Writes of residual cases: give a line to a person, accept it with a reason, write and attach."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from django.db import transaction

from keytally.core.services import keep_attachment, record_audit
from keytally.core.subjects import Subject, may_see
from keytally.reconciliation import queries
from keytally.reconciliation.engine.results import Residual, Side
from keytally.reconciliation.models import Reconciliation, ResidualCase, ResidualComment
from keytally.reconciliation.services.deciding import refuse_stale, touch
from keytally.reconciliation.services.explained import restate
from keytally.reconciliation.services.holding import hold
from keytally.reconciliation.services.lines import case_facts
from keytally.reconciliation.services.waiting import stop_waiting, wait

if TYPE_CHECKING:
    from keytally.core.models import Attachment, User

MOST_AT_ONCE = 500
MOST_ATTACHMENTS = 20
LONGEST_COMMENT = 2000


@dataclass(frozen=True, slots=True)
class LineKey:
    """A line of a run, and the version of its case that a person saw; None where it does not matter."""

    side: str
    line_id: str
    seen: int | None = None


class UnableToHandle(Exception):
    """A case cannot be handled so; the argument is the code of the reason."""


@transaction.atomic
def assign(
    number: int, *, keys: Sequence[LineKey], to: "User | None", deadline: date | None, by: "User", now: datetime
) -> list[ResidualCase]:
    """Give lines to a person by a deadline, or to nobody; they become things that wait for that person."""
    found = hold(number)
    _refuse_stranger(found, to, as_of=now.date())
    cases = _cases(found, keys, by=by, now=now)
    stop_waiting(cases, by=by, now=now)
    for case in cases:
        before = _duty(case)
        case.assignee, case.deadline = to, deadline
        touch(case, action="residual.assign", by=by, now=now)
        after = {
            "line": case.line_words,
            "assignee": to.pk if to else None,
            "deadline": deadline and deadline.isoformat(),
        }
        _record(found, "residual.assign", case, by=by, now=now, before=before, after=after)
    wait(cases, found, now=now)
    return cases


@transaction.atomic
def accept_open(number: int, *, keys: Sequence[LineKey], reason: str, by: "User", now: datetime) -> list[ResidualCase]:
    """Accept lines as they are, with a reason, so that they do not keep the reconciliation from being signed off."""
    if not reason.strip():
        raise UnableToHandle("REASON")
    found = hold(number)
    cases = _cases(found, keys, by=by, now=now)
    for case in cases:
        case.state, case.reason = ResidualCase.State.ACCEPTED, reason.strip()[:500]
        touch(case, action="residual.accept_open", by=by, now=now)
        _record(found, "residual.accept_open", case, by=by, now=now, reason=case.reason)
    stop_waiting(cases, by=by, now=now)
    restate(found)
    return cases


@transaction.atomic
def set_state(number: int, *, keys: Sequence[LineKey], state: ResidualCase.State, by: "User", now: datetime) -> None:
    """Call lines done, or open again."""
    found = hold(number)
    cases = _cases(found, keys, by=by, now=now)
    for case in cases:
        case.state = state
        touch(case, action=f"residual.{state.lower()}", by=by, now=now)
        _record(found, f"residual.{state.lower()}", case, by=by, now=now)
    if state == ResidualCase.State.OPEN:
        wait(cases, found, now=now)
    else:
        stop_waiting(cases, by=by, now=now)
    restate(found)


@transaction.atomic
def comment(number: int, *, key: LineKey, text: str, by: "User", now: datetime) -> ResidualComment:
    """Write something about a line."""
    words = text.strip()[:LONGEST_COMMENT]
    if not words:
        raise UnableToHandle("TEXT")
    found = hold(number)
    case = _cases(found, [key], by=by, now=now)[0]
    written = ResidualComment.objects.create(case=case, text=words, written_by=by, written_at=now)
    _record(found, "residual.comment", case, by=by, now=now, after={"line": case.line_words, "text": words})
    return written


@transaction.atomic
def attach(number: int, *, key: LineKey, name: str, chunks: Iterable[bytes], by: "User", now: datetime) -> "Attachment":
    """Attach a file to a line; it is read with the permission for its reconciliation."""
    found = hold(number)
    case = _cases(found, [key], by=by, now=now)[0]
    subject = queries.subject_of_case(case.pk)
    if queries.attachments_of_case(case.pk).count() >= MOST_ATTACHMENTS:
        raise UnableToHandle("TOO_MANY_FILES")
    kept = keep_attachment(chunks, name=name, subject=subject, by=by, now=now)
    _record(found, "residual.attach", case, by=by, now=now, after={"line": case.line_words, "file": kept.name})
    return kept


def _duty(case: ResidualCase) -> dict[str, Any]:
    return {"assignee": case.assignee_id, "deadline": case.deadline.isoformat() if case.deadline else None}


def _refuse_stranger(found: Reconciliation, to: "User | None", *, as_of: date) -> None:
    if to is not None and not may_see(to, subject=queries.subject_of(found.pk), as_of=as_of):
        raise UnableToHandle("CANNOT_SEE")


def _cases(found: Reconciliation, keys: Sequence[LineKey], *, by: "User", now: datetime) -> list[ResidualCase]:
    if not keys or len(keys) > MOST_AT_ONCE:
        raise UnableToHandle("NO_LINE" if not keys else "TOO_MANY")
    lines = queries.lines_by_id(found, [key.line_id for key in keys])
    cases = []
    for key in keys:
        line = lines.get((Side(key.side), key.line_id))
        case = queries.case_for_update(found.pk, side=key.side, line_id=key.line_id)
        if line is None and case is None:
            raise UnableToHandle("NO_LINE")
        case = case or _new_case(found, line, by=by, now=now)
        refuse_stale([case], seen={key.line_id: key.seen} if key.seen is not None else None, by=by)
        cases.append(case)
    return cases


def _new_case(found: Reconciliation, line: Residual | None, *, by: "User", now: datetime) -> ResidualCase:
    if line is None:
        raise UnableToHandle("NO_LINE")
    facts = {**case_facts(line), "opened_at": now, "changed_at": now, "changed_by": by}
    case, _is_new = ResidualCase.objects.select_for_update().get_or_create(
        reconciliation=found, side=line.side.value, line_id=line.id, defaults=facts
    )
    return case


def _record(
    found: Reconciliation,
    action: str,
    case: ResidualCase,
    *,
    by: "User",
    now: datetime,
    reason: str = "",
    before: Mapping[str, Any] | None = None,
    after: Mapping[str, Any] | None = None,
) -> None:
    subject: Subject = queries.subject_of(found.pk)
    kept = after or {"line": case.line_words, "state": case.state}
    record_audit(action, by=by, at=now, subject=subject, reason=reason, before=before, after=kept)
