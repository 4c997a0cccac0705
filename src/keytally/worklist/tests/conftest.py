from datetime import UTC, datetime

import pytest

from keytally.core.roles import Role
from keytally.core.services import add_person
from keytally.core.subjects import Subject
from keytally.worklist import kinds, services
from keytally.worklist.kinds import WorkKind, register_kind

# A Wednesday, 17:00 in Shanghai.
NOW = datetime(2026, 7, 1, 9, tzinfo=UTC)


@pytest.fixture
def decisions(monkeypatch):
    """A kind of work that only these tests know."""
    monkeypatch.setattr(kinds, "_kinds", dict(kinds._kinds))
    return register_kind(
        WorkKind(
            code="decision",
            label="Decisions",
            icon="list-check",
            sentences={"DECIDE": "Decide on %(title)s"},
            url=lambda subject, _parameters: f"/requests/{subject.id}/",
            weight=10,
        )
    )


@pytest.fixture
def lina(db):
    return add_person("lina", name="李娜", password=None, roles=[Role.SALES_REP], by=None, now=NOW, language="en")


@pytest.fixture
def wang(db):
    return add_person("wang", name="王伟", password=None, roles=[Role.REGION_MANAGER], by=None, now=NOW, language="en")


@pytest.fixture
def give(decisions):
    """Let a request wait for a person."""

    def give(owner, number=1, deadline=None, title="a credit limit", now=NOW):
        return services.open_item(
            kind="decision",
            subject=Subject("request", number),
            owner=owner,
            deadline=deadline,
            reason_code="DECIDE",
            parameters={"title": title},
            now=now,
        )

    return give
