"""Writes of runs: ask for one, stop it, keep what it found or why it could not be."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _

from keytally.core.services import record_audit
from keytally.imports import services as imports
from keytally.jobs import services as jobs
from keytally.reconciliation import queries
from keytally.reconciliation.models import Reconciliation, ReconciliationRun
from keytally.reconciliation.services.holding import hold, touched
from keytally.reconciliation.services.words import both_languages, in_language

if TYPE_CHECKING:
    from keytally.core.models import User

JOB_KIND = "reconcile"
DRY_RUN_KIND = "reconcile_dry_run"
UnableToStop = jobs.UnableToStop


@dataclass(frozen=True, slots=True)
class Found:
    """What a run found, as it is kept: the summary, the counts of both sides, the rejected rows."""

    summary: Mapping[str, Any]
    rejected: Mapping[str, Sequence[imports.Rejected]] = field(default_factory=dict)
    began_at: datetime | None = None
    inputs: Mapping[str, Any] = field(default_factory=dict)
    decisions_followed: int = 0
    decisions_unused: int = 0
    changes: Sequence[Mapping[str, Any]] = ()


@transaction.atomic
def run(found: Reconciliation, *, by: "User", now: datetime, seen: int | None = None) -> None:
    """Ask for a run; a worker takes it soon. Asking twice, as a double click does, runs once."""
    _ask(found, kind=JOB_KIND, action="reconciliation.run", by=by, now=now, seen=seen)


@transaction.atomic
def dry_run(found: Reconciliation, *, by: "User", now: datetime, seen: int | None = None) -> None:
    """Ask for the files to be read and counted, without comparing them."""
    _ask(found, kind=DRY_RUN_KIND, action="reconciliation.dry_run", by=by, now=now, seen=seen)


def _ask(found: Reconciliation, *, kind: str, action: str, by: "User", now: datetime, seen: int | None) -> None:
    held = hold(found.pk)
    if held.is_running:
        return
    held = hold(found.pk, seen=seen)
    subject = queries.subject_of(found.pk)
    job = jobs.enqueue(kind=kind, owner=by, parameters={"reconciliation_id": found.pk}, now=now, subject=subject)
    held.job, held.state, held.failure = job, Reconciliation.State.RUNNING, {}
    touched(held, now=now, fields=["job", "state", "failure"])
    record_audit(action, by=by, at=now, subject=subject, after={"job": job.pk})
    for name in ("job", "state", "failure", "version", "changed_at"):
        setattr(found, name, getattr(held, name))


def stop(found: Reconciliation, *, by: "User", now: datetime) -> None:
    """Stop the run, or raise `UnableToStop` when it has ended."""
    if found.job_id is None:
        raise UnableToStop(found.pk)
    jobs.request_stop(found.job_id, by=by, now=now)


@transaction.atomic
def hand_over(numbers: Collection[int], /, *, giver: "User", receiver: "User", by: "User", now: datetime) -> None:
    """Give reconciliations from their owner to another person, whatever state they are in."""
    found = Reconciliation.objects.select_for_update(of=("self",)).filter(pk__in=numbers, owner=giver)
    for number in found.values_list("pk", flat=True):
        record_audit(
            "reconciliation.hand_over",
            by=by,
            at=now,
            subject=queries.subject_of(number),
            before={"owner": giver.pk},
            after={"owner": receiver.pk},
        )
    found.update(owner=receiver)


@transaction.atomic
def keep_result(number: int, *, kept: Found, now: datetime) -> None:
    """Keep what a run found as the next run of the reconciliation."""
    found = queries.reconciliation_for_update(number)
    if found.is_signed:
        return
    _keep_rows(found, kept)
    state = Reconciliation.State
    found.state = state.EXPLAINED if kept.summary["exit"] == 0 else state.OPEN
    found.summary, found.failure = dict(kept.summary), {}
    found.run_number += 1
    ReconciliationRun.objects.create(
        reconciliation=found,
        number=found.run_number,
        job=found.job,
        started_by=found.job.owner if found.job else found.owner,
        began_at=kept.began_at or now,
        ended_at=now,
        inputs=dict(kept.inputs),
        profile_text=found.profile_text,
        settings=settings_of(found),
        decisions_followed=kept.decisions_followed,
        decisions_unused=kept.decisions_unused,
        summary=found.summary,
        changes=list(kept.changes),
    )
    touched(found, now=now, fields=["state", "summary", "failure", "run_number"])
    after = {"state": found.state, "run": found.run_number, "bridges": kept.summary["bridges"]}
    record_audit("reconciliation.result", by=None, at=now, subject=queries.subject_of(number), after=after)


@transaction.atomic
def keep_dry_run(number: int, *, counted: Mapping[str, Any], kept: Found, now: datetime) -> None:
    """Keep what reading alone found: the counts of both sides and the rejected rows."""
    found = queries.reconciliation_for_update(number)
    if found.is_signed:
        return
    _keep_rows(found, kept)
    found.state, found.dry_run, found.failure = Reconciliation.State.DRY_RUN, dict(counted), {}
    touched(found, now=now, fields=["state", "dry_run", "failure"])
    record_audit("reconciliation.dry_run_result", by=None, at=now, subject=queries.subject_of(number), after=counted)


def settings_of(found: Reconciliation) -> dict[str, Any]:
    """Say how the sides of a reconciliation are compared."""
    return {name: getattr(found, name) for name in ("measure", "tolerance", "window_days", "period")}


def _keep_rows(found: Reconciliation, kept: Found) -> None:
    for side, figures in kept.summary["sides"].items():
        batch_id = getattr(found, f"{side}_id")
        counts = {key: figures[key] for key in ("read", "accepted", "rejected", "totals")}
        imports.record_counts(batch_id, counts=imports.RowCounts(**counts))
        imports.keep_rejected(batch_id, rows=kept.rejected.get(side, ()))


def keep_failure(number: int, *, error: Exception, now: datetime) -> None:
    """Keep why a run could not be, in both languages."""
    found = Reconciliation.objects.filter(pk=number).exclude(state=Reconciliation.State.SIGNED)
    found.update(
        state=Reconciliation.State.FAILED, failure=both_languages(error), changed_at=now, version=F("version") + 1
    )


def failure_sentence(found: Reconciliation) -> str:
    """Say why the last run could not be, in the reader's language."""
    if found.failure:
        return in_language(found.failure)
    if found.shown_state == Reconciliation.State.FAILED:
        return _("The run ended without a result; the page of jobs says why. Run it again.")
    return ""
