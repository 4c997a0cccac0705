"""Whoever waits to write gets their turn between two transactions of long work."""

import time

import pytest
from django.db import connection, transaction

from keytally.core.turns import PAUSE, let_others_write


@pytest.fixture
def rests(monkeypatch):
    taken = []
    monkeypatch.setattr(time, "sleep", taken.append)
    return taken


@pytest.mark.django_db(transaction=True)
def test_long_work_rests_between_its_transactions_where_one_writer_is_let_in(rests):
    let_others_write()
    assert rests == ([PAUSE] if connection.vendor == "sqlite" else [])


@pytest.mark.django_db(transaction=True)
def test_it_never_rests_while_it_keeps_others_out(rests):
    with transaction.atomic():
        let_others_write()
    assert rests == []
