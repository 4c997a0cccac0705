"""Where does the result of a run stand, and what does its summary say?"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.conf import settings

from keytally.reconciliation.engine.contract import Bar, Bridge, LineClass
from keytally.reconciliation.engine.typed import read_rows
from keytally.reconciliation.models import Reconciliation

DOWNLOADS = (
    "report.xlsx",
    "links.parquet",
    "residuals.parquet",
    "candidates.parquet",
    "rejected.csv",
    "summary.json",
    "profile.toml",
)
_TABLES = ("links.parquet", "residuals.parquet", "candidates.parquet")
_COUNT = "select count(*) from read_parquet($file)"


@dataclass(frozen=True, slots=True)
class ClassRow:
    """A class with its lines on both sides and its difference in minor units."""

    token: str
    ours_lines: int
    theirs_lines: int
    amount_minor: int


@dataclass(frozen=True, slots=True)
class SideCounts:
    """What was counted on one side: read = accepted + rejected + totals."""

    side: str
    files: int
    read: int
    accepted: int
    rejected: int
    totals: int
    amount_minor: int


def folder_of(number: int) -> Path:
    """Name the folder of a reconciliation's files."""
    return Path(settings.RECONCILIATIONS_ROOT) / str(number)


def side_folder(number: int, *, side: str) -> Path:
    """Name the folder where the files of a side stand under the names they came with."""
    return folder_of(number) / side


def run_folder(number: int, run: int) -> Path:
    """Name the folder of one run of a reconciliation; each keeps its own."""
    return folder_of(number) / "runs" / str(run)


def result_folder(found: Reconciliation) -> Path:
    """Name the folder of the published files of the run that is shown."""
    return run_folder(found.pk, found.run_number) / "result"


def pages_folder(found: Reconciliation) -> Path:
    """Name the folder of what the pages need beside the published files."""
    return run_folder(found.pk, found.run_number) / "pages"


def downloads(found: Reconciliation) -> list[tuple[str, int]]:
    """List the result files there are, with their sizes."""
    folder = result_folder(found)
    return [(name, (folder / name).stat().st_size) for name in DOWNLOADS if (folder / name).is_file()]


def row_count(found: Reconciliation, name: str) -> int:
    """Count the rows of a result file; what is no table has none, and the report has those of all tables."""
    folder = result_folder(found)
    if name == "report.xlsx":
        return sum(row_count(found, table) for table in (*_TABLES, "rejected.csv"))
    if name == "rejected.csv":
        return sum(side.rejected for side in side_counts(found.summary))
    is_table = name in _TABLES and (folder / name).is_file()
    return int(next(read_rows(folder / name, _COUNT))[0]) if is_table else 0


def bridges(summary: Mapping[str, Any]) -> list[Bridge]:
    """Read the bridges of a summary."""
    return [
        Bridge(
            currency=bridge["currency"],
            opening_minor=bridge["opening_minor"],
            ours_minor=bridge["ours_minor"],
            bars=tuple(Bar(bar["cause"], bar["amount_minor"]) for bar in bridge["bars"]),
            theirs_minor=bridge["theirs_minor"],
        )
        for bridge in summary.get("bridges", ())
    ]


def class_rows(summary: Mapping[str, Any]) -> list[ClassRow]:
    """Read the classes of a summary that have lines."""
    rows = [
        ClassRow(token, counts["ours_lines"], counts["theirs_lines"], counts["amount_minor"])
        for token, counts in summary.get("classes", {}).items()
    ]
    return [row for row in rows if row.ours_lines or row.theirs_lines]


def residual_classes(summary: Mapping[str, Any]) -> list[str]:
    """List the classes that residuals of this run have."""
    return [row.token for row in class_rows(summary) if row.token not in (LineClass.MATCHED,)]


def side_counts(summary: Mapping[str, Any]) -> list[SideCounts]:
    """Read what was counted on both sides."""
    return [
        SideCounts(side=side, **{key: counts[key] for key in _COUNTED}, files=_file_count(counts["files"]))
        for side, counts in summary.get("sides", {}).items()
    ]


_COUNTED = ("read", "accepted", "rejected", "totals", "amount_minor")


def _file_count(files: int | Sequence[object]) -> int:
    return files if isinstance(files, int) else len(files)


def read_summary(found: Reconciliation) -> dict[str, Any]:
    """Read the summary a run left, or nothing."""
    file = result_folder(found) / "summary.json"
    if not file.is_file():
        return {}
    summary: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
    return summary
