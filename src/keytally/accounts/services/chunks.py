"""Gather what the rows of a chunk become, and write it for all of them at once.

A row is gathered whole and then added, or dropped with the reason; what is added is written at the end of the chunk,
or before a row that names what an earlier row of the chunk added or changed.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from keytally.accounts.models import (
    AccountAncestor,
    AccountCode,
    AccountNode,
    AccountPlacement,
    AccountTier,
    Classification,
    ClassificationValue,
    Contact,
    LegalParty,
    PartyRoles,
)
from keytally.accounts.queries.known import Known
from keytally.accounts.queries.matching import kept_of
from keytally.accounts.queries.snapshots import Holdings, as_snapshot, contact_snapshot
from keytally.accounts.rules.codes import plain_code
from keytally.accounts.services.nodes import next_number, placed_on, taken_codes
from keytally.accounts.services.words import index_accounts
from keytally.accounts.subjects import account
from keytally.core.services import Recorded, record_audits

if TYPE_CHECKING:
    from keytally.core.models import User

AT_ONCE = 200
Said = Mapping[str, Any] | Callable[[], Mapping[str, Any]] | None


@dataclass(frozen=True, slots=True)
class Given:
    """What was given beside the file, and who imports when."""

    number: int
    by: "User"
    on: date
    now: datetime
    area: str = ""
    adds_chains: bool = False


@dataclass(slots=True)
class ContactRow:
    """A contact that a row adds, or changes from what it was."""

    contact: Contact
    before: dict[str, Any] | None = None
    after: dict[str, Any] = field(default_factory=dict)


@dataclass(slots=True)
class Became:
    """What a row became, and what a person should look at."""

    node: AccountNode | None = None
    is_new: bool = False
    before: dict[str, Any] | None = None
    after: dict[str, Any] | None = None
    warnings: list[str] = field(default_factory=list)
    people: list[ContactRow] = field(default_factory=list)


@dataclass(slots=True)
class StoreRow:
    """A row on its way to a store: the store as it will stand, and what has to be written for it."""

    row: int
    node: AccountNode
    held: Holdings
    became: Became
    changed: set[str] = field(default_factory=set)
    legal_party: LegalParty | None = None
    codes: list[AccountCode] = field(default_factory=list)
    classes: list[Classification] = field(default_factory=list)
    classes_gone: list[Classification] = field(default_factory=list)
    tiers: list[AccountTier] = field(default_factory=list)
    parties: list[PartyRoles] = field(default_factory=list)
    parties_ended: list[PartyRoles] = field(default_factory=list)
    people: list[ContactRow] = field(default_factory=list)
    audits: list[tuple[str, Said, Said]] = field(default_factory=list)
    beside: list[ClassificationValue | LegalParty] = field(default_factory=list)
    is_found_otherwise: bool = False

    def record(self, action: str, *, before: Said = None, after: Said = None) -> None:
        """Remember something for the audit; what has no number yet is said once it is written."""
        self.audits.append((action, before, after))


class Chunk:
    """The rows of a chunk of stores: what is known to them, and what they will write."""

    def __init__(self, rows: Sequence[Mapping[str, Any]], *, given: Given, touched: set[int]) -> None:
        self.given, self.touched = given, touched
        self.known = Known(rows, by=given.by, on=given.on)
        self.beside: list[ClassificationValue | LegalParty] = []
        self._waiting: list[StoreRow] = []
        self._used: set[int] = set()
        self._meant: int | None = None
        self._spoilt: set[int] = set()
        self._fresh: set[str] = set()
        self._next = 0
        self._free: list[str] = []

    def current(self, node: AccountNode) -> AccountNode:
        """Answer an account as it stands after the rows before, for a row that means it."""
        node = kept_of(node)
        if node.pk is None or node.pk in self._used or node.pk not in self.known.nodes:
            self.write()
            node = self.known.read_again(node.pk)
        self._used.add(node.pk)
        self._meant = node.pk
        return self.known.nodes[node.pk]

    def found(self, text: str, find: Callable[[str], AccountNode | None]) -> AccountNode | None:
        """Find an account by a text; one that an earlier row added or renamed is written first."""
        if {text, plain_code(text)} & self._fresh:
            self.write()
            self.known.forget()
        return find(text)

    def free_code(self) -> str:
        """Give the next free code of a store."""
        while True:
            if not self._free:
                self._next = self._next or next_number()
                ahead = [f"S{number:06d}" for number in range(self._next, self._next + AT_ONCE)]
                self._free = sorted(set(ahead) - taken_codes(ahead), reverse=True)
                self._next += AT_ONCE
            code = self._free.pop()
            if code not in self.known.by_code:
                return code

    def add(self, row: StoreRow) -> None:
        """Take a row whose store may be written."""
        self._waiting.append(row)
        node = row.node
        self._meant = None
        if row.is_found_otherwise:
            self._fresh |= {node.name_zh, node.code}
        if node.pk is None:
            self.known.by_code[node.code] = node
        else:
            self.touched.add(node.pk)
        if row.legal_party:
            self.known.legal[row.legal_party.tax_id] = row.legal_party
        for code in row.codes:
            self.known.theirs[node.chain_id or 0, code.code_plain].append(code)

    def drop(self) -> None:
        """Leave a row out: the store that it meant is read anew where it is named again."""
        if self._meant:
            self._spoilt.add(self._meant)
        self._meant = None

    def seen(self, number: int) -> AccountNode:
        """Answer a store as it stands, to see whether a row means it."""
        if number in self._spoilt:
            self._spoilt.discard(number)
            return self.known.read_again(number)
        return self.known.nodes[number]

    def write(self) -> None:
        """Write what waits, each kind of thing at once, and say how each store stands now."""
        rows, self._waiting = self._waiting, []
        if not rows:
            return
        _write_nodes(rows, on=self.given.on, above=self.known.above)
        _write_holdings(rows)
        write_people([one for row in rows for one in row.people])
        by, now = self.given.by, self.given.now
        record_audits(
            (
                Recorded(action, account(row.node.pk), _said(before), _said(after))
                for row in rows
                for action, before, after in row.audits
            ),
            by=by,
            at=now,
        )
        for row in rows:
            row.became.after, row.became.people = as_snapshot(row.node, row.held), row.people
            self.touched.add(row.node.pk)
            self.beside += [*row.beside, *([row.legal_party] if row.legal_party else [])]
        index_accounts(row.node.pk for row in rows)


def _write_nodes(rows: Sequence[StoreRow], *, on: date, above: Callable[[AccountNode], list[tuple[int, int]]]) -> None:
    LegalParty.objects.bulk_create([row.legal_party for row in rows if row.legal_party], batch_size=AT_ONCE)
    added = [row.node for row in rows if row.became.is_new]
    AccountNode.objects.bulk_create(added, batch_size=AT_ONCE)
    for row in rows:
        if row.changed and not row.became.is_new:
            row.node.save(update_fields=sorted(row.changed))
    AccountAncestor.objects.bulk_create(
        [
            AccountAncestor(node=node, ancestor_id=ancestor, depth=depth)
            for node in added
            for ancestor, depth in [(node.pk, 0), *(above(node.parent) if node.parent else ())]
        ],
        batch_size=AT_ONCE,
    )
    AccountPlacement.objects.bulk_create(
        [
            AccountPlacement(node=node, parent_id=node.parent_id or 0, starts_on=placed_on(node, on=on))
            for node in added
        ],
        batch_size=AT_ONCE,
    )


def _write_holdings(rows: Sequence[StoreRow]) -> None:
    gone = [one.pk for row in rows for one in row.classes_gone]
    if gone:
        Classification.objects.filter(pk__in=gone).delete()
    for roles in (one for row in rows for one in row.parties_ended):
        roles.save(update_fields=["ends_before"])
    AccountCode.objects.bulk_create([one for row in rows for one in row.codes], batch_size=AT_ONCE)
    Classification.objects.bulk_create([one for row in rows for one in row.classes], batch_size=AT_ONCE)
    PartyRoles.objects.bulk_create([one for row in rows for one in row.parties], batch_size=AT_ONCE)
    AccountTier.objects.bulk_create(
        [one for row in rows for one in row.tiers],
        update_conflicts=True,
        unique_fields=["node", "year"],
        update_fields=["tier"],
        batch_size=AT_ONCE,
    )


def write_people(people: Sequence[ContactRow]) -> None:
    """Write the contacts that rows add or change, and what is known of each by now."""
    Contact.objects.bulk_create([one.contact for one in people if one.before is None], batch_size=AT_ONCE)
    for one in people:
        if one.before is not None:
            one.contact.save()
        one.after = contact_snapshot(one.contact)


def _said(said: Said) -> Mapping[str, Any] | None:
    return said() if callable(said) else said
