"""A file of stores, accounts, contacts or measures: keep it, look at it, try it, import it."""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.db import IntegrityError, transaction

from keytally.accounts.models import AccountImport, AccountImportRow
from keytally.accounts.models.imports import ImportKind, ImportState
from keytally.accounts.queries.columns import columns_of
from keytally.accounts.rules.attributes import proposed
from keytally.accounts.services.chunks import Given
from keytally.accounts.services.import_rows import Outcome, Row, chunks_of, given_with, table_of, take_chunk
from keytally.accounts.subjects import IMPORT
from keytally.core.services import record_audit
from keytally.core.subjects import Subject
from keytally.exchange.plain_rows import PlainTable
from keytally.imports.services import (
    RowCounts,
    Upload,
    add_files,
    add_rejected,
    keep_rejected,
    open_batch,
    record_counts,
)

if TYPE_CHECKING:
    from keytally.core.models import User

MOST_ROWS = 100_000
# Says how many rows are done; may raise to end the work between two chunks.
Tell = Callable[[int], None]


class UnableToImportAccounts(Exception):
    """An import cannot go on; the arguments are the code of the reason and, where something depends, its names."""


class _DryRun(Exception):
    """Takes back what a dry run wrote."""


def silent(_done: int) -> None:
    """Tell nobody how far the work is."""


@transaction.atomic
def open_import(
    upload: Upload, *, kind: ImportKind, area: str, adds_chains: bool, by: "User", now: datetime
) -> AccountImport:
    """Keep a file and propose what its columns are."""
    batch = open_batch(owner=by, now=now)
    given = {"area": area, "adds_chains": adds_chains}
    kept = AccountImport.objects.create(batch=batch, owner=by, kind=kind, given=given)
    add_files(batch, uploads=[upload], subject=Subject(IMPORT, kept.pk), by=by, now=now)
    table = table_of(kept)
    kept.columns = _sensible(proposed(table.names, attributes=columns_of(kind)), table)
    kept.save(update_fields=["columns"])
    return kept


def set_columns(
    kept: AccountImport, *, columns: dict[str, int], given: dict[str, Any], is_good_rows_only: bool
) -> None:
    """Keep what a person said the columns are."""
    kept.columns, kept.given, kept.is_good_rows_only = columns, given, is_good_rows_only
    kept.state = ImportState.DRAFT
    kept.save(update_fields=["columns", "given", "is_good_rows_only", "state"])


def check_import(kept: AccountImport, *, by: "User", now: datetime) -> Outcome:
    """Try every row and take all of it back; keep what was counted, rejected and doubted."""
    need(kept, ImportState.DRAFT, ImportState.CHECKED)
    outcome = try_rows(kept, by=by, now=now)
    keep_tried(kept, outcome)
    return outcome


def try_rows(kept: AccountImport, *, by: "User", now: datetime, tell: Tell = silent) -> Outcome:
    """Take every row and take all of it back; answers what it came to."""
    outcome = Outcome()
    try:
        with transaction.atomic():
            for done in _taken(kept, Outcome(), by=by, now=now):
                outcome = done
                tell(outcome.read)
            raise _DryRun
    except _DryRun:
        return outcome


@transaction.atomic
def keep_tried(kept: AccountImport, outcome: Outcome) -> None:
    """Keep what a dry run counted, rejected and doubted."""
    _keep_outcome(kept, outcome)
    keep_rejected(kept.batch_id, rows=outcome.rejected)
    kept.state, kept.reached_row = ImportState.CHECKED, 0
    kept.save(update_fields=["state", "warnings", "reached_row"])


@transaction.atomic
def run_import(kept: AccountImport, *, by: "User", now: datetime) -> Outcome:
    """Import at once: all rows or none, or the good ones only, as was chosen; or raise `UnableToImportAccounts`."""
    begin_import(kept)
    return import_rows(kept, by=by, now=now)


@transaction.atomic
def begin_import(kept: AccountImport) -> None:
    """Begin an import that was tried."""
    kept.refresh_from_db(from_queryset=AccountImport.objects.select_for_update())
    need(kept, ImportState.CHECKED)
    if kept.batch.rejected_rows and not kept.is_good_rows_only:
        raise UnableToImportAccounts("ROWS_REJECTED")
    keep_rejected(kept.batch_id, rows=[])
    _keep_outcome(kept, Outcome())
    kept.state, kept.reached_row, kept.added_beside = ImportState.IMPORTING, 0, {}
    kept.save(update_fields=["state", "warnings", "reached_row", "added_beside"])


def import_rows(kept: AccountImport, *, by: "User", now: datetime, tell: Tell = silent) -> Outcome:
    """Import the rows that are still to come, a transaction for each chunk, or raise `UnableToImportAccounts`."""
    need(kept, ImportState.IMPORTING)
    outcome = _so_far(kept)
    for done in _taken(kept, outcome, by=by, now=now, is_kept=True):
        tell(done.read)
    with transaction.atomic():
        kept.state, kept.done_at = ImportState.DONE, now
        kept.save(update_fields=["state", "done_at"])
        counts = {"read": outcome.read, "accepted": outcome.accepted, "rejected": outcome.rejected_count}
        record_audit("accounts.import", by=by, at=now, subject=Subject(IMPORT, kept.pk), after=counts)
    return outcome


def _taken(
    kept: AccountImport, outcome: Outcome, *, by: "User", now: datetime, is_kept: bool = False
) -> Iterator[Outcome]:
    """Take chunk after chunk; where it is kept, how far it came is written in the transaction of the chunk."""
    given = given_with(kept, by=by, now=now)
    earlier = AccountImportRow.objects.filter(account_import=kept).exclude(node=None) if outcome.read else None
    touched = set(earlier.values_list("node", flat=True)) if earlier is not None else set()
    for some in chunks_of(kept, after=outcome.last):
        if outcome.read + len(some) > MOST_ROWS:
            raise UnableToImportAccounts("TOO_MANY_ROWS")
        with transaction.atomic():
            if is_kept:
                hold(kept)
            came = _taken_chunk(kept, some, given=given, touched=touched)
            outcome.add(came)
            if is_kept:
                _keep_chunk(kept, outcome, came)
        yield outcome


def _taken_chunk(kept: AccountImport, some: Sequence[Row], *, given: Given, touched: set[int]) -> Outcome:
    """Take a chunk, once more where somebody else gave the same code meanwhile: it is found then."""
    for _attempt in range(2):
        tried = set(touched)
        with suppress(IntegrityError):
            came = take_chunk(kept, some, given=given, touched=tried)
            touched |= tried
            return came
    return take_chunk(kept, some, given=given, touched=touched)


def _keep_chunk(kept: AccountImport, outcome: Outcome, came: Outcome) -> None:
    if came.rejected and not kept.is_good_rows_only:
        raise UnableToImportAccounts("ROWS_REJECTED")
    add_rejected(kept.batch_id, rows=came.rejected)
    _keep_outcome(kept, outcome)
    kept.reached_row = outcome.last
    for name, numbers in came.beside.items():
        kept.added_beside[name] = [*kept.added_beside.get(name, ()), *numbers]
    kept.save(update_fields=["warnings", "reached_row", "added_beside"])


def _so_far(kept: AccountImport) -> Outcome:
    """Read how far an import came whose job was killed."""
    batch = kept.batch
    batch.refresh_from_db()
    outcome = Outcome(read=batch.read_rows or 0, last=kept.reached_row, rejected_count=batch.rejected_rows or 0)
    outcome.warnings = Counter({code: count for code, count, _rows in kept.warnings})
    outcome.examples = {code: list(rows) for code, _count, rows in kept.warnings}
    return outcome


def _keep_outcome(kept: AccountImport, outcome: Outcome) -> None:
    record_counts(kept.batch_id, counts=RowCounts(outcome.read, outcome.accepted, outcome.rejected_count, 0))
    kept.warnings = [[code, count, outcome.examples[code]] for code, count in outcome.warnings.most_common()]


def _sensible(columns: dict[str, int], table: PlainTable) -> dict[str, int]:
    """Leave out a column whose values say that it is something else, such as a kind that names no kind."""
    from keytally.accounts.queries.matching import kind

    place = columns.get("kind")
    if place is None:
        return columns
    sample = [cells[place] for _number, (_row, cells) in zip(range(50), table.rows(), strict=False)]
    fitting = sum(1 for text in sample if kind(text))
    return columns if 2 * fitting >= len(sample) else {name: at for name, at in columns.items() if name != "kind"}


def hold(kept: AccountImport) -> None:
    """Hold an import for a chunk, or refuse if somebody else went on with it meanwhile."""
    there = AccountImport.objects.select_for_update().get(pk=kept.pk)
    if (there.state, there.reached_row) != (kept.state, kept.reached_row):
        raise UnableToImportAccounts("WRONG_STATE")


def need(kept: AccountImport, *states: ImportState) -> None:
    """Refuse what an import in this state does not allow."""
    if kept.state not in states:
        raise UnableToImportAccounts("WRONG_STATE")
