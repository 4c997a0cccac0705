"""How do statements run so that they can be stopped, stay inside their memory, and leave nothing behind?"""

import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import duckdb

from keytally.exchange.errors import ReadingStopped, UnableToRead

_POLL_SECONDS = 0.2


@contextmanager
def connection(*, scratch: Path, memory: str, threads: int | None) -> Iterator[duckdb.DuckDBPyConnection]:
    """Open an in-memory database that spills into `scratch`."""
    scratch.mkdir(parents=True, exist_ok=True)
    con = duckdb.connect()
    try:
        _configure(con, scratch=scratch, memory=memory, threads=threads)
        yield con
    finally:
        con.close()


def _configure(con: duckdb.DuckDBPyConnection, *, scratch: Path, memory: str, threads: int | None) -> None:
    con.execute("SET memory_limit = $memory", {"memory": memory})
    con.execute("SET temp_directory = $folder", {"folder": str(scratch)})
    con.execute("SET preserve_insertion_order = true")
    let_progress_be_asked(con)
    if threads is not None:
        con.execute("SET threads = $threads", {"threads": threads})


def run(
    con: duckdb.DuckDBPyConnection,
    sql: str,
    parameters: Mapping[str, object],
    *,
    is_stopped: Callable[[], bool] | None = None,
    on_part: Callable[[int], None] | None = None,
) -> list[tuple[object, ...]]:
    """Run a statement to its end, or stop it and raise when somebody asks; tell per mille how far it is."""
    if is_stopped is None and on_part is None:
        return con.execute(sql, dict(parameters)).fetchall()
    if is_stopped is not None and is_stopped():
        raise ReadingStopped
    try:
        with watched(con, is_stopped=is_stopped, on_part=on_part):
            return con.execute(sql, dict(parameters)).fetchall()
    except duckdb.InterruptException as error:
        raise ReadingStopped from error


@contextmanager
def watched(
    con: duckdb.DuckDBPyConnection,
    *,
    is_stopped: Callable[[], bool] | None = None,
    on_part: Callable[[int], None] | None = None,
) -> Iterator[None]:
    """Interrupt what a connection does when somebody asks, and tell per mille how far its statement is."""
    done = threading.Event()
    watcher = threading.Thread(target=_watch, args=(con, done, is_stopped, on_part), daemon=True)
    watcher.start()
    try:
        yield
    finally:
        done.set()
        watcher.join()


def _watch(
    con: duckdb.DuckDBPyConnection,
    done: threading.Event,
    is_stopped: Callable[[], bool] | None,
    on_part: Callable[[int], None] | None,
) -> None:
    while not done.wait(_POLL_SECONDS):
        if is_stopped is not None and is_stopped():
            con.interrupt()
        if on_part is not None:
            on_part(part_done(con))


def let_progress_be_asked(con: duckdb.DuckDBPyConnection) -> None:
    """Let a connection keep count of how far its statements are, without printing it."""
    con.execute("SET enable_progress_bar = true")
    con.execute("SET enable_progress_bar_print = false")


def part_done(con: duckdb.DuckDBPyConnection) -> int:
    """Say per mille how far the statement at work is, from another thread; 0 where the database does not know."""
    return min(999, max(0, int(con.query_progress() * 10)))


def refusal(error: duckdb.Error, *, file: str, memory: str, folder: Path) -> UnableToRead | None:
    """Turn an error that a person can act on into a sentence; None when it is none."""
    text = str(error).lower()
    if isinstance(error, duckdb.OutOfMemoryException):
        return UnableToRead("out_of_memory", file=file, memory=memory)
    if "no space left" in text or "could not write" in text or "failed to write" in text:
        return UnableToRead("disk_full", folder=folder)
    return None
