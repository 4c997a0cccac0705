"""Which files of earlier runs are still needed? The others go, so that nothing grows with every run."""

import shutil
from datetime import datetime, timedelta
from pathlib import Path

from django.conf import settings

from keytally.reconciliation import queries
from keytally.reconciliation.models import Decision, Reconciliation

# What a correction teaches is read from the lines and the maps of the run in which it was made.
_TEACHING = ("pages", "maps")
_LONGEST_OPENING = timedelta(hours=24)


def prune_runs(number: int) -> int:
    """Remove the files of runs that nobody opens again; answers of how many.

    Whole stay the last runs, as many as `KEYTALLY_RUNS_KEPT` says, and every run that was signed. Of a run in which
    somebody accepted a pair the lines stay, and the published files go. What each run found stays in the database.
    """
    latest = queries.reconciliation(number).run_number
    signed = set(queries.statements(number).values_list("run_number", flat=True))
    accepted = queries.standing_decisions(number).filter(choice=Decision.Choice.ACCEPT)
    teaching = set(accepted.values_list("run_number", flat=True))
    pruned = 0
    for run in range(1, latest - settings.RUNS_KEPT + 1):
        folder = queries.run_folder(number, run)
        if run in signed or not folder.is_dir():
            continue
        kept = _TEACHING if run in teaching else ()
        gone = [part for part in folder.iterdir() if part.name not in kept]
        for part in gone:
            shutil.rmtree(part) if part.is_dir() else part.unlink()
        pruned += bool(gone)
        if not kept:
            folder.rmdir()
    return pruned


def sweep_folders(*, now: datetime) -> int:
    """Remove folders of reconciliations that do not exist: their server was killed while it opened them."""
    before = (now - _LONGEST_OPENING).timestamp()
    root = Path(settings.RECONCILIATIONS_ROOT)
    there = {int(path.name): path for path in root.glob("[0-9]*") if path.name.isdecimal()}
    known = set(Reconciliation.objects.filter(pk__in=there).values_list("pk", flat=True))
    gone = [path for number, path in there.items() if number not in known and path.stat().st_mtime < before]
    for path in gone:
        shutil.rmtree(path, ignore_errors=True)
    return len(gone)
