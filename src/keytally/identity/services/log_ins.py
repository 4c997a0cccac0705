"""Writes down who got in, who did not, and who is locked out."""

from datetime import datetime
from typing import TYPE_CHECKING

from django.db import transaction

from keytally.core.services import record_audit
from keytally.core.subjects import Subject
from keytally.identity.queries.people import person_named

if TYPE_CHECKING:
    from keytally.core.models import AuditEntry, User

NOBODY = Subject("log_in", 0)


def record_log_in(person: "User", *, address: str, now: datetime) -> None:
    """Write down that a person got in."""
    record_audit("log_in.done", by=person, at=now, subject=Subject("person", person.pk), after={"address": address})


@transaction.atomic
def record_failure(username: str, *, step: str, address: str, is_locked: bool, now: datetime) -> "AuditEntry":
    """Write down a wrong password or code; a name that nobody has is not kept, it may be a password."""
    person = person_named(username)
    return record_audit(
        "log_in.locked" if is_locked else "log_in.failed",
        by=None,
        at=now,
        subject=Subject("person", person.pk) if person else NOBODY,
        after={"address": address, "step": step},
    )


def record_refused_identity(provider: str, *, address: str, now: datetime) -> None:
    """Write down that another system vouched for somebody whom nobody invited."""
    record_audit("log_in.uninvited", by=None, at=now, subject=NOBODY, after={"provider": provider, "address": address})
