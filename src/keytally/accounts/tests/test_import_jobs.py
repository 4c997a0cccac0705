"""Large files are tried, imported and undone by a job in chunks: stopped, killed, refused, two at once."""

import os
import signal
import threading
import time
from functools import partial

import pytest
from django.db import connections, transaction
from django.urls import reverse

from keytally.accounts.models import (
    AccountCode,
    AccountImport,
    AccountNode,
    Classification,
    ClassificationValue,
    LegalParty,
    PartyRoles,
    SearchEntry,
)
from keytally.accounts.models.imports import ImportKind
from keytally.accounts.queries.snapshots import snapshot
from keytally.accounts.services import import_jobs, import_rows, importing, undoing
from keytally.accounts.services.nodes import change_account
from keytally.core import turns
from keytally.core.models import RoleGrant
from keytally.imports.services import Upload
from keytally.jobs.context import RunningJob
from keytally.jobs.models import Job
from keytally.jobs.registry import JobFailed
from keytally.jobs.services import claim_next
from keytally.jobs.worker import Worker

from .conftest import NOW

pytestmark = pytest.mark.django_db(transaction=True)

HEADER = "系统,门店编码(我方),门店编码(客户),门店名称,地址,业态,下单方,收货方,结账方,三方关系起,大区,供货方"
ROWS = 45


def line(number, **other):
    said = {
        "chain": "永盛超市" if number % 20 else "新世界",
        "format": "大卖场" if number % 2 else "便利店",
        "bill_to": "永盛总部" if number % 20 else "store",
        **other,
    }
    return (
        f"{said['chain']},A{number:04},T{number:04},永盛{number}店,上海市徐汇区天平路{number}号,{said['format']},"
        f"store,store,{said['bill_to']},2026-01-01,华东{number % 3},上海商贸{number % 2}"
    )


@pytest.fixture(autouse=True)
def small(settings, tmp_path, monkeypatch):
    """Folders of its own, and chunks so small that a few rows are many chunks."""
    settings.FILES_ROOT, settings.JOBS_ROOT = tmp_path / "files", tmp_path / "jobs"
    monkeypatch.setattr(import_rows, "CHUNK_ROWS", 10)
    monkeypatch.setattr(undoing, "CHUNK_ROWS", 10)
    monkeypatch.setattr(import_jobs, "MOST_AT_ONCE", 20)
    monkeypatch.setattr(turns, "PAUSE", 0)


def opened(by, lines=None, *, good_only=False):
    text = "\n".join((HEADER, *(lines or map(line, range(ROWS)))))
    kept = importing.open_import(
        Upload("many.csv", [text.encode()]), kind=ImportKind.STORES, area="", adds_chains=True, by=by, now=NOW
    )
    importing.set_columns(kept, columns=kept.columns, given=kept.given, is_good_rows_only=good_only)
    return kept


def tried(by, lines=None, **options):
    kept = opened(by, lines, **options)
    importing.check_import(kept, by=by, now=NOW)
    return kept


def worked(job):
    """Do a job in this process."""
    assert claim_next(now=NOW) == job
    job.refresh_from_db()
    return import_jobs.work(RunningJob(job), by=type(job.owner).objects.get(pk=job.owner_id), now=NOW)


def turns_until(condition, seconds=20, *, work=None):
    work, until = work or Worker(), time.monotonic() + seconds
    while time.monotonic() < until:
        work.turn()
        if condition():
            return
        time.sleep(0.01)
    pytest.fail("it did not come to it in time")


def stands():
    """What there is of accounts, without the numbers of rows."""
    nodes = AccountNode.objects.exclude(code__startswith="K").order_by("code")
    return {
        "nodes": list(nodes.values_list("code", "name_zh", "area_code", "parent__name_zh", "supplied_by__name")),
        "codes": sorted(AccountCode.objects.values_list("node__code", "code")),
        "parties": sorted(PartyRoles.objects.values_list("store__code", "bill_to__name_zh", "starts_on")),
        "classes": sorted(Classification.objects.values_list("node__code", "value__code")),
        "values": sorted(ClassificationValue.objects.values_list("axis__code", "code", "position")),
        "law": sorted(LegalParty.objects.values_list("name", flat=True)),
        "found": SearchEntry.objects.count(),
        "chains": sorted(AccountNode.objects.filter(kind="CHAIN").values_list("name_zh", flat=True)),
    }


def reload(kept):
    return AccountImport.objects.select_related("batch").get(pk=kept.pk)


def test_a_large_import_in_chunks_equals_the_same_in_one(cast, director, monkeypatch):
    lines = [*map(line, range(ROWS)), line(3, format="便利店"), line(90, bill_to="nobody"), line(91, format="nowhere")]
    kept = tried(director, lines, good_only=True)
    monkeypatch.setattr(import_rows, "CHUNK_ROWS", 1_000)
    with transaction.atomic():
        in_one = importing.run_import(reload(kept), by=director, now=NOW)
        one = stands()
        transaction.set_rollback(True)
    monkeypatch.setattr(import_rows, "CHUNK_ROWS", 10)
    worked(import_jobs.do_import(kept, by=director, now=NOW))
    assert stands() == one
    batch = reload(kept).batch
    assert (batch.read_rows, batch.accepted_rows, batch.rejected_rows) == (ROWS + 3, ROWS + 1, 2)
    assert (in_one.read, in_one.accepted) == (ROWS + 3, ROWS + 1)
    assert [(one.row, one.code) for one in batch.rejected.all()] == [
        (ROWS + 3, "NO_PARTY"),
        (ROWS + 4, "FORMAT_VALUE_UNKNOWN"),
    ]


def test_a_job_tries_a_file_and_keeps_nothing_but_what_it_counted(cast, director):
    before = stands()
    kept = opened(director, [*map(line, range(ROWS)), line(90, format="nowhere")])
    worked(import_jobs.try_import(kept, by=director, now=NOW))
    kept = reload(kept)
    assert (kept.state, kept.batch.read_rows, kept.batch.rejected_rows) == ("CHECKED", ROWS + 1, 1)
    assert ["CHAIN_ADDED", 1, [2]] in kept.warnings
    assert stands() == before
    with pytest.raises(importing.UnableToImportAccounts, match="ROWS_REJECTED"):
        importing.begin_import(kept)


def test_all_or_nothing_that_is_refused_half_way_leaves_accounts_as_they_were(cast, director):
    lines = [*map(line, range(ROWS)), f"永盛超市,{cast.store.code},,永盛新名,,,,,,,,"]
    kept = tried(director, [*reversed(lines), line(70, bill_to="永盛嘉定仓")])
    cast.dc.delete()
    before, store = stands(), snapshot(cast.store)
    job = import_jobs.do_import(kept, by=director, now=NOW)
    with pytest.raises(JobFailed, match="ROWS_REJECTED"):
        worked(job)
    assert (stands(), snapshot(cast.store)) == (before, store)
    assert (reload(kept).state, reload(kept).rows.count()) == ("DRAFT", 0)


def test_a_worker_that_is_killed_half_way_goes_on_and_takes_no_row_twice(cast, director, monkeypatch):
    monkeypatch.setattr(turns, "PAUSE", 0.05)
    kept = tried(director)
    job = import_jobs.do_import(kept, by=director, now=NOW)
    work = Worker()
    turns_until(lambda: reload(kept).reached_row > 11, work=work)
    os.kill(work.running[0].process.pid, signal.SIGKILL)
    turns_until(lambda: reload(kept).state == "DONE", work=work)
    turns_until(lambda: not work.running, work=work)
    job.refresh_from_db()
    assert (job.state, job.attempt) == (Job.State.DONE, 2)
    assert AccountNode.objects.filter(code__startswith="A").count() == ROWS
    rows = list(reload(kept).rows.values_list("row", flat=True))
    assert rows == sorted(set(rows))
    assert reload(kept).batch.accepted_rows == len(rows) == ROWS


@pytest.fixture
def slow(monkeypatch):
    """Let a chunk take as long as a large one, so that a button can be pressed in the middle."""
    teller = import_jobs._teller

    def slowly(*given):
        tell = teller(*given)
        return lambda done: (time.sleep(0.6), tell(done))

    monkeypatch.setattr(import_jobs, "_teller", slowly)


@pytest.mark.usefixtures("slow")
def test_an_import_that_is_stopped_leaves_nothing_behind(client, cast, director):
    before, kept = stands(), tried(director)
    client.force_login(director)
    client.post(reverse("accounts:run_import", args=[kept.pk]))
    work = Worker()
    turns_until(lambda: reload(kept).reached_row > 11, work=work)
    page = client.get(reverse("accounts:import_progress", args=[kept.pk]), headers={"HX-Request": "true"})
    assert f"/ {ROWS}" in page.content.decode()
    client.post(reverse("accounts:stop_import", args=[kept.pk]))
    turns_until(lambda: reload(kept).state == "DRAFT", work=work)
    turns_until(lambda: not work.running, work=work)
    assert stands() == before
    assert [one.state for one in Job.objects.order_by("pk")] == ["STOPPED", "DONE"]
    page = client.get(reverse("accounts:import", args=[kept.pk])).content.decode()
    assert "to be tried" in page
    assert "It was stopped; nothing of it was kept." in page


def test_a_job_of_somebody_who_may_no_longer_import_does_nothing(client, cast, director):
    before, kept = stands(), tried(director)
    job = import_jobs.do_import(kept, by=director, now=NOW)
    RoleGrant.objects.filter(person=director).delete()
    with pytest.raises(JobFailed, match="NOT_ALLOWED"):
        worked(job)
    assert (stands(), reload(kept).state) == (before, "CHECKED")
    client.force_login(director)
    for name in ("import", "import_progress"):
        assert client.get(reverse(f"accounts:{name}", args=[kept.pk])).status_code == 403


def test_who_loses_the_right_in_the_middle_leaves_nothing_behind(cast, director, monkeypatch):
    """The right is asked for when the job runs, between two chunks, and when it goes on after a kill."""
    before, kept = stands(), tried(director)
    teller = import_jobs._teller

    def taking_the_right(*given):
        tell = teller(*given)
        return lambda done: (RoleGrant.objects.filter(person=director).delete(), tell(done))

    monkeypatch.setattr(import_jobs, "_teller", taking_the_right)
    job = import_jobs.do_import(kept, by=director, now=NOW)
    with pytest.raises(JobFailed, match="NO_LONGER_ALLOWED"):
        worked(job)
    assert (stands(), reload(kept).state, reload(kept).rows.count()) == (before, "DRAFT", 0)


def test_who_lost_the_right_can_neither_go_on_nor_take_back_by_hand_and_the_job_takes_it_back(client, cast, director):
    before, kept = stands(), tried(director)
    job = import_jobs.do_import(kept, by=director, now=NOW)
    killed = partial(importing.import_rows, by=director, now=NOW)
    importing.begin_import(kept)
    with pytest.raises(KeyboardInterrupt):
        killed(kept, tell=lambda done: (_ for _ in ()).throw(KeyboardInterrupt))
    assert (reload(kept).state, reload(kept).rows.count()) == ("IMPORTING", 10)
    grant = RoleGrant.objects.get(person=director)
    grant.delete()
    client.force_login(director)
    for name in ("run_import", "undo_import", "stop_import"):
        page = client.post(reverse(f"accounts:{name}", args=[kept.pk]))
        assert page.status_code == 403
        assert "Your roles do not include it" in page.content.decode()
    assert reload(kept).rows.count() == 10
    with pytest.raises(JobFailed, match="NO_LONGER_ALLOWED"):
        worked(job)
    assert (stands(), reload(kept).state) == (before, "DRAFT")


def test_taking_back_that_was_begun_goes_on_to_its_end_without_the_right_but_is_not_begun(cast, director, monkeypatch):
    before, kept = stands(), tried(director)
    worked(import_jobs.do_import(kept, by=director, now=NOW))
    Job.objects.update(state=Job.State.DONE, claim="")
    done = import_jobs.undo(reload(kept), by=director, now=NOW)
    grant = RoleGrant.objects.get(person=director)
    grant.delete()
    with pytest.raises(JobFailed, match="NOT_ALLOWED"):
        worked(done)
    assert reload(kept).state == "DONE"
    grant.save()
    undoing.begin_undo(half := reload(kept))
    with pytest.raises(KeyboardInterrupt):
        undoing.take_back(half, by=director, now=NOW, tell=lambda done: (_ for _ in ()).throw(KeyboardInterrupt))
    grant.delete()
    Job.objects.update(state=Job.State.DONE, claim="")
    worked(import_jobs.undo(reload(kept), by=director, now=NOW))
    assert (stands(), reload(kept).state) == (before, "UNDONE")


def test_two_people_who_import_one_file_at_once_add_each_store_once(cast, director, manager):
    RoleGrant.objects.filter(person=manager).update(role="SALES_DIRECTOR")
    lines = [line(number) for number in range(1, 20)]
    mine = [tried(by, lines) for by in (director, manager)]
    faults = []

    def run(kept):
        try:
            importing.run_import(kept, by=kept.owner, now=NOW)
        except Exception as fault:
            faults.append(fault)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=[kept]) for kept in mine]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert faults == []
    assert AccountNode.objects.filter(code__startswith="A").count() == len(lines)
    assert sorted(sum(row.is_new for row in kept.rows.all()) for kept in mine) == [0, len(lines)]


def test_an_import_by_chunks_is_undone_unless_something_came_after_it(cast, director):
    before = stands()
    kept = tried(director)
    worked(import_jobs.do_import(kept, by=director, now=NOW))
    Job.objects.update(state=Job.State.DONE, claim="")
    store = AccountNode.objects.get(code="A0001")
    change_account(store, facts={"tills": 7}, by=director, now=NOW)
    job = import_jobs.undo(reload(kept), by=director, now=NOW)
    with pytest.raises(JobFailed, match="CHANGED_SINCE"):
        worked(job)
    assert reload(kept).state == "DONE"
    assert AccountNode.objects.filter(code__startswith="A").count() == ROWS
    Job.objects.update(state=Job.State.DONE, claim="")
    change_account(store, facts={"tills": None}, by=director, now=NOW)
    worked(import_jobs.undo(reload(kept), by=director, now=NOW))
    assert reload(kept).state == "UNDONE"
    assert stands() == before


def test_somebody_else_writes_while_a_chunk_is_yet_to_come(cast, director, rep):
    """On SQLite one writes at a time: what waits for a chunk waits for one chunk, and a dry run holds up nobody."""
    waited, is_over = [], threading.Event()

    def write():
        while not is_over.wait(0.05):
            began = time.monotonic()
            type(rep).objects.filter(pk=rep.pk).update(name="Li Na")
            waited.append(time.monotonic() - began)
        connections.close_all()

    thread = threading.Thread(target=write)
    kept = opened(director)
    job = import_jobs.try_import(kept, by=director, now=NOW)
    thread.start()
    try:
        worked(job)
        Job.objects.update(state=Job.State.DONE, claim="")
        worked(import_jobs.do_import(reload(kept), by=director, now=NOW))
    finally:
        is_over.set()
        thread.join()
    assert waited
    assert max(waited) < 2
    assert reload(kept).state == "DONE"
