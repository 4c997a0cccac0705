"""SQLite is told how its tables have grown."""

import pytest
from django.db import connection

from keytally.core.statistics import refresh_statistics


@pytest.mark.django_db
def test_sqlite_counts_again_what_has_grown_and_postgresql_is_left_alone(django_user_model):
    if connection.vendor != "sqlite":
        refresh_statistics()
        return
    assert _counted() < 3
    for place in range(3):
        django_user_model.objects.create(username=f"grown-{place}")
    refresh_statistics()
    assert _counted() >= 3
    refresh_statistics()
    assert _counted() >= 3


def _counted() -> int:
    with connection.cursor() as cursor:
        cursor.execute("select 1 from sqlite_schema where name = 'sqlite_stat1'")
        if not cursor.fetchone():
            return 0
        cursor.execute("select stat from sqlite_stat1 where tbl = 'core_user' order by stat limit 1")
        found = cursor.fetchone()
    return int(found[0].split()[0]) if found else 0
