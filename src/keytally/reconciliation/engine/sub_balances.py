"""What does each store have on both sides of a run? Reads the sub-balances that the run left beside its pages."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from keytally.reconciliation.engine.results import connected
from keytally.reconciliation.engine.roll_up import SUB_BALANCES


@dataclass(frozen=True, slots=True)
class SubBalance:
    """A store's part, or what stays with a head office, in one currency; some of it told by the other side."""

    store: str
    is_store: bool
    meets: str
    currency: str
    ours_lines: int
    theirs_lines: int
    ours_minor: int
    theirs_minor: int
    ours_told_minor: int
    theirs_told_minor: int

    @property
    def gap_minor(self) -> int:
        """Ours - theirs."""
        return self.ours_minor - self.theirs_minor


_READ = """
select store, is_store, meets, currency, ours_lines, theirs_lines, ours_minor, theirs_minor, ours_told_minor,
  theirs_told_minor
from read_parquet($file) order by currency, is_store, abs(ours_minor - theirs_minor) desc, store
"""


def sub_balances(pages: Path) -> Sequence[SubBalance]:
    """List the sub-balances of a run, head offices first, then stores by the size of their difference."""
    file = pages / SUB_BALANCES
    if not file.is_file():
        return ()
    with connected() as connection:
        return tuple(SubBalance(*row) for row in connection.execute(_READ, {"file": str(file)}).fetchall())
