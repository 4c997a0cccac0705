"""Do the pages ask the database equally often, however large the company is and however long it has been changing?"""

from datetime import UTC, datetime

import pytest
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext

NOW = datetime.now(UTC)
SMALL, LARGE = {"people": 100, "years": 1, "requests": 500}, {"people": 400, "years": 5, "requests": 1000}
ROLES = ("GM", "NKM", "RKM")


def counted(visitor, pages):
    """Count the queries of each page, once what is kept between requests is there."""
    client = Client()
    client.cookies["sessionid"] = visitor["session"]
    found = {}
    for name, path in pages.items():
        assert client.get(path).status_code == 200, path
        with CaptureQueriesContext(connection) as queries:
            client.get(path)
        found[name] = len(queries)
    return found


def counts_of(facts):
    """Make a company, count for those in whose inbox something waits, and unmake it."""
    from bench.web.run import PAGES
    from bench.web.world import make_world

    with transaction.atomic():
        visitors = make_world(**facts, now=NOW)["visitors"]
        first = {each["role"]: each for each in reversed(visitors)}
        found = {role: counted(first[role], PAGES) for role in ROLES}
        transaction.set_rollback(True)
    return found


@pytest.mark.django_db
def test_pages_ask_the_database_as_often_in_a_large_company_as_in_a_small_one(settings, tmp_path):
    settings.FILES_ROOT = tmp_path
    assert counts_of(SMALL) == counts_of(LARGE)
