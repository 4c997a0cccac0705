"""How are two sides read, before anything is compared? A dry run: counts, and the rows that are set aside."""

from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from keytally.exchange.opening import keeping_workbooks
from keytally.exchange.profile import Profile
from keytally.exchange.rejected import write_rejected_csv
from keytally.reconciliation.engine.contract import Progress
from keytally.reconciliation.engine.folder import REJECTED, result_folder
from keytally.reconciliation.engine.reading import Means, files_of, read_both, side_summary
from keytally.reconciliation.engine.reconcile import DEFAULT_MEMORY, one_sentence, one_way_to_stop


@dataclass(frozen=True, slots=True)
class Counted:
    """What reading found: the counts of each side, and the file of rejected rows."""

    sides: dict[str, dict[str, Any]]
    rejected: Path


def check(
    ours: Path,
    theirs: Path,
    profile: Profile,
    *,
    out: Path,
    memory: str = DEFAULT_MEMORY,
    on_progress: Callable[[Progress], None] | None = None,
    is_stopped: Callable[[], bool] | None = None,
) -> Counted:
    """Read two sides with a profile, or raise `UnableToRun` with one sentence why; nothing is compared."""
    sources = ((ours,), (theirs,))
    place = out.parent / "dry-run"
    with (
        one_sentence(place, memory=memory),
        result_folder(place, inputs=(ours, theirs)) as folder,
        one_way_to_stop(folder.path),
    ):
        means = Means(folder.cache, memory, None, on_progress, is_stopped)
        with keeping_workbooks():
            sides = read_both(files_of(*sources), profile, means=means)
        kept = out.parent / REJECTED
        write_rejected_csv([read.rejected for read in sides.values()], folder.place(REJECTED))
        folder.place(REJECTED).replace(kept)
    return Counted(
        {side.value: _counts(asdict(side_summary(read, amount_minor=0))) for side, read in sides.items()}, kept
    )


def _counts(figures: dict[str, Any]) -> dict[str, Any]:
    return {name: figures[name] for name in ("files", "read", "accepted", "rejected", "totals")}
