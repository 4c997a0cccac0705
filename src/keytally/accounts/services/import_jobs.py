"""Try, import and undo: small files at once, large ones by a job that goes on where it was killed."""

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from itertools import islice
from threading import Event
from typing import TYPE_CHECKING

from django.db import transaction

from keytally.accounts.models import AccountImport
from keytally.accounts.models.imports import ImportState
from keytally.accounts.queries.imports import again
from keytally.accounts.queries.reach import CHANGE
from keytally.accounts.services import importing, undoing
from keytally.accounts.services.apart import tried_apart
from keytally.accounts.services.import_rows import Outcome, table_of
from keytally.accounts.services.importing import MOST_ROWS, UnableToImportAccounts
from keytally.accounts.subjects import IMPORT
from keytally.core.subjects import Subject
from keytally.core.turns import let_others_write
from keytally.jobs.queries import latest_job
from keytally.jobs.registry import JobContext, JobFailed, JobStopped
from keytally.jobs.services import UnableToStop, enqueue, request_stop

if TYPE_CHECKING:
    from keytally.core.models import User
    from keytally.jobs.models import Job

JOB_KIND = "accounts.import"
# So many rows are imported within a few seconds; for more nobody waits in front of a page.
MOST_AT_ONCE = 500


class Act(StrEnum):
    """What a job is to do with an import."""

    TRY = "try"
    IMPORT = "import"
    UNDO = "undo"


def try_import(kept: AccountImport, *, by: "User", now: datetime) -> "Outcome | Job":
    """Try a small file at once and leave a large one to a job, or raise `UnableToImportAccounts`."""
    importing.need(kept, ImportState.DRAFT, ImportState.CHECKED)
    if not _is_large(kept):
        return importing.check_import(kept, by=by, now=now)
    return _ask(kept, Act.TRY, total=0, by=by, now=now)


def do_import(kept: AccountImport, *, by: "User", now: datetime) -> "Outcome | Job":
    """Import a small file at once and leave a large one to a job, or raise `UnableToImportAccounts`."""
    importing.need(kept, ImportState.CHECKED, ImportState.IMPORTING)
    need_idle(kept)
    if kept.state == ImportState.CHECKED and not _is_large(kept):
        return importing.run_import(kept, by=by, now=now)
    return _ask(kept, Act.IMPORT, total=kept.batch.read_rows or 0, by=by, now=now)


def undo(kept: AccountImport, *, by: "User", now: datetime) -> "Job | None":
    """Take a small import back at once and leave a large one to a job, or raise `UnableToImportAccounts`.

    One that was stopped or killed half way is taken back by a job whatever its size.
    """
    importing.need(kept, ImportState.DONE, ImportState.UNDOING, ImportState.IMPORTING, ImportState.TAKING_BACK)
    count = kept.rows.count()
    if kept.state == ImportState.DONE and count <= MOST_AT_ONCE:
        undoing.undo_import(kept, by=by, now=now)
        return None
    undoing.check_dependents(kept)
    with transaction.atomic():
        asked = _ask(kept, Act.UNDO, total=count, by=by, now=now)
        if kept.state == ImportState.IMPORTING:
            undoing.give_up(kept)
    return asked


def job_of(kept: AccountImport) -> "Job | None":
    """Find the latest job of an import."""
    return latest_job(Subject(IMPORT, kept.pk))


def need_idle(kept: AccountImport) -> None:
    """Refuse what cannot be done while a job is at work on the import."""
    job = job_of(kept)
    if job and job.is_active:
        raise UnableToImportAccounts("AT_WORK")


@transaction.atomic
def stop(kept: AccountImport, *, by: "User", now: datetime) -> None:
    """Stop the job of an import, or raise `UnableToStop`; what it imported so far is taken back by another."""
    job = job_of(kept)
    if job is None or job.parameters["act"] == Act.UNDO:
        raise UnableToStop
    stopped = request_stop(job.pk, by=by, now=now)
    if kept.state == ImportState.IMPORTING and not stopped.is_active:
        # It waited to go on after a kill, so that no worker will see that it is to stop.
        _withdraw(kept, by=by, now=now)


def _withdraw(kept: AccountImport, *, by: "User", now: datetime) -> None:
    undoing.give_up(kept)
    parameters = {"import": kept.pk, "act": Act.UNDO.value, "total": kept.rows.count()}
    enqueue(kind=JOB_KIND, owner=by, parameters=parameters, now=now, subject=Subject(IMPORT, kept.pk))


def _is_large(kept: AccountImport) -> bool:
    return next(islice(table_of(kept).rows(), MOST_AT_ONCE, None), None) is not None


@transaction.atomic
def _ask(kept: AccountImport, act: Act, *, total: int, by: "User", now: datetime) -> "Job":
    AccountImport.objects.select_for_update().get(pk=kept.pk)
    need_idle(kept)
    parameters = {"import": kept.pk, "act": act.value, "total": total}
    return enqueue(kind=JOB_KIND, owner=by, parameters=parameters, now=now, subject=Subject(IMPORT, kept.pk))


def work(context: JobContext, *, by: "User", now: datetime) -> Mapping[str, object]:
    """Do what a job was asked for, or go on with it; only for whoever may still import when it runs."""
    kept = AccountImport.objects.select_related("batch").get(pk=int(str(context.parameters["import"])))
    act, total = Act(str(context.parameters["act"])), int(str(context.parameters["total"]))
    is_taken_back = kept.state in (ImportState.TAKING_BACK, ImportState.UNDOING)
    try:
        if kept.owner_id != by.pk:
            raise UnableToImportAccounts("NOT_ALLOWED")
        # What was begun to be taken back is taken back to its end, whoever asked for it: half of it would stay.
        if not (is_taken_back or by.may(CHANGE)):
            _refuse(kept, context=context, by=by, now=now)
        if act is Act.TRY:
            _try(kept, context=context, by=by, now=now)
        elif act is Act.IMPORT:
            _import(kept, context=context, total=total, by=by, now=now)
        else:
            _undo(kept, context=context, total=total, by=by, now=now)
    except UnableToImportAccounts as refusal:
        code, *names = refusal.args
        raise JobFailed(code, what=" · ".join(str(one) for some in names for one in some)) from refusal
    return {"import": kept.pk, "state": str(kept.state)}


def _refuse(kept: AccountImport, *, context: JobContext, by: "User", now: datetime) -> None:
    """Refuse an import of somebody who may no longer import; what was imported so far is taken back."""
    if kept.state != ImportState.IMPORTING:
        raise UnableToImportAccounts("NOT_ALLOWED")
    _take_back(kept, context=context, by=by, now=now)
    raise UnableToImportAccounts("NO_LONGER_ALLOWED")


def _try(kept: AccountImport, *, context: JobContext, by: "User", now: datetime) -> None:
    importing.need(kept, ImportState.DRAFT, ImportState.CHECKED)
    total = 0
    for total, _row in enumerate(table_of(kept).rows(), start=1):
        if total > MOST_ROWS:
            raise UnableToImportAccounts("TOO_MANY_ROWS")
        if total % 1_000 == 0:
            _tell(context, "count", (1, 2), total, 0)
    so_far, stopped = [0], Event()

    def tell(done: int) -> None:
        so_far[0] = done
        if stopped.is_set():
            raise JobStopped

    def watch() -> None:
        try:
            _tell(context, "try", (2, 2), so_far[0], total)
        except BaseException:
            stopped.set()
            raise

    outcome = tried_apart(
        lambda: importing.try_rows(kept, by=by, now=now, tell=tell), folder=context.folder, watch=watch
    )
    importing.keep_tried(kept, outcome)


def _import(kept: AccountImport, *, context: JobContext, total: int, by: "User", now: datetime) -> None:
    if kept.state == ImportState.DONE:
        # Its worker was killed at the very end.
        return
    if kept.state != ImportState.IMPORTING:
        importing.begin_import(kept)
    tell = _teller(context, "import", (1, 1), total)

    def tell_if_allowed(done: int) -> None:
        tell(done)
        if not again(by).may(CHANGE):
            raise UnableToImportAccounts("NOT_ALLOWED")

    try:
        importing.import_rows(kept, by=by, now=now, tell=tell_if_allowed)
    except JobStopped:
        _withdraw(kept, by=by, now=now)
        raise
    except UnableToImportAccounts as refusal:
        _give_up(kept, refusal, context=context, by=by, now=now)


def _give_up(
    kept: AccountImport, refusal: UnableToImportAccounts, *, context: JobContext, by: "User", now: datetime
) -> None:
    """Take back what was imported so far where a row or the right to go on was refused, and say which."""
    kept.refresh_from_db()
    if refusal.args[0] == "NOT_ALLOWED":
        _refuse(kept, context=context, by=by, now=now)
    if refusal.args[0] == "ROWS_REJECTED":
        _take_back(kept, context=context, by=by, now=now)
    raise refusal


def _take_back(kept: AccountImport, *, context: JobContext, by: "User", now: datetime) -> None:
    """Take back what was imported so far, to its end, whoever asks it to stop: half an import would stay."""
    undoing.give_up(kept)
    undoing.take_back(kept, by=by, now=now, tell=lambda done: context.progress(step="undo", number=2, of=2, done=done))


def _undo(kept: AccountImport, *, context: JobContext, total: int, by: "User", now: datetime) -> None:
    if kept.state in (ImportState.UNDONE, ImportState.DRAFT):
        return
    if kept.state == ImportState.DONE:
        _tell(context, "look", (1, 2), 0, total)
        undoing.begin_undo(kept, tell=lambda done: _tell(context, "look", (1, 2), done, total))
    undoing.take_back(kept, by=by, now=now, tell=_teller(context, "undo", (2, 2), total))


def _teller(context: JobContext, step: str, place: tuple[int, int], total: int) -> importing.Tell:
    """Say how far it is between two chunks, and let others write."""

    def tell(done: int) -> None:
        _tell(context, step, place, done, total)
        let_others_write()

    return tell


def _tell(context: JobContext, step: str, place: tuple[int, int], done: int, total: int) -> None:
    context.progress(step=step, number=place[0], of=place[1], done=done, total=total)
    if context.is_stopped():
        raise JobStopped
