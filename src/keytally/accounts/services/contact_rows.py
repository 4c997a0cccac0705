"""Whom does the column of contacts of a row of S1 name: who is known, who is added, who is something else by now?"""

from collections.abc import Mapping, Sequence
from copy import copy
from typing import Any

from keytally.accounts.models import Contact
from keytally.accounts.queries.contact_words import word_facts
from keytally.accounts.queries.snapshots import contact_snapshot
from keytally.accounts.refusals import UnableToKeepAccount
from keytally.accounts.rules.contact_cells import Named
from keytally.accounts.rules.decision_map import DecisionRole
from keytally.accounts.services import contacts
from keytally.accounts.services.chunks import Chunk, ContactRow, StoreRow

_LONGEST = Contact._meta.get_field("name").max_length or 0


def keep_people(store: StoreRow, named: Sequence[Named], *, chunk: Chunk) -> None:
    """Gather what becomes of the contacts that a row names; whom it does not name stays as they are."""
    there, seen = chunk.known.contacts(store.node), set[str]()
    for one in named:
        said = _said(one)
        alike = [contact for contact in there if contact.name == one.name]
        if any(_is(contact, said) for contact in alike):
            continue
        if len(alike) > 1 or one.name in seen:
            raise UnableToKeepAccount(("CONTACT_NOT_ONE", {"value": one.name}))
        seen.add(one.name)
        if alike:
            _change(store, alike[0], said)
        else:
            _add(store, one, said)


def _said(one: Named) -> Mapping[str, Any]:
    if len(one.name) > _LONGEST:
        raise UnableToKeepAccount(("CONTACT_TOO_LONG", {"value": one.name}))
    said = word_facts(one.word) if one.word else {}
    if said is None:
        raise UnableToKeepAccount(("CONTACT_WORD", {"value": one.word, "name": one.name}))
    return said


def _is(contact: Contact, said: Mapping[str, Any]) -> bool:
    return all(getattr(contact, name) == value for name, value in said.items())


def _change(store: StoreRow, known: Contact, said: Mapping[str, Any]) -> None:
    contact, before, shown = copy(known), contact_snapshot(known), contacts.shown(known)
    for name, value in said.items():
        setattr(contact, name, value)
    store.people.append(ContactRow(contact, before=before))
    store.record("contact.change", before=shown, after=contacts.shown(contact))


def _add(store: StoreRow, one: Named, said: Mapping[str, Any]) -> None:
    if not said:
        raise UnableToKeepAccount(("CONTACT_UNKNOWN", {"value": one.name}))
    facts = {"decision_role": DecisionRole.INFLUENCER, **said, "name": one.name}
    contact = contacts.new_contact(store.node, facts=facts, holder=None)
    contact.holder_id = store.node.owner_id
    store.people.append(ContactRow(contact))
    store.record("contact.add", after=lambda: contacts.shown(contact))
