"""Do two sides tally? The whole run, from files to a folder of results, without Django, a server or a database."""

import contextlib
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

import duckdb

from keytally.exchange.errors import ReadingStopped, UnableToRead
from keytally.exchange.opening import keeping_workbooks
from keytally.exchange.profile import MatchProfile, Measure, Profile
from keytally.exchange.read import SideRead
from keytally.exchange.rejected import write_rejected_csv
from keytally.kernel.periods import Period
from keytally.reconciliation.engine.contract import Progress, Request, Stopped, UnableToRun
from keytally.reconciliation.engine.decisions import convert_decisions
from keytally.reconciliation.engine.details import write_details
from keytally.reconciliation.engine.folder import PROFILE, REJECTED, REPORT, SUMMARY, ResultFolder, result_folder
from keytally.reconciliation.engine.maps import convert_item_map, convert_store_map
from keytally.reconciliation.engine.messages import Forwarded, Refusal, RunStopped, Translated
from keytally.reconciliation.engine.profiles import Proposed, profile_for, proposal_for, write_profile
from keytally.reconciliation.engine.reading import (
    Means,
    files_of,
    naming_damage,
    read_both,
    repaired,
    side_summary,
)
from keytally.reconciliation.engine.results import Side
from keytally.reconciliation.engine.roll_up import SUB_BALANCES, convert_roll_up
from keytally.reconciliation.engine.run import run
from keytally.reconciliation.engine.settings import (
    checked_memory,
    checked_threads,
    half_open,
    with_measure,
    with_tolerance,
    with_window,
)
from keytally.reconciliation.engine.summary import summarize, write_summary
from keytally.reconciliation.engine.typed import Reconciliation, Summary

DEFAULT_OUT = "keytally-out"
DEFAULT_MEMORY = "4GB"
WRITING_REPORT = "write_report"
_LOOK_EVERY = 0.2
_FULL = ("No space left", "File too large", "quota exceeded")
_CONVERTERS = {
    "store_map": convert_store_map,
    "item_map": convert_item_map,
    "decisions": convert_decisions,
    "roll_up": convert_roll_up,
}

Source = str | Path | Sequence[str | Path]


@dataclass(frozen=True, slots=True)
class _Task:
    """What one run is asked to do, checked before anything is read."""

    ours: tuple[Path, ...]
    theirs: tuple[Path, ...]
    profile: Profile | Path | None
    measure: Measure | str | None
    tolerance: str | int | None
    window: str | int | None
    period: tuple[date, date] | None
    memory: str
    threads: int | None
    tables: tuple[tuple[str, Path], ...]
    details: Path | None
    with_report: bool
    on_progress: Callable[[Progress], None] | None
    is_stopped: Callable[[], bool] | None


def reconcile(  # noqa: PLR0913 - the published call names every option of the command
    ours: Source,
    theirs: Source,
    profile: Profile | str | Path | None = None,
    *,
    out: str | Path | None = None,
    store_map: str | Path | None = None,
    item_map: str | Path | None = None,
    roll_up: str | Path | None = None,
    measure: Measure | str | None = None,
    period: Period | str | None = None,
    tolerance: str | int | None = None,
    window: str | int | None = None,
    memory: str = DEFAULT_MEMORY,
    threads: str | int | None = None,
    accept: str | Path | None = None,
    details: Path | None = None,
    with_report: bool = True,
    on_progress: Callable[[Progress], None] | None = None,
    is_stopped: Callable[[], bool] | None = None,
) -> Reconciliation:
    """Tally two sides into the folder `out`, or raise `UnableToRun` with one sentence why and leave it as it was."""
    tables = {"store_map": store_map, "item_map": item_map, "decisions": accept, "roll_up": roll_up}
    task = _Task(
        ours=_paths(ours),
        theirs=_paths(theirs),
        profile=Path(profile) if isinstance(profile, str) else profile,
        measure=measure,
        tolerance=tolerance,
        window=window,
        period=half_open(period),
        memory=checked_memory(memory),
        threads=checked_threads(threads),
        tables=tuple((name, Path(file)) for name, file in tables.items() if file is not None),
        details=details,
        with_report=with_report,
        on_progress=on_progress,
        is_stopped=is_stopped,
    )
    place = Path(out or DEFAULT_OUT)
    sources = (*task.ours, *task.theirs)
    with (
        one_sentence(place, memory=task.memory),
        result_folder(place, inputs=sources) as folder,
        one_way_to_stop(folder.path),
    ):
        return _reconciled(task, folder)


def propose(
    ours: Source,
    theirs: Source,
    *,
    out: str | Path | None = None,
    measure: Measure | str | None = None,
    tolerance: str | int | None = None,
    window: str | int | None = None,
) -> Proposed:
    """Propose a profile for two sides and write it into the folder `out` for a person to correct."""
    place = Path(out or DEFAULT_OUT)
    sources = _paths(ours), _paths(theirs)
    with one_sentence(place, memory=DEFAULT_MEMORY):
        files = files_of(*sources)
        proposal = proposal_for(files)
        match = with_window(with_tolerance(with_measure(proposal.profile.match, measure), tolerance), window)
        profile = replace(proposal.profile, match=match)
        with result_folder(place, inputs=(*sources[0], *sources[1])) as folder:
            write_profile(profile, file=folder.place(PROFILE))
            folder.publish_profile()
            return Proposed(profile, folder.path / PROFILE, proposal)


def _reconciled(task: _Task, folder: ResultFolder) -> Reconciliation:
    began = time.monotonic()
    files = files_of(task.ours, task.theirs)
    means = Means(folder.cache, task.memory, task.threads, task.on_progress, task.is_stopped)
    with keeping_workbooks(), ThreadPoolExecutor(1) as beside:
        converting = beside.submit(_converted, folder, dict(task.tables))
        profile, said = profile_for(task.profile, files)
        tables = converting.result()
        profile = replace(profile, match=_match(profile.match, task))
        sides = read_both(files, profile, means=means)
    with naming_damage(sides, means=means):
        sides = repaired(sides, tables=tables, means=means)
        outcome = run(_request(task, profile, sides=sides, folder=folder, tables=tables))
    amounts = {Side.OURS: outcome.ours_amount_minor, Side.THEIRS: outcome.theirs_amount_minor}
    summaries = {side: side_summary(read, amount_minor=amounts[side]) for side, read in sides.items()}
    summary = summarize(outcome, sides=summaries, seconds=time.monotonic() - began)
    _write_beside(task, folder, summary=summary, profile=profile, sides=sides)
    folder.publish()
    notes = (*said, *(note for read in sides.values() for note in read.warnings))
    return Reconciliation(folder.path, summary, notes, outcome.decisions_unused, outcome.step_seconds)


def _request(
    task: _Task, profile: Profile, *, sides: Mapping[Side, SideRead], folder: ResultFolder, tables: Mapping[str, Path]
) -> Request:
    return Request(
        ours=sides[Side.OURS].lines,
        theirs=sides[Side.THEIRS].lines,
        match=profile.match,
        out=folder.result,
        scratch=folder.work("engine"),
        opening_minor=profile.opening_minor,
        ours_shapes=profile.ours.document_shapes,
        theirs_shapes=profile.theirs.document_shapes,
        store_map=tables.get("store_map"),
        item_map=tables.get("item_map"),
        decisions=tables.get("decisions"),
        roll_up=tables.get("roll_up"),
        period=task.period,
        memory=task.memory,
        threads=task.threads,
        on_progress=task.on_progress,
        is_stopped=task.is_stopped,
    )


def _write_beside(
    task: _Task, folder: ResultFolder, *, summary: Summary, profile: Profile, sides: Mapping[Side, SideRead]
) -> None:
    write_profile(profile, file=folder.place(PROFILE))
    write_rejected_csv([read.rejected for read in sides.values()], folder.place(REJECTED))
    write_summary(summary, file=folder.place(SUMMARY))
    if task.details is not None or task.with_report:
        details = task.details or folder.work("details")
        ours, theirs = (sides[side].lines for side in Side)
        with _growing(task, folder.place(REPORT)) as written:
            write_details(
                folder.result, ours=ours, theirs=theirs, into=details, memory=task.memory, on_step=written.detail
            )
            _hand_on(folder.place(SUB_BALANCES), into=details)
            if task.with_report:
                _write_report(task, folder, details=details, summary=summary, written=written)
    if task.is_stopped is not None and task.is_stopped():
        raise RunStopped(path=folder.path)


def _write_report(task: _Task, folder: ResultFolder, *, details: Path, summary: Summary, written: "_Growing") -> None:
    from keytally.reconciliation.engine.report import write_report

    write_report(
        folder.result,
        details=details,
        summary=summary,
        is_stopped=task.is_stopped,
        file=folder.place(REPORT),
        told=written,
    )


def _hand_on(file: Path, *, into: Path) -> None:
    """Put a file of the run beside the details; an earlier one goes where there is none."""
    if file.exists():
        file.replace(into / file.name)
    else:
        (into / file.name).unlink(missing_ok=True)


def _tell(task: _Task, step: str) -> None:
    if task.on_progress is not None:
        task.on_progress(Progress(step, 1, 1, 0, 0))


class _Growing:
    """How far the last files are: the lines for the pages, then report.xlsx by its queries, rows and packed bytes."""

    def __init__(self, task: _Task, file: Path) -> None:
        self._task, self._file = task, file
        self._done = self._whole = self._asked = self._details = 0

    def detail(self) -> None:
        """Tell that another of the four steps towards the lines for the pages is done."""
        self._details += 1
        self.look()

    def query(self, number: int, part: int) -> None:
        """Tell how much of the query for a table is done."""
        self._asked = 1000 * number + part
        self.look()

    def rows(self, done: int, whole: int) -> None:
        """Tell the rows that are written."""
        self._done, self._whole = done, whole
        self.look()

    def look(self) -> None:
        """Tell how far it is."""
        packed = self._file.stat().st_size if self._file.is_file() else 0
        # How large the file will be is not known.
        part = 20 * self._details + 720 * self._done // max(1, self._whole) + self._asked // 30
        part += 79 * packed // (packed + 4_000_000)
        if self._task.on_progress is not None:
            self._task.on_progress(Progress(WRITING_REPORT, 1, 1, self._whole, self._done, min(999, part)))


@contextlib.contextmanager
def _growing(task: _Task, file: Path) -> Iterator[_Growing]:
    growing, done = _Growing(task, file), threading.Event()

    def watch() -> None:
        while not done.wait(_LOOK_EVERY):
            growing.look()

    watcher = threading.Thread(target=watch, daemon=True)
    watcher.start()
    try:
        yield growing
    finally:
        done.set()
        watcher.join()


def _paths(source: Source) -> tuple[Path, ...]:
    return (Path(source),) if isinstance(source, str | Path) else tuple(Path(one) for one in source)


def _match(match: MatchProfile, task: _Task) -> MatchProfile:
    match = with_measure(match, task.measure)
    match = with_tolerance(match, task.tolerance)
    return with_window(match, task.window)


def _converted(folder: ResultFolder, tables: Mapping[str, Path]) -> dict[str, Path]:
    work = folder.work("tables")
    made = {name: work / f"{name}.parquet" for name in tables}
    for name, file in tables.items():
        _CONVERTERS[name](file, into=made[name])
    return made


@contextlib.contextmanager
def one_way_to_stop(place: Path) -> Iterator[None]:
    """Let every request to stop come out as one error."""
    try:
        yield
    except (Stopped, ReadingStopped) as error:
        raise RunStopped(path=place) from error


@contextlib.contextmanager
def one_sentence(place: Path, *, memory: str) -> Iterator[None]:
    """Let whatever hinders a run come out as `UnableToRun` with one sentence."""
    try:
        yield
    except UnableToRead as error:
        raise Forwarded(error) from error
    except UnableToRun as error:
        raise _by_cause(error, place=place, memory=memory) from error
    except (duckdb.Error, MemoryError, OSError) as error:
        raise _room(error, place=place, memory=memory) from error


def _by_cause(error: UnableToRun, *, place: Path, memory: str) -> UnableToRun:
    cause = error.__cause__
    if isinstance(error, Translated) or not isinstance(cause, duckdb.OutOfMemoryException | duckdb.IOException):
        return error
    known = _room(cause, place=place, memory=memory)
    return error if known.code == "engine_failed" else known


def _room(error: Exception, *, place: Path, memory: str) -> Refusal:
    text = str(error).split("\n", 1)[0]
    if isinstance(error, duckdb.OutOfMemoryException | MemoryError):
        return Refusal("memory_short", memory=memory)
    if any(sign in text for sign in _FULL):
        return Refusal("disk_full", path=place)
    if isinstance(error, OSError):
        return Refusal("input_unreadable", path=error.filename or place, problem=error.strerror or text)
    return Refusal("engine_failed", problem=text)
