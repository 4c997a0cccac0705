"""The chores of no capability or of one below jobs: mails, log-ins that are over, uploads cut off, counts."""

from datetime import datetime, timedelta

from keytally.core import files, outbox
from keytally.core import services as core
from keytally.core.statistics import refresh_statistics
from keytally.identity.services import answers, sessions
from keytally.jobs.chores import chore


@chore("core.mail", every=timedelta(seconds=15))
def deliver_mail(now: datetime) -> None:
    """Send the mails that wait."""
    if outbox.has_due(now=now):
        outbox.deliver_due(now=now)


@chore("identity.sweep", every=timedelta(hours=1))
def sweep_log_ins(now: datetime) -> None:
    """Forget log-in sessions and kept answers that are over, and end what people who left could still use."""
    sessions.sweep_leavers(now=now)
    sessions.sweep_sessions(now=now)
    answers.sweep_answers(now=now)


@chore("core.uploads", every=timedelta(hours=1))
def sweep_uploads(now: datetime) -> None:
    """Remove what uploads left that were cut off with their server."""
    files.sweep(now=now)


@chore("core.unowned_files", every=timedelta(hours=24))
def sweep_unowned_files(now: datetime) -> None:
    """Remove kept files that belong to nothing."""
    core.sweep_unowned(now=now)


@chore("core.statistics", every=timedelta(hours=1))
def count_for_queries(_now: datetime) -> None:
    """Tell SQLite how its tables have grown, so that it chooses the right index."""
    refresh_statistics()
