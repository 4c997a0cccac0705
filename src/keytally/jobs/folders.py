"""Where does a job keep its scratch files, and for how long?"""

import shutil
from datetime import datetime, timedelta
from pathlib import Path

from django.conf import settings

from keytally.jobs.models import Job

KEPT_AFTER_END = timedelta(days=7)


def folder_of(job_id: int) -> Path:
    """Name the scratch folder of a job."""
    return Path(settings.JOBS_ROOT) / str(job_id)


def sweep(*, now: datetime) -> int:
    """Remove the folders of jobs that ended a week ago, and of jobs that are gone; answers how many."""
    root = Path(settings.JOBS_ROOT)
    there = {int(path.name): path for path in root.glob("[0-9]*") if path.name.isdigit()} if root.is_dir() else {}
    needed = set(
        Job.objects.filter(pk__in=list(there)).exclude(ended_at__lt=now - KEPT_AFTER_END).values_list("pk", flat=True)
    )
    idle = [path for number, path in there.items() if number not in needed]
    for path in idle:
        shutil.rmtree(path, ignore_errors=True)
    return len(idle)
