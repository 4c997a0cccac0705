from datetime import timedelta

from keytally.jobs import folders, services
from keytally.jobs.tests.conftest import NOW


def kept(owner, *, ended_ago=None):
    job = services.enqueue(kind="copy", owner=owner, parameters={}, now=NOW)
    folders.folder_of(job.pk).mkdir(parents=True)
    if ended_ago is not None:
        services.request_stop(job.pk, by=owner, now=NOW - ended_ago)
    return folders.folder_of(job.pk)


def test_it_removes_the_files_of_jobs_that_ended_long_ago(rep):
    old = kept(rep, ended_ago=timedelta(days=8))
    recent, waiting = kept(rep, ended_ago=timedelta(days=6)), kept(rep)
    gone = folders.folder_of(999_999)
    gone.mkdir()
    assert folders.sweep(now=NOW) == 2
    assert [path.exists() for path in (old, gone, recent, waiting)] == [False, False, True, True]


def test_it_finds_nothing_before_the_first_job(db):
    assert folders.sweep(now=NOW) == 0
