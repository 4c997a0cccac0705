"""The long work of a reconciliation: read both sides, match, write the result."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from pathlib import Path

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from keytally.jobs.chores import chore
from keytally.jobs.registry import JobContext, JobFailed, JobStopped, task
from keytally.reconciliation import demo_months, queries, services, understanding
from keytally.reconciliation.engine.changes import class_changes
from keytally.reconciliation.engine.checking import check
from keytally.reconciliation.engine.contract import Progress, Stopped, UnableToRun
from keytally.reconciliation.engine.reconcile import reconcile
from keytally.reconciliation.engine.summary import as_json
from keytally.reconciliation.engine.typed import Reconciliation as Done
from keytally.reconciliation.labels import STEP_LABELS
from keytally.reconciliation.models import Reconciliation
from keytally.reconciliation.queries.demo import codes_as_listed
from keytally.reconciliation.watching import KEEPING, Watch

Clock = Callable[[], datetime]
ERRORS = {"UNABLE": _("The files could not be reconciled; the page of the reconciliation says why.")}


@task(services.JOB_KIND, label=_("Reconciliation"), steps=STEP_LABELS, errors=ERRORS)
def reconcile_files(context: JobContext) -> Mapping[str, object]:
    """Run a reconciliation and keep what was found; a run that is stopped keeps the files it has read."""
    return run_files(context, clock=_by_the_machine)


def _by_the_machine() -> datetime:
    return datetime.now(UTC)


def run_files(context: JobContext, *, clock: Clock) -> Mapping[str, object]:
    """Run a reconciliation by a clock, as a job does or as the demo lays months out that lie behind."""
    number = int(str(context.parameters["reconciliation_id"]))
    found = queries.reconciliation(number)
    if not queries.has_ended(found):
        _reconcile(found, context=context, clock=clock)
    # A worker that was killed after its result was kept comes here again.
    services.follow(number, scratch=context.folder, now=clock())
    services.prune_runs(number)
    summary = queries.reconciliation(number).summary
    return {"exit": summary["exit"], "links": summary["links"]}


def _reconcile(found: Reconciliation, *, context: JobContext, clock: Clock) -> None:
    number = found.pk
    began_at, folder = clock(), queries.run_folder(number, found.run_number + 1)
    inputs, decisions = services.inputs_of(found), folder / "decisions.csv"
    followed = services.write_decisions(number, file=decisions)
    with _failing(number):
        done = _run(found, context=context, folder=folder, decisions=decisions if followed else None)
    summary = as_json(done.summary)
    kept = services.Found(
        summary,
        understanding.rejected_rows(folder / "result", of_ours=summary["sides"]["ours"]["rejected"]),
        began_at=began_at,
        inputs=inputs,
        decisions_followed=followed,
        decisions_unused=done.decisions_unused,
        changes=[asdict(one) for one in class_changes(queries.pages_folder(found), folder / "pages")],
    )
    services.keep_result(number, kept=kept, now=clock())


@task(services.DRY_RUN_KIND, label=_("Dry run of a reconciliation"), steps=STEP_LABELS, errors=ERRORS)
def count_files(context: JobContext) -> Mapping[str, object]:
    """Read both sides without comparing them, and keep how many rows were accepted, rejected and why."""
    return read_files(context, clock=_by_the_machine)


def read_files(context: JobContext, *, clock: Clock) -> Mapping[str, object]:
    """Read both sides of a reconciliation by a clock, without comparing them."""
    number = int(str(context.parameters["reconciliation_id"]))
    found = queries.reconciliation(number)
    folder = queries.run_folder(number, found.run_number + 1) / "result"
    with _failing(number):
        places, profile = services.lay_out(found), services.profile_of(found)
        with Watch(context, profile=profile) as watch:
            counted = check(
                places["ours"],
                places["theirs"],
                profile,
                out=folder,
                on_progress=watch.tell,
                is_stopped=watch.stopped.is_set,
            )
    rejected = understanding.rejected_in(counted.rejected, of_ours=counted.sides["ours"]["rejected"])
    figures = {"sides": counted.sides, "reasons": understanding.reasons_of(rejected)}
    services.keep_dry_run(number, counted=figures, kept=services.Found(figures, rejected), now=clock())
    return {"read": sum(side["read"] for side in counted.sides.values())}


@task(
    demo_months.JOB_KIND,
    label=_("Months of the demo company"),
    steps={"months": _("Reconciling month by month")},
    errors={},
)
def run_demo_months(context: JobContext) -> Mapping[str, object]:
    """Run the months of the demo company that were not run while it was laid out."""
    now = datetime.now(UTC)
    codes, owner = codes_as_listed(as_of=now.date()), queries.job_owner(context.job_id)

    def tell(done: int, of: int) -> None:
        if context.is_stopped():
            raise JobStopped
        context.progress(step="months", number=1, of=1, done=done, total=of)

    if owner is None:
        return {"months": 0}
    done = demo_months.lay_out_months(owner, now, codes=codes, scratch=context.folder, on_progress=tell)
    return {"months": done}


@chore("reconciliation.sweep", every=timedelta(hours=24))
def sweep(now: datetime) -> None:
    """Remove the folders of reconciliations that were never opened whole."""
    services.sweep_folders(now=now)


@contextmanager
def _failing(number: int) -> Iterator[None]:
    try:
        yield
    except Stopped as error:
        raise JobStopped from error
    except UnableToRun as error:
        services.keep_failure(number, error=error, now=datetime.now(UTC))
        raise JobFailed("UNABLE") from error


def _run(found: Reconciliation, *, context: JobContext, folder: Path, decisions: Path | None) -> Done:
    places, profile = services.lay_out(found), services.profile_of(found)
    given: dict[str, Path] = {
        name: next(places[name].iterdir()) for name in ("store_map", "item_map") if name in places
    }
    maps = services.run_maps(found, given=given, folder=folder / "maps")
    profile = services.with_learned_shapes(profile, found)
    with Watch(context, profile=profile) as watch:
        done = reconcile(
            places["ours"],
            places["theirs"],
            profile,
            out=folder / "result",
            details=folder / "pages",
            measure=found.measure,
            tolerance=found.tolerance,
            window=found.window_days,
            period=found.period or None,
            store_map=maps.get("store_map"),
            item_map=maps.get("item_map"),
            roll_up=maps.get("roll_up"),
            accept=decisions,
            memory=settings.RUN_MEMORY,
            threads=settings.RUN_THREADS,
            on_progress=watch.tell,
            is_stopped=watch.stopped.is_set,
        )
        watch.tell(Progress(KEEPING, 1, 1, 0, 0))
    return done
