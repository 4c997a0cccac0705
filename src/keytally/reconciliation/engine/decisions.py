"""Which pairs did a person accept or refuse?"""

from collections.abc import Iterator
from pathlib import Path

from keytally.reconciliation.engine.messages import Refusal
from keytally.reconciliation.engine.tables import TableShape, read_table, write_parquet

DECISIONS = TableShape(
    "ours_id,theirs_id,decision,reason", required=("ours_id", "theirs_id", "decision"), optional=("reason",)
)
CHOICES = ("accept", "refuse")

_TYPES = {"ours_id": "VARCHAR", "theirs_id": "VARCHAR", "decision": "VARCHAR", "reason": "VARCHAR"}


def convert_decisions(file: Path, *, into: Path) -> None:
    """Turn a decisions file into the Parquet file that the engine reads, each pair once."""
    write_parquet(_rows(file), types=_TYPES, file=into)


def _rows(file: Path) -> Iterator[tuple[str | None, ...]]:
    decided: dict[tuple[str, str], tuple[int, str]] = {}
    for row in read_table(file, shape=DECISIONS):
        pair = (row.needed("ours_id").lower(), row.needed("theirs_id").lower())
        decision = row.needed("decision").lower()
        if decision not in CHOICES:
            raise Refusal("cell_no_decision", path=file, row=row.number, column="decision", value=decision)
        earlier, before = decided.setdefault(pair, (row.number, decision))
        if before != decision:
            raise Refusal("decided_twice", path=file, row=row.number, other=earlier)
        if earlier == row.number:
            yield *pair, decision, row.cells.get("reason")
