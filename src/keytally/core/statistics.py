"""What does a database know of its tables when it chooses its way? PostgreSQL looks itself, SQLite is told to."""

from django.db import connection, transaction

# So many entries of each index are looked at: twenty milliseconds with a hundred thousand stores.
LOOKED_AT = 1_000


def refresh_statistics() -> None:
    """Let SQLite count how often the values of each index stand there; PostgreSQL's autovacuum does so by itself.

    What was counted before is dropped first: the schema has then changed, and every open connection reads it anew.
    """
    if connection.vendor != "sqlite":
        return
    with connection.cursor() as cursor:
        cursor.execute(f"pragma analysis_limit = {LOOKED_AT}")
        with transaction.atomic():
            cursor.execute("drop table if exists sqlite_stat1")
            cursor.execute("analyze")
