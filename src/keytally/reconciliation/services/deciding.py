"""Writes of decisions: these lines are the same thing, these are not; and taking that back."""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from django.db import transaction

from keytally.core.services import record_audit
from keytally.reconciliation import queries
from keytally.reconciliation.engine.results import Residual, Side
from keytally.reconciliation.models import Decision, Reconciliation, ResidualCase
from keytally.reconciliation.services.holding import Change, ChangedMeanwhile, hold
from keytally.reconciliation.services.lines import case_facts, line_words
from keytally.reconciliation.services.waiting import stop_waiting, wait

if TYPE_CHECKING:
    from keytally.core.models import User

MOST_PAIRS = 50


@dataclass(frozen=True, slots=True)
class Pair:
    """A line of ours and a line of theirs, by identity."""

    ours_id: str
    theirs_id: str


@dataclass(frozen=True, slots=True)
class Wish:
    """What a person wants to say of pairs, and which versions of the lines they saw."""

    pairs: Sequence[Pair]
    choice: Decision.Choice
    origin: Decision.Origin = Decision.Origin.PROPOSED
    reason: str = ""
    # Versions of cases by identity; 0 for a line that nobody had touched.
    seen: Mapping[str, int] | None = None


class UnableToDecide(Exception):
    """A decision is refused; the argument is the code of the reason."""


@transaction.atomic
def decide(number: int, *, wish: Wish, by: "User", now: datetime) -> list[Decision]:
    """Keep what a person says of pairs, or raise `UnableToDecide`, `ChangedMeanwhile` or `SignedOff`."""
    found = hold(number)
    if not wish.pairs or len(wish.pairs) > MOST_PAIRS:
        raise UnableToDecide("NO_PAIR" if not wish.pairs else "TOO_MANY")
    lines = _lines(found, wish)
    cases = [_case(found, line, by=by, now=now) for line in lines.values()]
    refuse_stale(cases, seen=wish.seen, by=by)
    _refuse_contradiction(number, wish)
    stroke = uuid.uuid4().hex
    made = [_decide_pair(found, pair, wish=wish, lines=lines, stroke=stroke, by=by, now=now) for pair in wish.pairs]
    state = ResidualCase.State.DONE if wish.choice == Decision.Choice.ACCEPT else ResidualCase.State.OPEN
    action = f"residual.{wish.choice.lower()}"
    for case in cases:
        case.state = state
        touch(case, action=action, by=by, now=now)
    _let_wait(cases, found, by=by, now=now)
    facts = [{"ours": one.ours_words, "theirs": one.theirs_words} for one in made]
    after = {"pairs": facts, "origin": wish.origin, "run": found.run_number}
    subject = queries.subject_of(number)
    record_audit(action, by=by, at=now, subject=subject, reason=wish.reason, after=after)
    return made


@transaction.atomic
def take_back(number: int, *, stroke: str, by: "User", now: datetime) -> int:
    """Take back what was decided at one stroke; answers how many pairs it was about."""
    found = hold(number)
    standing = queries.standing_decisions(number).filter(stroke=stroke)
    decisions = list(standing)
    Decision.objects.filter(pk__in=[one.pk for one in decisions]).update(withdrawn_by=by, withdrawn_at=now)
    ids = {one.ours_id for one in decisions} | {one.theirs_id for one in decisions}
    cases = list(queries.cases_for_update(number, line_ids=ids))
    for case in cases:
        case.state = ResidualCase.State.OPEN
        touch(case, action="residual.take_back", by=by, now=now)
    _let_wait(cases, found, by=by, now=now)
    if decisions:
        before = [{"ours": one.ours_words, "theirs": one.theirs_words, "choice": one.choice} for one in decisions]
        subject = queries.subject_of(number)
        record_audit("residual.take_back", by=by, at=now, subject=subject, before={"pairs": before})
    return len(decisions)


def refuse_stale(cases: Sequence[ResidualCase], *, seen: Mapping[str, int] | None, by: "User") -> None:
    """Raise `ChangedMeanwhile` where a case is not at the version a person saw."""
    for case in cases:
        expected = (seen or {}).get(case.line_id)
        if expected is not None and expected != case.version:
            raise ChangedMeanwhile(Change(str(case.changed_by), case.last_action, case.changed_at))


def touch(case: ResidualCase, *, action: str, by: "User", now: datetime) -> None:
    """Save a held case as the next version of it."""
    case.version += 1
    case.changed_by, case.changed_at, case.last_action = by, now, action
    case.save()


def _let_wait(cases: Sequence[ResidualCase], found: Reconciliation, *, by: "User", now: datetime) -> None:
    """Let what was decided wait for nobody any more, and what is open again for whoever it was given to."""
    wait(cases, found, now=now)
    stop_waiting([case for case in cases if case.state != ResidualCase.State.OPEN], by=by, now=now)


def _lines(found: Reconciliation, wish: Wish) -> dict[tuple[Side, str], Residual]:
    wanted = {(Side.OURS, pair.ours_id) for pair in wish.pairs} | {(Side.THEIRS, pair.theirs_id) for pair in wish.pairs}
    known = queries.lines_by_id(found, [line_id for _side, line_id in wanted])
    if wanted - known.keys():
        raise UnableToDecide("NO_LINE")
    lines = {key: known[key] for key in sorted(wanted)}
    if len({line.currency for line in lines.values()}) > 1:
        raise UnableToDecide("CURRENCIES")
    return lines


def _case(found: Reconciliation, line: Residual, *, by: "User", now: datetime) -> ResidualCase:
    facts = {**case_facts(line), "opened_at": now, "changed_at": now, "changed_by": by}
    case, _is_new = ResidualCase.objects.select_for_update().get_or_create(
        reconciliation=found, side=line.side.value, line_id=line.id, defaults=facts
    )
    return case


def _refuse_contradiction(number: int, wish: Wish) -> None:
    """Refuse to accept a line that stands accepted with another already, unless it is the same pair again."""
    if wish.choice != Decision.Choice.ACCEPT:
        return
    pairs = {(pair.ours_id, pair.theirs_id) for pair in wish.pairs}
    ids = {one for pair in pairs for one in pair}
    accepted = queries.decisions_about(number, ids).filter(choice=Decision.Choice.ACCEPT)
    if any((one.ours_id, one.theirs_id) not in pairs for one in accepted):
        raise UnableToDecide("ALREADY_ACCEPTED")


def _decide_pair(
    found: Reconciliation,
    pair: Pair,
    *,
    wish: Wish,
    lines: Mapping[tuple[Side, str], Residual],
    stroke: str,
    by: "User",
    now: datetime,
) -> Decision:
    standing = queries.standing_decisions(found.pk).filter(ours_id=pair.ours_id, theirs_id=pair.theirs_id).first()
    if standing is not None and standing.choice == wish.choice:
        return standing
    if standing is not None:
        Decision.objects.filter(pk=standing.pk).update(withdrawn_by=by, withdrawn_at=now)
    return Decision.objects.create(
        reconciliation=found,
        ours_id=pair.ours_id,
        theirs_id=pair.theirs_id,
        choice=wish.choice,
        origin=wish.origin,
        stroke=stroke,
        reason=wish.reason,
        run_number=found.run_number,
        ours_words=line_words(lines[Side.OURS, pair.ours_id].line),
        theirs_words=line_words(lines[Side.THEIRS, pair.theirs_id].line),
        decided_by=by,
        decided_at=now,
    )
