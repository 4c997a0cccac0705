"""The long work of a reconciliation: read both sides, match, write the result."""

import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from django.db import connection
from django.utils.translation import gettext_lazy as _

from keytally.exchange.profile import Profile
from keytally.jobs.registry import JobContext, JobFailed, JobStopped, task
from keytally.reconciliation import demo_months, queries, services, understanding
from keytally.reconciliation.engine.changes import class_changes
from keytally.reconciliation.engine.checking import check
from keytally.reconciliation.engine.contract import Progress, Stopped, UnableToRun
from keytally.reconciliation.engine.reconcile import reconcile
from keytally.reconciliation.engine.run import FRAME_STEPS
from keytally.reconciliation.engine.summary import as_json
from keytally.reconciliation.engine.typed import Reconciliation as Done
from keytally.reconciliation.labels import STEP_LABELS
from keytally.reconciliation.models import Reconciliation
from keytally.reconciliation.queries.demo import chains

TELL_EVERY = 0.3
_BEFORE = ("read_ours", "read_theirs")
_AFTER = ("write_report",)
_ROLLED_UP = ("roll_up",)
ERRORS = {"UNABLE": _("The files could not be reconciled; the page of the reconciliation says why.")}


@task(services.JOB_KIND, label=_("Reconciliation"), steps=STEP_LABELS, errors=ERRORS)
def reconcile_files(context: JobContext) -> Mapping[str, object]:
    """Run a reconciliation and keep what was found; a run that is stopped keeps the files it has read."""
    number = int(str(context.parameters["reconciliation_id"]))
    found = queries.reconciliation(number)
    began_at, folder = datetime.now(UTC), queries.run_folder(number, found.run_number + 1)
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
    services.keep_result(number, kept=kept, now=datetime.now(UTC))
    services.follow(number, scratch=context.folder, now=datetime.now(UTC))
    return {"exit": summary["exit"], "links": summary["links"]}


@task(services.DRY_RUN_KIND, label=_("Dry run of a reconciliation"), steps=STEP_LABELS, errors=ERRORS)
def count_files(context: JobContext) -> Mapping[str, object]:
    """Read both sides without comparing them, and keep how many rows were accepted, rejected and why."""
    number = int(str(context.parameters["reconciliation_id"]))
    found = queries.reconciliation(number)
    folder = queries.run_folder(number, found.run_number + 1) / "result"
    with _failing(number):
        places, profile = services.lay_out(found), services.profile_of(found)
        with _Watch(context, profile=profile) as watch:
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
    services.keep_dry_run(number, counted=figures, kept=services.Found(figures, rejected), now=datetime.now(UTC))
    return {"read": sum(side["read"] for side in counted.sides.values())}


@task(demo_months.JOB_KIND, label=_("Months of the demo company"), steps={}, errors={})
def run_demo_months(context: JobContext) -> Mapping[str, object]:
    """Run the months of the demo company that were not run while it was laid out."""
    now = datetime.now(UTC)
    codes = [chain.code for chain in chains(as_of=now.date())]
    owner = queries.job_owner(context.job_id)
    done = demo_months.lay_out_months(owner, now, codes=codes, scratch=context.folder) if owner else 0
    return {"months": done}


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
    with _Watch(context, profile=profile) as watch:
        return reconcile(
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
            on_progress=watch.tell,
            is_stopped=watch.stopped.is_set,
        )


class _Watch:
    """Tells the job how far a run is and hears when it is to stop, in a thread of its own beside long steps."""

    def __init__(self, context: JobContext, *, profile: Profile) -> None:
        self.stopped = threading.Event()
        self._context = context
        self._steps = len(_BEFORE) + FRAME_STEPS + len(profile.match.rules) + len(_ROLLED_UP) + len(_AFTER)
        self._latest: Progress | None = None
        self._done = threading.Event()
        self._fault: BaseException | None = None
        self._thread = threading.Thread(target=self._watch, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._done.set()
        self._thread.join()
        if self._fault is not None:
            raise self._fault

    def tell(self, progress: Progress) -> None:
        """Note how far the run is, from whatever thread."""
        self._latest = progress

    def _watch(self) -> None:
        try:
            while not self._done.wait(TELL_EVERY):
                self._look()
        except BaseException as fault:
            self._fault = fault
            self.stopped.set()
        finally:
            connection.close()

    def _look(self) -> None:
        if self._latest is not None:
            self._context.progress(**self._figures(self._latest))
        if self._context.is_stopped():
            self.stopped.set()

    def _figures(self, progress: Progress) -> dict[str, Any]:
        if progress.step in _BEFORE:
            number, done = _BEFORE.index(progress.step) + 1, progress.lines
            return {"step": progress.step, "number": number, "of": self._steps, "done": done}
        number = self._steps if progress.step in _AFTER else len(_BEFORE) + progress.number
        figures = {"step": progress.step, "number": min(number, self._steps), "of": self._steps}
        return {**figures, "done": progress.matched_lines, "total": progress.lines}
