"""Let the database itself refuse to change or delete an audit entry."""

from django.db import migrations

SQLITE = {
    "audit_refuses_update": "create trigger audit_refuses_update before update on core_auditentry"
    " begin select raise(abort, 'audit entries are append-only'); end",
    "audit_refuses_delete": "create trigger audit_refuses_delete before delete on core_auditentry"
    " begin select raise(abort, 'audit entries are append-only'); end",
}
POSTGRESQL = (
    "create function refuse_audit_change() returns trigger language plpgsql as $$"
    " begin raise exception 'audit entries are append-only' using errcode = 'integrity_constraint_violation'; end $$",
    "create trigger audit_refuses_update before update on core_auditentry"
    " for each row execute function refuse_audit_change()",
    "create trigger audit_refuses_delete before delete on core_auditentry"
    " for each row execute function refuse_audit_change()",
    "create trigger audit_refuses_truncate before truncate on core_auditentry"
    " for each statement execute function refuse_audit_change()",
)
POSTGRESQL_BACK = (
    "drop trigger audit_refuses_truncate on core_auditentry",
    "drop trigger audit_refuses_delete on core_auditentry",
    "drop trigger audit_refuses_update on core_auditentry",
    "drop function refuse_audit_change()",
)


def guard(apps, schema_editor):
    statements = SQLITE.values() if schema_editor.connection.vendor == "sqlite" else POSTGRESQL
    for statement in statements:
        schema_editor.execute(statement)


def unguard(apps, schema_editor):
    if schema_editor.connection.vendor == "sqlite":
        statements = [f"drop trigger {name}" for name in SQLITE]
    else:
        statements = POSTGRESQL_BACK
    for statement in statements:
        schema_editor.execute(statement)


class Migration(migrations.Migration):
    dependencies = [("core", "0001_initial")]
    operations = [migrations.RunPython(guard, unguard)]
