"""A migrated database kept from run to run, so that the tests do not spend their time on migrations.

What was migrated is kept under .tool/test-databases by the checksum of all that migrations are made of; one worker
makes it while the others wait. Where PostgreSQL's own tools are not found, or keeping fails, tests migrate as ever.
"""

import fcntl
import hashlib
import os
import shutil
import sqlite3
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import quote

from django.db import connections

ROOT = Path(__file__).parents[4]
KEPT = ROOT / ".tool" / "test-databases"
SOURCES = ("*/migrations/*.py", "*/models/*.py", "*/models.py", "*/rules/*.py", "core/*.py", "*/labels.py")
MOST_KEPT = 6


def checksum() -> str:
    """Sum up all that a migrated database is made of: migrations, what they read, and the packages installed."""
    package = ROOT / "src" / "keytally"
    files = sorted({file for pattern in SOURCES for file in package.glob(pattern)})
    summed = hashlib.sha256()
    for file in [*files, ROOT / "requirements.lock"]:
        summed.update(f"{file.relative_to(ROOT)}\n".encode())
        summed.update(file.read_bytes())
    return summed.hexdigest()[:24]


@contextmanager
def one_at_a_time(name: str) -> Iterator[None]:
    """Let one process in; the others wait."""
    KEPT.mkdir(parents=True, exist_ok=True)
    with (KEPT / f"{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def kept_sqlite() -> Path | None:
    """Find the migrated file, if one is kept."""
    kept = KEPT / f"{checksum()}.sqlite3"
    return kept if kept.exists() else None


@contextmanager
def kept_migrations() -> Iterator[None]:
    """While test databases are made: fill them from what is kept, and keep what had to be migrated."""
    from django.core.management.commands.migrate import Command

    migrate = Command.handle

    def lay(self: Any, *args: Any, **options: Any) -> None:
        connection = connections[options["database"]]
        way = _sqlite if connection.vendor == "sqlite" else _postgres
        way(connection, lambda: migrate(self, *args, **options))

    Command.handle = lay
    try:
        yield
    finally:
        Command.handle = migrate


def lay_out() -> None:
    """Migrate and keep a database of the kind DATABASE_URL names, unless one is kept; `./test` makes both at once."""
    suffix = "sqlite3" if connections["default"].vendor == "sqlite" else "dump"
    if (KEPT / f"{checksum()}.{suffix}").exists():
        return
    import django

    django.setup()
    creation = connections["default"].creation
    with kept_migrations():
        creation.create_test_db(verbosity=0, autoclobber=True)
    creation.destroy_test_db(creation.connection.settings_dict["NAME"], verbosity=0)


def _sqlite(connection: Any, migrate: Callable[[], None]) -> None:
    database, kept = Path(connection.settings_dict["NAME"]), KEPT / f"{checksum()}.sqlite3"
    with one_at_a_time("sqlite"):
        if kept.exists():
            connection.close()
            shutil.copyfile(kept, database)
            return
        migrate()
        connection.close()
        _keep(kept, lambda part: _run_sqlite(database, part))


def _postgres(connection: Any, migrate: Callable[[], None]) -> None:
    tools = _tools()
    if tools is None:
        migrate()
        return
    kept, url = KEPT / f"{checksum()}.dump", _url(connection.settings_dict)
    with one_at_a_time("postgres"):
        if not kept.exists():
            migrate()
            _keep(kept, lambda part: _run([tools / "pg_dump", "-Fc", "-Z1", "-f", part, "-d", url]))
            return
    _run([tools / "pg_restore", "--no-owner", "--exit-on-error", "-d", url, kept])


def _run_sqlite(database: Path, part: Path) -> None:
    """Copy a database with all that its log still holds."""
    with sqlite3.connect(database) as source, sqlite3.connect(part) as target:
        source.backup(target)


def _keep(kept: Path, write: Callable[[Path], object]) -> None:
    part = kept.with_suffix(f".{os.getpid()}.part")
    try:
        write(part)
        part.replace(kept)
    except (OSError, subprocess.CalledProcessError):
        part.unlink(missing_ok=True)
    for old in sorted(KEPT.glob(f"*{kept.suffix}"), key=lambda file: file.stat().st_mtime, reverse=True)[MOST_KEPT:]:
        old.unlink(missing_ok=True)


def _tools() -> Path | None:
    """Find the folder of the newest pg_dump and pg_restore."""
    folders = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda folder: int(folder.parent.name))
    on_path = shutil.which("pg_dump")
    for folder in [*reversed(folders), *([Path(on_path).parent] if on_path else [])]:
        if (folder / "pg_dump").is_file() and (folder / "pg_restore").is_file():
            return folder
    return None


def _run(command: list[Any]) -> None:
    subprocess.run([str(word) for word in command], check=True, capture_output=True)


def _url(settings: dict[str, Any]) -> str:
    user, password = quote(settings["USER"], safe=""), quote(settings["PASSWORD"], safe="")
    host, port = settings["HOST"] or "127.0.0.1", settings["PORT"] or 5432
    return f"postgres://{user}:{password}@{host}:{port}/{settings['NAME']}"


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "keytally.site.settings")
    lay_out()
