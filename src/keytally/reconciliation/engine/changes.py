"""What is different from the run before? Lines by the class they had and the class they have now."""

from dataclasses import dataclass
from pathlib import Path

from keytally.reconciliation.engine.results import RESIDUAL_LINES, connected

MATCHED = "MATCHED"


@dataclass(frozen=True, slots=True)
class ClassChange:
    """How many lines went from one class to another; a line that is clean on a side of the change is MATCHED there."""

    was: str
    now: str
    lines: int
    currency: str
    amount_minor: int


_CHANGES = """
with before as (select side, id, class, currency, amount_minor from read_parquet($before)),
after as (select side, id, class, currency, amount_minor from read_parquet($after))
select coalesce(b.class, 'MATCHED'), coalesce(a.class, 'MATCHED'), count(*),
  coalesce(a.currency, b.currency),
  cast(sum(coalesce(a.amount_minor, 0)) - sum(coalesce(b.amount_minor, 0)) as bigint)
from before b full join after a on a.side = b.side and a.id = b.id
where a.class is distinct from b.class
group by 1, 2, 4 order by 3 desc, 1, 2, 4
"""


def class_changes(before: Path, after: Path) -> list[ClassChange]:
    """Count the lines whose class changed between the pages of two runs; nothing where there was no run before."""
    files = {"before": before / RESIDUAL_LINES, "after": after / RESIDUAL_LINES}
    if not all(file.is_file() for file in files.values()):
        return []
    with connected() as connection:
        rows = connection.execute(_CHANGES, {name: str(file) for name, file in files.items()}).fetchall()
    return [ClassChange(*row) for row in rows]
