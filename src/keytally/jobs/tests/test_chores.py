import os
from datetime import timedelta

import pytest

from keytally.jobs import chores
from keytally.jobs.models import ChoreTurn
from keytally.jobs.worker import Worker

from .conftest import NOW

pytestmark = pytest.mark.django_db


@pytest.fixture
def done(monkeypatch):
    monkeypatch.setattr(chores, "_chores", {})
    turns = []
    chores.chore("sweep", every=timedelta(minutes=5))(turns.append)
    return turns


def take(now):
    return [found.code for found in chores.take_due(now=now)]


def test_a_chore_comes_round_after_its_time(done):
    assert take(NOW) == ["sweep"]
    assert take(NOW + timedelta(minutes=4)) == []
    assert take(NOW + timedelta(minutes=5)) == ["sweep"]


def test_of_two_workers_one_takes_the_turn(done, monkeypatch):
    take(NOW)
    later = NOW + timedelta(minutes=5)
    known = ChoreTurn.objects.values_list("code", "due_at")
    stale = dict(known)
    assert take(later) == ["sweep"]
    assert stale["sweep"] <= later
    assert not chores._take(chores.chores()["sweep"], now=later)


def test_it_is_given_the_time_and_its_end_is_kept(done):
    [sweep] = chores.take_due(now=NOW)
    chores.run(sweep, now=NOW)
    assert done == [NOW]
    turn = ChoreTurn.objects.get()
    assert (turn.fault, turn.began_at) == ("", NOW)
    assert turn.ended_at is not None


def test_a_chore_that_fails_says_so_and_comes_round_again(monkeypatch):
    monkeypatch.setattr(chores, "_chores", {})

    @chores.chore("broken", every=timedelta(minutes=5))
    def broken(_now):
        raise KeyError("nothing there")

    [found] = chores.take_due(now=NOW)
    chores.run(found, now=NOW)
    assert ChoreTurn.objects.get().fault == "KeyError: 'nothing there'"
    assert take(NOW + timedelta(minutes=5)) == ["broken"]


@pytest.mark.django_db(transaction=True)
def test_the_worker_does_a_chore_in_a_process_of_its_own(monkeypatch, tmp_path):
    monkeypatch.setattr(chores, "_chores", {})
    mark = tmp_path / "done"

    @chores.chore("mark", every=timedelta(minutes=5))
    def leave_a_mark(now):
        mark.write_text(f"{os.getpid()}")

    worker = Worker()
    worker.do_chores()
    [doing] = worker.chores
    doing.process.join(30)
    worker.do_chores()
    assert worker.chores == []
    assert mark.read_text() != str(os.getpid())
    assert ChoreTurn.objects.get().ended_at is not None
