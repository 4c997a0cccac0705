"""Take an import back: what it added goes, what it changed is put back, unless something came after it."""

from datetime import datetime
from typing import TYPE_CHECKING

from django.db import transaction

from keytally.accounts.models import (
    AccountCode,
    AccountImport,
    AccountImportRow,
    AccountMeasure,
    AccountNode,
    AccountPlacement,
    Contact,
    PartyRoles,
    RungEvidence,
)
from keytally.accounts.models.imports import ImportKind, ImportState
from keytally.accounts.queries.dependents import dependents_of
from keytally.accounts.queries.snapshots import snapshot
from keytally.accounts.services.contacts import change_contact
from keytally.accounts.services.importing import UnableToImportAccounts, need
from keytally.accounts.services.snapshots import contact_snapshot, put_back
from keytally.accounts.services.words import index_accounts, indexed_later
from keytally.accounts.subjects import IMPORT
from keytally.core.queries import people
from keytally.core.services import record_audit
from keytally.core.subjects import Subject

if TYPE_CHECKING:
    from keytally.core.models import User


@transaction.atomic
def undo_import(kept: AccountImport, *, by: "User", now: datetime) -> None:
    """Take an import back, or raise `UnableToImportAccounts` where something depends on it or changed since."""
    kept = AccountImport.objects.select_for_update().get(pk=kept.pk)
    need(kept, ImportState.DONE)
    done = list(kept.rows.select_related("node").order_by("-row"))
    take_back = {ImportKind.CONTACTS: _contact, ImportKind.MEASURES: _measure}.get(ImportKind(kept.kind), _account)
    with indexed_later():
        for row in done:
            take_back(row, by=by, now=now)
    removed = _remove(kept, done) if take_back is _account else 0
    kept.state = ImportState.UNDONE
    kept.save(update_fields=["state"])
    record_audit("accounts.import_undo", by=by, at=now, subject=Subject(IMPORT, kept.pk), after={"removed": removed})


def _account(row: AccountImportRow, *, by: "User", now: datetime) -> None:
    """Put an account back that was changed; one that was added only has to be as the import left it."""
    if row.node is None or row.after is None:
        raise UnableToImportAccounts("CHANGED_SINCE")
    if snapshot(row.node) != row.after:
        raise UnableToImportAccounts("CHANGED_SINCE")
    if row.before and not row.is_new:
        put_back(row.node, row.before, by=by, now=now, reason=f"import {row.account_import_id} undone")


def _remove(kept: AccountImport, done: list[AccountImportRow]) -> int:
    added = [row.node_id for row in done if row.is_new and row.node_id]
    keys = AccountNode.objects.filter(kind="CHAIN", idempotency_key__startswith=f"import-{kept.pk}-")
    added += [number for number in keys.values_list("pk", flat=True) if number not in added]
    if dependents := dependents_of(added):
        raise UnableToImportAccounts("HAS_DEPENDENTS", dependents)
    PartyRoles.objects.filter(store__in=added).delete()
    AccountPlacement.objects.filter(node__in=added).delete()
    AccountCode.objects.filter(node__in=added).delete()
    for number in sorted(added, reverse=True):
        AccountNode.objects.filter(pk=number).update(chain=None)
        AccountNode.objects.filter(pk=number).delete()
    return len(added)


def _contact(row: AccountImportRow, *, by: "User", now: datetime) -> None:
    said, left = row.before or {}, row.after or {}
    contact = Contact.objects.filter(pk=said.get("contact") or 0).first()
    if contact is None or contact_snapshot(contact) != left.get("facts"):
        raise UnableToImportAccounts("CHANGED_SINCE")
    before = said.get("facts")
    if before:
        holder = people().filter(pk=before["holder"]).first() if before["holder"] else None
        facts = {name: value for name, value in before.items() if name not in ("holder", "left_on")}
        change_contact(contact, facts=facts, holder=holder, by=by, now=now)
        return
    if contact.evidence.exists() or contact.visits.exists():
        raise UnableToImportAccounts("HAS_DEPENDENTS", [RungEvidence._meta.verbose_name_plural])
    node = contact.node_id
    contact.delete()
    index_accounts([node])


def _measure(row: AccountImportRow, *, by: "User", now: datetime) -> None:
    """Take a figure back; one that somebody else pushed in its place since has gone already."""
    said, left = row.before or {}, row.after or {}
    figure = AccountMeasure.objects.filter(pk=said.get("measure") or 0).first()
    if figure is None:
        return
    if figure.figure != left.get("figure"):
        raise UnableToImportAccounts("CHANGED_SINCE")
    if said.get("figure") is None:
        figure.delete()
        return
    figure.figure, figure.recorded_at = said["figure"], now
    figure.save(update_fields=["figure", "recorded_at"])
