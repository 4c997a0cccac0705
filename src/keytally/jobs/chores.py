"""What does the worker do again and again, without being asked?

A capability writes its chores in `<capability>/tasks.py`:

    @chore("approvals.escalate", every=timedelta(minutes=5))
    def escalate(now: datetime) -> None: ...

A chore runs in a process of its own, by one worker at a time; what it did not finish it does at its next turn.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import structlog

from keytally.jobs import registry
from keytally.jobs.models import ChoreTurn

log = structlog.get_logger(__name__)

Duty = Callable[[datetime], None]


@dataclass(frozen=True, slots=True)
class Chore:
    """A chore, how often it comes round, and what does it."""

    code: str
    every: timedelta
    duty: Duty


_chores: dict[str, Chore] = {}


def chore(code: str, *, every: timedelta) -> Callable[[Duty], Duty]:
    """Register what the worker does every so often; the function is given the time."""

    def register(duty: Duty) -> Duty:
        _chores[code] = Chore(code, every, duty)
        return duty

    return register


def chores() -> Mapping[str, Chore]:
    """List every chore by its code."""
    registry.load_tasks()
    return dict(_chores)


def take_due(*, now: datetime) -> list[Chore]:
    """Take the chores whose turn has come; no other worker gets the same turn."""
    known = dict(ChoreTurn.objects.values_list("code", "due_at"))
    return [found for found in chores().values() if known.get(found.code, now) <= now and _take(found, now=now)]


def run(found: Chore, *, now: datetime) -> None:
    """Do a chore and write down how it ended."""
    fault = ""
    try:
        found.duty(now)
    except Exception as error:
        log.error("chore_failed", code=found.code, exc_info=error)
        fault = f"{type(error).__name__}: {error}"
    ChoreTurn.objects.filter(code=found.code).update(ended_at=datetime.now(UTC), fault=fault[:300])


def _take(found: Chore, *, now: datetime) -> bool:
    ChoreTurn.objects.get_or_create(code=found.code, defaults={"due_at": now})
    due = ChoreTurn.objects.filter(code=found.code, due_at__lte=now)
    return bool(due.update(due_at=now + found.every, began_at=now))
