"""Writes of reconciliations on their way in: open one with its files, correct how they are read."""

import shutil
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from keytally.core.services import record_audit
from keytally.exchange.errors import UnableToRead
from keytally.exchange.profile import Profile
from keytally.imports import queries as imports_queries
from keytally.imports import services as imports
from keytally.imports.services import Upload
from keytally.reconciliation import demo_pair, queries, understanding
from keytally.reconciliation.engine.contract import UnableToRun
from keytally.reconciliation.models import Reconciliation
from keytally.reconciliation.services.holding import AtWork, hold
from keytally.reconciliation.services.laying import lay_out
from keytally.reconciliation.services.words import both_languages, in_language

if TYPE_CHECKING:
    from keytally.core.models import User
    from keytally.imports.models import ImportProfile


@dataclass(frozen=True, slots=True)
class NewReconciliation:
    """What a person dropped on the page."""

    name: str
    ours: Sequence[Upload]
    theirs: Sequence[Upload]
    store_map: Sequence[Upload] = ()
    item_map: Sequence[Upload] = ()
    account_id: int | None = None
    # The month it settles, as 2026-07.
    month: str = ""
    deadline: date | None = None


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


class UnableToOpen(Exception):
    """Files cannot be taken or read; `problems` are sentences in both languages."""

    def __init__(self, problems: Sequence[Mapping[str, str]]) -> None:
        super().__init__([problem["en"] for problem in problems])
        self.problems = tuple(problems)

    def sentences(self) -> list[str]:
        """Say why in the reader's language."""
        return [in_language(problem) for problem in self.problems]


def open_reconciliation(wanted: NewReconciliation, *, by: "User", now: datetime) -> Reconciliation:
    """Keep the files of both sides and say what was understood in them, or raise `UnableToOpen` and keep nothing."""
    with _refusing(), transaction.atomic():
        found = Reconciliation.objects.create(
            name=wanted.name or _name_of(wanted),
            account_id=wanted.account_id,
            month=wanted.month,
            deadline=wanted.deadline,
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
    ours, theirs, store_map, item_map = uploads
    wanted = NewReconciliation(name, ours, theirs, store_map, item_map)
    found = open_reconciliation(wanted, by=by, now=now)
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
def correct(
    found: Reconciliation, *, correction: Correction, by: "User", now: datetime, seen: int | None = None
) -> None:
    """Keep how a person wants both sides read and compared, and save it for the partner under a name if asked."""
    held = hold(found.pk, seen=seen)
    if held.is_running:
        raise AtWork(found.pk)
    before = _reading_of(found)
    found.profile_text = understanding.as_text(correction.profile)
    found.name, found.changed_at = correction.name, now
    found.measure, found.tolerance = correction.measure, correction.tolerance
    found.window_days, found.period = correction.window_days, correction.period
    if correction.save_as:
        found.profile = _save_profile(found, name=correction.save_as, by=by, now=now)
    after = _reading_of(found)
    if before != after or not held.is_settled:
        found.state = Reconciliation.State.MAPPED
    found.version = held.version + 1
    found.save()
    if before != after:
        subject = queries.subject_of(found.pk)
        record_audit("reconciliation.correct", by=by, at=now, subject=subject, before=before, after=after)


def _reading_of(found: Reconciliation) -> dict[str, object]:
    names = ("measure", "tolerance", "window_days", "period")
    return {"profile": found.profile_text, **{name: getattr(found, name) for name in names}}


def read_again(found: Reconciliation, *, now: datetime) -> None:
    """Say anew what is understood in the files, with the header rows a person named."""
    with _refusing(), transaction.atomic():
        _understand(found, profile=profile_of(found))
        found.changed_at = now
        found.save(update_fields=["changed_at"])


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
        raise UnableToOpen([both_languages(error)]) from error


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


def _name_of(wanted: NewReconciliation) -> str:
    names = [PurePosixPath(side[0].path).stem[:55] for side in (wanted.ours, wanted.theirs) if side]
    return " / ".join(names) or _("Reconciliation")
