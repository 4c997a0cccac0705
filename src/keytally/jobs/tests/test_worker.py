"""Real processes on the real database: two workers, kills, stops."""

import os
import signal
import threading
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from django.db import connection, connections

from keytally.jobs import registry, services, worker
from keytally.jobs.context import RunningJob
from keytally.jobs.folders import folder_of
from keytally.jobs.models import Job
from keytally.jobs.worker import Worker

pytestmark = pytest.mark.django_db(transaction=True)


def ask(owner, kind="copy", **parameters):
    return services.enqueue(kind=kind, owner=owner, parameters=parameters, now=datetime.now(UTC))


def turns_until(work, condition, seconds=20):
    """Let a worker take turns until something is so."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        work.turn()
        if condition():
            return
        time.sleep(0.05)
    pytest.fail("it did not come to it in time")


def is_in(job, state):
    def check():
        job.refresh_from_db()
        return job.state == state

    return check


@pytest.fixture
def slow(kinds):
    """A kind that works until it is told to stop, or that a file `go` is there."""

    @registry.task("slow")
    def work(context):
        with (context.folder / "runs.log").open("a") as out:
            out.write(f"{os.getpid()}\n")
        for row in range(2_000):
            context.progress(step="rows", number=1, of=1, done=row, total=2_000)
            if context.is_stopped() or (context.folder / "go").exists():
                return {"rows": row}
            time.sleep(0.02)
        return {"rows": 2_000}


def child_of(job):
    log = folder_of(job.pk) / "runs.log"
    lines = log.read_text().split() if log.exists() else []
    return int(lines[-1]) if lines else None


def is_alive(pid):
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return Path(f"/proc/{pid}/stat").read_text().split()[2] != "Z"


def test_it_runs_a_job_in_another_process_and_keeps_the_result(rep):
    job = ask(rep, file="a")
    turns_until(Worker(), is_in(job, Job.State.DONE))
    assert job.result == {"rows": 10, "asked": {"file": "a"}}
    assert (job.step, job.step_number, job.step_count) == ("read", 1, 2)
    assert job.ended_at >= job.started_at


def test_a_failure_becomes_a_code_with_parameters(rep, kinds):
    @registry.task("failing", errors={"NO_FILE": "There is no file %(name)s."})
    def work(context):
        raise registry.JobFailed("NO_FILE", name="a.csv")

    job = ask(rep, "failing")
    turns_until(Worker(), is_in(job, Job.State.FAILED))
    assert (job.error_code, job.error_parameters) == ("NO_FILE", {"name": "a.csv"})


def test_an_unforeseen_fault_becomes_a_sentence_and_a_log_in_the_folder(rep, kinds):
    @registry.task("broken")
    def work(context):
        raise ValueError("oops")

    job = ask(rep, "broken")
    turns_until(Worker(), is_in(job, Job.State.FAILED))
    assert (job.error_code, job.error_parameters["type"]) == ("UNEXPECTED", "ValueError")
    assert "oops" in (folder_of(job.pk) / "failure.log").read_text()


def test_a_running_job_stops_when_asked(rep, slow):
    job = ask(rep, "slow")
    work = Worker()
    turns_until(work, lambda: child_of(job))
    services.request_stop(job.pk, by=rep, now=datetime.now(UTC))
    turns_until(work, is_in(job, Job.State.STOPPED))
    assert job.result == {}


def test_a_job_that_does_not_listen_is_ended(rep, kinds, monkeypatch):
    monkeypatch.setattr(worker, "STOP_GRACE", 0.5)

    @registry.task("deaf")
    def work(context):
        (context.folder / "runs.log").write_text(str(os.getpid()))
        time.sleep(60)
        return {}

    job = ask(rep, "deaf")
    deaf = Worker()
    turns_until(deaf, lambda: child_of(job))
    services.request_stop(job.pk, by=rep, now=datetime.now(UTC))
    monkeypatch.setattr(worker, "BEAT_EVERY", 0.1)
    turns_until(deaf, is_in(job, Job.State.STOPPED))
    assert not is_alive(child_of(job))


def test_a_killed_process_gives_the_job_another_attempt_which_finds_its_files(rep, slow):
    job = ask(rep, "slow")
    work = Worker()
    turns_until(work, lambda: child_of(job))
    first = child_of(job)
    os.kill(first, signal.SIGKILL)
    turns_until(work, lambda: child_of(job) != first)
    (folder_of(job.pk) / "go").touch()
    turns_until(work, is_in(job, Job.State.DONE))
    assert job.attempt == 2


def test_a_process_killed_three_times_fails_with_a_sentence(rep, kinds):
    @registry.task("suicidal")
    def work(context):
        os.kill(os.getpid(), signal.SIGKILL)

    job = ask(rep, "suicidal")
    turns_until(Worker(), is_in(job, Job.State.FAILED))
    assert job.error_code == "WORKER_DIED"


def start_worker_process():
    """Fork a worker as `work` would run it."""
    connections.close_all()
    pid = os.fork()
    if pid == 0:
        try:
            connections.close_all()
            Worker().run()
        finally:
            os._exit(0)
    return pid


def wait_for(condition, seconds=20):
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        if condition():
            return
        time.sleep(0.05)
    pytest.fail("it did not come to it in time")


def test_a_killed_worker_is_reaped_and_the_job_gets_done(rep, slow):
    job = ask(rep, "slow")
    killed = start_worker_process()
    wait_for(lambda: child_of(job))
    orphan = child_of(job)
    os.kill(killed, signal.SIGKILL)
    os.waitpid(killed, 0)
    wait_for(lambda: not is_alive(orphan))
    job.refresh_from_db()
    assert job.state == Job.State.RUNNING
    assert services.reap(now=datetime.now(UTC) + services.STALE_AFTER + timedelta(seconds=1)) == 1
    (folder_of(job.pk) / "go").touch()
    turns_until(Worker(), is_in(job, Job.State.DONE))
    assert job.attempt == 2


def test_a_worker_told_to_end_gives_its_job_back(rep, slow):
    job = ask(rep, "slow")
    told = start_worker_process()
    wait_for(lambda: child_of(job))
    child = child_of(job)
    os.kill(told, signal.SIGTERM)
    os.waitpid(told, 0)
    job.refresh_from_db()
    assert (job.state, job.attempt) == (Job.State.QUEUED, 1)
    assert not is_alive(child)


def test_two_workers_never_run_one_job_twice(rep):
    jobs = [ask(rep, number=number) for number in range(12)]
    workers = [start_worker_process() for _ in range(2)]
    try:
        wait_for(lambda: not Job.objects.filter(state__in=Job.ACTIVE).exists(), seconds=40)
    finally:
        for pid in workers:
            os.kill(pid, signal.SIGTERM)
            os.waitpid(pid, 0)
    assert set(Job.objects.values_list("state", flat=True)) == {Job.State.DONE}
    assert [(folder_of(job.pk) / "runs.log").read_text() for job in jobs] == ["run\n"] * 12


def test_claims_at_the_same_moment_never_meet(rep):
    for number in range(30):
        ask(rep, number=number)
    claimed = []

    def claim_all():
        while job := services.claim_next(now=datetime.now(UTC)):
            claimed.append(job.pk)
        connection.close()

    threads = [threading.Thread(target=claim_all) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(claimed) == sorted(Job.objects.values_list("pk", flat=True))
    assert len(claimed) == 30


def test_it_runs_no_more_jobs_at_once_than_it_may(rep, slow):
    jobs = [ask(rep, "slow") for _ in range(3)]
    work = Worker(most=2)
    for _ in range(10):
        work.turn()
        assert Job.objects.filter(state=Job.State.RUNNING).count() <= 2
        time.sleep(0.05)
    for job in jobs:
        folder_of(job.pk).mkdir(parents=True, exist_ok=True)
        (folder_of(job.pk) / "go").touch()
    turns_until(work, lambda: not work.running)


def test_progress_is_written_seldom_but_a_new_step_at_once(rep, monkeypatch):
    ask(rep)
    context = RunningJob(services.claim_next(now=datetime.now(UTC)))
    written = []
    original = services.write_progress
    monkeypatch.setattr(
        services, "write_progress", lambda job, figures: written.append(figures) or original(job, figures=figures)
    )
    for row in range(5_000):
        context.progress(step="read", number=1, of=2, done=row, total=5_000)
    assert 1 <= len(written) <= 4
    context.progress(step="write", number=2, of=2, done=0, total=7)
    job = Job.objects.get()
    assert (job.step, job.step_number, job.rows_done, job.rows_total) == ("write", 2, 0, 7)


def test_progress_tells_the_rate_and_the_time_left(rep, monkeypatch):
    from keytally.jobs import context as module

    clock = iter(range(1000))
    monkeypatch.setattr(module.time, "monotonic", lambda: next(clock) * 10.0)
    ask(rep)
    context = RunningJob(services.claim_next(now=datetime.now(UTC)))
    context.progress(step="read", number=1, of=1, done=0, total=1_000)
    context.progress(done=400)
    job = Job.objects.get()
    assert job.rows_per_second > 0
    assert job.seconds_left == (1_000 - 400) // job.rows_per_second
