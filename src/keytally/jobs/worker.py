"""Takes waiting jobs and does the chores, each in a process of its own with a heartbeat; several workers may run."""

import multiprocessing
import os
import signal
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from multiprocessing.process import BaseProcess
from types import FrameType

import structlog
from django.db import InterfaceError, OperationalError, close_old_connections, connections

from keytally.jobs import services
from keytally.jobs.child import run_chore, run_job
from keytally.jobs.chores import Chore, take_due
from keytally.jobs.folders import sweep
from keytally.jobs.models import Job

log = structlog.get_logger(__name__)

BEAT_EVERY = 2.0
REAP_EVERY = 10.0
SWEEP_EVERY = 3600.0
LOOK_EVERY = 0.25
LOOK_FOR_CHORES_EVERY = 5.0
LONGEST_CHORE = 300.0
STOP_GRACE = 20.0
END_GRACE = 5.0
# A fork starts at once and the worker has no threads; elsewhere forks are unsafe.
_PROCESSES = multiprocessing.get_context("fork") if sys.platform == "linux" else multiprocessing.get_context("spawn")


@dataclass(slots=True)
class Running:
    """A job and the process that works on it."""

    job: Job
    process: BaseProcess
    beaten_at: float
    stopping_since: float | None = None


@dataclass(slots=True)
class Doing:
    """A chore and the process that does it."""

    chore: Chore
    process: BaseProcess
    began_at: float


@dataclass(slots=True)
class Worker:
    """Runs jobs, and does the chores, until it is told to end."""

    most: int = 1
    is_ending: bool = False
    running: list[Running] = field(default_factory=list)
    chores: list[Doing] = field(default_factory=list)
    _due: dict[str, float] = field(default_factory=dict)

    def run(self, *, until_idle: bool = False) -> None:
        """Work until a signal ends it, or until nothing waits."""
        signal.signal(signal.SIGTERM, self._end)
        signal.signal(signal.SIGINT, self._end)
        log.info("worker_started", most=self.most)
        while not self.is_ending:
            _surviving(self.turn)
            if until_idle and not self.running:
                break
            if not until_idle:
                _surviving(self.do_chores)
            time.sleep(LOOK_EVERY)
        self._give_all_back()
        log.info("worker_ended")

    def turn(self) -> None:
        """Look once: reap, take, beat, collect."""
        close_old_connections()
        if self._is_due("reap", every=REAP_EVERY):
            services.reap(now=_now())
        if self._is_due("sweep", every=SWEEP_EVERY):
            sweep(now=_now())
        for running in list(self.running):
            self._watch(running)
        while len(self.running) < self.most and not self.is_ending:
            job = services.claim_next(now=_now())
            if job is None:
                break
            self._start(job)

    def do_chores(self) -> None:
        """Begin the chores whose turn has come, and end those that take too long."""
        for doing in [doing for doing in self.chores if not doing.process.is_alive()]:
            self.chores.remove(doing)
            doing.process.close()
        for late in self.chores:
            if time.monotonic() - late.began_at > LONGEST_CHORE:
                log.error("chore_cut_off", code=late.chore.code)
                _end_process(late.process)
        if not self.chores and self._is_due("chores", every=LOOK_FOR_CHORES_EVERY):
            for chore in take_due(now=_now()):
                self._begin(chore)

    def _begin(self, chore: Chore) -> None:
        connections.close_all()
        process = _PROCESSES.Process(target=run_chore, args=(chore, os.getpid()))
        process.start()
        self.chores.append(Doing(chore, process, time.monotonic()))

    def _is_due(self, chore: str, *, every: float) -> bool:
        is_due = time.monotonic() >= self._due.get(chore, 0.0)
        if is_due:
            self._due[chore] = time.monotonic() + every
        return is_due

    def _start(self, job: Job) -> None:
        connections.close_all()
        log.info("job_started", job_id=job.pk, kind=job.kind, attempt=job.attempt)
        process = _PROCESSES.Process(target=run_job, args=(job, os.getpid()))
        process.start()
        self.running.append(Running(job, process, time.monotonic()))

    def _watch(self, running: Running) -> None:
        if not running.process.is_alive():
            self._collect(running)
        elif time.monotonic() - running.beaten_at >= BEAT_EVERY or running.stopping_since:
            self._beat(running)

    def _beat(self, running: Running) -> None:
        state = services.beat(running.job, now=_now())
        running.beaten_at = time.monotonic()
        if state is None:
            return self._let_end(running)
        if state == Job.State.STOPPING:
            running.stopping_since = running.stopping_since or time.monotonic()
            if time.monotonic() - running.stopping_since > STOP_GRACE:
                _end_process(running.process)
        return None

    def _let_end(self, running: Running) -> None:
        """End a process whose job is no longer its own, once it has had time to leave by itself."""
        running.stopping_since = running.stopping_since or time.monotonic()
        if time.monotonic() - running.stopping_since > END_GRACE:
            _end_process(running.process)

    def _collect(self, running: Running) -> None:
        running.process.join()
        self.running.remove(running)
        services.lose(running.job, now=_now())
        log.info("job_ended", job_id=running.job.pk, exit_code=running.process.exitcode)
        running.process.close()

    def _give_all_back(self) -> None:
        for running in self.running:
            _end_process(running.process)
            services.give_back(running.job, now=_now())
        for doing in self.chores:
            _end_process(doing.process)
        self.running.clear()
        self.chores.clear()

    def _end(self, _number: int, _frame: FrameType | None) -> None:
        self.is_ending = True


def _surviving(turn: Callable[[], None]) -> None:
    """Outlive a database that is away for a while; the reaper puts right what is late by then."""
    try:
        turn()
    except (OperationalError, InterfaceError) as fault:
        log.warning("database_unreachable", fault=str(fault))
        connections.close_all()
        time.sleep(1)


def _end_process(process: BaseProcess) -> None:
    process.terminate()
    process.join(END_GRACE)
    if process.is_alive():
        process.kill()
        process.join()


def _now() -> datetime:
    return datetime.now(UTC)
