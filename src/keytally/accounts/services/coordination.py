"""Raise what another department of ours has to settle for an account, and say what came of it (S13)."""

from dataclasses import dataclass
from datetime import date, datetime, time
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import transaction

from keytally.accounts.labels import Department, MatterState
from keytally.accounts.models import AccountNode, Contact, CoordinationMatter
from keytally.accounts.refusals import UnableToKeepAccount
from keytally.accounts.subjects import MATTER, account
from keytally.core.services import record_audit
from keytally.core.subjects import Subject
from keytally.worklist.services import close_item, open_item

if TYPE_CHECKING:
    from keytally.core.models import User

RAISED = "accounts.matter_raised"


@dataclass(frozen=True, slots=True)
class Matter:
    """What is to be settled, by which department, by when, and who at the account asked."""

    department: Department
    matter: str
    due_on: date
    contact: Contact | None = None


@transaction.atomic
def raise_matter(
    node: AccountNode, *, matter: Matter, owner: "User", by: "User | None", on: date, now: datetime
) -> CoordinationMatter:
    """Write down what is to be settled and let it wait for whoever sees to it."""
    if not matter.matter.strip():
        raise UnableToKeepAccount("REASON_MISSING")
    if matter.due_on < on:
        raise UnableToKeepAccount(("MATTER_DUE_BEFORE", {"day": on}))
    kept = CoordinationMatter.objects.create(
        node=node,
        contact=matter.contact,
        department=matter.department,
        matter=matter.matter.strip(),
        raised_on=on,
        raised_by=by,
        due_on=matter.due_on,
        owner=owner,
    )
    _let_wait(kept, now=now)
    after = {"matter": kept.pk, "what": kept.matter, "department": matter.department, "due": kept.due_on.isoformat()}
    record_audit("account.matter", by=by, at=now, subject=account(node.pk), after=after)
    return kept


@transaction.atomic
def answer_matter(
    given: CoordinationMatter, *, state: MatterState, answer: str, by: "User", on: date, now: datetime
) -> None:
    """Say what came of it; once said it stands."""
    given = CoordinationMatter.objects.select_for_update().get(pk=given.pk)
    if given.state != MatterState.OPEN:
        raise UnableToKeepAccount(("MATTER_ANSWERED", {"day": given.answered_on}))
    if state is MatterState.OPEN or not answer.strip():
        raise UnableToKeepAccount("REASON_MISSING")
    given.state, given.answer, given.answered_on = state, answer.strip(), on
    given.save(update_fields=["state", "answer", "answered_on"])
    close_item(kind=RAISED, subject=Subject(MATTER, given.pk), now=now)
    after = {"matter": given.pk, "state": state, "answer": given.answer}
    record_audit("account.matter_answer", by=by, at=now, subject=account(given.node_id), after=after)


def _let_wait(matter: CoordinationMatter, *, now: datetime) -> None:
    open_item(
        kind=RAISED,
        subject=Subject(MATTER, matter.pk),
        owner=matter.owner,
        deadline=datetime.combine(matter.due_on, time(18), tzinfo=ZoneInfo(settings.TIME_ZONE)),
        reason_code="RAISED",
        parameters={"account": matter.node.name_zh, "matter": matter.matter},
        now=now,
    )
