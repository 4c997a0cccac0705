"""The grid with fifty thousand residuals: a constant number of questions to the database, and how long it takes."""

import time

import duckdb
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from keytally.reconciliation import queries

MANY = 50_000


@pytest.fixture
def many(tallied):
    """Multiply the residuals of the demo pair, each with an identity of its own."""
    file = queries.pages_folder(tallied) / "residual_lines.parquet"
    grown = file.with_suffix(".grown")
    known = duckdb.execute(f"select count(*) from read_parquet('{file}')").fetchall()[0][0]
    copies = MANY // known + 1
    duckdb.execute(
        f"""copy (select line.* replace (md5(line.id || copy::varchar) as id) from read_parquet('{file}') line,
        range({copies}) copies(copy) limit {MANY}) to '{grown}' (format parquet)"""
    )
    grown.replace(file)
    return tallied


def asked(client, url, **filters):
    began = time.perf_counter()
    with CaptureQueriesContext(connection) as context:
        page = client.get(url, filters)
    assert page.status_code == 200
    return page.context["shown"].lines, len(context), time.perf_counter() - began


def test_fifty_thousand_residuals_are_asked_for_in_a_constant_number_of_queries(client, accountant, many):
    client.force_login(accountant)
    url = reverse("reconciliation:residuals", args=[many.pk])
    lines, first, _seconds = asked(client, url)
    assert lines == MANY
    _lines, filtered, _seconds = asked(client, url, text="S001", state="OPEN", least="10", page="3")
    assert filtered <= first + 2
    assert first <= 22


@pytest.mark.slow
def test_how_long_the_first_rows_and_every_filter_take(client, accountant, many):
    client.force_login(accountant)
    url = reverse("reconciliation:residuals", args=[many.pk])
    filters = (
        {}, {"class": "SHORT"}, {"cause": "PRICE"}, {"side": "ours"}, {"text": "XH2607"}, {"store": "S001"},
        {"item": "HT-1003"}, {"least": "10", "most": "500"}, {"first_on": "2026-07-10"}, {"state": "OPEN"},
        {"assignee": "none"}, {"sort": "document", "direction": "asc"},
    )  # fmt: skip
    asked(client, url)
    taken = sorted(asked(client, url, **one)[2] for one in filters)
    print(f"BENCH grid of {MANY} residuals: median {taken[len(taken) // 2]:.3f} s, slowest {taken[-1]:.3f} s")
    # Generous, as the machine that runs the tests does other things too.
    assert taken[len(taken) // 2] < 3
