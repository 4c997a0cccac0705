"""Where are the bytes of attachments kept? Once each, in a folder tree named by their checksum."""

import hashlib
import os
import tempfile
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import BinaryIO

from django.conf import settings

from keytally.core.rules import HEAD_BYTES, FileType, file_type

LONGEST_UPLOAD = timedelta(hours=24)
_COMING = ".coming-"


class UnableToKeep(Exception):
    """A file is empty, too large, or of a type that is not kept; `code` says which."""

    def __init__(self, code: str, **parameters: object) -> None:
        super().__init__(code, parameters)
        self.code = code
        self.parameters = parameters


@dataclass(frozen=True, slots=True)
class KeptFile:
    """A file as it lies in the store."""

    sha256: str
    size: int
    type: FileType


def keep(chunks: Iterable[bytes], *, most_bytes: int, types: Collection[FileType]) -> KeptFile:
    """Stream bytes into the store under their checksum, or raise `UnableToKeep` and leave nothing."""
    root = Path(settings.FILES_ROOT)
    root.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=root, prefix=_COMING)
    coming = Path(name)
    try:
        with os.fdopen(handle, "wb") as out:
            kept = _copy(chunks, out=out, most_bytes=most_bytes)
            if kept.type not in types:
                raise UnableToKeep("WRONG_TYPE", type=kept.type)
            out.flush()
            os.fsync(out.fileno())
        place = path_of(kept.sha256)
        place.parent.mkdir(parents=True, exist_ok=True)
        coming.chmod(0o640)
        coming.replace(place)
    finally:
        coming.unlink(missing_ok=True)
    return kept


def sweep(*, now: datetime) -> int:
    """Remove what a server or a worker that was killed left on its way into the store; answers how many files."""
    folders = ((Path(settings.FILES_ROOT), f"{_COMING}*"), (Path(settings.FILE_UPLOAD_TEMP_DIR), "*.upload*"))
    before = (now - LONGEST_UPLOAD).timestamp()
    left = [file for folder, pattern in folders for file in folder.glob(pattern) if file.stat().st_mtime < before]
    for file in left:
        file.unlink(missing_ok=True)
    return len(left)


def kept_before(moment: datetime) -> Iterator[Path]:
    """Go through the kept files that were kept before a moment; bytes that come again are kept anew."""
    for file in Path(settings.FILES_ROOT).glob("??/??/*"):
        if is_kept_before(file, moment):
            yield file


def is_kept_before(file: Path, moment: datetime) -> bool:
    """Tell whether a file is still there and was kept before a moment."""
    try:
        return file.stat().st_mtime < moment.timestamp()
    except FileNotFoundError:
        return False


def path_of(sha256: str) -> Path:
    """Name the place of a checksum's bytes."""
    return Path(settings.FILES_ROOT) / sha256[:2] / sha256[2:4] / sha256


def _copy(chunks: Iterable[bytes], *, out: BinaryIO, most_bytes: int) -> KeptFile:
    digest, size, head = hashlib.sha256(), 0, b""
    for chunk in chunks:
        size += len(chunk)
        if size > most_bytes:
            raise UnableToKeep("TOO_LARGE", most_bytes=most_bytes)
        digest.update(chunk)
        out.write(chunk)
        head += chunk[: HEAD_BYTES - len(head)]
    if not size:
        raise UnableToKeep("EMPTY")
    found = file_type(head)
    if found is None:
        raise UnableToKeep("UNKNOWN_TYPE")
    return KeptFile(digest.hexdigest(), size, found)
