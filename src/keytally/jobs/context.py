"""What a running handler holds: its parameters, its folder, and the way to say how far it is."""

import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from keytally.jobs import services
from keytally.jobs.folders import folder_of
from keytally.jobs.models import Job
from keytally.jobs.registry import JobStopped

WRITE_EVERY = 0.3


class JobTakenAway(BaseException):
    """The job belongs to another worker by now; nothing may be written any more."""


class RunningJob:
    """A job in the hands of this process; a `registry.JobContext`."""

    def __init__(self, job: Job) -> None:
        self.job = job
        self.stop_seen = False
        self._pending: dict[str, Any] = {}
        self._written_at = 0.0
        self._step_began = time.monotonic()
        self._step_began_with = 0

    @property
    def job_id(self) -> int:
        """The job's number."""
        return self.job.pk

    @property
    def parameters(self) -> Mapping[str, object]:
        """What was asked for."""
        return dict(self.job.parameters)

    @property
    def folder(self) -> Path:
        """A scratch folder of the job, kept over attempts."""
        folder = folder_of(self.job.pk)
        folder.mkdir(parents=True, exist_ok=True)
        return folder

    def progress(
        self,
        *,
        step: str | None = None,
        number: int | None = None,
        of: int | None = None,
        done: int | None = None,
        total: int | None = None,
        part: int | None = None,
    ) -> None:
        """Say how far the work is; written when the last writing is old enough or the step is new."""
        told = {"step": step, "step_number": number, "step_count": of, "step_part": part}
        told |= {"rows_done": done, "rows_total": total}
        figures = {key: value for key, value in told.items() if value is not None}
        is_new_step = any(figures.get(key, known) != known for key, known in self._step().items())
        if is_new_step:
            self._begin_step(figures)
        self._pending |= figures
        if is_new_step or time.monotonic() - self._written_at >= WRITE_EVERY:
            self._write()

    def is_stopped(self) -> bool:
        """Tell whether someone asked to stop; the database is asked about twice a second."""
        if not self.stop_seen and time.monotonic() - self._written_at >= WRITE_EVERY:
            self._write()
        return self.stop_seen

    def stop_if_asked(self) -> None:
        """Raise `JobStopped` if someone asked to stop."""
        if self.is_stopped():
            raise JobStopped

    def flush(self) -> None:
        """Write what was said last."""
        if self._pending:
            self._write()

    def _step(self) -> dict[str, Any]:
        return {"step": self.job.step, "step_number": self.job.step_number}

    def _begin_step(self, figures: dict[str, Any]) -> None:
        self.job.step = figures.get("step", self.job.step)
        self.job.step_number = figures.get("step_number", self.job.step_number)
        self._step_began = time.monotonic()
        self._step_began_with = figures.setdefault("rows_done", 0)
        figures.setdefault("rows_total", 0)
        figures.setdefault("step_part", 0)

    def _write(self) -> None:
        self.job.rows_done = self._pending.get("rows_done", self.job.rows_done)
        self.job.rows_total = self._pending.get("rows_total", self.job.rows_total)
        state = services.write_progress(self.job, figures={**self._pending, **self._speed()})
        self._pending = {}
        self._written_at = time.monotonic()
        if state is None:
            raise JobTakenAway
        self.stop_seen = self.stop_seen or state == Job.State.STOPPING

    def _speed(self) -> dict[str, Any]:
        """Work out rows a second and seconds left in this step, in whole numbers."""
        spent_ms = int((time.monotonic() - self._step_began) * 1000)
        rows = self.job.rows_done - self._step_began_with
        left = self.job.rows_total - self.job.rows_done
        if spent_ms < 500 or rows <= 0:
            return {"rows_per_second": 0, "seconds_left": None}
        return {
            "rows_per_second": rows * 1000 // spent_ms,
            "seconds_left": left * spent_ms // (rows * 1000) if left > 0 else None,
        }
