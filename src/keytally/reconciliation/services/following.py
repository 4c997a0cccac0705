"""What follows a run: last month's open lines are offered, corrections become proposals, deductions get a clock."""

from datetime import datetime
from pathlib import Path

from keytally.reconciliation.services.carrying import bring_forward
from keytally.reconciliation.services.deductions import open_deductions
from keytally.reconciliation.services.learning import preview, propose


def follow(number: int, *, scratch: Path, now: datetime) -> None:
    """Do what follows a run that ended with a result; each part is done anew by the next run."""
    bring_forward(number)
    open_deductions(number, now=now)
    for rule in propose(number, now=now):
        preview(rule.pk, scratch=scratch, now=now)
