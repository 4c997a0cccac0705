"""Of many runs the last ones keep their files, and every signed one; what nobody opened whole goes."""

import os
from datetime import UTC, datetime, timedelta

import pytest

from keytally.core import files
from keytally.jobs.models import Job
from keytally.reconciliation import queries, services
from keytally.reconciliation.models import AccountStatement
from keytally.reconciliation.services.learning import propose
from keytally.reconciliation.tasks import reconcile_files
from keytally.reconciliation.tests.conftest import NOW, Context
from keytally.reconciliation.tests.test_open import opened
from keytally.reconciliation.tests.test_workbench import OURS, THEIRS, accept, run_again

LATER = datetime(2099, 1, 1, tzinfo=UTC)


@pytest.fixture
def bench(accountant, tmp_path, settings):
    settings.RUNS_KEPT = 2
    return run_again(opened(accountant, ours=OURS, theirs=THEIRS), tmp_path)


def parts(found, run):
    folder = queries.run_folder(found.pk, run)
    return {part.name for part in folder.iterdir()} if folder.is_dir() else set()


def test_the_last_runs_keep_their_files_and_so_does_every_signed_one(bench, accountant, tmp_path):
    whole = parts(bench, 1)
    assert {"result", "pages"} <= whole
    AccountStatement.objects.create(
        reconciliation=bench, run_number=2, figures={}, signed_by=accountant, signed_at=NOW, reopened_at=NOW,
        reopened_by=accountant, reopen_reason="a late receipt",
    )  # fmt: skip
    for _run in range(4):
        bench = run_again(bench, tmp_path)
    assert bench.run_number == 5
    assert [bool(parts(bench, run)) for run in (1, 2, 3, 4, 5)] == [False, True, False, True, True]
    assert parts(bench, 2) >= whole
    assert queries.runs_of(bench.pk).count() == 5


def test_a_run_in_which_a_pair_was_accepted_keeps_the_lines_that_teach(bench, accountant, tmp_path):
    accept(bench, "A1132", "B7853", by=accountant)
    for _run in range(3):
        bench = run_again(bench, tmp_path)
    assert parts(bench, 1) & {"result", "pages", "maps"} <= {"pages", "maps"}
    assert "pages" in parts(bench, 1)
    assert not parts(bench, 2)
    propose(bench.pk, now=NOW)


def test_a_job_whose_worker_was_killed_after_its_result_was_kept_keeps_no_second_one(bench, tmp_path):
    Job.objects.update(state=Job.State.QUEUED)
    result = reconcile_files(Context({"reconciliation_id": bench.pk}, tmp_path))
    assert result["links"] == bench.summary["links"]
    assert queries.runs_of(bench.pk).count() == 1


def test_what_was_cut_off_with_its_server_is_swept_after_a_day(bench, settings, tmp_path):
    settings.FILE_UPLOAD_TEMP_DIR = tmp_path / "uploads"
    left = [
        tmp_path / "uploads" / "tmp1.upload.csv",
        settings.FILES_ROOT / ".coming-1",
        settings.RECONCILIATIONS_ROOT / "987654" / "ours" / "ledger.csv",
    ]
    for file in left:
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text("half")
    now = datetime.now(UTC)
    assert files.sweep(now=now) + services.sweep_folders(now=now) == 0
    tomorrow = now + timedelta(hours=25)
    os.utime(left[2].parent.parent)
    assert (files.sweep(now=tomorrow), services.sweep_folders(now=tomorrow)) == (2, 1)
    assert not any(file.exists() for file in left)
    assert queries.folder_of(bench.pk).is_dir()
