from datetime import UTC, datetime

import pytest
from django.db import DatabaseError, connection, transaction

from keytally.core.models import AuditEntry
from keytally.core.roles import Role
from keytally.core.services import add_person, record_audit, set_roles
from keytally.core.subjects import Subject

NOW = datetime(2026, 7, 1, 9, tzinfo=UTC)
pytestmark = pytest.mark.django_db


@pytest.fixture
def entry():
    return record_audit(
        "order.release",
        by=None,
        at=NOW,
        subject=Subject("order", 7),
        reason="paid",
        before={"state": "HELD"},
        after={"state": "RELEASED"},
    )


def test_it_keeps_who_when_what_why_before_and_after(entry):
    kept = AuditEntry.objects.get(pk=entry.pk)
    assert (kept.at, kept.action, kept.reason) == (NOW, "order.release", "paid")
    assert (kept.before, kept.after) == ({"state": "HELD"}, {"state": "RELEASED"})


@pytest.mark.parametrize(
    "statement",
    [
        "update core_auditentry set reason = 'other'",
        "delete from core_auditentry",
        "update core_auditentry set at = at where id < 0 or id > 0",
    ],
)
def test_the_database_refuses_to_change_or_delete_an_entry(entry, statement):
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)
    assert AuditEntry.objects.get(pk=entry.pk).reason == "paid"


def test_the_database_refuses_what_the_models_try(entry):
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        AuditEntry.objects.update(reason="other")
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        entry.delete()


def test_postgresql_refuses_to_truncate_the_entries(entry):
    if connection.vendor != "postgresql":
        pytest.skip("only PostgreSQL can truncate")
    with connection.cursor() as cursor:
        cursor.execute("set constraints all immediate")
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("truncate core_auditentry")


def test_a_change_of_roles_says_what_they_were():
    admin = add_person("admin", name="Admin", password=None, roles=[Role.ADMINISTRATOR], by=None, now=NOW)
    rep = add_person("rep", name="Rep", password=None, roles=[Role.SALES_REP], by=admin, now=NOW)
    set_roles(rep, roles=[Role.ACCOUNT_MANAGER], by=admin, now=NOW, reason="promoted")
    entry = AuditEntry.objects.get(action="person.roles")
    assert entry.person == admin
    assert (entry.before, entry.after) == ({"roles": ["SALES_REP"]}, {"roles": ["ACCOUNT_MANAGER"]})
    set_roles(rep, roles=[Role.ACCOUNT_MANAGER], by=admin, now=NOW, reason="again")
    assert AuditEntry.objects.filter(action="person.roles").count() == 1
