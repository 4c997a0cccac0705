"""Take back what an import did to contacts: those of a file of contacts, and those that stores of S1 named."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from keytally.accounts.models import AccountImportContact, AccountImportRow, Contact
from keytally.accounts.models.imports import ImportKind
from keytally.accounts.queries.dependents import dependents_of_contacts
from keytally.accounts.queries.snapshots import contact_snapshot
from keytally.accounts.services.contacts import change_contact
from keytally.accounts.services.importing import UnableToImportAccounts
from keytally.accounts.services.words import index_accounts
from keytally.core.queries import people

if TYPE_CHECKING:
    from keytally.core.models import User

Facts = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Left:
    """A contact as an import found it and as it left it."""

    number: int
    before: Facts | None
    after: Facts | None


def lefts(some: Sequence[AccountImportRow]) -> list[Left]:
    """List what rows did to contacts, the last first."""
    if some[0].account_import.kind == ImportKind.CONTACTS:
        return [_of_row(row) for row in some]
    beside = AccountImportContact.objects.filter(import_row__in=[row.pk for row in some])
    return [Left(one.contact_id or 0, one.before, one.after) for one in beside.order_by("-import_row__row", "-pk")]


def as_left(left: Iterable[Left]) -> dict[int, Contact]:
    """Find contacts as an import left them, those that it added without what came since; of several the last counts."""
    last: dict[int, Left] = {}
    for one in left:
        last.setdefault(one.number, one)
    found = Contact.objects.in_bulk(list(last))
    for number, one in last.items():
        if number not in found or contact_snapshot(found[number]) != one.after:
            raise UnableToImportAccounts("CHANGED_SINCE")
    added = [one.number for one in left if one.before is None]
    if added and (dependents := dependents_of_contacts(added)):
        raise UnableToImportAccounts("HAS_DEPENDENTS", dependents)
    return found


def take_contacts_back(some: Sequence[AccountImportRow], *, by: "User", now: datetime) -> None:
    """Put contacts back that were changed, and take those away that were added."""
    left = lefts(some)
    found = as_left(left)
    for one in left:
        contact = found[one.number]
        if contact_snapshot(contact) != one.after:
            raise UnableToImportAccounts("CHANGED_SINCE")
        if one.before:
            _put_back(contact, one.before, by=by, now=now)
    added = {one.number for one in left if one.before is None}
    Contact.objects.filter(pk__in=added).delete()
    index_accounts({found[number].node_id for number in added})


def _of_row(row: AccountImportRow) -> Left:
    return Left((row.before or {}).get("contact") or 0, (row.before or {}).get("facts"), (row.after or {}).get("facts"))


def _put_back(contact: Contact, before: Facts, *, by: "User", now: datetime) -> None:
    holder = people().filter(pk=before["holder"]).first() if before["holder"] else None
    field = Contact._meta.get_field("left_on")
    facts = {name: value for name, value in before.items() if name != "holder"}
    change_contact(
        contact, facts={**facts, "left_on": field.to_python(facts["left_on"])}, holder=holder, by=by, now=now
    )
