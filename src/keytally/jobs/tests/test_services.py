from datetime import timedelta

import pytest

from keytally.core.models import AuditEntry
from keytally.core.subjects import Subject
from keytally.jobs import queries, registry, services
from keytally.jobs.models import Job
from keytally.jobs.tests.conftest import NOW


@pytest.fixture
def job(rep):
    return services.enqueue(
        kind="copy", owner=rep, parameters={"file": "a"}, now=NOW, subject=Subject("reconciliation", 4)
    )


def state_of(job):
    job.refresh_from_db()
    return Job.State(job.state)


def test_a_job_waits_with_what_was_asked(job):
    assert (job.state, job.attempt, job.parameters) == (Job.State.QUEUED, 1, {"file": "a"})
    assert queries.latest_job(Subject("reconciliation", 4)) == job


def test_an_unknown_kind_is_refused_at_once(rep):
    with pytest.raises(registry.UnknownKind):
        services.enqueue(kind="nonsense", owner=rep, parameters={}, now=NOW)


def test_the_oldest_is_taken_first_and_only_once(job, rep):
    older = services.enqueue(kind="copy", owner=rep, parameters={}, now=NOW - timedelta(minutes=1))
    assert services.claim_next(now=NOW) == older
    assert services.claim_next(now=NOW) == job
    assert services.claim_next(now=NOW) is None


def test_a_result_ends_it(job):
    claimed = services.claim_next(now=NOW)
    assert services.finish(claimed, result={"rows": 3}, now=NOW)
    assert state_of(job) is Job.State.DONE
    assert job.result == {"rows": 3}


def test_a_waiting_job_stops_at_once(job, rep):
    services.request_stop(job.pk, by=rep, now=NOW)
    assert state_of(job) is Job.State.STOPPED
    assert services.claim_next(now=NOW) is None
    assert AuditEntry.objects.get(action="job.stop").subject_id == job.pk


def test_a_running_job_is_asked_to_stop(job, rep):
    claimed = services.claim_next(now=NOW)
    services.request_stop(job.pk, by=rep, now=NOW)
    assert state_of(job) is Job.State.STOPPING
    assert services.beat(claimed, now=NOW) == Job.State.STOPPING
    services.mark_stopped(claimed, now=NOW)
    assert state_of(job) is Job.State.STOPPED


def test_a_done_job_cannot_be_stopped_or_resumed(job, rep):
    services.finish(services.claim_next(now=NOW), result={}, now=NOW)
    with pytest.raises(services.UnableToStop):
        services.request_stop(job.pk, by=rep, now=NOW)
    with pytest.raises(services.UnableToResume):
        services.resume(job.pk, by=rep, now=NOW)


def test_a_failed_job_is_resumed_with_a_clean_slate(job, rep):
    services.fail(services.claim_next(now=NOW), code="NO_FILE", parameters={"name": "a"}, now=NOW)
    services.resume(job.pk, by=rep, now=NOW)
    assert state_of(job) is Job.State.QUEUED
    assert (job.attempt, job.error_code, job.ended_at) == (1, "", None)


def test_a_job_whose_worker_is_silent_waits_again_and_the_third_time_fails(job):
    for attempt in (1, 2, 3):
        claimed = services.claim_next(now=NOW)
        assert claimed.attempt == attempt
        assert services.reap(now=NOW + services.STALE_AFTER) == 0
        assert services.reap(now=NOW + services.STALE_AFTER + timedelta(seconds=1)) == 1
    assert state_of(job) is Job.State.FAILED
    assert (job.error_code, job.error_parameters["attempts"]) == ("WORKER_DIED", 3)


def test_a_job_that_was_stopping_when_its_worker_died_is_stopped(job, rep):
    services.claim_next(now=NOW)
    services.request_stop(job.pk, by=rep, now=NOW)
    services.reap(now=NOW + timedelta(hours=1))
    assert state_of(job) is Job.State.STOPPED


def test_a_worker_that_was_given_up_can_write_nothing(job):
    lost = services.claim_next(now=NOW)
    services.reap(now=NOW + timedelta(hours=1))
    current = services.claim_next(now=NOW + timedelta(hours=1))
    assert services.beat(lost, now=NOW) is None
    assert services.write_progress(lost, figures={"step": "late"}) is None
    assert not services.finish(lost, result={"late": True}, now=NOW)
    assert not services.fail(lost, code="UNEXPECTED", parameters={}, now=NOW)
    services.lose(lost, now=NOW)
    assert state_of(job) is Job.State.RUNNING
    assert services.finish(current, result={}, now=NOW)


def test_a_job_given_back_counts_no_attempt_and_keeps_its_place(job, rep):
    later = services.enqueue(kind="copy", owner=rep, parameters={}, now=NOW + timedelta(seconds=1))
    services.give_back(services.claim_next(now=NOW), now=NOW)
    assert state_of(job) is Job.State.QUEUED
    assert job.attempt == 1
    assert services.claim_next(now=NOW) == job
    assert services.claim_next(now=NOW) == later
