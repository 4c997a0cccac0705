"""Runs one job, or one chore, in a process of its own, so that a stop or a kill leaves nothing half done."""

import contextlib
import ctypes
import errno
import fcntl
import os
import signal
import sys
import time
import traceback
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import structlog
from django.db import connections

from keytally.jobs import chores, services
from keytally.jobs.context import JobTakenAway, RunningJob
from keytally.jobs.folders import folder_of
from keytally.jobs.models import Job
from keytally.jobs.registry import JobFailed, JobStopped, UnknownKind, kind

log = structlog.get_logger(__name__)

LOCK_SECONDS = 20
NICENESS = 10
_PR_SET_PDEATHSIG = 1


def run_job(job: Job, worker_pid: int) -> None:
    """Run a claimed job to its end and write the outcome; called in a fresh process."""
    _begin(worker_pid)
    folder = folder_of(job.pk)
    folder.mkdir(parents=True, exist_ok=True)
    with contextlib.suppress(JobTakenAway), _alone_in(folder):
        _run(RunningJob(job))


def run_chore(chore: chores.Chore, worker_pid: int) -> None:
    """Do a chore of the worker; called in a fresh process."""
    _begin(worker_pid)
    chores.run(chore, now=_now())


def _begin(worker_pid: int) -> None:
    _die_with(worker_pid)
    # Who looks at a page goes before what works in the background.
    os.nice(NICENESS)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    connections.close_all()


def _run(context: RunningJob) -> None:
    job = context.job
    try:
        result = kind(job.kind).handler(context)
        context.flush()
    except JobStopped:
        services.mark_stopped(job, now=_now())
    except JobFailed as failure:
        services.fail(job, code=failure.code, parameters=failure.parameters, now=_now())
    except UnknownKind:
        services.fail(job, code="UNKNOWN_KIND", parameters={"kind": job.kind}, now=_now())
    except Exception as fault:
        _fail_unexpectedly(job, fault)
    else:
        if context.stop_seen:
            services.mark_stopped(job, now=_now())
        else:
            services.finish(job, result=result, now=_now())


def _fail_unexpectedly(job: Job, fault: Exception) -> None:
    log.error("job_failed", job_id=job.pk, kind=job.kind, exc_info=fault)
    with contextlib.suppress(OSError):
        (folder_of(job.pk) / "failure.log").write_text("".join(traceback.format_exception(fault)), encoding="utf-8")
    code = "UNEXPECTED"
    if isinstance(fault, MemoryError):
        code = "OUT_OF_MEMORY"
    elif isinstance(fault, OSError) and fault.errno in (errno.ENOSPC, errno.EDQUOT):
        code = "DISK_FULL"
    services.fail(job, code=code, parameters={"type": type(fault).__name__, "job_id": job.pk}, now=_now())


@contextlib.contextmanager
def _alone_in(folder: Path) -> Iterator[None]:
    """Wait until an earlier attempt that was given up has left the folder."""
    with (folder / ".lock").open("w") as handle:
        until = time.monotonic() + LOCK_SECONDS
        while not _locked(handle.fileno()):
            if time.monotonic() > until:
                raise JobTakenAway
            time.sleep(0.1)
        yield


def _locked(handle: int) -> bool:
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _die_with(worker_pid: int) -> None:
    """Ask the kernel to end this process when its worker dies, however it dies."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != worker_pid:
        os._exit(1)


def _now() -> datetime:
    return datetime.now(UTC)
