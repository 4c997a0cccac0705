"""A file of another system's opportunities: keep it, look at it, try it, take it over as history, undo it."""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.utils import translation

from keytally.accounts.rules.attributes import Fault, proposed, read_cell
from keytally.core.clock import business_date
from keytally.core.files import path_of
from keytally.core.services import record_audit
from keytally.core.subjects import Subject
from keytally.exchange.plain_rows import PlainTable, plain_table
from keytally.funnel.history_words import sentence
from keytally.funnel.labels import Source
from keytally.funnel.models import HistoryImport, HistoryRecord, Opportunity
from keytally.funnel.queries.history import Known, depends_on, key_of, known_names, references_taken
from keytally.funnel.rules.history import HISTORY, Record, Refused, gaps_of, read_record
from keytally.imports.services import (
    Rejected,
    RowCounts,
    Upload,
    add_files,
    keep_rejected,
    open_batch,
    record_counts,
)

if TYPE_CHECKING:
    from keytally.core.models import User

MOST_ROWS = 100_000
HISTORY_IMPORT = "history_import"
SHOWN_ROWS = 8


class UnableToImportHistory(Exception):
    """An import cannot go on; the argument is the code of the reason."""


@dataclass(slots=True)
class Outcome:
    """What a look at the rows came to."""

    read: int = 0
    rejected: list[Rejected] = field(default_factory=list)
    gaps: Counter[str] = field(default_factory=Counter)
    examples: dict[str, list[int]] = field(default_factory=dict)
    results: Counter[str] = field(default_factory=Counter)
    taken: list[HistoryRecord] = field(default_factory=list)

    @property
    def accepted(self) -> int:
        """Count the rows that were taken."""
        return len(self.taken)

    def note(self, gap: str, row: int) -> None:
        """Count a gap and keep the first rows that have it."""
        self.gaps[gap] += 1
        rows = self.examples.setdefault(gap, [])
        if len(rows) < SHOWN_ROWS:
            rows.append(row)


@transaction.atomic
def open_history(upload: Upload, *, currency: str, by: "User", now: datetime) -> HistoryImport:
    """Keep a file and propose what its columns are."""
    kept = HistoryImport.objects.create(batch=open_batch(owner=by, now=now), owner=by, currency=currency)
    add_files(kept.batch, uploads=[upload], subject=Subject(HISTORY_IMPORT, kept.pk), by=by, now=now)
    kept.columns = proposed(table_of(kept).names, attributes=HISTORY)
    kept.save(update_fields=["columns"])
    return kept


def table_of(kept: HistoryImport) -> PlainTable:
    """Open the file of an import."""
    file = kept.batch.files.select_related("attachment").get()
    known = [header for attribute in HISTORY for header in attribute.headers]
    return plain_table(path_of(file.attachment.sha256), name=file.path, known=known)


def set_columns(kept: HistoryImport, *, columns: dict[str, int], currency: str, is_good_rows_only: bool) -> None:
    """Keep what a person said the columns are."""
    kept.columns, kept.currency, kept.is_good_rows_only = columns, currency, is_good_rows_only
    kept.state = "DRAFT"
    kept.save(update_fields=["columns", "currency", "is_good_rows_only", "state"])


@transaction.atomic
def check_history(kept: HistoryImport, *, by: "User", now: datetime) -> Outcome:
    """Look at every row without taking any over; keep what was counted, rejected and missing."""
    _need(kept, "DRAFT", "CHECKED")
    outcome = _look(kept, by=by, now=now)
    _keep_outcome(kept, outcome)
    kept.state = "CHECKED"
    kept.save(update_fields=["state", "warnings"])
    return outcome


@transaction.atomic
def run_history(kept: HistoryImport, *, by: "User", now: datetime) -> Outcome:
    """Take the rows over, all or none or the good ones only, as was chosen; or raise `UnableToImportHistory`."""
    kept = HistoryImport.objects.select_for_update().select_related("batch").get(pk=kept.pk)
    _need(kept, "CHECKED")
    outcome = _look(kept, by=by, now=now)
    if outcome.rejected and not kept.is_good_rows_only:
        raise UnableToImportHistory("ROWS_REJECTED")
    Opportunity.objects.bulk_create([one.opportunity for one in outcome.taken], batch_size=500)
    HistoryRecord.objects.bulk_create(outcome.taken, batch_size=1000)
    _keep_outcome(kept, outcome)
    kept.state, kept.done_at = "DONE", now
    kept.save(update_fields=["state", "done_at", "warnings"])
    counts = {"read": outcome.read, "accepted": outcome.accepted, "rejected": outcome.read - outcome.accepted}
    record_audit("funnel.history_import", by=by, at=now, subject=Subject(HISTORY_IMPORT, kept.pk), after=counts)
    return outcome


@transaction.atomic
def undo_history(kept: HistoryImport, *, by: "User", now: datetime) -> int:
    """Take an import back and say how many rows went, or raise where somebody worked on what it brought."""
    kept = HistoryImport.objects.select_for_update().get(pk=kept.pk)
    _need(kept, "DONE")
    brought = Opportunity.objects.filter(history__history_import=kept)
    if depends_on(brought):
        raise UnableToImportHistory("HAS_DEPENDENTS")
    removed = brought.count()
    brought.delete()
    kept.state = "UNDONE"
    kept.save(update_fields=["state"])
    subject = Subject(HISTORY_IMPORT, kept.pk)
    record_audit("funnel.history_undo", by=by, at=now, subject=subject, after={"removed": removed})
    return removed


def _look(kept: HistoryImport, *, by: "User", now: datetime) -> Outcome:
    outcome, name, as_of = Outcome(), kept.batch.files.get().path, business_date(now)
    rows = list(_rows(kept))
    known = known_names(
        owners={facts.get("owner") or "" for _row, facts, _faults in rows},
        accounts={facts.get("account") or "" for _row, facts, _faults in rows},
        person=by,
        as_of=as_of,
    )
    taken = references_taken({facts.get("reference") or "" for _row, facts, _faults in rows})
    for row, facts, faults in rows:
        outcome.read += 1
        found = read_record(facts, currency=kept.currency, as_of=as_of) if not faults else ()
        refused = [_of_fault(fault) for fault in faults] or ([] if isinstance(found, Record) else list(found))
        if isinstance(found, Record) and found.reference in taken:
            refused.append(Refused("REFERENCE_TWICE", "reference", found.reference))
        if refused or not isinstance(found, Record):
            outcome.rejected += [_rejected(name, row, one) for one in refused]
            continue
        taken.add(found.reference)
        outcome.results[found.result] += 1
        for gap in (*gaps_of(found, facts), *known.gaps(facts)):
            outcome.note(gap, row)
        outcome.taken.append(
            _record(found, facts, row=row, kept=kept, opportunity=_opportunity(found, facts, known, now))
        )
    return _seen(outcome)


def _seen(outcome: Outcome) -> Outcome:
    """Say until which day the file can know of what is open: the last day that stands in it."""
    opportunities = [one.opportunity for one in outcome.taken]
    last = max((day for one in opportunities for day in (one.opened_on, one.closed_on) if day), default=None)
    for one in opportunities:
        one.touched_on = one.closed_on or last or one.opened_on
    return outcome


def _rows(kept: HistoryImport) -> Iterator[tuple[int, dict[str, Any], list[Fault]]]:
    for count, (number, cells) in enumerate(table_of(kept).rows(), start=1):
        if count > MOST_ROWS:
            raise UnableToImportHistory("TOO_MANY_ROWS")
        facts: dict[str, Any] = {}
        faults = []
        for attribute in HISTORY:
            place = kept.columns.get(attribute.code)
            found = read_cell(attribute, cells[place]) if place is not None and place < len(cells) else None
            if isinstance(found, Fault):
                faults.append(found)
            else:
                facts[attribute.code] = found
        yield number, facts, faults


def _opportunity(record: Record, facts: Mapping[str, Any], known: Known, now: datetime) -> Opportunity:
    """Make what a row becomes: no stage, no evidence, and an account and an owner only where the names are ours."""
    product = facts.get("product") or ""
    name = " · ".join(part for part in (record.reference, product, facts.get("account") or "") if part)
    return Opportunity(
        name=name[:120],
        name_words=name.casefold()[:600],
        product=product,
        amount_minor=record.amount_minor,
        currency=record.currency,
        owner_id=known.owners.get(facts.get("owner") or ""),
        account_id=known.accounts.get(facts.get("account") or ""),
        state=record.result.value,
        opened_on=record.opened_on,
        closed_on=record.closed_on,
        stage_since=record.opened_on,
        touched_on=record.opened_on,
        source=Source.HISTORY,
        is_history=True,
        idempotency_key=key_of(record.reference),
        created_at=now,
    )


def _record(
    record: Record, facts: Mapping[str, Any], *, row: int, kept: HistoryImport, opportunity: Opportunity
) -> HistoryRecord:
    return HistoryRecord(
        opportunity=opportunity,
        history_import=kept,
        row=row,
        reference=record.reference,
        owner_name=facts.get("owner") or "",
        account_name=facts.get("account") or "",
    )


def _of_fault(fault: Fault) -> Refused:
    return Refused(fault.code, fault.column, fault.value)


def _rejected(name: str, row: int, one: Refused) -> Rejected:
    words = {}
    for language in ("en", "zh-hans"):
        with translation.override(language):
            words[language] = sentence(one)
    return Rejected(
        file=name,
        sheet="",
        row=row,
        column=one.column,
        value=one.value,
        code=one.code,
        reason_en=words["en"],
        reason_zh=words["zh-hans"],
    )


def _keep_outcome(kept: HistoryImport, outcome: Outcome) -> None:
    counts = RowCounts(outcome.read, outcome.accepted, outcome.read - outcome.accepted, 0)
    record_counts(kept.batch_id, counts=counts)
    keep_rejected(kept.batch_id, rows=outcome.rejected)
    results = [[f"RESULT_{result}", count, []] for result, count in sorted(outcome.results.items())]
    kept.warnings = results + [[gap, count, outcome.examples[gap]] for gap, count in outcome.gaps.most_common()]


def _need(kept: HistoryImport, *states: str) -> None:
    if kept.state not in states:
        raise UnableToImportHistory("WRONG_STATE")
