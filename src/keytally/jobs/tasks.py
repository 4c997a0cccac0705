"""The chores that belong to no capability in particular or to one below jobs: mails, log-ins that are over."""

from datetime import datetime, timedelta

from keytally.core import outbox
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
