"""Index the words of entries: FTS5 with triggers on SQLite, a GIN index on PostgreSQL."""

from django.db import migrations

from keytally.core.word_index import WordIndex

WORDS = WordIndex("playbook_search", "entry_id", "playbook_words")


class Migration(migrations.Migration):
    dependencies = [("playbook", "0001_playbook")]
    operations = [migrations.RunPython(WORDS.build, WORDS.drop)]
