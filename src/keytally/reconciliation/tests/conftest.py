"""The cast: an accountant who tallies, her colleague, a finance director, an auditor and a promoter."""

import shutil
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import pytest

from keytally.core.roles import Role
from keytally.core.services import add_person
from keytally.reconciliation import queries, services
from keytally.reconciliation.demo_pair import DEMO_TOLERANCE_MINOR, write_demo
from keytally.reconciliation.engine.reconcile import reconcile
from keytally.reconciliation.engine.summary import as_json

NOW = datetime(2026, 8, 3, 9, tzinfo=UTC)


@pytest.fixture(autouse=True)
def folders(settings, tmp_path):
    settings.VAR = tmp_path
    settings.FILES_ROOT = tmp_path / "files"
    settings.JOBS_ROOT = tmp_path / "jobs"
    settings.RECONCILIATIONS_ROOT = tmp_path / "reconciliations"


def person(username, role, language="en"):
    return add_person(username, name=username.title(), password=None, roles=[role], by=None, now=NOW, language=language)


@pytest.fixture
def accountant(db):
    return person("alice", Role.RECEIVABLES_ACCOUNTANT)


@pytest.fixture
def colleague(db):
    return person("bob", Role.ACCOUNT_MANAGER)


@pytest.fixture
def director(db):
    return person("grace", Role.FINANCE_DIRECTOR)


@pytest.fixture
def auditor(db):
    return person("tom", Role.AUDITOR)


@pytest.fixture
def promoter(db):
    return person("lin", Role.PROMOTER)


@pytest.fixture(scope="session")
def pair(tmp_path_factory):
    return write_demo(tmp_path_factory.mktemp("pair"))


@dataclass
class Run:
    """What one run of the demo pair left."""

    folder: Path
    summary: dict


@pytest.fixture(scope="session")
def demo_run(pair, tmp_path_factory):
    folder = tmp_path_factory.mktemp("run")
    done = reconcile(
        pair.ours,
        pair.theirs,
        out=folder / "result",
        details=folder / "pages",
        store_map=pair.store_map,
        item_map=pair.item_map,
        tolerance=DEMO_TOLERANCE_MINOR,
    )
    return Run(folder, as_json(done.summary))


@pytest.fixture
def drafted(accountant):
    return services.open_demo(name="Demo pair", by=accountant, now=NOW)


@pytest.fixture
def tallied(drafted, demo_run):
    """A reconciliation with its result, as a run would leave it."""
    for part in ("result", "pages"):
        shutil.copytree(demo_run.folder / part, queries.run_folder(drafted.pk, 1) / part)
    keep(drafted.pk, demo_run)
    drafted.refresh_from_db()
    return drafted


def keep(number, run):
    from keytally.reconciliation import understanding

    rejected = understanding.rejected_rows(run.folder / "result", of_ours=run.summary["sides"]["ours"]["rejected"])
    services.keep_result(number, kept=services.Found(run.summary, rejected), now=NOW)


@dataclass
class Context:
    """A job's context that remembers what it was told; a stop can be asked beforehand."""

    parameters: dict
    folder: Path
    job_id: int = 1
    asked_to_stop: bool = False
    told: list = field(default_factory=list)

    def progress(self, **figures):
        self.told.append(figures)

    def is_stopped(self):
        return self.asked_to_stop
