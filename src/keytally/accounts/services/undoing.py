"""Take an import back: what it added goes, what it changed is put back, unless something came after it."""

from collections.abc import Callable, Collection, Iterator, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.db.models import Count, Max, ProtectedError, Q, QuerySet

from keytally.accounts.models import (
    AccountCode,
    AccountImport,
    AccountImportContact,
    AccountImportRow,
    AccountMeasure,
    AccountNode,
    AccountPlacement,
    Classification,
    ClassificationValue,
    Contact,
    LegalParty,
    PartyRoles,
)
from keytally.accounts.models.imports import ImportKind, ImportState
from keytally.accounts.queries.dependents import dependents_of, kept_with
from keytally.accounts.queries.snapshots import snapshot, snapshots
from keytally.accounts.services.importing import Tell, UnableToImportAccounts, hold, need, silent
from keytally.accounts.services.snapshots import put_back
from keytally.accounts.services.undoing_contacts import as_left, lefts, take_contacts_back
from keytally.accounts.services.words import indexed_later
from keytally.accounts.subjects import IMPORT
from keytally.core.services import record_audit
from keytally.core.subjects import Subject

if TYPE_CHECKING:
    from keytally.core.models import User

# Putting an account back takes longer than importing it; so many leave room for others within a second.
CHUNK_ROWS = 100


@transaction.atomic
def undo_import(kept: AccountImport, *, by: "User", now: datetime) -> None:
    """Take an import back at once, or raise `UnableToImportAccounts` where something came after it."""
    begin_undo(kept)
    take_back(kept, by=by, now=now)


def begin_undo(kept: AccountImport, *, tell: Tell = silent) -> None:
    """Begin to take an import back, if nothing depends on it and nothing of it was changed since."""
    check_dependents(kept)
    _check_unchanged(kept, tell=tell)
    with transaction.atomic():
        kept.refresh_from_db(from_queryset=AccountImport.objects.select_for_update())
        need(kept, ImportState.DONE)
        kept.state = ImportState.UNDOING
        kept.reached_row = kept.rows.aggregate(last=Max("row"))["last"] or 0
        kept.save(update_fields=["state", "reached_row"])


def give_up(kept: AccountImport) -> None:
    """Say that an import that is half done is to be taken back."""
    need(kept, ImportState.IMPORTING, ImportState.TAKING_BACK)
    kept.state = ImportState.TAKING_BACK
    kept.save(update_fields=["state"])


def take_back(kept: AccountImport, *, by: "User", now: datetime, tell: Tell = silent) -> None:
    """Take the rows back that are still there, the last first, a transaction for each chunk."""
    need(kept, ImportState.UNDOING, ImportState.TAKING_BACK)
    take: Callable[..., None] = {ImportKind.CONTACTS: take_contacts_back, ImportKind.MEASURES: _measures}.get(
        ImportKind(kept.kind), _accounts
    )
    done = 0
    while some := list(_rows(kept).filter(row__lte=kept.reached_row)[:CHUNK_ROWS]):
        with transaction.atomic(), indexed_later():
            hold(kept)
            take(some, by=by, now=now)
            kept.reached_row = some[-1].row - 1
            kept.save(update_fields=["reached_row"])
        done += len(some)
        tell(done)
    _end(kept, by=by, now=now)


@transaction.atomic
def _end(kept: AccountImport, *, by: "User", now: datetime) -> None:
    chains = list(_chains(kept).values_list("pk", flat=True))
    _remove(chains)
    _remove_beside(kept)
    removed = kept.rows.filter(is_new=True).count() + len(chains)
    if kept.state == ImportState.TAKING_BACK:
        kept.rows.all().delete()
        kept.state = ImportState.DRAFT
    else:
        kept.state = ImportState.UNDONE
    kept.reached_row = 0
    kept.save(update_fields=["state", "reached_row"])
    after = {"removed": removed if kept.kind in (ImportKind.STORES, ImportKind.ACCOUNTS) else 0}
    record_audit("accounts.import_undo", by=by, at=now, subject=Subject(IMPORT, kept.pk), after=after)


def _rows(kept: AccountImport) -> QuerySet[AccountImportRow]:
    return kept.rows.select_related("node").order_by("-row")


def _chains(kept: AccountImport) -> QuerySet[AccountNode]:
    """Find the chains that stores of the file brought in; they have no row of their own."""
    return AccountNode.objects.filter(kind="CHAIN", idempotency_key__startswith=f"import-{kept.pk}-")


def _pages(kept: AccountImport) -> Iterator[list[AccountImportRow]]:
    last = kept.rows.aggregate(last=Max("row"))["last"] or 0
    while some := list(kept.rows.filter(row__lte=last).order_by("-row")[:CHUNK_ROWS]):
        yield some
        last = some[-1].row - 1


def check_dependents(kept: AccountImport) -> None:
    """Refuse to take an import back where something depends on what it added."""
    if kept.kind not in (ImportKind.STORES, ImportKind.ACCOUNTS):
        return
    added = AccountImportRow.objects.filter(account_import=kept, is_new=True).exclude(node=None)
    nodes = AccountNode.objects.filter(Q(pk__in=added.values("node")) | Q(pk__in=_chains(kept).values("pk")))
    people = AccountImportContact.objects.filter(import_row__account_import=kept, before__isnull=True)
    came = Contact.objects.filter(pk__in=people.exclude(contact=None).values("contact"))
    if dependents := dependents_of(nodes.values_list("pk", flat=True), but=came):
        raise UnableToImportAccounts("HAS_DEPENDENTS", dependents)


def _check_unchanged(kept: AccountImport, *, tell: Tell) -> None:
    """Look at every row before the first is taken back; of several rows of one thing the last says how it stands."""
    seen = set[int]()
    if kept.kind == ImportKind.MEASURES:
        for row in (one for some in _pages(kept) for one in some):
            if (number := (row.before or {}).get("measure", 0)) not in seen:
                seen.add(number)
                _figure_of(row)
        return
    check = _check_contacts if kept.kind == ImportKind.CONTACTS else _checker_of_accounts(kept)
    done = 0
    for some in _pages(kept):
        left = lefts(some)
        as_left([one for one in left if one.number not in seen])
        seen |= {one.number for one in left}
        check(some)
        done += len(some)
        tell(done)


def _check_contacts(_some: Sequence[AccountImportRow]) -> None:
    """Look at nothing more: the contacts are all that such rows made."""


def _checker_of_accounts(kept: AccountImport) -> Callable[[Sequence[AccountImportRow]], None]:
    """Look page by page whether accounts stand as the import left them; of several rows of one the last says it."""
    twice = kept.rows.values("node").annotate(times=Count("pk")).filter(times__gt=1)
    several, before = set(twice.values_list("node", flat=True)), dict[int, dict[str, Any] | None]()

    def check(some: Sequence[AccountImportRow]) -> None:
        standing = snapshots({row.node_id for row in some if row.node_id})
        for row in some:
            node = row.node_id or 0
            stands = before.get(node, standing.get(node))
            if stands is None or stands != row.after:
                raise UnableToImportAccounts("CHANGED_SINCE")
            if node in several:
                before[node] = row.before

    return check


def _accounts(some: Sequence[AccountImportRow], *, by: "User", now: datetime) -> None:
    """Put accounts back that were changed; those that were added only have to be as the import left them."""
    take_contacts_back(some, by=by, now=now)
    standing = snapshots({row.node_id for row in some if row.node_id})
    for row in some:
        if row.node is None or (standing.pop(row.node.pk, None) or snapshot(row.node)) != row.after:
            raise UnableToImportAccounts("CHANGED_SINCE")
        if row.before and not row.is_new:
            put_back(row.node, row.before, by=by, now=now, reason=f"import {row.account_import_id} undone")
    added = [row.node_id for row in some if row.is_new and row.node_id]
    if dependents := kept_with(added):
        raise UnableToImportAccounts("HAS_DEPENDENTS", dependents)
    _remove(added)


def _remove(added: Collection[int]) -> None:
    PartyRoles.objects.filter(store__in=added).delete()
    AccountPlacement.objects.filter(node__in=added).delete()
    AccountCode.objects.filter(node__in=added).delete()
    nodes = AccountNode.objects.filter(pk__in=added)
    nodes.update(chain=None)
    try:
        nodes.filter(kind="STORE").delete()
        left = dict(nodes.values_list("pk", "parent"))
        while left:
            # What lies lowest goes first; a circle of parents is none that a tree could have.
            lowest = left.keys() - set(left.values())
            AccountNode.objects.filter(pk__in=lowest).delete()
            left = {number: parent for number, parent in left.items() if number not in lowest}
    except ProtectedError as fault:
        names = {type(one)._meta.verbose_name_plural or type(one).__name__ for one in fault.protected_objects}
        raise UnableToImportAccounts("HAS_DEPENDENTS", list(names)) from fault


def _remove_beside(kept: AccountImport) -> None:
    """Remove the values and the companies in law that came with the file, if nobody uses them by now."""
    beside = kept.added_beside
    values = ClassificationValue.objects.filter(pk__in=beside.get("classificationvalue", ()))
    values.exclude(pk__in=Classification.objects.values("value")).delete()
    companies = LegalParty.objects.filter(pk__in=beside.get("legalparty", ()))
    companies.filter(nodes=None, supplied_nodes=None).delete()
    kept.added_beside = {}
    kept.save(update_fields=["added_beside"])


def _measures(some: Sequence[AccountImportRow], *, by: "User", now: datetime) -> None:
    for row in some:
        figure, before = _figure_of(row), (row.before or {}).get("figure")
        if figure and before is None:
            figure.delete()
        elif figure and before is not None:
            figure.figure, figure.recorded_at = before, now
            figure.save(update_fields=["figure", "recorded_at"])


def _figure_of(row: AccountImportRow) -> AccountMeasure | None:
    """Find the figure of a row as the import left it; one that somebody else pushed in its place has gone already."""
    figure = AccountMeasure.objects.filter(pk=(row.before or {}).get("measure") or 0).first()
    if figure and figure.figure != (row.after or {}).get("figure"):
        raise UnableToImportAccounts("CHANGED_SINCE")
    return figure
