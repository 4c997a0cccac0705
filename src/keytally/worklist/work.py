"""What waits of the capabilities below: long work that failed."""

from collections.abc import Iterator
from datetime import datetime
from typing import TYPE_CHECKING

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from keytally.core.subjects import Subject
from keytally.jobs.queries import failed_jobs_of
from keytally.jobs.registry import known_kind
from keytally.worklist.kinds import Waiting, WorkKind, register_kind, register_source

if TYPE_CHECKING:
    from keytally.core.models import User

FAILED_JOB = register_kind(
    WorkKind(
        code="failed_job",
        label=_("Failed jobs"),
        icon="progress-x",
        sentences={"FAILED": _("%(work)s failed: see why, then resume it")},
        weight=20,
        url=lambda subject, _parameters: reverse("jobs:page", args=[subject.id]),
        is_pressing=True,
    )
)


def failed_jobs(person: "User", now: datetime) -> Iterator[Waiting]:
    """Find a person's own jobs that failed and that nobody has looked after since."""
    for job in failed_jobs_of(person, now=now):
        kind = known_kind(job.kind)
        yield Waiting(
            kind=FAILED_JOB,
            subject=Subject("job", job.pk),
            reason_code="FAILED",
            opened_at=job.ended_at or job.queued_at,
            parameters={"work": str(kind.label) if kind else job.kind},
        )


register_source("jobs", failed_jobs)
