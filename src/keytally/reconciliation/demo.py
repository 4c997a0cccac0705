"""What of reconciliation does the demo lay out? A pair of files to try, and the months of the demo company's chains."""

from datetime import datetime
from typing import TYPE_CHECKING

from keytally.core.demo import demo
from keytally.jobs import services as jobs
from keytally.reconciliation import demo_months, services
from keytally.reconciliation.queries.demo import are_months_asked_for, chains

if TYPE_CHECKING:
    from keytally.core.models import User


@demo("reconciliation")
def lay_out_pair(owner: "User", now: datetime) -> str:
    """Write the demo pair where it is missing, and let the worker reconcile the months of the chains once it serves."""
    folder = services.demo_folder()
    said = f"The demo pair of ledgers is in {folder}: drop its files on the page of a new reconciliation."
    if are_months_asked_for(demo_months.JOB_KIND) or not chains(as_of=now.date()):
        return said
    jobs.enqueue(kind=demo_months.JOB_KIND, owner=owner, parameters={}, now=now)
    return f"{said} The months of the chains are reconciled while it serves: see Reconciliation, Month board."
