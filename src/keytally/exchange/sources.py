"""Which files make up one side?"""

import os
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from keytally.exchange.errors import UnableToRead
from keytally.exchange.limits import DEFAULT_LIMITS

SUFFIXES = frozenset({".xlsx", ".xlsm", ".xls", ".csv", ".tsv", ".txt", ".parquet"})


@dataclass(frozen=True, slots=True)
class SourceFile:
    """One file of a side and the name by which outputs call it."""

    path: Path
    name: str


def side_files(path: Path | Sequence[Path]) -> tuple[SourceFile, ...]:
    """List the files of a side: one file, several, or a folder's in bytewise order of their relative paths."""
    paths = (path,) if isinstance(path, Path) else tuple(path)
    if not paths:
        raise UnableToRead("no_files")
    found = [source for one in paths for source in _files_of(Path(one))]
    if len(found) > DEFAULT_LIMITS.max_files:
        raise UnableToRead("too_many_files", count=len(found), limit=DEFAULT_LIMITS.max_files)
    return _with_distinct_names(found)


def _files_of(path: Path) -> list[SourceFile]:
    if path.is_dir():
        return _files_in(path)
    if not path.is_file():
        raise UnableToRead("not_found", path=path)
    if path.suffix.lower() not in SUFFIXES:
        raise UnableToRead("unsupported", file=path.name)
    return [SourceFile(path=path, name=path.name)]


def _files_in(folder: Path) -> list[SourceFile]:
    found = [
        SourceFile(path=path, name=path.relative_to(folder).as_posix())
        for path in folder.rglob("*")
        if path.suffix.lower() in SUFFIXES and not path.name.startswith(("~$", ".")) and path.is_file()
    ]
    if not found:
        raise UnableToRead("folder_empty", path=folder)
    return sorted(found, key=lambda source: os.fsencode(source.name))


def _with_distinct_names(found: Sequence[SourceFile]) -> tuple[SourceFile, ...]:
    """Two files of one name from different folders are told apart by their folders."""
    counts = Counter(source.name for source in found)
    return tuple(
        source if counts[source.name] == 1 else SourceFile(source.path, source.path.as_posix()) for source in found
    )
