"""Let the database itself refuse to change a request that runs or has ended, and a decision that was made.

SQLite drops triggers when a later migration remakes a table: one that alters `approvals_request` or `approvals_slot`
calls `guard` of this module again afterwards.
"""

from django.db import migrations

REQUEST = (
    "kind",
    "rules_id",
    "requester_id",
    "title",
    "account_name",
    "text",
    "amount_minor",
    "currency",
    "facts",
    "content_hash",
)
SLOT = ("step_id", "outcome", "decided_by_id", "decided_for_id", "decided_at", "comment", "content_hash")
# A request gets its hash when everything of it is there; until then it is being written.
GUARDS = {
    "request_stays": ("approvals_request", "old.content_hash <> '' and old.state <> 'RETURNED'", REQUEST),
    "decision_stays": ("approvals_slot", "old.outcome <> ''", SLOT),
}
MESSAGE = "what people decide or decided is never edited"


def guard(apps, schema_editor):
    sqlite = schema_editor.connection.vendor == "sqlite"
    if not sqlite:
        schema_editor.execute(
            "create or replace function refuse_decided_change() returns trigger language plpgsql as $$"
            f" begin raise exception '{MESSAGE}' using errcode = 'integrity_constraint_violation'; end $$"
        )
    for name, (table, kept, columns) in GUARDS.items():
        differs = "is not" if sqlite else "is distinct from"
        changed = " or ".join(f"new.{column} {differs} old.{column}" for column in columns)
        if sqlite:
            schema_editor.execute(
                f"create trigger {name} before update on {table} when {kept} and ({changed})"
                f" begin select raise(abort, '{MESSAGE}'); end"
            )
        else:
            schema_editor.execute(
                f"create trigger {name} before update on {table} for each row"
                f" when ({kept} and ({changed})) execute function refuse_decided_change()"
            )


def unguard(apps, schema_editor):
    for name, (table, _kept, _columns) in GUARDS.items():
        if schema_editor.connection.vendor == "sqlite":
            schema_editor.execute(f"drop trigger if exists {name}")
        else:
            schema_editor.execute(f"drop trigger if exists {name} on {table}")
    if schema_editor.connection.vendor != "sqlite":
        schema_editor.execute("drop function if exists refuse_decided_change()")


class Migration(migrations.Migration):
    dependencies = [("approvals", "0001_requests")]
    operations = [migrations.RunPython(guard, unguard)]
