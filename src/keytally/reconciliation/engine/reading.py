"""How do two sides come in? What the exchange reads, in the shape a run needs, with its progress told."""

import contextlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import duckdb

from keytally.exchange.canonical import Column
from keytally.exchange.damage import damaged_file
from keytally.exchange.errors import UnableToRead
from keytally.exchange.profile import Profile
from keytally.exchange.read import ReadProgress, SideRead, read_side
from keytally.exchange.repair import CodeList, repair
from keytally.exchange.sources import SourceFile, side_files
from keytally.reconciliation.engine.both_sides import Share, are_worth_it, read_at_once
from keytally.reconciliation.engine.contract import Progress, UnableToRun
from keytally.reconciliation.engine.results import Side
from keytally.reconciliation.engine.typed import SideSummary

READING: Mapping[Side, str] = {Side.OURS: "read_ours", Side.THEIRS: "read_theirs"}
"""The progress step in which a side is read; its `number` and `steps` count files, its `lines` count rows."""


@dataclass(frozen=True, slots=True)
class Means:
    """What a reading may use, and whom it tells."""

    cache: Path
    memory: str
    threads: int | None
    on_progress: Callable[[Progress], None] | None
    is_stopped: Callable[[], bool] | None


def files_of(ours: tuple[Path, ...], theirs: tuple[Path, ...]) -> Mapping[Side, tuple[SourceFile, ...]]:
    """List the files of both sides, refusing a side that has none."""
    return {Side.OURS: side_files(ours), Side.THEIRS: side_files(theirs)}


def read_both(
    files: Mapping[Side, tuple[SourceFile, ...]], profile: Profile, *, means: Means
) -> Mapping[Side, SideRead]:
    """Read both sides into the cache, taking from it what an earlier run that was stopped had read."""
    profiles = {Side.OURS: profile.ours, Side.THEIRS: profile.theirs}

    def read(side: Side, share: Share) -> SideRead:
        return read_side(
            files[side],
            profiles[side],
            side=side.value,
            cache=means.cache,
            memory=share.memory,
            threads=share.threads,
            on_progress=share.on_progress,
            is_stopped=share.is_stopped,
        )

    if are_worth_it(files):
        with _room_for_one():
            return read_at_once(
                read,
                memory=means.memory,
                threads=means.threads,
                tell=partial(_tell, means),
                is_stopped=means.is_stopped,
            )
    return {
        side: read(side, Share(means.memory, means.threads, partial(_tell, means, side), means.is_stopped))
        for side in files
    }


def repaired(sides: Mapping[Side, SideRead], *, tables: Mapping[str, Path], means: Means) -> Mapping[Side, SideRead]:
    """Restore the codes that a spreadsheet shortened, on each side by the code maps and the other side as read."""
    others = {Side.OURS: sides[Side.THEIRS], Side.THEIRS: sides[Side.OURS]}
    return {
        side: repair(
            read,
            others[side],
            cache=means.cache,
            lists=_code_lists(side, tables),
            memory=means.memory,
            threads=means.threads,
            is_stopped=means.is_stopped,
        )
        for side, read in sides.items()
    }


def _code_lists(side: Side, tables: Mapping[str, Path]) -> Mapping[Column, CodeList]:
    """Name where the converted maps list the codes of a side."""
    lists: dict[Column, CodeList] = {}
    if "store_map" in tables:
        lists[Column.STORE] = CodeList(tables["store_map"], side.value)
    if "item_map" in tables:
        lists[Column.ITEM] = CodeList(tables["item_map"], side.value)
        lists[Column.GTIN] = CodeList(tables["item_map"], "gtin")
    return lists


@contextlib.contextmanager
def naming_damage(sides: Mapping[Side, SideRead], *, means: Means) -> Iterator[None]:
    """Where the database fails over lines that were read, name the file that cannot be read to its end."""
    try:
        yield
    except (duckdb.Error, UnableToRun) as error:
        cause = error if isinstance(error, duckdb.Error) else error.__cause__
        if not isinstance(cause, duckdb.Error) or isinstance(
            cause, duckdb.OutOfMemoryException | duckdb.InterruptException
        ):
            raise
        lines = [read.lines for read in sides.values()]
        scratch = means.cache / "spill"
        found = damaged_file(lines, scratch=scratch, memory=means.memory, threads=means.threads)
        if found is None:
            raise
        raise found from error


def side_summary(read: SideRead, *, amount_minor: int) -> SideSummary:
    """Say what became of a side's records, and its balance."""
    counts = read.counts
    return SideSummary(
        files=counts.files,
        read=counts.read,
        accepted=counts.accepted,
        rejected=counts.rejected,
        totals=counts.totals,
        amount_minor=amount_minor,
    )


@contextlib.contextmanager
def _room_for_one() -> Iterator[None]:
    """Go on where two readings at once had too little memory, so that they take their turns."""
    try:
        yield
    except UnableToRead as fault:
        if fault.code != "out_of_memory":
            raise


def _tell(means: Means, side: Side, progress: ReadProgress) -> None:
    if means.on_progress is not None:
        part = (1000 * (progress.number - 1) + progress.part) // progress.files
        means.on_progress(Progress(READING[side], progress.number, progress.files, progress.rows, 0, part))
