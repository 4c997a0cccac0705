"""What does the audit say to this reader? Each entry as it was written, with dots for what the reader may not see."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.urls import NoReverseMatch
from django.utils.functional import Promise

from keytally.core.models import AuditEntry, User
from keytally.core.sensitivity import DOTS, redacted
from keytally.core.subjects import Subject, seen_among, subject_kind, subject_url


@dataclass(frozen=True, slots=True)
class EntryRow:
    """An audit entry as one reader sees it."""

    entry: AuditEntry
    label: Promise | str
    url: str
    before: list[tuple[str, Any]]
    after: list[tuple[str, Any]]


def rows_of(entries: Iterable[AuditEntry], *, reader: User, as_of: date) -> list[EntryRow]:
    """Show entries to a reader; what is about a subject out of reach says only that something happened."""
    listed = list(entries)
    kinds = {entry.subject_kind for entry in listed}
    seen = {
        kind: seen_among(
            [entry.subject_id for entry in listed if entry.subject_kind == kind], person=reader, kind=kind, as_of=as_of
        )
        for kind in kinds
        if subject_kind(kind)
    }
    return [_row(entry, reader=reader, seen=seen.get(entry.subject_kind)) for entry in listed]


def _row(entry: AuditEntry, *, reader: User, seen: set[int] | None) -> EntryRow:
    known = subject_kind(entry.subject_kind)
    label = known.label if known else entry.subject_kind
    if seen is not None and entry.subject_id not in seen:
        return EntryRow(entry, label, "", [("", DOTS)], [("", DOTS)])
    return EntryRow(
        entry,
        label,
        _url(entry),
        _facts(entry.before, entry=entry, reader=reader),
        _facts(entry.after, entry=entry, reader=reader),
    )


def _facts(facts: Mapping[str, Any] | None, *, entry: AuditEntry, reader: User) -> list[tuple[str, Any]]:
    # Pairs, for a fact may be called as a method of a mapping is: a template would take "items" for the fact.
    about = entry.subject_id if entry.subject_kind == "person" else None
    return list(redacted(facts or {}, person=reader, kind=entry.subject_kind, about=about).items())


def _url(entry: AuditEntry) -> str:
    try:
        return subject_url(Subject(entry.subject_kind, entry.subject_id)) or ""
    except NoReverseMatch:
        return ""
