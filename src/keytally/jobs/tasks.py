"""The chores that belong to no capability in particular: the mails of everyone."""

from datetime import datetime, timedelta

from keytally.core import outbox
from keytally.jobs.chores import chore


@chore("core.mail", every=timedelta(seconds=15))
def deliver_mail(now: datetime) -> None:
    """Send the mails that wait."""
    if outbox.has_due(now=now):
        outbox.deliver_due(now=now)
