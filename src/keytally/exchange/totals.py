"""Do the totals that a file states agree with the rows above them?"""

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal

import duckdb

from keytally.exchange.part_sql import ACCEPTED, TOTALS

MOST_WARNINGS = 50


def total_warnings(
    con: duckdb.DuckDBPyConnection,
    records: tuple[str, Mapping[str, object]],
    *,
    first_row: int,
    label: str,
    decimals: int,
) -> Sequence[Mapping[str, object]]:
    """Compare each total with the rows since the total before it, or since the beginning; list those that differ.

    `records` is a SELECT of every row's place, state, amount and quantity, with its parameters.
    """
    select, parameters = records
    statement = _RUNNING.format(records=select)
    found = con.execute(statement, {**parameters, "accepted": ACCEPTED, "totals": TOTALS}).fetchall()
    warnings: list[Mapping[str, object]] = []
    for column, place, scale in (("amount", 0, decimals), ("quantity", 1, 3)):
        for row, stated, running in _column(found, place):
            if stated in running:
                continue
            warnings.append(
                {
                    "code": "total_differs",
                    "params": {
                        "file": label,
                        "row": row + first_row,
                        "column": column,
                        "stated": _major(stated, scale),
                        "computed": _major(min(running, key=lambda sum_: (abs(sum_ - stated), sum_)), scale),
                    },
                }
            )
    return warnings[:MOST_WARNINGS]


_RUNNING = """
WITH numbered AS ({records}),
running AS (
    SELECT place, state, amount, quantity,
        coalesce(sum(amount) FILTER (WHERE state = $accepted) OVER upward, 0) AS amount_above,
        coalesce(sum(quantity) FILTER (WHERE state = $accepted) OVER upward, 0) AS quantity_above
    FROM numbered
    WINDOW upward AS (ORDER BY place ROWS UNBOUNDED PRECEDING)
)
SELECT place, amount, amount_above, quantity, quantity_above FROM running WHERE state = $totals ORDER BY place
"""


def _major(scaled: int, decimals: int) -> str:
    return format(Decimal(scaled).scaleb(-decimals), "f")


def _column(found: Sequence[tuple[int, ...]], place: int) -> Iterator[tuple[int, int, frozenset[int]]]:
    """Yield each stated total with the sums it may rightly be."""
    marks = [0]
    for row in found:
        stated, above = row[1 + 2 * place], int(row[2 + 2 * place])
        if stated is not None:
            yield row[0], stated, frozenset(above - mark for mark in marks)
        if above != marks[-1]:
            marks = [*marks[-200:], above]
        marks[0] = 0
