"""What the worker does for accounts: import large files, and by itself warn in time and score once a day."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

from django.utils.translation import gettext_lazy as _

from keytally.accounts.queries.imports import owner_of_job
from keytally.accounts.services.figures import score_accounts
from keytally.accounts.services.import_jobs import JOB_KIND, work
from keytally.accounts.services.warnings import remind_of_visits, warn_of_falls, warn_of_promises
from keytally.core.clock import business_date
from keytally.jobs.chores import chore
from keytally.jobs.registry import JobContext, task

STEPS = {
    "count": _("Reading the file"),
    "try": _("Trying the rows"),
    "import": _("Importing the rows"),
    "look": _("Looking whether anything changed since"),
    "undo": _("Taking the rows back"),
}
ERRORS = {
    "NOT_ALLOWED": _("Whoever asked for this may no longer import accounts; nothing was done."),
    "NO_LONGER_ALLOWED": _(
        "Whoever asked for this may no longer import accounts: what was imported so far was taken back."
    ),
    "ROWS_REJECTED": _(
        "A row that could be read before was refused and all or nothing was chosen: everything was taken back. "
        "Try the file again to see which row it is."
    ),
    "TOO_MANY_ROWS": _("The file has more than 100,000 rows: cut it into several."),
    "CHANGED_SINCE": _(
        "Something that this import added or changed was changed again since: undoing it would lose that.",
    ),
    "HAS_DEPENDENTS": _("Something depends on what this import added (%(what)s): it can no longer be undone."),
    "WRONG_STATE": _("The import is not in a state in which this can be done; look at the page again."),
}


@task(JOB_KIND, label=_("Import of accounts"), steps=STEPS, errors=ERRORS)
def import_accounts(context: JobContext) -> Mapping[str, object]:
    """Try, import or undo a large file."""
    return work(context, by=owner_of_job(context.job_id), now=datetime.now(UTC))


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
