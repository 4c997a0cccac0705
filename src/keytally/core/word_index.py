"""How is a table of words asked on both databases? FTS5 with triggers on SQLite, a GIN index on PostgreSQL.

A capability has a table of one text column `words`, made by `core.search.index_words`, keyed by the thing it finds; its
migration runs `WordIndex.build`, and its queries narrow by `WordIndex.condition`.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connection
from django.db.models.expressions import RawSQL

from keytally.core.search import query_words


@dataclass(frozen=True, slots=True)
class WordIndex:
    """A table of words: its name, its key, and the name of its full-text index; all constants of the source."""

    table: str
    key: str
    index: str

    def build(self, _apps: Any, schema_editor: Any) -> None:  # noqa: ANN401 - Django's own signature
        """Make the index, as a migration does."""
        is_sqlite = schema_editor.connection.vendor == "sqlite"
        for statement in self._sqlite() if is_sqlite else self._postgresql():
            schema_editor.execute(statement)

    def drop(self, _apps: Any, schema_editor: Any) -> None:  # noqa: ANN401 - Django's own signature
        """Take the index away again."""
        if schema_editor.connection.vendor == "sqlite":
            for name in ("added", "gone", "changed"):
                schema_editor.execute(f"drop trigger {self.table}_{name}")
            schema_editor.execute(f"drop table {self.index}")
        else:
            schema_editor.execute(f"drop index {self.index}")

    def condition(self, text: str) -> RawSQL | None:
        """Select the keys whose words begin with all of those of a text; None where the text says nothing."""
        words = query_words(text)
        if not words:
            return None
        if connection.vendor == "sqlite":
            asked = " AND ".join(f'"{word}" *' for word in words)
            sql = f"select rowid from {self.index} where {self.index} match %s"  # noqa: S608 - constants
        else:
            asked = " & ".join(f"'{word}':*" for word in words)
            sql = (
                f"select {self.key} from {self.table}"  # noqa: S608 - constants
                " where array_to_tsvector(string_to_array(words, ' ')) @@ cast(%s as tsquery)"
            )
        return RawSQL(sql, [asked])  # noqa: S611 - constants; what was typed is a parameter

    def _sqlite(self) -> Sequence[str]:
        table, key, index = self.table, self.key, self.index
        gone = f"insert into {index}({index}, rowid, words) values ('delete', old.{key}, old.words);"  # noqa: S608 - constants
        added = f"insert into {index}(rowid, words) values (new.{key}, new.words);"  # noqa: S608 - constants
        options = "tokenize='unicode61 remove_diacritics 0', prefix='2 3'"
        return (
            f"create virtual table {index} using fts5(words, content='{table}', content_rowid='{key}', {options})",
            f"create trigger {table}_added after insert on {table} begin {added} end",
            f"create trigger {table}_gone after delete on {table} begin {gone} end",
            f"create trigger {table}_changed after update on {table} begin {gone} {added} end",
        )

    def _postgresql(self) -> Sequence[str]:
        words = "array_to_tsvector(string_to_array(words, ' '))"
        return (f"create index {self.index} on {self.table} using gin ({words})",)
