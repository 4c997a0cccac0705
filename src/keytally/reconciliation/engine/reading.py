"""How do two sides come in? What the exchange reads, in the shape a run needs, with its progress told."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from keytally.exchange.profile import Profile
from keytally.exchange.read import ReadProgress, SideRead, read_side
from keytally.exchange.sources import SourceFile, side_files
from keytally.reconciliation.engine.contract import Progress
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
    return {
        side: read_side(
            sources,
            profiles[side],
            side=side.value,
            cache=means.cache,
            memory=means.memory,
            threads=means.threads,
            on_progress=_teller(side, means),
            is_stopped=means.is_stopped,
        )
        for side, sources in files.items()
    }


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


def _teller(side: Side, means: Means) -> Callable[[ReadProgress], None] | None:
    tell = means.on_progress
    if tell is None:
        return None
    step = READING[side]
    return lambda progress: tell(Progress(step, progress.number, progress.files, progress.rows, 0))
