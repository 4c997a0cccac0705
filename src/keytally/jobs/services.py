"""Writes of jobs: ask for work, stop it, resume it, take it, give it back."""

import json
import uuid
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from django.db.models import F, Q, QuerySet

from keytally.core.services import record_audit
from keytally.core.subjects import Subject
from keytally.jobs import registry
from keytally.jobs.models import Job

if TYPE_CHECKING:
    from keytally.core.models import User

STALE_AFTER = timedelta(seconds=30)
MOST_ATTEMPTS = 3


class UnableToStop(Exception):
    """The job has ended already."""


class UnableToResume(Exception):
    """The job is still at work, or done."""


def enqueue(
    *, kind: str, owner: "User", parameters: Mapping[str, Any], now: datetime, subject: Subject | None = None
) -> Job:
    """Ask for a piece of long work, or raise `UnknownKind`; a worker takes it soon."""
    registry.kind(kind)
    return Job.objects.create(
        kind=kind,
        owner=owner,
        parameters=json.loads(json.dumps(dict(parameters))),
        subject_kind=subject.kind if subject else "",
        subject_id=subject.id if subject else None,
        queued_at=now,
    )


def request_stop(job_id: int, *, by: "User", now: datetime) -> Job:
    """Stop a job: at once if it waits, soon if it runs."""
    jobs = Job.objects.filter(pk=job_id)
    hit = jobs.filter(state=Job.State.QUEUED).update(
        state=Job.State.STOPPED, stop_requested_at=now, ended_at=now
    ) or jobs.filter(state=Job.State.RUNNING).update(state=Job.State.STOPPING, stop_requested_at=now)
    if not hit:
        raise UnableToStop(job_id)
    record_audit("job.stop", by=by, at=now, subject=Subject("job", job_id))
    return jobs.get()


def resume(job_id: int, *, by: "User", now: datetime) -> Job:
    """Put a stopped or failed job back in the queue; it finds the files of its earlier attempts."""
    jobs = Job.objects.filter(pk=job_id)
    hit = jobs.filter(state__in=[Job.State.STOPPED, Job.State.FAILED]).update(**_waiting(now), attempt=1)
    if not hit:
        raise UnableToResume(job_id)
    record_audit("job.resume", by=by, at=now, subject=Subject("job", job_id))
    return jobs.get()


def claim_next(*, now: datetime) -> Job | None:
    """Take the job that has waited longest; of several workers exactly one gets it."""
    waiting = Job.objects.filter(state=Job.State.QUEUED).order_by("queued_at", "pk")
    while (job := waiting.first()) is not None:
        token = uuid.uuid4().hex
        taken = Job.objects.filter(pk=job.pk, state=Job.State.QUEUED).update(
            state=Job.State.RUNNING, claim=token, started_at=now, heartbeat_at=now, **_NO_PROGRESS
        )
        if taken:
            return Job.objects.get(pk=job.pk, claim=token)
    return None


def beat(job: Job, *, now: datetime) -> str | None:
    """Say that the job's worker lives; answers the job's state, or nothing if it was taken away."""
    _held(job).update(heartbeat_at=now)
    return _held(job).values_list("state", flat=True).first()


def write_progress(job: Job, *, figures: Mapping[str, Any]) -> str | None:
    """Write how far the work is; answers the job's state, or nothing if it was taken away."""
    _held(job).update(**figures)
    return _held(job).values_list("state", flat=True).first()


def finish(job: Job, *, result: Mapping[str, Any], now: datetime) -> bool:
    """Keep the result of a job, unless the job was taken away meanwhile."""
    kept = json.loads(json.dumps(dict(result)))
    return _end(job, state=Job.State.DONE, now=now, result=kept, seconds_left=None)


def fail(job: Job, *, code: str, parameters: Mapping[str, Any], now: datetime) -> bool:
    """End a job with an error: a code and its parameters, worded when it is read."""
    shown = {key: value if isinstance(value, int) else str(value)[:500] for key, value in parameters.items()}
    return _end(job, state=Job.State.FAILED, now=now, error_code=code, error_parameters=shown)


def mark_stopped(job: Job, *, now: datetime) -> bool:
    """End a job that was asked to stop."""
    return _end(job, state=Job.State.STOPPED, now=now)


def give_back(job: Job, *, now: datetime) -> bool:
    """Put a job back because its worker is told to end; this counts as no attempt."""
    stopped = _held(job).filter(state=Job.State.STOPPING).update(state=Job.State.STOPPED, claim="", ended_at=now)
    return bool(stopped or _held(job).update(**_waiting(job.queued_at)))


def lose(job: Job, *, now: datetime) -> None:
    """Put a job back whose process died; the third time it fails with a sentence."""
    _lose(Q(pk=job.pk, claim=job.claim), now=now)


def reap(*, now: datetime) -> int:
    """Take back the jobs whose worker has not been heard of; answers how many."""
    return _lose(Q(heartbeat_at__lt=now - STALE_AFTER), now=now)


_NO_PROGRESS: Mapping[str, Any] = {
    "step": "",
    "step_number": 0,
    "step_count": 0,
    "step_part": 0,
    "rows_done": 0,
    "rows_total": 0,
    "rows_per_second": 0,
    "seconds_left": None,
}


def _waiting(since: datetime) -> dict[str, Any]:
    """List what a job in the queue looks like."""
    return {
        "state": Job.State.QUEUED,
        "claim": "",
        "queued_at": since,
        "started_at": None,
        "heartbeat_at": None,
        "stop_requested_at": None,
        "ended_at": None,
        "error_code": "",
        "error_parameters": {},
        "result": {},
    }


def _lose(which: Q, *, now: datetime) -> int:
    held = Job.objects.filter(which, state__in=Job.HELD)
    lost = 0
    for job in held.only("pk", "claim", "attempt", "state", "step", "queued_at"):
        lost += _settle_lost(job, now=now)
    return lost


def _settle_lost(job: Job, *, now: datetime) -> int:
    if _held(job).filter(state=Job.State.STOPPING).update(state=Job.State.STOPPED, claim="", ended_at=now):
        return 1
    if job.attempt >= MOST_ATTEMPTS:
        return int(fail(job, code="WORKER_DIED", parameters={"attempts": job.attempt}, now=now))
    return _held(job).update(**_waiting(job.queued_at), attempt=F("attempt") + 1)


def _held(job: Job) -> QuerySet[Job]:
    """Find the row while this claim still holds it: a worker that was given up cannot write any more."""
    return Job.objects.filter(pk=job.pk, claim=job.claim, state__in=Job.HELD)


def _end(job: Job, *, state: Job.State, now: datetime, **fields: Any) -> bool:  # noqa: ANN401 - columns of the row
    return bool(_held(job).update(state=state, claim="", ended_at=now, **fields))
