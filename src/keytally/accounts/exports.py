"""What may leave the house of accounts: stores (S1), the tree above them, contacts, as the list is filtered."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date
from typing import TYPE_CHECKING, Any, overload

from django.utils.functional import Promise, lazy
from django.utils.translation import get_language, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from keytally.accounts.labels import DECISION_ROLES, KINDS, STANCES, VISIT_STATES
from keytally.accounts.queries.base_file import contacts_of, s1_value, with_s1
from keytally.accounts.queries.columns import further_axes
from keytally.accounts.queries.lists import filtered, wanted_of
from keytally.accounts.queries.visits import filtered_visits, wanted_visits
from keytally.accounts.rules.attributes import ACCOUNTS, CONTACTS, S1, Attribute
from keytally.accounts.rules.decision_map import DecisionRole, Stance
from keytally.accounts.rules.parties import NodeKind
from keytally.accounts.rules.visits import VisitState
from keytally.core.exports import Column, Listing, register_listing

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from keytally.accounts.models import AccountNode, Contact, Visit
    from keytally.core.models import User


def _heading(chinese: str, english: str) -> str:
    return chinese if (get_language() or "").startswith("zh") else english


_lazy_heading = lazy(_heading, str)


def _label(attribute: Attribute) -> Promise | str:
    return _lazy_heading(attribute.name_zh, attribute.name_en)


def _accounts(person: "User", as_of: date, asked: Mapping[str, str]) -> "QuerySet[AccountNode]":
    """Take the stores: the customer base file has one row for each."""
    stores = filtered(person, wanted_of(asked), as_of=as_of).filter(kind=NodeKind.STORE)
    return with_s1(stores, as_of=as_of)


def _tree(person: "User", as_of: date, asked: Mapping[str, str]) -> "QuerySet[AccountNode]":
    above = filtered(person, wanted_of(asked), as_of=as_of).exclude(kind=NodeKind.STORE)
    return with_s1(above, as_of=as_of)


def _contacts(person: "User", as_of: date, asked: Mapping[str, str]) -> "QuerySet[Contact]":
    return contacts_of(filtered(person, wanted_of(asked), as_of=as_of))


def _visits(person: "User", as_of: date, asked: Mapping[str, str]) -> "QuerySet[Visit]":
    return filtered_visits(person, wanted_visits(asked), as_of=as_of)


def _s1(code: str) -> Callable[[Any], object]:
    return lambda node: s1_value(node, code)


class _S1Columns(Sequence[Column]):
    """The columns of S1, and behind them one for each axis of classes that S1 has no column for."""

    def _columns(self) -> list[Column]:
        columns = (*S1, *further_axes())
        return [Column(_label(one), _s1(one.code), one.code if one.is_personal else "") for one in columns]

    def __len__(self) -> int:
        return len(self._columns())

    def __iter__(self) -> Iterator[Column]:
        return iter(self._columns())

    @overload
    def __getitem__(self, place: int) -> Column: ...
    @overload
    def __getitem__(self, place: slice) -> Sequence[Column]: ...
    def __getitem__(self, place: int | slice) -> Column | Sequence[Column]:
        return self._columns()[place]


_TREE_VALUES: Mapping[str, Callable[[Any], object]] = {
    "kind": lambda node: str(KINDS[NodeKind(node.kind)]),
    "parent": lambda node: node.parent.code if node.parent else "",
    "legal_name": lambda node: node.legal_party.name if node.legal_party else "",
    "owner": lambda node: node.owner.username if node.owner else "",
}


def _tree_value(code: str) -> Callable[[Any], object]:
    return _TREE_VALUES.get(code) or _s1(code)


_CONTACT_VALUES: Mapping[str, Callable[[Any], object]] = {
    "account": lambda contact: contact.node.code,
    "name": lambda contact: contact.name,
    "title": lambda contact: contact.title,
    "decision_role": lambda contact: str(DECISION_ROLES[DecisionRole(contact.decision_role)]),
    "weight": lambda contact: contact.weight,
    "stance": lambda contact: str(STANCES[Stance(contact.stance)]),
    "phone": lambda contact: contact.phone,
    "email": lambda contact: contact.email,
}
_GUARDED = frozenset({"phone", "email"})

register_listing(
    Listing(
        code="accounts",
        label=_("Customer base file (S1)"),
        permission="accounts.view",
        kind="account",
        columns=_S1Columns(),
        rows=_accounts,
        back="accounts:list",
    )
)
register_listing(
    Listing(
        code="account_tree",
        label=_("Chains, companies, head offices, DCs"),
        permission="accounts.view",
        kind="account",
        columns=[Column(_label(one), _tree_value(one.code)) for one in ACCOUNTS],
        rows=_tree,
        back="accounts:list",
    )
)
register_listing(
    Listing(
        code="contacts",
        label=_("Contacts"),
        permission="accounts.view",
        kind="contact",
        columns=[
            Column(_label(one), _CONTACT_VALUES[one.code], one.code if one.code in _GUARDED else "") for one in CONTACTS
        ],
        rows=_contacts,
        back="accounts:list",
    )
)
register_listing(
    Listing(
        code="visits",
        label=_("Visits"),
        permission="accounts.view",
        kind="visit",
        columns=[
            Column(_("Day"), lambda visit: visit.on),
            Column(_("State"), lambda visit: str(VISIT_STATES[VisitState(visit.state)])),
            Column(_("Our code"), lambda visit: visit.node.code),
            Column(_("Name"), lambda visit: visit.node.name),
            Column(_("Chain"), lambda visit: visit.node.chain.name if visit.node.chain else ""),
            Column(pgettext_lazy("visit", "Who of ours"), lambda visit: visit.visitor.name),
            Column(_("Contacts"), lambda visit: ", ".join(one.name for one in visit.contacts.all())),
            Column(_("Where"), lambda visit: visit.place),
            Column(_("Aim"), lambda visit: visit.aim),
            Column(_("Notes"), lambda visit: visit.notes),
            Column(_("Why it failed to take place"), lambda visit: visit.reason),
        ],
        rows=_visits,
        back="accounts:visits",
    )
)
