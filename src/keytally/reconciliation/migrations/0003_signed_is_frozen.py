"""Let the database itself refuse to change what was signed off: decisions, cases, mended cells and the result."""

from django.db import migrations

WORD = "the reconciliation is signed off"
TABLES = ("decision", "residualcase", "rowmend", "reconciliationrun")
FIELDS = ("ours_id", "theirs_id", "store_map_id", "item_map_id", "account_id", "month", "period", "run_number",
          "profile_text", "measure", "tolerance", "window_days", "summary")  # fmt: skip


def sqlite():
    for table in TABLES:
        for event, row in (("insert", "new"), ("update", "old"), ("delete", "old")):
            yield (
                f"create trigger signed_refuses_{table}_{event} before {event} on reconciliation_{table}"
                f" when (select state from reconciliation_reconciliation where id = {row}.reconciliation_id) = 'SIGNED'"
                f" begin select raise(abort, '{WORD}'); end"
            )
    changed = " or ".join(f"old.{name} is not new.{name}" for name in FIELDS)
    yield (
        "create trigger signed_refuses_update before update on reconciliation_reconciliation"
        f" when old.state = 'SIGNED' and new.state = 'SIGNED' and ({changed})"
        f" begin select raise(abort, '{WORD}'); end"
    )
    yield (
        "create trigger signed_refuses_delete before delete on reconciliation_reconciliation"
        f" when old.state = 'SIGNED' begin select raise(abort, '{WORD}'); end"
    )


def postgresql():
    refuse = f"raise exception '{WORD}' using errcode = 'integrity_constraint_violation';"
    yield (
        "create function refuse_signed_rows() returns trigger language plpgsql as $$ begin"
        " if (select state from reconciliation_reconciliation where id = coalesce(old.reconciliation_id,"
        f" new.reconciliation_id)) = 'SIGNED' then {refuse} end if;"
        " if tg_op = 'DELETE' then return old; end if; return new; end $$"
    )
    for table in TABLES:
        yield (
            f"create trigger signed_refuses_{table} before insert or update or delete on reconciliation_{table}"
            " for each row execute function refuse_signed_rows()"
        )
    changed = " or ".join(f"old.{name} is distinct from new.{name}" for name in FIELDS)
    yield (
        "create function refuse_signed_reconciliation() returns trigger language plpgsql as $$ begin"
        f" if tg_op = 'DELETE' then if old.state = 'SIGNED' then {refuse} end if; return old; end if;"
        f" if old.state = 'SIGNED' and new.state = 'SIGNED' and ({changed}) then {refuse} end if;"
        " return new; end $$"
    )
    yield (
        "create trigger signed_refuses_change before update or delete on reconciliation_reconciliation"
        " for each row execute function refuse_signed_reconciliation()"
    )


def back(vendor):
    if vendor == "sqlite":
        names = [f"signed_refuses_{table}_{event}" for table in TABLES for event in ("insert", "update", "delete")]
        return [f"drop trigger {name}" for name in [*names, "signed_refuses_update", "signed_refuses_delete"]]
    return [
        *[f"drop trigger signed_refuses_{table} on reconciliation_{table}" for table in TABLES],
        "drop trigger signed_refuses_change on reconciliation_reconciliation",
        "drop function refuse_signed_rows()",
        "drop function refuse_signed_reconciliation()",
    ]


def guard(apps, schema_editor):
    for statement in sqlite() if schema_editor.connection.vendor == "sqlite" else postgresql():
        schema_editor.execute(statement)


def unguard(apps, schema_editor):
    for statement in back(schema_editor.connection.vendor):
        schema_editor.execute(statement)


class Migration(migrations.Migration):
    dependencies = [("reconciliation", "0002_workbench")]
    operations = [migrations.RunPython(guard, unguard)]
