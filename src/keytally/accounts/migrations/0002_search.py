"""Index the words of accounts: FTS5 with triggers on SQLite, a GIN index on PostgreSQL."""

from django.db import migrations

SQLITE = (
    "create virtual table accounts_words using fts5("
    "words, content='accounts_search', content_rowid='node_id', tokenize='unicode61 remove_diacritics 0', prefix='2 3')",
    "create trigger accounts_search_added after insert on accounts_search begin"
    " insert into accounts_words(rowid, words) values (new.node_id, new.words); end",
    "create trigger accounts_search_gone after delete on accounts_search begin"
    " insert into accounts_words(accounts_words, rowid, words) values ('delete', old.node_id, old.words); end",
    "create trigger accounts_search_changed after update on accounts_search begin"
    " insert into accounts_words(accounts_words, rowid, words) values ('delete', old.node_id, old.words);"
    " insert into accounts_words(rowid, words) values (new.node_id, new.words); end",
)
SQLITE_BACK = (
    "drop trigger accounts_search_added",
    "drop trigger accounts_search_gone",
    "drop trigger accounts_search_changed",
    "drop table accounts_words",
)
POSTGRESQL = (
    "create index accounts_words on accounts_search using gin (array_to_tsvector(string_to_array(words, ' ')))",
)
POSTGRESQL_BACK = ("drop index accounts_words",)


def index(apps, schema_editor):
    for statement in SQLITE if schema_editor.connection.vendor == "sqlite" else POSTGRESQL:
        schema_editor.execute(statement)


def unindex(apps, schema_editor):
    for statement in SQLITE_BACK if schema_editor.connection.vendor == "sqlite" else POSTGRESQL_BACK:
        schema_editor.execute(statement)


class Migration(migrations.Migration):
    dependencies = [("accounts", "0001_accounts")]
    operations = [migrations.RunPython(index, unindex)]
