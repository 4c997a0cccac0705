"""Take the rows of a file, chunk by chunk: count them, keep what they become, say why one is rejected."""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from itertools import islice
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.utils import translation

from keytally.accounts.models import AccountImport, AccountImportContact, AccountImportRow
from keytally.accounts.models.imports import ImportKind
from keytally.accounts.queries.columns import columns_of
from keytally.accounts.refusals import UnableToKeepAccount, sentence
from keytally.accounts.rules.attributes import Attribute, Fault, read_cell
from keytally.accounts.services import rows
from keytally.accounts.services.chunks import Became, Chunk, Given
from keytally.accounts.services.store_rows import begins_something, keep_store
from keytally.accounts.services.words import indexed_later
from keytally.core.clock import business_date
from keytally.core.files import path_of
from keytally.exchange.plain_rows import PlainTable, plain_table
from keytally.imports.services import REJECTED_KEPT, Rejected

if TYPE_CHECKING:
    from keytally.core.models import User

# So many rows are written in half a second at most: nobody who wants to write waits longer.
CHUNK_ROWS = 200
# Rows of other kinds are kept one by one, which takes longer.
CHUNK_ROWS_OF_OTHERS = 100
EXAMPLES = 8
Row = tuple[int, list[str]]
Facts = dict[str, Any]
_KEEPERS: dict[ImportKind, Callable[..., Became]] = {
    ImportKind.ACCOUNTS: rows.keep_account,
    ImportKind.CONTACTS: rows.keep_contact,
    ImportKind.MEASURES: rows.keep_measure,
}


@dataclass(slots=True)
class Outcome:
    """What a run over the rows came to."""

    read: int = 0
    last: int = 0
    rejected: list[Rejected] = field(default_factory=list)
    rejected_count: int = 0
    warnings: Counter[str] = field(default_factory=Counter)
    examples: dict[str, list[int]] = field(default_factory=dict)
    became: list[tuple[int, Became]] = field(default_factory=list)
    beside: dict[str, list[int]] = field(default_factory=dict)

    @property
    def accepted(self) -> int:
        """Count the rows that were taken."""
        return self.read - self.rejected_count

    def reject(self, found: Sequence[Rejected]) -> None:
        """Count a row that was not taken, with all that is wrong with it."""
        self.rejected += found
        self.rejected_count += 1

    def take(self, number: int, became: Became) -> None:
        """Count a row that was taken, and what a person should look at."""
        self.became.append((number, became))
        for warning in became.warnings:
            self.warn(warning, 1, [number])

    def warn(self, warning: str, count: int, numbers: Sequence[int]) -> None:
        """Count a warning, with the first rows that have it."""
        self.warnings[warning] += count
        known = self.examples.setdefault(warning, [])
        known += numbers[: EXAMPLES - len(known)]

    def add(self, other: "Outcome") -> None:
        """Count a chunk; what its rows became is kept already."""
        self.read += other.read
        self.last = max(self.last, other.last)
        self.rejected += other.rejected[: max(0, REJECTED_KEPT - len(self.rejected))]
        self.rejected_count += other.rejected_count
        for warning, count in other.warnings.items():
            self.warn(warning, count, other.examples[warning])


def table_of(kept: AccountImport) -> PlainTable:
    """Open the file of an import."""
    file = kept.batch.files.select_related("attachment").get()
    known = [header for attribute in columns_of(ImportKind(kept.kind)) for header in attribute.headers]
    return plain_table(path_of(file.attachment.sha256), name=file.path, known=known)


def chunks_of(kept: AccountImport, *, after: int = 0) -> Iterator[list[Row]]:
    """Cut the rows of a file, those behind a row that was done already, into chunks."""
    most = CHUNK_ROWS if kept.kind == ImportKind.STORES else CHUNK_ROWS_OF_OTHERS
    waiting = (row for row in table_of(kept).rows() if row[0] > after)
    while some := list(islice(waiting, most)):
        yield some


def given_with(kept: AccountImport, *, by: "User", now: datetime) -> Given:
    """Gather what was given beside the file."""
    return Given(
        number=kept.pk,
        by=by,
        on=business_date(now),
        now=now,
        area=str(kept.given.get("area") or ""),
        adds_chains=bool(kept.given.get("adds_chains")),
    )


@transaction.atomic
def take_chunk(kept: AccountImport, some: Sequence[Row], *, given: Given, touched: set[int]) -> Outcome:
    """Take the rows of a chunk, and keep what each became, in one transaction; answers what it came to."""
    outcome, name = Outcome(last=some[-1][0]), kept.batch.files.get().path
    readable: list[tuple[int, Facts]] = []
    columns = columns_of(ImportKind(kept.kind))
    for number, cells in some:
        outcome.read += 1
        facts, faults = _read(kept, cells, columns=columns)
        if faults:
            outcome.reject([_fault(name, number, fault) for fault in faults])
        else:
            readable.append((number, facts))
    take = partial(_take_stores, outcome) if kept.kind == ImportKind.STORES else partial(_take_others, kept)
    with indexed_later():
        for number, became in take(readable, given=given, touched=touched):
            if isinstance(became, UnableToKeepAccount):
                outcome.reject([_refused(name, number, code, said) for code, said in became.reasons])
            else:
                outcome.take(number, became)
    outcome.rejected.sort(key=lambda one: one.row)
    _keep_rows(kept, outcome)
    return outcome


def _keep_rows(kept: AccountImport, outcome: Outcome) -> None:
    """Keep what each row of a chunk became, and what it did to contacts beside its store."""
    rows = AccountImportRow.objects.bulk_create(
        [
            AccountImportRow(
                account_import=kept, node=one.node, row=row, is_new=one.is_new, before=one.before, after=one.after
            )
            for row, one in outcome.became
        ],
        batch_size=CHUNK_ROWS,
    )
    AccountImportContact.objects.bulk_create(
        [
            AccountImportContact(import_row=row, contact=person.contact, before=person.before, after=person.after)
            for row, (_number, one) in zip(rows, outcome.became, strict=True)
            for person in one.people
        ],
        batch_size=CHUNK_ROWS,
    )


Taken = Iterator[tuple[int, Became | UnableToKeepAccount]]


def _take_stores(outcome: Outcome, some: Sequence[tuple[int, Facts]], *, given: Given, touched: set[int]) -> Taken:
    chunk = Chunk([facts for _number, facts in some], given=given, touched=touched)
    for number, facts in some:
        begins = begins_something(facts, chunk=chunk)
        try:
            with _apart(chunk) if begins else nullcontext():
                became = keep_store(number, facts, chunk=chunk)
        except UnableToKeepAccount as refusal:
            chunk.drop()
            yield number, refusal
        else:
            yield number, became
        if begins:
            chunk.known.forget()
    chunk.write()
    for one in chunk.beside:
        outcome.beside.setdefault(one._meta.model_name or "", []).append(one.pk)


@contextmanager
def _apart(chunk: Chunk) -> Iterator[None]:
    """Write what waits, then the row by itself, so that what it begins for others goes with it if it is refused."""
    chunk.write()
    with transaction.atomic():
        yield
        chunk.write()


def _take_others(kept: AccountImport, some: Sequence[tuple[int, Facts]], *, given: Given, touched: set[int]) -> Taken:
    keep = _KEEPERS[ImportKind(kept.kind)]
    for number, facts in some:
        try:
            with transaction.atomic():
                became = keep(number, facts, given=given, touched=touched)
        except UnableToKeepAccount as refusal:
            yield number, refusal
        else:
            if became.node:
                touched.add(became.node.pk)
            yield number, became


def _read(kept: AccountImport, cells: Sequence[str], *, columns: Sequence[Attribute]) -> tuple[Facts, list[Fault]]:
    facts: Facts = {}
    faults = []
    for attribute in columns:
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
