"""What the worker does for the funnel by itself: find evidence, judge gates anew, tell owners."""

from datetime import datetime, timedelta

from keytally.funnel.services.watching import watch as watch_all
from keytally.jobs.chores import chore


@chore("funnel.watch", every=timedelta(hours=1))
def watch(now: datetime) -> None:
    """Bring found evidence up to date, judge what expired or what new gates judge otherwise, and tell owners."""
    watch_all(now=now)
