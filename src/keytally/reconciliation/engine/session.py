"""How does a named step run, and how is it timed, shown and stopped?"""

import threading
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

import duckdb

from keytally.exchange.duck import let_progress_be_asked, part_done
from keytally.reconciliation.engine.contract import Progress, Request, Stopped, UnableToRun

POLL_SECONDS = 0.1


class Session:
    """One DuckDB connection with bounded memory, whose every statement belongs to a named step."""

    def __init__(self, request: Request, *, steps: int) -> None:
        self.request = request
        self.seconds: dict[str, float] = {}
        self.step_name = "start"
        self.matched_lines = 0
        self.open_rows = 0
        self._steps = steps
        self._number = 0
        self._statements = 0
        self._began = time.monotonic()
        self._connection = connect(scratch=request.scratch, memory=request.memory, threads=request.threads)
        self._done = threading.Event()
        self._stopped = False
        self._telling = threading.Lock()
        self._watcher = threading.Thread(target=self._watch, daemon=True)

    def __enter__(self) -> Self:
        self._watcher.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._done.set()
        self._watcher.join()
        self._close_step()
        self._connection.close()

    def step(self, name: str) -> None:
        """Begin a named step: close the clock of the last one, tell the progress, stop when asked to."""
        self._close_step()
        self._raise_if_stopped()
        with self._telling:
            self.step_name, self._began = name, time.monotonic()
            self._number += 1
            self._statements = 0
            self._tell(part=0)

    def run(self, sql: str, parameters: Mapping[str, object] | None = None) -> int:
        """Execute one statement and return the rows it changed or made."""
        rows = self.rows(sql, parameters)
        return int(rows[0][0]) if rows and rows[0] and isinstance(rows[0][0], int) else 0

    def rows(self, sql: str, parameters: Mapping[str, object] | None = None) -> Sequence[tuple[object, ...]]:
        """Execute one statement and return its rows."""
        self._raise_if_stopped()
        self._statements += 1
        try:
            return self._connection.execute(sql, dict(parameters or {})).fetchall()
        except duckdb.InterruptException:
            self._raise_if_stopped()
            raise
        except (duckdb.OutOfMemoryException, duckdb.IOException) as error:
            raise out_of_room(error, self.request, self.step_name) from error

    def count(self, sql: str, parameters: Mapping[str, object] | None = None) -> int:
        """Return the one whole number a query gives, an absent one as 0."""
        value = self.rows(sql, parameters)[0][0]
        return int(str(value)) if value is not None else 0

    def has_table(self, name: str) -> bool:
        """Tell whether a table of this run exists."""
        return bool(self.count("select count(*) from duckdb_tables() where table_name = $name", {"name": name}))

    def _close_step(self) -> None:
        spent = time.monotonic() - self._began
        self.seconds[self.step_name] = self.seconds.get(self.step_name, 0.0) + spent
        self._began = time.monotonic()

    def _raise_if_stopped(self) -> None:
        if self._stopped:
            raise Stopped("The run was stopped; start it again to get the same result.")

    def _watch(self) -> None:
        is_stopped = self.request.is_stopped
        while not self._done.wait(POLL_SECONDS):
            if is_stopped is not None and is_stopped():
                self._stopped = True
                self._connection.interrupt()
                return
            if self._number and (part := self._part()) and self._telling.acquire(blocking=False):
                try:
                    self._tell(part=part)
                finally:
                    self._telling.release()

    def _part(self) -> int:
        """Say how much of a step is done by the statements it has run; how many will follow is not known.

        A step counts as half done after four of them, then always a little more, and never as done.
        """
        thousandths = 1000 * max(0, self._statements - 1) + part_done(self._connection)
        return 1000 * thousandths // (thousandths + 4000)

    def _tell(self, *, part: int) -> None:
        if self.request.on_progress is None:
            return
        lines = self.request.ours.accepted + self.request.theirs.accepted
        number = min(self._number, self._steps)
        self.request.on_progress(Progress(self.step_name, number, self._steps, lines, self.matched_lines, part))


def connect(*, scratch: Path, memory: str, threads: int | None) -> duckdb.DuckDBPyConnection:
    """Open an in-memory DuckDB that spills into the scratch folder and loads nothing from outside."""
    settings: dict[str, str | bool | int | float | list[str]] = {
        "memory_limit": memory,
        "temp_directory": str(scratch / "spill"),
        "preserve_insertion_order": False,
        "autoinstall_known_extensions": False,
        "autoload_known_extensions": False,
        "checkpoint_threshold": "1TB",
    }
    if threads is not None:
        settings["threads"] = threads
    try:
        connection = duckdb.connect(":memory:", config=settings)
    except duckdb.Error as error:
        raise UnableToRun(f"The memory limit {memory!r} cannot be used: {first_line(error)}") from error
    let_progress_be_asked(connection)
    return connection


def out_of_room(error: duckdb.Error, request: Request, step: str) -> UnableToRun:
    """Say in one sentence what ran out, at which step, and what to do."""
    if isinstance(error, duckdb.OutOfMemoryException):
        return UnableToRun(
            f"The step {step!r} needs more than the {request.memory} of memory it may use;"
            f" allow more with --memory, or make room for spilled data in {request.scratch}."
        )
    return UnableToRun(f"The step {step!r} could not read or write: {first_line(error)}; check the disk and try again.")


def first_line(error: Exception) -> str:
    """Return the first line of an error, without its closing stop."""
    return str(error).strip().splitlines()[0].rstrip(".")
