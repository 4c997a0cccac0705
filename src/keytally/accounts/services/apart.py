"""Try something on the database without anybody waiting for it: on a copy, or in a transaction of its own.

SQLite has one writer at a time, so that a dry run of minutes would hold up everybody: it runs on a copy of the file.
On PostgreSQL it runs beside the others. Either way it has a connection of its own, in a thread of its own: what the
calling thread writes meanwhile, such as how far the work is, is written and seen at once.
"""

import sqlite3
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import TypeVar

from django.db import connection, connections

Found = TypeVar("Found")
WATCH_EVERY = 0.3


def tried_apart(work: Callable[[], Found], *, folder: Path, watch: Callable[[], None]) -> Found:
    """Do work that is taken back, on a connection of its own; `watch` is called a few times a second meanwhile."""
    copy = _copied(folder / "try.sqlite3") if connection.vendor == "sqlite" else None
    try:
        with ThreadPoolExecutor(max_workers=1) as pool:
            return _watched(pool.submit(_on, copy, work), watch=watch)
    finally:
        for file in folder.glob("try.sqlite3*"):
            file.unlink()


def _watched(future: "Future[Found]", *, watch: Callable[[], None]) -> Found:
    while True:
        watch()
        try:
            return future.result(timeout=WATCH_EVERY)
        except TimeoutError:
            if future.done():
                raise


def _copied(file: Path) -> Path:
    """Copy the database as it stands at this instant; nobody who writes waits for it."""
    for old in file.parent.glob(f"{file.name}*"):
        old.unlink()
    source, copy = sqlite3.connect(str(connection.settings_dict["NAME"])), sqlite3.connect(file)
    try:
        source.backup(copy)
    finally:
        copy.close()
        source.close()
    return file


def _on(copy: Path | None, work: Callable[[], Found]) -> Found:
    if copy:
        known = connections["default"]
        connections["default"] = type(known)({**known.settings_dict, "NAME": str(copy)}, "default")
    try:
        return work()
    finally:
        connections["default"].close()
