"""Writes of what corrections teach: propose a rule, replay it on past runs, keep it from a day on, withdraw it."""

import shutil
from collections.abc import Mapping
from dataclasses import asdict
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.db import IntegrityError, transaction

from keytally.core.services import record_audit
from keytally.kernel.periods import Period
from keytally.reconciliation import queries, understanding
from keytally.reconciliation.engine.history import LeftLine, lines_of_ids
from keytally.reconciliation.engine.replay import Replay, replayed
from keytally.reconciliation.models import Decision, LearnedRule, Reconciliation
from keytally.reconciliation.queries import learned
from keytally.reconciliation.queries.settlement import chain_of
from keytally.reconciliation.rules.code_layers import CodeRow, layered
from keytally.reconciliation.rules.lessons import Lesson, LessonKind, Side, agreeing, lessons
from keytally.reconciliation.services.maps import ITEMS, ROLL_UP, STORES, codes_in, maps_folder, write_codes

if TYPE_CHECKING:
    from keytally.core.models import User

_MAPS = {LessonKind.STORE_CODE: ("store_map", STORES), LessonKind.ITEM_CODE: ("item_map", ITEMS)}


class UnableToLearn(Exception):
    """A rule cannot be kept, refused or withdrawn; the argument is the code of the reason."""


@transaction.atomic
def propose(number: int, *, now: datetime) -> list[LearnedRule]:
    """Propose what the pairs that people made in a reconciliation teach of its chain; answer what is new."""
    found = queries.reconciliation(number)
    if found.account is None:
        return []
    new = []
    for lesson, pairs in _lessons(found).items():
        rule, is_new = LearnedRule.objects.get_or_create(
            account_id=chain_of(found.account),
            kind=lesson.kind,
            given=lesson.given[:200],
            meaning=("" if lesson.kind is LessonKind.NUMBER_SHAPE else lesson.meaning)[:200],
            defaults={"learned_from": found, "pairs": pairs, "proposed_at": now},
        )
        if is_new:
            new.append(rule)
        elif rule.state == LearnedRule.State.PROPOSED and rule.pairs < pairs:
            LearnedRule.objects.filter(pk=rule.pk).update(pairs=pairs)
    return new


def _lessons(found: Reconciliation) -> dict[Lesson, int]:
    """Say what each accepted pair teaches, and how many pairs teach it."""
    accepted = list(queries.standing_decisions(found.pk).filter(choice=Decision.Choice.ACCEPT))
    taught: list[Lesson] = []
    for run in sorted({one.run_number for one in accepted}):
        pairs = [(one.ours_id, one.theirs_id) for one in accepted if one.run_number == run]
        known = lines_of_ids(queries.run_folder(found.pk, run) / "pages", {key for pair in pairs for key in pair})
        maps = maps_folder(found, run=run)
        stores = {row.theirs: row.ours for row in codes_in(maps / STORES)}
        items = {row.theirs: row.ours for row in codes_in(maps / ITEMS)}
        shapes = understanding.from_text(found.profile_text).theirs.document_shapes
        for ours, theirs in pairs:
            if ours in known and theirs in known:
                mine, other = _side(known[ours]), _side(known[theirs])
                taught += lessons(mine, other, stores=stores, items=items, shapes=shapes)
    plain = [Lesson(one.kind, one.given, "") if one.kind is LessonKind.NUMBER_SHAPE else one for one in taught]
    return {one: plain.count(one) for one in agreeing(plain)}


def _side(line: LeftLine) -> Side:
    return Side(line.store or None, line.item or None, (line.order_no or None, line.doc_no or None))


def preview(number: int, *, scratch: Path, now: datetime) -> list[dict[str, Any]]:
    """Replay a rule on the last runs of its chain, and keep what it would have changed in each."""
    rule = LearnedRule.objects.select_related("learned_from__account").get(pk=number)
    rows = []
    for found in learned.runs_to_replay(rule.learned_from):
        folder = scratch / f"replay-{rule.pk}-{found.pk}"
        shutil.rmtree(folder, ignore_errors=True)
        changes = replayed(queries.pages_folder(found), _replay(rule, found, folder=folder), scratch=folder)
        shutil.rmtree(folder, ignore_errors=True)
        rows.append(
            {
                "reconciliation": found.pk,
                "name": found.name,
                "month": found.month,
                "changes": [asdict(one) for one in changes],
            }
        )
    LearnedRule.objects.filter(pk=number).update(preview=rows, previewed_at=now)
    return rows


def _replay(rule: LearnedRule, found: Reconciliation, *, folder: Path) -> Replay:
    """Compare a run's open lines by the tables it followed, and by the same with the rule on top."""
    folder.mkdir(parents=True, exist_ok=True)
    followed = maps_folder(found)
    names = {"store_map": STORES, "item_map": ITEMS, "roll_up": ROLL_UP}
    before = {name: followed / file for name, file in names.items() if (followed / file).is_file()}
    after, kind = dict(before), LessonKind(rule.kind)
    shapes = understanding.from_text(found.profile_text).theirs.document_shapes
    if kind in _MAPS:
        name, file = _MAPS[kind]
        rows = layered([[CodeRow(rule.meaning, rule.given)], codes_in(followed / file)])
        after[name] = write_codes(folder / file, rows)
    match = understanding.with_match(
        understanding.from_text(found.profile_text),
        measure=found.measure,
        tolerance=found.tolerance,
        window_days=found.window_days,
    ).match
    with_rule = (*shapes, rule.given) if kind is LessonKind.NUMBER_SHAPE else shapes
    return Replay(match, found.period or None, before, after, shapes, with_rule)


@transaction.atomic
def keep(number: int, *, starts_on: date | None, by: "User", now: datetime) -> LearnedRule:
    """Keep a proposed rule from a day on, by default the month it was learned in; or raise `UnableToLearn`."""
    rule = _proposed(number)
    if rule.previewed_at is None:
        raise UnableToLearn("NO_PREVIEW")
    month = rule.learned_from.month
    rule.starts_on = starts_on or (Period.month(month).starts_on if month else now.date())
    rule.ends_before = None
    return _decide(rule, LearnedRule.State.KEPT, by=by, now=now)


@transaction.atomic
def refuse(number: int, *, reason: str, by: "User", now: datetime) -> LearnedRule:
    """Refuse a proposed rule; it is not proposed again."""
    return _decide(_proposed(number), LearnedRule.State.REFUSED, by=by, now=now, reason=reason)


@transaction.atomic
def withdraw(number: int, *, ends_before: date, reason: str, by: "User", now: datetime) -> LearnedRule:
    """Withdraw a kept rule: lines from a day on no longer follow it, those before it still do."""
    rule = learned.rule_for_update(number)
    if rule.state != LearnedRule.State.KEPT or rule.starts_on is None:
        raise UnableToLearn("NOT_KEPT")
    rule.ends_before = ends_before if ends_before > rule.starts_on else None
    if rule.ends_before is None:
        rule.starts_on = None
    return _decide(rule, LearnedRule.State.WITHDRAWN, by=by, now=now, reason=reason)


def _proposed(number: int) -> LearnedRule:
    rule = learned.rule_for_update(number)
    if rule.state != LearnedRule.State.PROPOSED:
        raise UnableToLearn("DECIDED")
    return rule


def _decide(rule: LearnedRule, state: LearnedRule.State, *, by: "User", now: datetime, reason: str = "") -> LearnedRule:
    before = {"state": rule.state}
    rule.state, rule.decided_by, rule.decided_at, rule.reason = state, by, now, reason.strip()[:500]
    try:
        with transaction.atomic():
            rule.save()
    except IntegrityError as error:
        raise UnableToLearn("KNOWN_OTHERWISE") from error
    after: Mapping[str, Any] = {
        "state": state,
        "rule": str(rule),
        "kind": rule.kind,
        "from": rule.starts_on and rule.starts_on.isoformat(),
        "until_before": rule.ends_before and rule.ends_before.isoformat(),
    }
    subject = queries.subject_of(rule.learned_from_id)
    record_audit("learned_rule.decide", by=by, at=now, subject=subject, reason=rule.reason, before=before, after=after)
    return rule
