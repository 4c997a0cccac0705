"""Accounts, relationships, promises, matters to coordinate and planned visits pass over with whoever held them."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from keytally.accounts.models import AccountNode, AccountPromise, Contact, CoordinationMatter, Visit
from keytally.accounts.rules.visits import VisitState
from keytally.accounts.services.keepers import hand_over
from keytally.core.belongings import Belonging, BelongingKind, register_belonging

if TYPE_CHECKING:
    from keytally.core.models import User


def _accounts(person: "User") -> Sequence[Belonging]:
    nodes = AccountNode.objects.filter(owner=person, merged_into=None).order_by("kind", "name_sort")
    return [Belonging(node.pk, f"{node.code} {node.name}", reverse("accounts:show", args=[node.pk])) for node in nodes]


def _contacts(person: "User") -> Sequence[Belonging]:
    held = Contact.objects.filter(holder=person, left_on=None).select_related("node").order_by("node", "-weight")
    return [
        Belonging(one.pk, f"{one.name} ({one.node.name})", reverse("accounts:evidence", args=[one.pk])) for one in held
    ]


def _promises(person: "User") -> Sequence[Belonging]:
    given = AccountPromise.objects.filter(owner=person, state="OPEN").select_related("node").order_by("due_on")
    return [
        Belonging(one.pk, f"{one.promised} ({one.node.name})", reverse("accounts:promise", args=[one.pk]))
        for one in given
    ]


def _matters(person: "User") -> Sequence[Belonging]:
    held = CoordinationMatter.objects.filter(owner=person, state="OPEN").select_related("node").order_by("due_on", "pk")
    return [
        Belonging(one.pk, f"{one.matter} ({one.node.name})", reverse("accounts:matter", args=[one.pk])) for one in held
    ]


def _visits(person: "User") -> Sequence[Belonging]:
    planned = Visit.objects.filter(visitor=person, state=VisitState.PLANNED).select_related("node").order_by("on", "pk")
    return [
        Belonging(one.pk, f"{one.on:%Y-%m-%d} {one.node.name}", reverse("accounts:visit", args=[one.pk]))
        for one in planned
    ]


def _move_accounts(ids: Collection[int], /, *, giver: "User", receiver: "User", by: "User", now: datetime) -> None:
    hand_over("accounts", ids=ids, giver=giver, receiver=receiver, by=by, now=now)


def _move_contacts(ids: Collection[int], /, *, giver: "User", receiver: "User", by: "User", now: datetime) -> None:
    hand_over("contacts", ids=ids, giver=giver, receiver=receiver, by=by, now=now)


def _move_promises(ids: Collection[int], /, *, giver: "User", receiver: "User", by: "User", now: datetime) -> None:
    hand_over("promises", ids=ids, giver=giver, receiver=receiver, by=by, now=now)


def _move_matters(ids: Collection[int], /, *, giver: "User", receiver: "User", by: "User", now: datetime) -> None:
    hand_over("matters", ids=ids, giver=giver, receiver=receiver, by=by, now=now)


def _move_visits(ids: Collection[int], /, *, giver: "User", receiver: "User", by: "User", now: datetime) -> None:
    hand_over("visits", ids=ids, giver=giver, receiver=receiver, by=by, now=now)


register_belonging(BelongingKind("accounts", label=_("Accounts and stores"), held_by=_accounts, move=_move_accounts))
register_belonging(BelongingKind("contacts", label=_("Relationships"), held_by=_contacts, move=_move_contacts))
register_belonging(BelongingKind("promises", label=_("Open promises"), held_by=_promises, move=_move_promises))
register_belonging(BelongingKind("visits", label=_("Planned visits"), held_by=_visits, move=_move_visits))
register_belonging(BelongingKind("matters", label=_("Matters to coordinate"), held_by=_matters, move=_move_matters))
