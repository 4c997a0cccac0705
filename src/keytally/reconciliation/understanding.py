"""What was understood in the files of both sides, as the page of a profile shows it and the database keeps it?"""

import csv
import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path
from typing import Any

from keytally.exchange.canonical import Column
from keytally.exchange.errors import Sentence, UnableToRead
from keytally.exchange.headers import Header, header_names
from keytally.exchange.limits import DEFAULT_LIMITS
from keytally.exchange.name_scores import name_scores
from keytally.exchange.opening import tables_in
from keytally.exchange.profile import MatchProfile, Measure, Profile, SideProfile
from keytally.exchange.profile_toml import dump_profile, load_profile
from keytally.exchange.propose import Proposal, SideProposal, fingerprint_of, propose
from keytally.exchange.samples import guessed_header
from keytally.exchange.sources import SourceFile, side_files
from keytally.exchange.tables import Table
from keytally.imports.services import Rejected
from keytally.reconciliation.engine.settings import with_tolerance, with_window

SAMPLE_ROWS = 12
SAMPLE_COLUMNS = 40
SAMPLE_CHARS = 60
REJECTED_READ = 20_000
_PPM_PER_CENT = 10_000
_ASKED_FIELDS: Mapping[str, str] = {
    "ask_date_order": "date_format",
    "ask_date_mixed": "date_format",
    "ask_measure": "column-amount",
    "ask_currency": "currency",
}
SIDES = ("ours", "theirs")


@dataclass(frozen=True, slots=True)
class Understood:
    """The profile both sides are read with, and what is shown of it, in both languages."""

    profile: Profile
    reading: Mapping[str, Any]


def understand(*, ours: Path, theirs: Path, given: Profile | None = None) -> Understood:
    """Say what is in both sides and which profile fits; with a given profile, what is in them by its header rows."""
    files = {"ours": side_files(ours), "theirs": side_files(theirs)}
    try:
        proposal = propose(files["ours"], files["theirs"])
    except UnableToRead as error:
        if error.code != "no_header":
            raise
        return _by_hand(files, given=given or Profile(), why=error)
    if given is not None and not _same_headers(given, proposal):
        return _by_hand(files, given=given, why=None)
    reading = {side: _proposed_reading(files[side], getattr(proposal, side)) for side in SIDES}
    _add_questions(reading, proposal)
    return Understood(given or proposal.profile, {**reading, "measure": _both(proposal.measure_reason)})


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
    return rejected_in(folder / "rejected.csv", of_ours=of_ours)


def rejected_in(file: Path, *, of_ours: int) -> dict[str, list[Rejected]]:
    """Read a file of rejected rows by side."""
    rows = list(islice(_rejected(file), REJECTED_READ)) if file.is_file() else []
    return {"ours": rows[:of_ours], "theirs": rows[of_ours:]}


def reasons_of(rejected: Mapping[str, Sequence[Rejected]]) -> list[dict[str, Any]]:
    """Count rejected rows by side, column and reason, the most frequent first, each with an example."""
    found: dict[tuple[str, str, str], dict[str, Any]] = {}
    for side, rows in rejected.items():
        for row in rows:
            known = found.setdefault(
                (side, row.column, row.code),
                {
                    "side": side,
                    "column": row.column,
                    "code": row.code,
                    "rows": 0,
                    "example": row.value[:SAMPLE_CHARS],
                    "reason": {"en": row.reason_en, "zh": row.reason_zh},
                },
            )
            known["rows"] += 1
    return sorted(found.values(), key=lambda one: -one["rows"])


def _rejected(file: Path) -> Iterator[Rejected]:
    with file.open(encoding="utf-8-sig", newline="") as lines:
        reader = csv.reader(lines)
        next(reader, None)
        for name, sheet, row, column, value, code, reason_en, reason_zh in reader:
            yield Rejected(name, sheet, int(row or 0), column, value, code, reason_en, reason_zh)


def _same_headers(given: Profile, proposal: Proposal) -> bool:
    """Tell whether a person left the headers where the proposal found them."""
    pairs = ((given.ours, proposal.ours), (given.theirs, proposal.theirs))
    return all(
        mine.header_row in (None, found.header_row) and mine.header_rows == found.header_rows for mine, found in pairs
    )


def _proposed_reading(files: Sequence[SourceFile], found: SideProposal) -> dict[str, Any]:
    table = _table(files, name=found.file, sheet=found.sheet)
    return {
        "table": table.label,
        "files": len(files),
        "headers": _named(found.headers),
        "header_row": found.header_row,
        "header_rows": found.header_rows,
        "fingerprint": found.fingerprint,
        "sample": _sample(table, Header(found.header_row, found.header_rows, found.headers), below=found.sample),
        "columns": {
            one.column.value: {"header": one.header, "confidence": one.confidence, "reason": _both(one.reason)}
            for one in found.columns
        },
        "questions": [],
        "warnings": [_both(warning) for warning in found.warnings],
    }


def _add_questions(reading: Mapping[str, dict[str, Any]], proposal: Proposal) -> None:
    """Put each question to the side and the field that can answer it."""
    for question in proposal.questions:
        asked = {**_both(question), "field": _ASKED_FIELDS.get(question.code, "")}
        file = question.params.get("file")
        for side in [side for side in SIDES if reading[side]["table"] == file] or SIDES:
            reading[side]["questions"].append(asked)


def _by_hand(files: Mapping[str, Sequence[SourceFile]], *, given: Profile, why: UnableToRead | None) -> Understood:
    """Show the rows as they are where a person says which of them is the header, and guess by names alone."""
    reading = {side: _named_reading(files[side], getattr(given, side), why=why) for side in SIDES}
    ours, theirs = _mapped(given.ours, reading["ours"]), _mapped(given.theirs, reading["theirs"])
    return Understood(replace(given, ours=ours, theirs=theirs), reading)


def _named_reading(files: Sequence[SourceFile], profile: SideProfile, *, why: UnableToRead | None) -> dict[str, Any]:
    table = _table(files)
    header = _header(table, profile)
    names = header.names if header else ()
    return {
        "table": table.label,
        "files": len(files),
        "headers": _named(names),
        "header_row": header.row if header else None,
        "header_rows": header.rows if header else 1,
        "fingerprint": fingerprint_of(names) if names else "",
        "sample": _sample(table, header, below=()),
        "columns": _by_name(names),
        "questions": [{**_both(why), "field": "header_row"}] if why is not None and header is None else [],
        "warnings": [],
    }


def _header(table: Table, profile: SideProfile) -> Header | None:
    if profile.header_row is None or table.types:
        return guessed_header(table)[1]
    records = table.head[profile.header_row - 1 : profile.header_row - 1 + profile.header_rows]
    return Header(profile.header_row, profile.header_rows, header_names(records)) if records else None


def _by_name(names: Iterable[str]) -> dict[str, dict[str, Any]]:
    """Give every canonical column the header whose name fits it best, each header once."""
    scored = sorted(
        ((found.score, column, name, found.word) for name in names for column, found in name_scores(name).items()),
        key=lambda one: -one[0],
    )
    taken: dict[str, dict[str, Any]] = {}
    for score, column, name, word in scored:
        if column in set(Column) and column not in taken and name not in {one["header"] for one in taken.values()}:
            reason = _both(Sentence("reason_name", {"word": word}))
            taken[column] = {"header": name, "confidence": score, "reason": reason}
    return taken


def _mapped(profile: SideProfile, reading: Mapping[str, Any]) -> SideProfile:
    """Keep the columns a person chose that the header has, and take what the names say for the rest."""
    kept = {column: header for column, header in profile.columns.items() if header in reading["headers"]}
    guessed = {Column(column): one["header"] for column, one in reading["columns"].items()}
    return replace(profile, columns={**guessed, **kept})


def _table(files: Sequence[SourceFile], *, name: str | None = None, sheet: str | None = None) -> Table:
    """Open the table that the header was found in, else the first one."""
    source = next((file for file in files if file.name == name), files[0])
    tables, _warnings = tables_in(source, None, limits=DEFAULT_LIMITS)
    if not tables:
        raise UnableToRead("file_empty", file=source.name)
    return next((table for table in tables if table.sheet == sheet), tables[0])


def _sample(table: Table, header: Header | None, *, below: Sequence[Sequence[str]]) -> dict[str, Any]:
    """Take the first rows as text, from a little above the header, cut to what a page can show."""
    if table.types and header is not None:
        return {"first_row": 0, "rows": _cut([header.names, *below[: SAMPLE_ROWS - 1]])}
    start = max(0, header.row - 4) if header else 0
    return {"first_row": start + 1, "rows": _cut(table.head[start : start + SAMPLE_ROWS])}


def _cut(rows: Sequence[Sequence[str]]) -> list[list[str]]:
    width = min(SAMPLE_COLUMNS, max(map(len, rows), default=0))
    cut = [[str(cell).replace("\x00", "")[:SAMPLE_CHARS] for cell in row[:width]] for row in rows]
    return [row + [""] * (width - len(row)) for row in cut]


def _named(names: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(name for name in names if name))


def _both(words: Sentence | UnableToRead) -> dict[str, str]:
    return {"en": words.text("en"), "zh": words.text("zh")}
