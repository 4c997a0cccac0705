"""Which lines may a person put beside a residual? Lines by their identity, ranked candidates, and a search."""

from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

from keytally.reconciliation.engine.details import CANDIDATES
from keytally.reconciliation.engine.results import (
    RESIDUAL_LINES,
    RESIDUAL_LIST,
    Residual,
    Side,
    connected,
    existing,
    residual_of,
)

OPEN_CLASSES = ("AMBIGUOUS", "UNEXPLAINED")
MOST_FOUND = 20
MOST_CANDIDATES = 30


@dataclass(frozen=True, slots=True)
class Ranked:
    """A residual of the other side that may belong to a line; rank 1 is the best, 0 came from a search."""

    residual: Residual
    rank: int
    rule: str
    confidence: int


_SOURCE = "(select *, amount_minor as shown_minor from read_parquet($file))"
_BY_ID = f"select {RESIDUAL_LIST} from {_SOURCE} where id in (select unnest($ids::varchar[]))"
_OPEN = """
select id from read_parquet($file) where class in ('AMBIGUOUS', 'UNEXPLAINED') order by id
"""
_CANDIDATES = f"""
with wanted as (
  select case when $side = 'ours' then theirs_id else ours_id end as other, min(rank) as rank,
    any_value(rule) as rule, max(confidence) as confidence
  from read_parquet($candidates)
  where case when $side = 'ours' then ours_id else theirs_id end = $id group by 1
)
select {RESIDUAL_LIST}, wanted.rank, wanted.rule, wanted.confidence from {_SOURCE} line
join wanted on wanted.other = line.id where side <> $side
order by wanted.rank, abs(line.amount - $amount) nulls last, file, row limit {MOST_CANDIDATES}
"""
_SEARCH = f"""
select {RESIDUAL_LIST} from {_SOURCE}
where side <> $side and ($currency = '' or currency = $currency)
  and ($text = '' or contains(lower(concat_ws(' ', doc_no, order_no, store, item, gtin, doc_type, file)), lower($text))
    or cast(amount as varchar) = $cents)
order by len(counterpart_rows) > 0, abs(coalesce(amount, 0) - $amount), date, file, row limit {MOST_FOUND}
"""


def residuals_by_id(folder: Path, ids: Collection[str]) -> dict[tuple[Side, str], Residual]:
    """Find residuals by side and identity; what is no residual of this run is left out."""
    with connected() as connection:
        parameters = {"file": str(existing(folder, RESIDUAL_LINES)), "ids": list(ids)}
        rows = connection.execute(_BY_ID, parameters).fetchall()
    found = [residual_of(row) for row in rows]
    return {(one.side, one.id): one for one in found}


def open_line_ids(folder: Path) -> list[str]:
    """List the identities of the lines that keep a reconciliation from being closed."""
    with connected() as connection:
        rows = connection.execute(_OPEN, {"file": str(existing(folder, RESIDUAL_LINES))}).fetchall()
    return [row[0] for row in rows]


def candidates_of(folder: Path, *, published: Path, residual: Residual) -> list[Ranked]:
    """Rank the lines of the other side that may belong to an ambiguous line."""
    parameters = {
        "file": str(existing(folder, RESIDUAL_LINES)),
        "candidates": str(existing(published, CANDIDATES)),
        "side": residual.side,
        "id": residual.id,
        "amount": residual.line.amount or 0,
    }
    with connected() as connection:
        rows = connection.execute(_CANDIDATES, parameters).fetchall()
    return [Ranked(residual_of(row[:-3]), *row[-3:]) for row in rows]


def search_counterparts(folder: Path, *, residual: Residual, text: str, cents: str = "") -> list[Ranked]:
    """Find lines of the other side by what stands in them, those without a counterpart and of near amounts first."""
    parameters = {
        "file": str(existing(folder, RESIDUAL_LINES)),
        "side": residual.side,
        "currency": residual.currency or "",
        "text": text.strip(),
        "cents": cents,
        "amount": residual.line.amount or 0,
    }
    with connected() as connection:
        rows = connection.execute(_SEARCH, parameters).fetchall()
    return [Ranked(residual_of(row), 0, "", 0) for row in rows]
