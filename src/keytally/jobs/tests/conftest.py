from datetime import UTC, datetime
from pathlib import Path

import pytest

from keytally.core.roles import Role
from keytally.core.services import add_person
from keytally.jobs import registry

NOW = datetime(2026, 7, 1, 9, tzinfo=UTC)


@pytest.fixture(autouse=True)
def kinds(monkeypatch, settings, tmp_path):
    """Only the kinds a test registers, and a folder of its own."""
    monkeypatch.setattr(registry, "_kinds", {})
    monkeypatch.setattr(registry, "_load_tasks", lambda: None)
    settings.JOBS_ROOT = tmp_path / "jobs"

    @registry.task(
        "copy",
        label="Copy",
        steps={"read": "Reading", "write": "Writing"},
        errors={"NO_FILE": "There is no file %(name)s."},
    )
    def copy(context):
        context.progress(step="read", number=1, of=2, done=0, total=10)
        log = Path(context.folder) / "runs.log"
        with log.open("a") as out:
            out.write("run\n")
        return {"rows": 10, "asked": context.parameters}

    return registry._kinds


@pytest.fixture
def rep(db):
    return add_person("rep", name="李娜", password=None, roles=[Role.SALES_REP], by=None, now=NOW, language="en")


@pytest.fixture
def colleague(db):
    return add_person("colleague", name="Bob", password=None, roles=[Role.SALES_REP], by=None, now=NOW, language="en")


@pytest.fixture
def administrator(db):
    return add_person("root", name="Root", password=None, roles=[Role.ADMINISTRATOR], by=None, now=NOW, language="en")
