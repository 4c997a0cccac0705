"""What do the server and its workers take, while they are at it: processes, threads, memory?"""

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

LOOK_EVERY = 0.2


@dataclass
class Census:
    """Looks at all processes below one again and again, and at how many runs are at work."""

    root: int
    running: Callable[[], int]
    most_running: int = 0
    most_mib: dict[str, int] = field(default_factory=dict)
    most_threads: dict[str, int] = field(default_factory=dict)
    _ended: threading.Event = field(default_factory=threading.Event)

    def __enter__(self) -> "Census":
        self._thread = threading.Thread(target=self._look_on, daemon=True)
        self._thread.start()
        return self

    def __exit__(self, *_why: object) -> None:
        self._ended.set()
        self._thread.join()

    def _look_on(self) -> None:
        while not self._ended.wait(LOOK_EVERY):
            self.most_running = max(self.most_running, self.running())
            for name, (mib, threads) in _by_part(self.root).items():
                self.most_mib[name] = max(self.most_mib.get(name, 0), mib)
                self.most_threads[name] = max(self.most_threads.get(name, 0), threads)


def _by_part(root: int) -> Mapping[str, tuple[int, int]]:
    """Sum up memory and threads of the server, of the worker, and of what the worker has begun."""
    parents = _parents()
    found: dict[str, tuple[int, int]] = {}
    for process in parents:
        chain = _chain(process, parents)
        if root not in chain or process == root:
            continue
        name = _name(process, chain)
        status = _status(process)
        mib, threads = int(status.get("VmRSS", "0 kB").split()[0]) // 1024, int(status.get("Threads", "0"))
        before = found.get(name, (0, 0))
        found[name] = before[0] + mib, before[1] + threads
    return found


def _name(process: int, chain: list[int]) -> str:
    words = _command(process)
    if "granian" in words:
        return "server"
    return "runs" if any("work" in _command(parent).split() for parent in chain[1:]) else "worker"


def _chain(process: int, parents: Mapping[int, int]) -> list[int]:
    found = [process]
    while (parent := parents.get(found[-1], 0)) > 1:
        found.append(parent)
    return found


def _parents() -> dict[int, int]:
    found = {}
    for folder in Path("/proc").glob("[0-9]*"):
        parent = _status(int(folder.name)).get("PPid")
        if parent:
            found[int(folder.name)] = int(parent)
    return found


def _status(process: int) -> dict[str, str]:
    try:
        text = Path(f"/proc/{process}/status").read_text()
    except OSError:
        return {}
    return {key: value.strip() for key, _colon, value in (line.partition(":") for line in text.splitlines())}


def _command(process: int) -> str:
    try:
        return Path(f"/proc/{process}/cmdline").read_bytes().replace(b"\0", b" ").decode("utf-8", "replace")
    except OSError:
        return ""


def running_runs(url: str) -> Callable[[], int]:
    """Count the runs that a worker holds, in the database itself."""
    question = "select count(*) from jobs_job where kind = 'reconcile' and state in ('RUNNING', 'STOPPING')"

    def count() -> int:
        if url.startswith("sqlite"):
            import sqlite3

            connection = sqlite3.connect(url.removeprefix("sqlite:///"), timeout=20)
        else:
            import psycopg

            connection = psycopg.connect(url.replace("postgres://", "postgresql://", 1))
        try:
            return connection.execute(question).fetchone()[0]
        finally:
            connection.close()

    return count
