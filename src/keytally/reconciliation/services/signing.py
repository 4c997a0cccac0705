"""Writes of sign-offs: freeze a reconciliation with its statement of account, or open it again with a reason."""

from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.db import transaction

from keytally.core.services import record_audit
from keytally.reconciliation import queries
from keytally.reconciliation.models import AccountStatement, Reconciliation, ResidualCase
from keytally.reconciliation.services.explained import state_of
from keytally.reconciliation.services.holding import SignedOff, hold, touched
from keytally.reconciliation.services.waiting import stop_waiting, wait

if TYPE_CHECKING:
    from keytally.core.models import User


class UnableToSign(Exception):
    """A reconciliation cannot be signed off yet: the code of the reason, and how many things are left."""

    def __init__(self, code: str, count: int = 0) -> None:
        super().__init__(code, count)
        self.code = code
        self.count = count


class UnableToReopen(Exception):
    """It is not signed off, or no reason was given; the argument is the code."""


@transaction.atomic
def sign_off(number: int, *, note: str, by: "User", now: datetime, seen: int | None = None) -> AccountStatement:
    """Freeze a reconciliation with its statement of account, or raise `UnableToSign` with what is still in the way."""
    found = hold(number, seen=seen)
    refusals = reasons_against(found, note=note)
    if refusals:
        raise refusals[0]
    statement = AccountStatement.objects.create(
        reconciliation=found,
        run_number=found.run_number,
        figures=_figures(found, by=by),
        note=note.strip()[:500],
        signed_by=by,
        signed_at=now,
    )
    stop_waiting(queries.cases_of(number).filter(state=ResidualCase.State.OPEN), by=by, now=now)
    found.state = Reconciliation.State.SIGNED
    touched(found, now=now, fields=["state"])
    after = {"run": found.run_number, "bridges": found.summary["bridges"], "statement": statement.pk}
    subject = queries.subject_of(number)
    record_audit("reconciliation.sign_off", by=by, at=now, subject=subject, reason=statement.note, after=after)
    return statement


@transaction.atomic
def reopen(number: int, *, reason: str, by: "User", now: datetime) -> Reconciliation:
    """Open a reconciliation that was signed off again; its statement stays beside the next one."""
    if not reason.strip():
        raise UnableToReopen("REASON")
    found = queries.reconciliation_for_update(number)
    statement = queries.standing_statement(number)
    if not found.is_signed or statement is None:
        raise UnableToReopen("NOT_SIGNED")
    found.state = state_of(found)
    touched(found, now=now, fields=["state"])
    AccountStatement.objects.filter(pk=statement.pk).update(
        reopened_by=by, reopened_at=now, reopen_reason=reason.strip()[:500]
    )
    wait(queries.cases_of(number), found, now=now)
    subject = queries.subject_of(number)
    before = {"statement": statement.pk, "signed_by": statement.signed_by_id}
    record_audit("reconciliation.reopen", by=by, at=now, subject=subject, reason=reason.strip(), before=before)
    return found


def reasons_against(found: Reconciliation, *, note: str = "") -> list[UnableToSign]:
    """List everything that keeps a reconciliation from being signed off."""
    if found.is_signed:
        raise SignedOff(found.pk)
    if found.is_running:
        return [UnableToSign("RUNNING")]
    if not found.has_result or not found.is_settled:
        return [UnableToSign("NOT_RUN")]
    waiting, left = queries.waiting_changes(found), len(queries.open_lines_left(found))
    rejected = sum(side.rejected for side in queries.side_counts(found.summary))
    against = []
    if waiting:
        against.append(UnableToSign("RUN_AGAIN", waiting))
    if left:
        against.append(UnableToSign("LINES_OPEN", left))
    if rejected and not note.strip():
        against.append(UnableToSign("ROWS_REJECTED", rejected))
    return against


def _figures(found: Reconciliation, *, by: "User") -> dict[str, Any]:
    account = found.account
    accepted = (
        queries.cases_of(found.pk).filter(state=ResidualCase.State.ACCEPTED).exclude(line_class="").order_by("pk")
    )
    names = ("side", "line_class", "line_words", "currency", "amount_minor", "reason")
    return {
        "name": found.name,
        "account": {
            "code": account.code,
            "name_zh": account.name_zh,
            "name_en": account.name_en,
            "legal_name": account.legal_party.name if account.legal_party else "",
            "tax_id": account.legal_party.tax_id if account.legal_party else "",
        }
        if account
        else None,
        "month": found.month,
        "period": found.period,
        "bridges": found.summary["bridges"],
        "classes": found.summary["classes"],
        "sides": found.summary["sides"],
        "accepted": list(accepted.values(*names)),
        "signed_by": str(by),
    }
