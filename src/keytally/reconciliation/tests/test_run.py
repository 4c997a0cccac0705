import pytest
from django.utils import translation

from keytally.core.models import AuditEntry
from keytally.imports.models import RejectedRow
from keytally.jobs.models import Job
from keytally.jobs.registry import JobFailed, JobStopped
from keytally.reconciliation import queries, services
from keytally.reconciliation.tasks import reconcile_files
from keytally.reconciliation.tests.conftest import NOW, Context
from keytally.reconciliation.tests.test_open import opened


@pytest.fixture
def asked(drafted, accountant):
    services.run(drafted, by=accountant, now=NOW)
    return drafted


def context_of(found, tmp_path, **more):
    return Context({"reconciliation_id": found.pk}, tmp_path, job_id=found.job_id or 1, **more)


def test_it_asks_for_a_job_and_leaves_a_trace(asked):
    assert asked.job.state == Job.State.QUEUED
    assert (asked.job.subject_kind, asked.job.subject_id) == ("reconciliation", asked.pk)
    assert asked.is_running
    assert AuditEntry.objects.filter(action="reconciliation.run", subject_id=asked.pk).count() == 1


def test_it_keeps_what_the_run_found(asked, tmp_path):
    result = reconcile_files(context_of(asked, tmp_path))
    asked.refresh_from_db()
    assert asked.state == "OPEN"
    assert result["exit"] == 1
    bridge = queries.bridges(asked.summary)[0]
    assert bridge.ours_minor - sum(bar.amount_minor for bar in bridge.bars) == bridge.theirs_minor
    assert asked.theirs.rejected_rows == 1
    rejected = RejectedRow.objects.get(batch=asked.theirs)
    assert rejected.value == "待核"
    with translation.override("zh-hans"):
        assert rejected.reason == rejected.reason_zh
    assert {name for name, _size in queries.downloads(asked)} == set(queries.DOWNLOADS)


def test_it_says_how_far_it_is(asked, tmp_path):
    context = context_of(asked, tmp_path)
    reconcile_files(context)
    assert all(0 < told["number"] <= told["of"] for told in context.told)


def test_a_run_that_is_stopped_leaves_no_result(asked, tmp_path, monkeypatch):
    monkeypatch.setattr("keytally.reconciliation.watching.TELL_EVERY", 0.001)
    with pytest.raises(JobStopped):
        reconcile_files(context_of(asked, tmp_path, asked_to_stop=True))
    assert not queries.read_summary(asked)
    asked.refresh_from_db()
    assert not asked.summary


def test_a_run_that_cannot_be_says_why_in_both_languages(accountant, tmp_path):
    found = opened(accountant)
    gone = found.profile_text.replace('amount = "金额"', 'amount = "价格"').replace('quantity = "数量"', "")
    found.profile_text = gone
    found.save()
    services.run(found, by=accountant, now=NOW)
    with pytest.raises(JobFailed):
        reconcile_files(context_of(found, tmp_path))
    found.refresh_from_db()
    assert found.shown_state == "FAILED"
    with translation.override("en"):
        assert "价格" in services.failure_sentence(found)
    with translation.override("zh-hans"):
        assert "没有列 价格" in services.failure_sentence(found)


def test_a_job_that_ended_without_a_result_shows_on_the_reconciliation(asked):
    Job.objects.filter(pk=asked.job_id).update(state=Job.State.STOPPED)
    asked = queries.reconciliation(asked.pk)
    assert asked.shown_state == "STOPPED"
    Job.objects.filter(pk=asked.job_id).update(state=Job.State.FAILED)
    assert queries.reconciliation(asked.pk).shown_state == "FAILED"


def test_the_rejected_rows_of_an_earlier_run_give_way(asked, tmp_path):
    reconcile_files(context_of(asked, tmp_path))
    reconcile_files(context_of(asked, tmp_path))
    assert RejectedRow.objects.count() == 1
