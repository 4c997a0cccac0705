"""What the worker does for accounts by itself: warn in time, score once a day."""

from datetime import datetime, timedelta

from keytally.accounts.services.figures import score_accounts
from keytally.accounts.services.warnings import remind_of_visits, warn_of_falls, warn_of_promises
from keytally.core.clock import business_date
from keytally.jobs.chores import chore


@chore("accounts.warn", every=timedelta(hours=6))
def warn(now: datetime) -> None:
    """Warn of rungs about to fall and of promises that are due, and remind of planned visits."""
    warn_of_falls(now=now)
    warn_of_promises(now=now)
    remind_of_visits(now=now)


@chore("accounts.score", every=timedelta(hours=24))
def score(now: datetime) -> None:
    """Score every chain; what did not change is not kept again."""
    score_accounts(as_of=business_date(now))
