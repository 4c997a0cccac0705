"""What would a table of codes or a shape of numbers have changed in a run? Its open lines are compared anew, twice.

Both times only the lines that a run did not match cleanly take part, once as they were and once with the new rule, so
that what changes is the rule's doing alone.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from keytally.exchange.canonical import Column
from keytally.exchange.currencies import COMMON
from keytally.exchange.profile import MatchProfile, Profile, SideProfile
from keytally.kernel.money import minor_digits
from keytally.reconciliation.engine.contract import UnableToRun
from keytally.reconciliation.engine.reconcile import reconcile
from keytally.reconciliation.engine.results import RESIDUAL_LINES, connected

MATCHED = "MATCHED"


@dataclass(frozen=True, slots=True)
class Replay:
    """What a run is compared with: how, with which codes; and the same with the new rule."""

    match: MatchProfile
    period: str | None
    before: Mapping[str, Path]
    after: Mapping[str, Path]
    shapes_before: tuple[str, ...] = ()
    shapes_after: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Changed:
    """So many lines would have gone from one class to another."""

    was: str
    now: str
    lines: int


def replayed(pages: Path, wanted: Replay, *, scratch: Path) -> list[Changed]:
    """Say which lines of a run would have ended in another class; nothing where one side left no line."""
    scratch.mkdir(parents=True, exist_ok=True)
    files = {side: scratch / f"{side}.parquet" for side in ("ours", "theirs")}
    if not (pages / RESIDUAL_LINES).is_file() or not all(_write(pages, side, file) for side, file in files.items()):
        return []
    results = []
    for name, maps, shapes in (
        ("before", wanted.before, wanted.shapes_before),
        ("after", wanted.after, wanted.shapes_after),
    ):
        profile = _profile(wanted.match, shapes)
        out = scratch / name
        try:
            reconcile(
                files["ours"], files["theirs"], profile, out=out, period=wanted.period, with_report=False,
                store_map=maps.get("store_map"), item_map=maps.get("item_map"), roll_up=maps.get("roll_up"),
            )  # fmt: skip
        except UnableToRun:
            return []
        results.append(out)
    return _compared(*results)


def _profile(match: MatchProfile, shapes: tuple[str, ...]) -> Profile:
    side = SideProfile(columns={column: column.value for column in Column})
    return Profile(ours=side, theirs=replace(side, document_shapes=shapes), match=match)


def _write(pages: Path, side: str, file: Path) -> int:
    """Write the lines of a side that were not cleanly matched as a file with the published columns; answer how many."""
    with connected() as connection:
        connection.execute("create temp table digits (currency varchar, scale bigint)")
        connection.executemany(
            "insert into digits values ($code, $scale)",
            [{"code": code, "scale": 10 ** minor_digits(code)} for code in COMMON],
        )
        rows = connection.sql(
            """select l.doc_no, l.doc_type, l.line_no, l.order_no, l.store, l.item, l.gtin, l.date,
              cast(l.line_quantity as decimal(18, 0)) / 1000 as quantity,
              cast(l.unit_price as decimal(18, 0)) / 1000000 as unit_price,
              cast(cast(l.amount as decimal(24, 2)) / coalesce(d.scale, 100) as decimal(24, 2)) as amount,
              l.line_currency as currency
            from read_parquet($file) l left join digits d on d.currency = l.line_currency
            where l.side = $side order by l.file, l.sheet, l.row""",
            params={"file": str(pages / RESIDUAL_LINES), "side": side},
        )
        rows.write_parquet(str(file))
        return int(connection.execute("select count(*) from read_parquet($file)", {"file": str(file)}).fetchall()[0][0])


_COMPARED = """
with before as (select side, row, class from read_parquet($before)),
after as (select side, row, class from read_parquet($after))
select coalesce(b.class, 'MATCHED'), coalesce(a.class, 'MATCHED'), count(*)
from before b full join after a on a.side = b.side and a.row = b.row
where a.class is distinct from b.class group by 1, 2 order by 3 desc, 1, 2
"""


def _compared(before: Path, after: Path) -> list[Changed]:
    names = {"before": str(before / "residuals.parquet"), "after": str(after / "residuals.parquet")}
    with connected() as connection:
        rows: Sequence[tuple[str, str, int]] = connection.execute(_COMPARED, names).fetchall()
    return [Changed(*row) for row in rows]
