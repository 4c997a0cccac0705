"""A server as in production, a PostgreSQL of its own, and a percentile: what the benchmarks of pages share."""

import os
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).parents[1]
POSTGRES = '. tools/postgres.sh; start_postgres || exit 1; echo "$POSTGRES_URL"; read _line; stop_postgres'


@contextmanager
def served(env: dict[str, str]) -> Iterator[tuple[str, int]]:
    """Serve as production does, the worker included; yields the address and the process."""
    address = f"http://127.0.0.1:{_free_port()}"
    command = [sys.executable, "-m", "keytally.site", "serve", "--port", address.rpartition(":")[2]]
    process = subprocess.Popen(command, env=env, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        _wait_for(f"{address}/health/")
        yield address, process.pid
    finally:
        process.terminate()
        process.wait(30)


def _wait_for(address: str) -> None:
    for _time in range(300):
        try:
            with urllib.request.urlopen(address, timeout=5) as answer:
                if answer.status == 200:
                    return
        except OSError:
            time.sleep(0.2)
    sys.exit(f"{address} did not answer.")


@contextmanager
def postgres() -> Iterator[str]:
    """Start a PostgreSQL of its own, gone afterwards; yields its address."""
    process = subprocess.Popen(
        ["bash", "-c", POSTGRES],
        cwd=ROOT,
        env={**os.environ, "PYTHON": sys.executable},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        url = process.stdout.readline().strip()
        if not url:
            sys.exit("PostgreSQL did not start; is the package postgresql installed?")
        yield url
    finally:
        process.communicate("\n", timeout=60)


def _free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return found.getsockname()[1]


def at(values: Sequence[float], percent: int) -> float:
    """Take the value below which so many per cent lie, the nearest rank."""
    return round(values[max(0, -(-len(values) * percent // 100) - 1)], 1) if values else 0.0
