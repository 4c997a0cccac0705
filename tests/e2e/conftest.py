"""A real browser before a real server with a real worker beside it, all on the test's own database and folders."""

import os
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from django.db import connection

from keytally.core.roles import Role
from keytally.core.services import add_person
from keytally.reconciliation.demo_pair import DemoPair, write_demo

PASSWORD = "tally-to-the-cent"
ROOT = Path(__file__).parents[2]


@pytest.fixture(autouse=True)
def folders(settings, tmp_path: Path) -> Path:
    settings.VAR = tmp_path
    settings.FILES_ROOT = tmp_path / "files"
    settings.JOBS_ROOT = tmp_path / "jobs"
    settings.RECONCILIATIONS_ROOT = tmp_path / "reconciliations"
    return tmp_path


@pytest.fixture(scope="session")
def bundle() -> None:
    if not (ROOT / "src/keytally/site/static/bundle/app.js").is_file():
        pytest.fail("the front-end bundle is not built: run ./run --setup-only")


@pytest.fixture(scope="session")
def pair(tmp_path_factory: pytest.TempPathFactory) -> DemoPair:
    return write_demo(tmp_path_factory.mktemp("pair"))


@pytest.fixture
def accountant(transactional_db):
    now = datetime(2026, 8, 3, tzinfo=UTC)
    roles = [Role.RECEIVABLES_ACCOUNTANT]
    return add_person("accountant", name="王磊", password=PASSWORD, roles=roles, by=None, now=now)


@pytest.fixture(scope="session")
def yard(django_db_setup, tmp_path_factory: pytest.TempPathFactory) -> Iterator["subprocess.Popen[str]"]:
    """A process from which workers come at once, see yard.py."""
    environment = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "keytally.site.settings",
        "DATABASE_URL": database_url(),
        "KEYTALLY_VAR": str(tmp_path_factory.mktemp("yard")),
    }
    command = [sys.executable, str(Path(__file__).parent / "yard.py")]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, env=environment, cwd=ROOT, stdin=pipe, stdout=pipe, text=True) as process:
        yield process


@pytest.fixture
def worker(transactional_db, folders: Path, yard: "subprocess.Popen[str]") -> Iterator[None]:
    assert yard.stdin is not None
    assert yard.stdout is not None
    print(folders, file=yard.stdin, flush=True)
    assert int(yard.stdout.readline()) > 0
    yield
    print(file=yard.stdin, flush=True)
    assert yard.stdout.readline() == "0\n", (folders / "worker.log").read_text()


def database_url() -> str:
    """Name the test database to another process."""
    name = connection.settings_dict["NAME"]
    if connection.vendor == "sqlite":
        return f"sqlite:///{name}"
    return urlsplit(os.environ["DATABASE_URL"])._replace(path=f"/{name}").geturl()
