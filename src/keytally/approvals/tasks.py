"""What the worker does for approvals again and again."""

from datetime import datetime, timedelta

from keytally.approvals import services
from keytally.jobs.chores import chore


@chore("approvals.escalate", every=timedelta(minutes=5))
def escalate(now: datetime) -> None:
    """Remind, tell managers, take the silence of the consulted."""
    services.escalate_due(now)


@chore("approvals.reroute", every=timedelta(minutes=5))
def reroute(now: datetime) -> None:
    """Route running requests anew after a change of the organisation."""
    services.reroute_all(now)
