"""Writes of reconciliations: open one with its files, correct how they are read, run, stop, keep what was found."""

import shutil
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db import transaction
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from keytally.core.services import record_audit
from keytally.exchange.errors import UnableToRead
from keytally.exchange.profile import Profile
from keytally.imports import queries as imports_queries
from keytally.imports import services as imports
from keytally.imports.services import Upload
from keytally.jobs import services as jobs
from keytally.reconciliation import demo_pair, queries, understanding
from keytally.reconciliation.engine.contract import UnableToRun
from keytally.reconciliation.engine.messages import sentence
from keytally.reconciliation.models import Reconciliation

if TYPE_CHECKING:
    from keytally.core.models import User
    from keytally.imports.models import ImportProfile

JOB_KIND = "reconcile"
UnableToStop = jobs.UnableToStop


@dataclass(frozen=True, slots=True)
class NewReconciliation:
    """What a person dropped on the page."""

    name: str
    ours: Sequence[Upload]
    theirs: Sequence[Upload]
    store_map: Sequence[Upload] = ()
    item_map: Sequence[Upload] = ()


@dataclass(frozen=True, slots=True)
class Correction:
    """How a person wants both sides read and compared."""

    name: str
    profile: Profile
    measure: str
    tolerance: str
    window_days: int
    period: str
    save_as: str = ""


@dataclass(frozen=True, slots=True)
class Found:
    """What a run found, as it is kept: the summary, the counts of both sides, the rejected rows."""

    summary: Mapping[str, Any]
    rejected: Mapping[str, Sequence[imports.Rejected]] = field(default_factory=dict)


class UnableToOpen(Exception):
    """Files cannot be taken or read; `problems` are sentences in both languages."""

    def __init__(self, problems: Sequence[Mapping[str, str]]) -> None:
        super().__init__([problem["en"] for problem in problems])
        self.problems = tuple(problems)

    def sentences(self) -> list[str]:
        """Say why in the reader's language."""
        return [_in_language(problem) for problem in self.problems]


def open_reconciliation(wanted: NewReconciliation, *, by: "User", now: datetime) -> Reconciliation:
    """Keep the files of both sides and say what was understood in them, or raise `UnableToOpen` and keep nothing."""
    with _refusing(), transaction.atomic():
        found = Reconciliation.objects.create(
            name=wanted.name or _name_of(wanted),
            owner=by,
            created_at=now,
            changed_at=now,
            ours=imports.open_batch(owner=by, now=now),
            theirs=imports.open_batch(owner=by, now=now),
            store_map=imports.open_batch(owner=by, now=now) if wanted.store_map else None,
            item_map=imports.open_batch(owner=by, now=now) if wanted.item_map else None,
        )
        try:
            _keep_files(found, wanted, by=by, now=now)
            _understand(found)
        except BaseException:
            shutil.rmtree(queries.folder_of(found.pk), ignore_errors=True)
            raise
        after = {side: [upload.path for upload in getattr(wanted, side)] for side in ("ours", "theirs")}
        record_audit("reconciliation.open", by=by, at=now, subject=queries.subject_of(found.pk), after=after)
    return found


def open_demo(*, name: str, by: "User", now: datetime) -> Reconciliation:
    """Open a reconciliation of the demo pair."""
    folder = demo_folder()
    uploads = [[Upload(part, [(folder / part).read_bytes()])] for part in demo_pair.DEMO_NAMES]
    found = open_reconciliation(NewReconciliation(name, *uploads), by=by, now=now)
    found.tolerance = str(demo_pair.DEMO_TOLERANCE_MINOR)
    found.save(update_fields=["tolerance"])
    return found


def demo_folder() -> Path:
    """Name the folder of the demo pair, making it where set-up has not."""
    folder = Path(settings.VAR) / "demo"
    if not all((folder / name).is_file() for name in demo_pair.DEMO_NAMES):
        demo_pair.write_demo(folder)
    return folder


@transaction.atomic
def correct(found: Reconciliation, *, correction: Correction, by: "User", now: datetime) -> None:
    """Keep how a person wants both sides read and compared, and save it for the partner under a name if asked."""
    before = {"profile": found.profile_text, "measure": found.measure, "tolerance": found.tolerance}
    found.profile_text = understanding.as_text(correction.profile)
    found.name, found.changed_at = correction.name, now
    found.measure, found.tolerance = correction.measure, correction.tolerance
    found.window_days, found.period = correction.window_days, correction.period
    if correction.save_as:
        found.profile = _save_profile(found, name=correction.save_as, by=by, now=now)
    found.save()
    after = {"profile": found.profile_text, "measure": found.measure, "tolerance": found.tolerance}
    if before != after:
        record_audit(
            "reconciliation.correct", by=by, at=now, subject=queries.subject_of(found.pk), before=before, after=after
        )


def read_again(found: Reconciliation, *, now: datetime) -> None:
    """Say anew what is understood in the files, with the header rows a person named."""
    with _refusing(), transaction.atomic():
        _understand(found, profile=profile_of(found))
        found.changed_at = now
        found.save(update_fields=["changed_at"])


@transaction.atomic
def run(found: Reconciliation, *, by: "User", now: datetime) -> None:
    """Ask for a run; a worker takes it soon. Asking twice, as a double click does, runs once."""
    if queries.is_at_work(found.pk):
        return
    job = jobs.enqueue(
        kind=JOB_KIND,
        owner=by,
        parameters={"reconciliation_id": found.pk},
        now=now,
        subject=queries.subject_of(found.pk),
    )
    found.job, found.state, found.failure, found.changed_at = job, Reconciliation.State.RUNNING, {}, now
    found.save(update_fields=["job", "state", "failure", "changed_at"])
    record_audit("reconciliation.run", by=by, at=now, subject=queries.subject_of(found.pk), after={"job": job.pk})


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


def lay_out(found: Reconciliation) -> dict[str, Path]:
    """Lay the files out in folders, each under the path it came with; answers the folder of each side and map."""
    batches = {side: getattr(found, side) for side in ("ours", "theirs", "store_map", "item_map")}
    places = {}
    for side, batch in batches.items():
        if batch is not None:
            places[side] = queries.side_folder(found.pk, side=side)
            imports.lay_out(batch, folder=places[side])
    return places


@transaction.atomic
def keep_result(number: int, *, kept: Found, now: datetime) -> None:
    """Keep what a run found."""
    found = Reconciliation.objects.select_for_update().get(pk=number)
    for side, figures in kept.summary["sides"].items():
        batch_id = getattr(found, f"{side}_id")
        counts = {key: figures[key] for key in ("read", "accepted", "rejected", "totals")}
        imports.record_counts(batch_id, counts=imports.RowCounts(**counts))
        imports.keep_rejected(batch_id, rows=kept.rejected.get(side, ()))
    state = Reconciliation.State
    found.state = state.EXPLAINED if kept.summary["exit"] == 0 else state.OPEN
    found.summary, found.failure, found.changed_at = dict(kept.summary), {}, now
    found.save(update_fields=["state", "summary", "failure", "changed_at"])
    after = {"state": found.state, "bridges": kept.summary["bridges"]}
    record_audit("reconciliation.result", by=None, at=now, subject=queries.subject_of(number), after=after)


def keep_failure(number: int, *, error: Exception, now: datetime) -> None:
    """Keep why a run could not be, in both languages."""
    Reconciliation.objects.filter(pk=number).update(
        state=Reconciliation.State.FAILED, failure=_both(error), changed_at=now
    )


def failure_sentence(found: Reconciliation) -> str:
    """Say why the last run could not be, in the reader's language."""
    if found.failure:
        return _in_language(found.failure)
    if found.shown_state == Reconciliation.State.FAILED:
        return _("The run ended without a result; the page of jobs says why. Run it again.")
    return ""


def profile_of(found: Reconciliation) -> Profile:
    """Read the profile a reconciliation is to be run with."""
    return understanding.from_text(found.profile_text)


def _keep_files(found: Reconciliation, wanted: NewReconciliation, *, by: "User", now: datetime) -> None:
    subject = queries.subject_of(found.pk)
    for side in ("ours", "theirs", "store_map", "item_map"):
        batch = getattr(found, side)
        if batch is not None:
            imports.add_files(batch, uploads=getattr(wanted, side), subject=subject, by=by, now=now)


def _understand(found: Reconciliation, *, profile: Profile | None = None) -> None:
    """Read the files' heads, and take the saved profile that fits them, or the proposed one."""
    places = lay_out(found)
    understood = understanding.understand(ours=places["ours"], theirs=places["theirs"], given=profile)
    found.reading = understood.reading
    found.profile_text = understanding.as_text(understood.profile)
    saved = imports_queries.profile_for(
        ours_fingerprint=understood.reading["ours"]["fingerprint"],
        theirs_fingerprint=understood.reading["theirs"]["fingerprint"],
    )
    if saved is not None and profile is None:
        found.profile, found.profile_text = saved, saved.text
    if profile is None:
        match = profile_of(found).match
        found.measure, found.window_days = match.measure.value, match.window_days
        found.tolerance = understanding.tolerance_text(match)
    found.save()


def _save_profile(found: Reconciliation, *, name: str, by: "User", now: datetime) -> "ImportProfile":
    match = understanding.with_match(
        profile_of(found), measure=found.measure, tolerance=found.tolerance, window_days=found.window_days
    )
    return imports.save_profile(
        name=name,
        text=understanding.as_text(match),
        ours_fingerprint=found.reading["ours"]["fingerprint"],
        theirs_fingerprint=found.reading["theirs"]["fingerprint"],
        subject=queries.subject_of(found.pk),
        by=by,
        now=now,
    )


@contextmanager
def _refusing() -> Iterator[None]:
    try:
        yield
    except imports.UnableToImport as refusal:
        raise UnableToOpen([_refusal(problem) for problem in refusal.problems]) from refusal
    except (UnableToRead, UnableToRun) as error:
        raise UnableToOpen([_both(error)]) from error


def _refusal(problem: imports.Problem) -> dict[str, str]:
    english, chinese = _FILE_REFUSALS[problem.code]
    return {"en": english.format(path=problem.path), "zh": chinese.format(path=problem.path)}


_FILE_REFUSALS: Mapping[str, tuple[str, str]] = {
    "EMPTY": ("{path} is empty; ask for it again.", "{path} 是空文件；请重新获取。"),
    "TOO_LARGE": (
        "{path} is larger than may be uploaded; split it, or use the keytally command.",
        "{path} 超过可上传的大小；请拆分文件，或改用 keytally 命令。",
    ),
    "UNKNOWN_TYPE": (
        "{path} is not a spreadsheet, text or Parquet file; save it as xlsx, xls, csv, tsv or parquet.",
        "{path} 不是表格、文本或 Parquet 文件；请另存为 xlsx、xls、csv、tsv 或 parquet。",
    ),
    "WRONG_TYPE": (
        "{path} is not what its name says; save it as xlsx, xls, csv, tsv or parquet.",
        "{path} 的内容与文件名不符；请另存为 xlsx、xls、csv、tsv 或 parquet。",
    ),
}


def _both(error: Exception) -> dict[str, str]:
    return {"en": sentence(error, language="en"), "zh": sentence(error, language="zh")}


def _in_language(words: Mapping[str, str]) -> str:
    return words["zh" if (get_language() or "").startswith("zh") else "en"]


def _name_of(wanted: NewReconciliation) -> str:
    names = [PurePosixPath(side[0].path).stem[:55] for side in (wanted.ours, wanted.theirs) if side]
    return " / ".join(names) or _("Reconciliation")
