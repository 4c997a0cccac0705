"""What was understood in the files of both sides, as the page of a profile shows it and the database keeps it?"""

import csv
import hashlib
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path
from typing import Any

from keytally.exchange.errors import UnableToRead
from keytally.exchange.headers import Header, header_of, plain_name
from keytally.exchange.limits import DEFAULT_LIMITS
from keytally.exchange.opening import tables_in
from keytally.exchange.profile import MatchProfile, Measure, Profile, SideProfile
from keytally.exchange.profile_toml import dump_profile, load_profile
from keytally.exchange.sources import SourceFile, side_files
from keytally.exchange.tables import Table
from keytally.imports.services import Rejected
from keytally.reconciliation.engine.settings import with_tolerance, with_window

SAMPLE_ROWS = 12
SAMPLE_COLUMNS = 40
SAMPLE_CHARS = 60
REJECTED_READ = 20_000
_PPM_PER_CENT = 10_000


@dataclass(frozen=True, slots=True)
class Understood:
    """The profile both sides are read with, and what is shown of it, in both languages."""

    profile: Profile
    reading: Mapping[str, Any]


def understand(*, ours: Path, theirs: Path, given: Profile | None = None) -> Understood:
    """Say what is in both sides and which profile fits; with a given profile, what is in them by that profile."""
    files = {"ours": side_files(ours), "theirs": side_files(theirs)}
    proposed = propose(files["ours"], files["theirs"], given=given)
    profile = given or proposed.profile
    reading = {side: _side_reading(files[side], getattr(profile, side), proposed, side) for side in files}
    return Understood(profile, reading)


def fingerprint(headers: Sequence[str]) -> str:
    """Know a layout again by its headers, whatever their order, width or punctuation."""
    names = sorted({plain_name(header) for header in headers} - {""})
    return hashlib.sha256("\n".join(names).encode()).hexdigest() if names else ""


def as_text(profile: Profile) -> str:
    """Write a profile as TOML."""
    return dump_profile(profile)


def from_text(text: str) -> Profile:
    """Read a profile from TOML."""
    if not text:
        return Profile()
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "profile.toml"
        file.write_text(text, encoding="utf-8")
        return load_profile(file)


def with_match(profile: Profile, *, measure: str, tolerance: str, window_days: int) -> Profile:
    """Put how the sides are compared into their profile."""
    match = replace(with_window(with_tolerance(profile.match, tolerance), window_days), measure=Measure(measure))
    return replace(profile, match=match)


def tolerance_text(match: MatchProfile) -> str:
    """Write a tolerance as people give it.

    >>> tolerance_text(MatchProfile(tolerance_ppm=5000)), tolerance_text(MatchProfile(tolerance_minor=5))
    ('0.5%', '5')
    """
    if not match.tolerance_ppm:
        return str(match.tolerance_minor)
    whole, part = divmod(match.tolerance_ppm, _PPM_PER_CENT)
    return f"{whole}.{part:04d}".rstrip("0").rstrip(".") + "%"


def rejected_rows(folder: Path, *, of_ours: int) -> dict[str, list[Rejected]]:
    """Read the rejected rows of a run by side: those of ours stand first, as many as were counted."""
    file = folder / "rejected.csv"
    rows = list(islice(_rejected(file), REJECTED_READ)) if file.is_file() else []
    return {"ours": rows[:of_ours], "theirs": rows[of_ours:]}


def _rejected(file: Path) -> Iterator[Rejected]:
    with file.open(encoding="utf-8-sig", newline="") as lines:
        reader = csv.reader(lines)
        next(reader, None)
        for name, sheet, row, *rest in reader:
            yield Rejected(name, sheet, int(row or 0), *rest)


def _side_reading(files: Sequence[SourceFile], profile: SideProfile, proposed: "Proposed", side: str) -> dict[str, Any]:
    table, header = _first_table(files, profile)
    names = [name for name in header.names if name] if header else []
    return {
        "table": table.label,
        "files": len(files),
        "headers": list(dict.fromkeys(names)),
        "header_row": header.row if header else None,
        "header_rows": header.rows if header else 1,
        "fingerprint": fingerprint(names),
        "sample": _sample(table, header),
    }


def _sample(table: Table, header: Header | None) -> dict[str, Any]:
    """Take the first rows as text, cut to what a page can show; a Parquet file shows its header alone."""
    width = min(SAMPLE_COLUMNS, max((len(row) for row in table.head[:SAMPLE_ROWS]), default=0))
    start = max(0, header.row - 4) if header and header.row else 0
    rows = [_padded(row, width) for row in table.head[start : start + SAMPLE_ROWS]]
    return {"first_row": start + 1, "rows": rows}


def _padded(row: Sequence[str], width: int) -> list[str]:
    cells = [str(cell).replace("\x00", "")[:SAMPLE_CHARS] for cell in row[:width]]
    return cells + [""] * (width - len(cells))


def _first_table(files: Sequence[SourceFile], profile: SideProfile) -> tuple[Table, Header | None]:
    """Find the first table that has the header; a side without any shows its first table as it is."""
    first: Table | None = None
    for source in files:
        tables, _warnings = tables_in(source, profile, limits=DEFAULT_LIMITS)
        for table in tables:
            header = header_of(table, profile)
            if header is not None:
                return table, header
            first = first or table
    if first is None:
        raise UnableToRead("file_empty", file=files[0].name)
    return first, None
