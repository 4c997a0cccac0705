"""A file of stores, accounts, contacts or measures: keep it, look at it, try it, import it."""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.utils import translation

from keytally.accounts.models import (
    AccountImport,
    AccountImportRow,
)
from keytally.accounts.models.imports import ImportKind, ImportState
from keytally.accounts.refusals import UnableToKeepAccount, sentence
from keytally.accounts.rules.attributes import COLUMNS, Fault, proposed, read_cell
from keytally.accounts.services import rows
from keytally.accounts.services.words import indexed_later
from keytally.accounts.subjects import IMPORT
from keytally.core.clock import business_date
from keytally.core.files import path_of
from keytally.core.services import record_audit
from keytally.core.subjects import Subject
from keytally.exchange.plain_rows import PlainTable, plain_table
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

MOST_ROWS = 20_000
Keep = Callable[..., rows.Became]
_KEEPERS: dict[ImportKind, Keep] = {
    ImportKind.STORES: rows.keep_store,
    ImportKind.ACCOUNTS: rows.keep_account,
    ImportKind.CONTACTS: rows.keep_contact,
    ImportKind.MEASURES: rows.keep_measure,
}


class UnableToImportAccounts(Exception):
    """An import cannot go on; the arguments are the code of the reason and, where something depends, its names."""


@dataclass(slots=True)
class Outcome:
    """What a run over the rows came to."""

    read: int = 0
    rejected: list[Rejected] = field(default_factory=list)
    warnings: Counter[str] = field(default_factory=Counter)
    examples: dict[str, list[int]] = field(default_factory=dict)
    became: list[tuple[int, rows.Became]] = field(default_factory=list)

    @property
    def accepted(self) -> int:
        """Count the rows that were taken."""
        return self.read - len({one.row for one in self.rejected})


class _DryRun(Exception):
    """Takes back what a dry run wrote."""


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
    kept.columns = _sensible(proposed(table.names, attributes=COLUMNS[kind]), table)
    kept.save(update_fields=["columns"])
    return kept


def table_of(kept: AccountImport) -> PlainTable:
    """Open the file of an import."""
    file = kept.batch.files.select_related("attachment").get()
    known = [header for attribute in COLUMNS[ImportKind(kept.kind)] for header in attribute.headers]
    return plain_table(path_of(file.attachment.sha256), name=file.path, known=known)


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
    outcome = Outcome()
    try:
        with transaction.atomic():
            outcome = _run(kept, by=by, now=now)
            raise _DryRun
    except _DryRun:
        pass
    _keep_outcome(kept, outcome)
    kept.state = ImportState.CHECKED
    kept.save(update_fields=["state", "warnings"])
    return outcome


@transaction.atomic
def run_import(kept: AccountImport, *, by: "User", now: datetime) -> Outcome:
    """Import: all rows or none, or the good ones only, as was chosen; or raise `UnableToImportAccounts`."""
    kept = AccountImport.objects.select_for_update().get(pk=kept.pk)
    need(kept, ImportState.CHECKED)
    outcome = _run(kept, by=by, now=now)
    if outcome.rejected and not kept.is_good_rows_only:
        raise UnableToImportAccounts("ROWS_REJECTED")
    _keep_outcome(kept, outcome)
    kept.state, kept.done_at = ImportState.DONE, now
    kept.save(update_fields=["state", "done_at", "warnings"])
    AccountImportRow.objects.bulk_create(
        [
            AccountImportRow(
                account_import=kept, node=one.node, row=row, is_new=one.is_new, before=one.before, after=one.after
            )
            for row, one in outcome.became
        ],
        batch_size=500,
    )
    counts = {"read": outcome.read, "accepted": outcome.accepted, "rejected": outcome.read - outcome.accepted}
    record_audit("accounts.import", by=by, at=now, subject=Subject(IMPORT, kept.pk), after=counts)
    return outcome


def _run(kept: AccountImport, *, by: "User", now: datetime) -> Outcome:
    given = rows.Given(
        number=kept.pk,
        by=by,
        on=business_date(now),
        now=now,
        area=str(kept.given.get("area") or ""),
        adds_chains=bool(kept.given.get("adds_chains")),
    )
    outcome, touched = Outcome(), set[int]()
    keeper, name = _KEEPERS[ImportKind(kept.kind)], kept.batch.files.get().path
    with indexed_later():
        for number, cells in table_of(kept).rows():
            outcome.read += 1
            if outcome.read > MOST_ROWS:
                raise UnableToImportAccounts("TOO_MANY_ROWS")
            facts, faults = _read(kept, cells)
            if faults:
                outcome.rejected += [_fault(name, number, fault) for fault in faults]
                continue
            try:
                with transaction.atomic():
                    became = keeper(number, facts, given=given, touched=touched)
            except UnableToKeepAccount as refusal:
                outcome.rejected += [_refused(name, number, code, facts_of) for code, facts_of in refusal.reasons]
                continue
            if became.node:
                touched.add(became.node.pk)
            outcome.became.append((number, became))
            for warning in became.warnings:
                outcome.warnings[warning] += 1
                outcome.examples.setdefault(warning, []).append(number)
    return outcome


def _read(kept: AccountImport, cells: Sequence[str]) -> tuple[dict[str, Any], list[Fault]]:
    facts: dict[str, Any] = {}
    faults = []
    for attribute in COLUMNS[ImportKind(kept.kind)]:
        place = kept.columns.get(attribute.code)
        if place is None or place >= len(cells):
            continue
        found = read_cell(attribute, cells[place])
        if isinstance(found, Fault):
            faults.append(found)
        else:
            facts[attribute.code] = found
    return facts, faults


def _fault(name: str, number: int, fault: Fault) -> Rejected:
    return _rejected(name, number, fault.code, {"value": fault.value}, column=fault.column, value=fault.value)


def _refused(name: str, number: int, code: str, parameters: Any) -> Rejected:  # noqa: ANN401 - of the sentence
    return _rejected(name, number, code, parameters, column="", value=str(parameters.get("value", "")))


def _rejected(name: str, number: int, code: str, parameters: Any, *, column: str, value: str) -> Rejected:  # noqa: ANN401 - of the sentence
    with translation.override("en"):
        english = sentence(code, parameters)
    with translation.override("zh-hans"):
        chinese = sentence(code, parameters)
    return Rejected(
        file=name, sheet="", row=number, column=column, value=value, code=code, reason_en=english, reason_zh=chinese
    )


def _keep_outcome(kept: AccountImport, outcome: Outcome) -> None:
    rejected = outcome.read - outcome.accepted
    record_counts(kept.batch_id, counts=RowCounts(outcome.read, outcome.accepted, rejected, 0))
    keep_rejected(kept.batch_id, rows=outcome.rejected)
    kept.warnings = [[code, count, outcome.examples[code][:8]] for code, count in outcome.warnings.most_common()]


def _sensible(columns: dict[str, int], table: PlainTable) -> dict[str, int]:
    """Leave out a column whose values say that it is something else, such as a kind that names no kind."""
    from keytally.accounts.queries.matching import kind

    place = columns.get("kind")
    if place is None:
        return columns
    sample = [cells[place] for _number, cells in _first(table, most=50)]
    fitting = sum(1 for text in sample if kind(text))
    return columns if 2 * fitting >= len(sample) else {name: at for name, at in columns.items() if name != "kind"}


def _first(table: PlainTable, *, most: int) -> Iterator[tuple[int, list[str]]]:
    for place, row in enumerate(table.rows()):
        if place >= most:
            return
        yield row


def need(kept: AccountImport, *states: ImportState) -> None:
    """Refuse what an import in this state does not allow."""
    if kept.state not in states:
        raise UnableToImportAccounts("WRONG_STATE")
