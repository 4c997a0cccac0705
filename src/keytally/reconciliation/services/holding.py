"""Hold a reconciliation for a write: refuse what is signed off, and tell a second writer who changed what."""

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from keytally.core.services import record_audit
from keytally.reconciliation import queries
from keytally.reconciliation.models import Reconciliation

if TYPE_CHECKING:
    from keytally.core.models import User


@dataclass(frozen=True, slots=True)
class Change:
    """What somebody did since: who, what in the words of the audit, and when."""

    by: str
    action: str
    at: datetime


class ChangedMeanwhile(Exception):
    """Somebody else changed what a person is about to change; nothing of theirs was overwritten."""

    def __init__(self, change: Change) -> None:
        super().__init__(change)
        self.change = change


class SignedOff(Exception):
    """A reconciliation is signed off: nothing of it changes until it is opened again."""


class AtWork(Exception):
    """A run is at work; what it reads does not change under it."""


def hold(number: int, *, seen: int | None = None) -> Reconciliation:
    """Hold a reconciliation until the transaction ends, or raise `SignedOff` or `ChangedMeanwhile`."""
    found = queries.reconciliation_for_update(number)
    if found.is_signed:
        raise SignedOff(number)
    if seen is not None and seen != found.version:
        raise ChangedMeanwhile(_last_change(found))
    return found


def note_conflict(number: int, *, wanted: str, error: ChangedMeanwhile, by: "User", now: datetime) -> None:
    """Write down that a write came too late, so that the first writer hears of it too."""
    record_audit(
        "reconciliation.conflict",
        by=by,
        at=now,
        subject=queries.subject_of(number),
        after={"wanted": wanted, "changed_by": error.change.by, "action": error.change.action},
    )


def touched(found: Reconciliation, *, now: datetime, fields: "list[str]") -> None:
    """Save some fields of a held reconciliation and count the write."""
    found.version += 1
    found.changed_at = now
    found.save(update_fields=[*fields, "version", "changed_at"])


def _last_change(found: Reconciliation) -> Change:
    entry = queries.last_entry(found.pk)
    if entry is None:
        return Change("", "", found.changed_at)
    return Change(str(entry.person or ""), entry.action, entry.at)
