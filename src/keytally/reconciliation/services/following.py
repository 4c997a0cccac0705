"""What follows a run: cases follow their lines, open lines are offered, corrections proposed, deductions timed."""

from datetime import datetime
from pathlib import Path

from keytally.reconciliation.services.carrying import bring_forward
from keytally.reconciliation.services.deductions import open_deductions
from keytally.reconciliation.services.learning import preview, propose
from keytally.reconciliation.services.standing import bring_up_to_date


def follow(number: int, *, scratch: Path, now: datetime) -> None:
    """Do what follows a run that ended with a result; each part is done anew by the next run."""
    bring_up_to_date(number, now=now)
    bring_forward(number)
    open_deductions(number, now=now)
    for rule in propose(number, now=now):
        preview(rule.pk, scratch=scratch, now=now)
