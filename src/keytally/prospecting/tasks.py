"""What the worker does for prospecting by itself: score leads once a day by the rules that hold by then."""

from datetime import datetime, timedelta

from keytally.core.clock import business_date
from keytally.jobs.chores import chore
from keytally.prospecting.services.scoring import score_leads


@chore("prospecting.score", every=timedelta(hours=24))
def score(now: datetime) -> None:
    """Score open leads anew, since rules may hold from today on."""
    score_leads(as_of=business_date(now))
