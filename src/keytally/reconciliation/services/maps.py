"""Write the tables of codes a run follows: what people's corrections taught, what came with the files, the accounts."""

import csv
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

from keytally.exchange.profile import Profile
from keytally.reconciliation import queries
from keytally.reconciliation.engine.maps import ITEM_MAP, STORE_MAP, days_of
from keytally.reconciliation.engine.tables import TableShape, read_table
from keytally.reconciliation.models import LearnedRule, Reconciliation
from keytally.reconciliation.queries import learned, settlement
from keytally.reconciliation.rules.code_layers import CodeRow, layered

STORES, ITEMS, ROLL_UP = "store_map.csv", "item_map.csv", "roll_up.csv"


def run_maps(found: Reconciliation, *, given: Mapping[str, Path], folder: Path) -> dict[str, Path]:
    """Write the tables of a run into a folder, and answer those that have rows by what they are.

    `given` are the maps that came with the files.
    """
    if found.account is None:
        return dict(given)
    folder.mkdir(parents=True, exist_ok=True)
    uploaded = {name: _uploaded(given.get(name), shape) for name, shape in _SHAPES.items()}
    kept, accounts = learned.kept_rules(found), settlement.store_codes(found.account)
    known = [CodeRow(one.ours, one.theirs, "", one.starts_on, _last(one.ends_before)) for one in accounts]
    tables = {
        "store_map": (STORES, layered([_learned(kept, LearnedRule.Kind.STORE_CODE), uploaded["store_map"], known])),
        "item_map": (ITEMS, layered([_learned(kept, LearnedRule.Kind.ITEM_CODE), uploaded["item_map"]])),
    }
    made = {name: write_codes(folder / file, rows) for name, (file, rows) in tables.items() if rows}
    if points := settlement.meeting_points(found.account):
        made["roll_up"] = _write_points(folder / ROLL_UP, points)
    return made


def with_learned_shapes(profile: Profile, found: Reconciliation) -> Profile:
    """Let a profile know the shapes of numbers that were learned and kept."""
    kept = learned.kept_rules(found)
    shapes = [one.given for one in kept if one.kind == LearnedRule.Kind.NUMBER_SHAPE]
    known = profile.theirs.document_shapes
    added = tuple(shape for shape in shapes if shape not in known)
    return replace(profile, theirs=replace(profile.theirs, document_shapes=(*known, *added))) if added else profile


def codes_in(file: Path | None) -> list[CodeRow]:
    """Read a table of codes that a run followed; none where the run had none."""
    shape = ITEM_MAP if file is not None and file.name == ITEMS else STORE_MAP
    return _uploaded(file if file is not None and file.is_file() else None, shape)


_SHAPES: Mapping[str, TableShape] = {"store_map": STORE_MAP, "item_map": ITEM_MAP}


def _uploaded(file: Path | None, shape: TableShape) -> list[CodeRow]:
    if file is None:
        return []
    rows = []
    for row in read_table(file, shape=shape):
        first, last = days_of(row)
        rows.append(
            CodeRow(
                row.cells.get("ours") or "", row.cells.get("theirs") or "", row.cells.get("gtin") or "", first, last
            )
        )
    return rows


def _learned(kept: Sequence[LearnedRule], kind: LearnedRule.Kind) -> list[CodeRow]:
    return [
        CodeRow(one.meaning, one.given, "", one.starts_on, _last(one.ends_before)) for one in kept if one.kind == kind
    ]


def _last(ends_before: date | None) -> date | None:
    return ends_before - timedelta(days=1) if ends_before else None


def write_codes(file: Path, rows: Iterable[CodeRow]) -> Path:
    """Write a table of codes as the engine reads it."""
    has_gtin = file.name == ITEMS
    header = ["ours", "gtin", "theirs", "from", "to"] if has_gtin else ["ours", "theirs", "from", "to"]
    body = ([one.ours, *([one.gtin] if has_gtin else []), one.theirs, one.first, one.last] for one in rows)
    return _write(file, header, body)


def _write_points(file: Path, points: Iterable[settlement.MeetingPoint]) -> Path:
    body = ([one.code, one.meets, one.kind, one.starts_on, _last(one.ends_before)] for one in points)
    return _write(file, ["code", "meets", "kind", "from", "to"], body)


def _write(file: Path, header: Sequence[str], rows: Iterable[Sequence[object]]) -> Path:
    with file.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream)
        writer.writerow(header)
        writer.writerows(rows)
    return file


def maps_folder(found: Reconciliation, *, run: int | None = None) -> Path:
    """Name the folder of the tables that a run followed."""
    return queries.run_folder(found.pk, found.run_number if run is None else run) / "maps"
