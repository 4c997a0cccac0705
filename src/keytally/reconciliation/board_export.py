"""The month board as a list that may be taken away: a row for every chain and month."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

from keytally.core.exports import Column, Listing, register_listing
from keytally.reconciliation import queries
from keytally.reconciliation.labels import STANDING_LABELS
from keytally.reconciliation.queries.board import BoardFilter, Cell, all_cells, asked_of

if TYPE_CHECKING:
    from keytally.core.models import User


@dataclass(frozen=True, slots=True)
class _Cells:
    """The cells of a board, counted and read like the rows of any list."""

    cells: Sequence[Cell]

    def count(self) -> int:
        """Count the rows."""
        return len(self.cells)

    def iterator(self, *, chunk_size: int) -> Iterator[Cell]:
        """Read the rows one after another."""
        del chunk_size
        return iter(self.cells)


def _rows(person: "User", as_of: date, asked: Mapping[str, str]) -> _Cells:
    wanted: BoardFilter = asked_of(asked)
    return _Cells(all_cells(person, as_of=as_of, wanted=wanted))


register_listing(
    Listing(
        code="month_board",
        label=_("Month board"),
        permission="reconcile.view",
        kind=queries.SUBJECT_KIND,
        columns=[
            Column(_("Chain"), lambda cell: str(cell.chain)),
            Column(_("Month"), lambda cell: cell.month),
            Column(_("State"), lambda cell: str(STANDING_LABELS[cell.standing])),
            Column(_("Unexplained lines"), lambda cell: cell.unexplained),
            Column(_("Rejected rows"), lambda cell: cell.rejected),
            Column(_("Deadline"), lambda cell: cell.deadline),
            Column(_("Days left"), lambda cell: cell.days_left),
            Column(_("Person"), lambda cell: cell.who),
        ],
        rows=_rows,
        back="reconciliation:board",
    )
)
