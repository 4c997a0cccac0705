"""Write down what was given to an account (K06); what was wrong is taken back with a reason, never deleted."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING

from django.db import transaction

from keytally.accounts.subjects import account
from keytally.core.services import record_audit
from keytally.playbook.labels import ValueKind
from keytally.playbook.models import ValueGiven
from keytally.playbook.refusals import UnableToKeepEntry

if TYPE_CHECKING:
    from keytally.accounts.models import AccountNode, Contact
    from keytally.core.models import User


@dataclass(frozen=True, slots=True)
class Gift:
    """What was given, to whom, when, and how they took it."""

    kind: ValueKind
    what: str
    given_on: date
    contact: "Contact | None" = None
    reaction: str = ""
    key: str | None = None


@transaction.atomic
def record_value(node: "AccountNode", gift: Gift, *, by: "User", today: date, now: datetime) -> ValueGiven:
    """Keep what was given to an account, or raise `UnableToKeepEntry`."""
    if gift.key and (known := ValueGiven.objects.filter(idempotency_key=gift.key).first()):
        return known
    if not gift.what.strip():
        raise UnableToKeepEntry("BODY_MISSING")
    if gift.given_on > today:
        raise UnableToKeepEntry(("DATE_IN_FUTURE", {"day": gift.given_on}))
    if gift.contact and gift.contact.node_id != node.pk:
        raise UnableToKeepEntry("FOREIGN_CONTACT")
    kept = ValueGiven.objects.create(
        node=node,
        contact=gift.contact,
        kind=gift.kind,
        what=gift.what.strip(),
        reaction=gift.reaction.strip(),
        given_on=gift.given_on,
        given_by=by,
        added_at=now,
        idempotency_key=gift.key,
    )
    after = {"value": kept.pk, "kind": gift.kind, "what": kept.what, "on": gift.given_on.isoformat()}
    record_audit("account.value", by=by, at=now, subject=account(node.pk), after=after)
    return kept


@transaction.atomic
def withdraw_value(number: int, *, by: "User", now: datetime, reason: str) -> None:
    """Take back what was written down wrongly; it stays readable with its reason."""
    if not reason.strip():
        raise UnableToKeepEntry("REASON_MISSING")
    kept = ValueGiven.objects.select_for_update().get(pk=number)
    if kept.withdrawn_at:
        raise UnableToKeepEntry("ALREADY_WITHDRAWN")
    kept.withdrawn_at, kept.withdrawn_by, kept.withdrawn_reason = now, by, reason.strip()[:200]
    kept.save(update_fields=["withdrawn_at", "withdrawn_by", "withdrawn_reason"])
    subject = account(kept.node_id)
    record_audit("account.value_withdrawn", by=by, at=now, subject=subject, reason=reason, before={"value": kept.pk})
