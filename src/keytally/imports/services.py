"""Writes of imports: keep the files of a side, count what was read, keep rejected rows and profiles."""

import os
import re
import shutil
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

from django.db import transaction

from keytally.core.files import UnableToKeep, path_of
from keytally.core.rules import FileType
from keytally.core.services import keep_attachment, record_audit
from keytally.core.subjects import Subject
from keytally.imports.models import ImportBatch, ImportFile, ImportProfile, RejectedRow

if TYPE_CHECKING:
    from keytally.core.models import User

LEDGER_TYPES = (FileType.XLSX, FileType.XLS, FileType.PARQUET, FileType.TEXT)
REJECTED_KEPT = 10_000
MOST_PATH = 400
_UNSAFE = re.compile(r"[\x00-\x1f\x7f<>:\"|?*\\]")


@dataclass(frozen=True, slots=True)
class Upload:
    """A file somebody gave: the path it had in its folder, and its bytes."""

    path: str
    chunks: Iterable[bytes]


@dataclass(frozen=True, slots=True)
class Problem:
    """Why one file was refused: a code of `core.files.UnableToKeep`."""

    path: str
    code: str


class UnableToImport(Exception):
    """Files were refused; `problems` says which and why, and nothing was kept."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        super().__init__(problems)
        self.problems = tuple(problems)


@dataclass(frozen=True, slots=True)
class Rejected:
    """A row that could not be read, and why in both languages."""

    file: str
    sheet: str
    row: int
    column: str
    value: str
    code: str
    reason_en: str
    reason_zh: str


@dataclass(frozen=True, slots=True)
class RowCounts:
    """What was counted on a side: read = accepted + rejected + totals."""

    read: int
    accepted: int
    rejected: int
    totals: int


def open_batch(*, owner: "User", now: datetime) -> ImportBatch:
    """Begin a batch; its files follow."""
    return ImportBatch.objects.create(owner=owner, created_at=now)


@transaction.atomic
def add_files(batch: ImportBatch, *, uploads: Sequence[Upload], subject: Subject, by: "User", now: datetime) -> None:
    """Keep the files of a batch, all or none, or raise `UnableToImport` with every reason."""
    problems, taken = [], set[str]()
    for upload in uploads:
        path = _free_path(safe_path(upload.path), taken)
        taken.add(path)
        try:
            attachment = keep_attachment(
                upload.chunks, name=PurePosixPath(path).name, subject=subject, by=by, now=now, types=LEDGER_TYPES
            )
        except UnableToKeep as refusal:
            problems.append(Problem(path, refusal.code))
        else:
            ImportFile.objects.create(batch=batch, attachment=attachment, path=path)
    if problems:
        raise UnableToImport(problems)


def lay_out(batch: ImportBatch, *, folder: Path) -> None:
    """Lay the files of a batch out in a folder, under the paths they came with."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    for file in batch.files.select_related("attachment"):
        place = folder / file.path
        place.parent.mkdir(parents=True, exist_ok=True)
        _link(path_of(file.attachment.sha256), place)


def record_counts(batch_id: int, *, counts: RowCounts) -> None:
    """Write down what was counted when the files of a batch were read."""
    ImportBatch.objects.filter(pk=batch_id).update(
        read_rows=counts.read,
        accepted_rows=counts.accepted,
        rejected_rows=counts.rejected,
        total_rows=counts.totals,
    )


@transaction.atomic
def keep_rejected(batch_id: int, *, rows: Sequence[Rejected]) -> None:
    """Keep the rejected rows of a batch in place of earlier ones, at most `REJECTED_KEPT` of them."""
    RejectedRow.objects.filter(batch_id=batch_id).delete()
    kept = [_rejected_row(batch_id, row) for row in rows[:REJECTED_KEPT]]
    RejectedRow.objects.bulk_create(kept, batch_size=500)


def add_rejected(batch_id: int, *, rows: Sequence[Rejected]) -> None:
    """Keep rejected rows of a batch behind those there are, at most `REJECTED_KEPT` in all."""
    room = REJECTED_KEPT - RejectedRow.objects.filter(batch_id=batch_id).count() if rows else 0
    RejectedRow.objects.bulk_create([_rejected_row(batch_id, row) for row in rows[: max(0, room)]], batch_size=500)


@transaction.atomic
def save_profile(
    *,
    name: str,
    text: str,
    ours_fingerprint: str,
    theirs_fingerprint: str,
    subject: Subject,
    by: "User",
    now: datetime,
) -> ImportProfile:
    """Save a profile under a name, in place of the one that had it, to be found again by its fingerprints."""
    before = ImportProfile.objects.select_for_update().filter(name=name).first()
    saved, _is_new = ImportProfile.objects.update_or_create(
        name=name,
        defaults={
            "text": text,
            "ours_fingerprint": ours_fingerprint,
            "theirs_fingerprint": theirs_fingerprint,
            "saved_by": by,
            "saved_at": now,
        },
    )
    record_audit(
        "profile.save",
        by=by,
        at=now,
        subject=subject,
        before={"name": name, "text": before.text} if before else None,
        after={"name": name, "text": text},
    )
    return saved


def safe_path(path: str) -> str:
    r"""Bring a path from a browser into a form that stays inside its folder.

    >>> safe_path("../stores/上海 1.xlsx"), safe_path("C:\\x\\july.csv")
    ('stores/上海 1.xlsx', 'C_/x/july.csv')
    """
    parts = [_UNSAFE.sub("_", part).strip(". ") for part in path.replace("\\", "/").split("/")]
    kept = [part[-120:] for part in parts if part]
    return "/".join(kept[-6:])[-MOST_PATH:].lstrip("/") or "file"


def _rejected_row(batch_id: int, row: Rejected) -> RejectedRow:
    return RejectedRow(
        batch_id=batch_id,
        file=row.file[:500],
        sheet=row.sheet[:200],
        row=row.row,
        column=row.column[:200],
        value=row.value,
        code=row.code,
        reason_en=row.reason_en,
        reason_zh=row.reason_zh,
    )


def _free_path(path: str, taken: set[str]) -> str:
    """Tell two files of one name apart, as a file manager does."""
    folder, _slash, name = path.rpartition("/")
    stem, dot, ending = name.rpartition(".")
    number, free = 1, path
    while free.casefold() in {one.casefold() for one in taken}:
        number += 1
        numbered = f"{stem} ({number}){dot}{ending}" if dot else f"{ending} ({number})"
        free = f"{folder}/{numbered}" if folder else numbered
    return free


def _link(source: Path, place: Path) -> None:
    try:
        os.link(source, place)
    except OSError:
        shutil.copyfile(source, place)
