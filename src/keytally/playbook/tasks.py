"""What the worker does for the playbook again and again."""

from datetime import datetime, timedelta

from keytally.jobs.chores import chore
from keytally.playbook.services import escalating


@chore("playbook.escalate", every=timedelta(minutes=5))
def escalate(now: datetime) -> None:
    """Remind experts, tell managers."""
    escalating.escalate_due(now)
