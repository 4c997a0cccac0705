"""Let the database itself refuse to change what a published version of a controlled document says.

SQLite drops triggers when a later migration remakes a table: one that alters `people_documentversion` calls `guard`
of this module again afterwards.
"""

from django.db import migrations

KEPT = (
    "document_id",
    "letter",
    "revision",
    "state",
    "name_zh",
    "name_en",
    "department_zh",
    "department_en",
    "starts_on",
    "pages",
    "text_zh",
    "text_en",
    "changes",
    "content_hash",
    "published_at",
)
MESSAGE = "a published version is never edited"


def guard(apps, schema_editor):
    if schema_editor.connection.vendor == "sqlite":
        changed = " or ".join(f"new.{name} is not old.{name}" for name in KEPT)
        schema_editor.execute(
            "create trigger published_stays before update on people_documentversion"
            f" when old.state = 'PUBLISHED' and ({changed}) begin select raise(abort, '{MESSAGE}'); end"
        )
        return
    changed = " or ".join(f"new.{name} is distinct from old.{name}" for name in KEPT)
    schema_editor.execute(
        "create or replace function refuse_published_change() returns trigger language plpgsql as $$"
        f" begin raise exception '{MESSAGE}' using errcode = 'integrity_constraint_violation'; end $$"
    )
    schema_editor.execute(
        "create trigger published_stays before update on people_documentversion for each row"
        f" when (old.state = 'PUBLISHED' and ({changed})) execute function refuse_published_change()"
    )


def unguard(apps, schema_editor):
    if schema_editor.connection.vendor == "sqlite":
        schema_editor.execute("drop trigger if exists published_stays")
        return
    schema_editor.execute("drop trigger if exists published_stays on people_documentversion")
    schema_editor.execute("drop function if exists refuse_published_change()")


class Migration(migrations.Migration):
    dependencies = [("people", "0002_staff")]
    operations = [migrations.RunPython(guard, unguard)]
