"""Keep how a chain settles, what was promised (J02), and the five steps of development (K03)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING

from django.db import transaction

from keytally.accounts.labels import PlanStep, PromiseKind, PromiseState
from keytally.accounts.models import (
    AccountNode,
    AccountPromise,
    Contact,
    DevelopmentStep,
    SettlementProcedure,
    SettlementStep,
)
from keytally.accounts.refusals import UnableToKeepAccount
from keytally.accounts.services.warnings import promise_answered
from keytally.accounts.subjects import account
from keytally.core.clock import business_date
from keytally.core.services import record_audit

if TYPE_CHECKING:
    from keytally.core.models import User


@dataclass(frozen=True, slots=True)
class Item:
    """An item of a settlement procedure: the day of the month if it has one, and what is done."""

    day: int | None
    name_zh: str
    name_en: str = ""


@dataclass(frozen=True, slots=True)
class Pledge:
    """What is promised and what is asked in return."""

    kind: PromiseKind
    promised: str
    asked_in_return: str
    due_on: date
    contact: Contact | None = None


@transaction.atomic
def set_procedure(
    node: AccountNode, *, items: Sequence[Item], starts_on: date, by: "User | None", now: datetime
) -> SettlementProcedure:
    """Keep how a chain settles from a day on; what held before stays readable."""
    if not items:
        raise UnableToKeepAccount("PROCEDURE_EMPTY")
    latest = SettlementProcedure.objects.select_for_update().filter(node=node, ends_before=None).first()
    if latest and starts_on <= latest.starts_on:
        raise UnableToKeepAccount(("PROCEDURE_NOT_LATER", {"latest": latest.starts_on}))
    if latest:
        latest.ends_before = starts_on
        latest.save(update_fields=["ends_before"])
    kept = SettlementProcedure.objects.create(node=node, starts_on=starts_on)
    SettlementStep.objects.bulk_create(
        SettlementStep(procedure=kept, position=place, day=item.day, name_zh=item.name_zh, name_en=item.name_en)
        for place, item in enumerate(items, start=1)
    )
    after = {"from": starts_on.isoformat(), "steps": [[item.day, item.name_zh] for item in items]}
    record_audit("account.procedure", by=by, at=now, subject=account(node.pk), after=after)
    return kept


@transaction.atomic
def promise(
    node: AccountNode, *, pledge: Pledge, owner: "User", by: "User | None", on: date, now: datetime
) -> AccountPromise:
    """Write down what was promised, by when, and what was asked in return."""
    if not pledge.promised.strip() or not pledge.asked_in_return.strip():
        raise UnableToKeepAccount("REASON_MISSING")
    kept = AccountPromise.objects.create(
        node=node,
        contact=pledge.contact,
        kind=pledge.kind,
        promised=pledge.promised.strip(),
        asked_in_return=pledge.asked_in_return.strip(),
        promised_on=on,
        due_on=pledge.due_on,
        owner=owner,
    )
    after = {"promise": kept.pk, "what": kept.promised, "due": kept.due_on.isoformat()}
    record_audit("account.promise", by=by, at=now, subject=account(node.pk), after=after)
    return kept


@transaction.atomic
def answer_promise(
    given: AccountPromise, *, state: PromiseState, evidence: str, by: "User", on: date, now: datetime
) -> None:
    """Say what became of a promise, with evidence."""
    if state is PromiseState.OPEN:
        raise UnableToKeepAccount("ANSWER_OPEN")
    if given.state != PromiseState.OPEN:
        raise UnableToKeepAccount(("ALREADY_ANSWERED", {"day": given.answered_on}))
    if not evidence.strip():
        raise UnableToKeepAccount("REASON_MISSING")
    given.state, given.evidence, given.answered_on = state, evidence.strip(), on
    given.save(update_fields=["state", "evidence", "answered_on"])
    promise_answered(given, now=now)
    after = {"promise": given.pk, "state": state, "evidence": given.evidence}
    record_audit("account.promise_answer", by=by, at=now, subject=account(given.node_id), after=after)


@transaction.atomic
def set_development_step(
    node: AccountNode,
    *,
    step: PlanStep,
    evidence: str,
    owner: "User",
    due_on: date | None,
    done_on: date | None,
    by: "User | None",
    now: datetime,
) -> DevelopmentStep:
    """Keep where one of the five steps stands; done only with evidence."""
    if done_on and not evidence.strip():
        raise UnableToKeepAccount("STEP_NEEDS_EVIDENCE")
    if done_on and done_on > business_date(now):
        raise UnableToKeepAccount(("EVIDENCE_IN_FUTURE", {"day": done_on}))
    kept, _is_new = DevelopmentStep.objects.update_or_create(
        node=node,
        step=step,
        defaults={"evidence": evidence.strip(), "owner": owner, "due_on": due_on, "done_on": done_on},
    )
    after = {"step": step, "evidence": kept.evidence, "done_on": done_on.isoformat() if done_on else None}
    record_audit("account.development", by=by, at=now, subject=account(node.pk), after=after)
    return kept
