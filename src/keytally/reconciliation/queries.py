"""Reads of reconciliations: which may a person see, and where does a result stand?"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db.models import Q, QuerySet

from keytally.core import scope
from keytally.core.models import User
from keytally.core.subjects import Subject
from keytally.jobs.models import Job
from keytally.reconciliation.engine.contract import Bar, Bridge, LineClass
from keytally.reconciliation.engine.typed import read_rows
from keytally.reconciliation.models import Reconciliation

SUBJECT_KIND = "reconciliation"
State = Reconciliation.State
# What nobody touched for so long no longer waits; the list keeps it.
WAITS_FOR = timedelta(days=180)
MOST_WAITING = 200

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


def visible_reconciliations(person: User, as_of: date) -> QuerySet[Reconciliation]:
    """List the reconciliations a person may see on a day, newest first."""
    found = Reconciliation.objects.select_related("owner", "job").order_by("-created_at", "-pk")
    return scope.visible(found, person=person, permission="reconcile.view", as_of=as_of)


def filtered_reconciliations(person: User, as_of: date, *, state: str, text: str) -> QuerySet[Reconciliation]:
    """List the reconciliations a person may see, by state and by words in the name."""
    found = visible_reconciliations(person, as_of)
    if state in State.values:
        found = found.filter(_in_state(State(state)))
    return found.filter(Q(name__icontains=text.strip())) if text.strip() else found


def waiting_for(person: User, *, now: datetime) -> QuerySet[Reconciliation]:
    """List a person's own reconciliations of the last months that wait for them, the oldest first."""
    own = Reconciliation.objects.filter(owner=person, changed_at__gt=now - WAITS_FOR)
    return own.filter(state__in=[State.DRAFT, State.OPEN]).order_by("changed_at", "pk")[:MOST_WAITING]


def owned_by(person: User) -> QuerySet[Reconciliation]:
    """List a person's own reconciliations in every state, for a handover."""
    return Reconciliation.objects.filter(owner=person).order_by("-created_at", "-pk")


def _in_state(state: State) -> Q:
    """Find what is shown in a state, a job that ended without a result included."""
    running = Q(state=State.RUNNING)
    ended_badly = {
        State.FAILED: Q(job__state=Job.State.FAILED) | Q(job=None),
        State.STOPPED: Q(job__state=Job.State.STOPPED),
    }
    if state == State.RUNNING:
        return running & Q(job__state__in=Job.ACTIVE)
    if state in ended_badly:
        return Q(state=state) | (running & ended_badly[state])
    return Q(state=state)


def changeable_reconciliations(person: User, as_of: date) -> QuerySet[Reconciliation]:
    """List the reconciliations a person may correct and run on a day."""
    found = visible_reconciliations(person, as_of)
    return scope.visible(found, person=person, permission="reconcile.run", as_of=as_of)


def subject_of(number: int) -> Subject:
    """Name a reconciliation as a subject."""
    return Subject(SUBJECT_KIND, number)


def folder_of(number: int) -> Path:
    """Name the folder of a reconciliation's files."""
    return Path(settings.RECONCILIATIONS_ROOT) / str(number)


def side_folder(number: int, *, side: str) -> Path:
    """Name the folder where the files of a side stand under the names they came with."""
    return folder_of(number) / side


def result_folder(number: int) -> Path:
    """Name the folder of the published files of a run."""
    return folder_of(number) / "result"


def pages_folder(number: int) -> Path:
    """Name the folder of what the pages need beside the published files."""
    return folder_of(number) / "pages"


def downloads(number: int) -> list[tuple[str, int]]:
    """List the result files there are, with their sizes."""
    folder = result_folder(number)
    return [(name, (folder / name).stat().st_size) for name in DOWNLOADS if (folder / name).is_file()]


def row_count(found: Reconciliation, name: str) -> int:
    """Count the rows of a result file; what is no table has none, and the report has those of all tables."""
    folder = result_folder(found.pk)
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


def read_summary(number: int) -> dict[str, Any]:
    """Read the summary a run left, or nothing."""
    file = result_folder(number) / "summary.json"
    if not file.is_file():
        return {}
    found: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
    return found


def reconciliation(number: int) -> Reconciliation:
    """Find a reconciliation with its sides, for the work of a job."""
    return Reconciliation.objects.select_related("ours", "theirs", "store_map", "item_map").get(pk=number)


def is_at_work(number: int) -> bool:
    """Tell whether a job is at work on a reconciliation, holding its row until the transaction ends."""
    found = Reconciliation.objects.select_for_update(of=("self",)).select_related("job").get(pk=number)
    return found.is_running
