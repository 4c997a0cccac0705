"""Where does a result stand, and how does it appear there whole or not at all?

A run works in hidden folders inside the output folder: a cache of parsed input, which outlives a run that was killed
or stopped, and a scratch folder, which the next run clears. A finished result is moved into place file by file with
`summary.json` last, after the old `summary.json` went first: while it stands there, the folder holds one whole result.
"""

import contextlib
import errno
import json
import os
import shutil
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import IO

from keytally.reconciliation.engine.contract import Stopped
from keytally.reconciliation.engine.messages import Refusal

SUMMARY = "summary.json"
PROFILE = "profile.toml"
LINKS = "links.parquet"
RESIDUALS = "residuals.parquet"
CANDIDATES = "candidates.parquet"
REJECTED = "rejected.csv"
REPORT = "report.xlsx"
RESULT_FILES = (LINKS, RESIDUALS, CANDIDATES, REJECTED, PROFILE, REPORT, SUMMARY)
"""What a run leaves in its folder, in the order in which it is moved there."""

_CACHE = ".keytally-cache"
_SCRATCH = ".keytally-scratch"
_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)


class ResultFolder:
    """The output folder of one run, with its hidden work folders."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.cache = path / _CACHE
        self.scratch = path / _SCRATCH
        self.result = self.scratch / "result"

    def place(self, name: str) -> Path:
        """Name a result file where the run may write it."""
        return self.result / name

    def work(self, name: str) -> Path:
        """Make an empty folder for work that nobody keeps."""
        folder = self.scratch / name
        folder.mkdir()
        return folder

    def publish(self) -> None:
        """Put the finished result in place of an earlier one."""
        (self.path / SUMMARY).unlink(missing_ok=True)
        for name in RESULT_FILES:
            finished = self.place(name)
            if finished.exists():
                finished.replace(self.path / name)
            else:
                (self.path / name).unlink(missing_ok=True)

    def publish_profile(self) -> None:
        """Put a proposed profile in place and leave an earlier result beside it as it is."""
        self.place(PROFILE).replace(self.path / PROFILE)


@contextlib.contextmanager
def result_folder(path: Path, *, inputs: Sequence[Path]) -> Iterator[ResultFolder]:
    """Open the output folder for one run, refusing one that holds anything but our own earlier output."""
    path = path.absolute()
    _refuse_overlap(path, inputs)
    _refuse_others(path)
    folder = ResultFolder(path)
    made = [folder for folder in (path, *path.parents) if not folder.exists()]
    keep_cache = False
    with _write_errors(path):
        folder.cache.mkdir(parents=True, exist_ok=True)
        try:
            with _locked(folder):
                try:
                    _clear(folder.scratch)
                    folder.result.mkdir(parents=True)
                    yield folder
                except Stopped:
                    keep_cache = True
                    raise
                finally:
                    _clear(folder.scratch)
                    if not keep_cache:
                        _clear(folder.cache)
        finally:
            _remove_empty(made)


@contextlib.contextmanager
def _write_errors(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        if error.errno in _FULL:
            raise Refusal("disk_full", path=path) from error
        if error.filename is not None and Path(os.fsdecode(error.filename)).is_relative_to(path):
            raise Refusal("out_unwritable", path=path, problem=error.strerror) from error
        raise


def _refuse_overlap(path: Path, inputs: Sequence[Path]) -> None:
    # `Path.resolve` raises where links go round in a circle; this does not.
    place = Path(os.path.realpath(path))
    for source in inputs:
        stands = Path(os.path.realpath(source))
        if place.is_relative_to(stands):
            raise Refusal("out_inside_input", path=path, input=source)
        if stands.is_relative_to(place):
            raise Refusal("out_holds_input", path=path, input=source)


def _refuse_others(path: Path) -> None:
    if path.exists() and not path.is_dir():
        raise Refusal("out_is_file", path=path)
    try:
        names = sorted(entry.name for entry in path.iterdir()) if path.exists() else []
    except OSError as error:
        raise Refusal("out_unwritable", path=path, problem=error.strerror) from error
    others = [name for name in names if name not in (*RESULT_FILES, _CACHE, _SCRATCH)]
    if others:
        raise Refusal("out_has_others", path=path, name=others[0])
    outputs = [name for name in names if name != PROFILE]
    if outputs and _CACHE not in names and _SCRATCH not in names and not _is_our_summary(path / SUMMARY):
        raise Refusal("out_not_ours", path=path, name=outputs[0])


def _is_our_summary(file: Path) -> bool:
    try:
        summary = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return False
    return isinstance(summary, dict) and {"version", "sides", "bridges", "exit"} <= summary.keys()


@contextlib.contextmanager
def _locked(folder: ResultFolder) -> Iterator[None]:
    with (folder.cache / "lock").open("w") as lock:
        if not _locks(lock):
            raise Refusal("out_in_use", path=folder.path)
        yield


def _locks(lock: IO[str]) -> bool:
    if sys.platform == "win32":
        return True
    import fcntl

    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True


def _clear(folder: Path) -> None:
    with contextlib.suppress(FileNotFoundError):
        shutil.rmtree(folder)


def _remove_empty(folders: Sequence[Path]) -> None:
    for folder in folders:
        try:
            folder.rmdir()
        except OSError:
            return
