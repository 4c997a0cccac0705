"""Write down how an account stands before an import changes it, and put it back."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from keytally.accounts.models import AccountCode, AccountNode, AccountTier, Classification, PartyRoles
from keytally.accounts.queries.snapshots import FACTS, snapshot
from keytally.accounts.services.words import index_accounts
from keytally.accounts.subjects import account
from keytally.core.search import sort_key
from keytally.core.services import record_audit

if TYPE_CHECKING:
    from keytally.core.models import User

Kept = Mapping[str, Any]


def put_back(node: AccountNode, kept: Kept, *, by: "User", now: datetime, reason: str) -> None:
    """Make an account stand as a snapshot says: facts, owner, codes, parties, classes, tiers and status."""
    before = snapshot(node)
    for field in AccountNode._meta.fields:
        if field.name in FACTS:
            setattr(node, field.name, field.to_python(kept["facts"][field.name]))
    for name, value in kept["keys"].items():
        setattr(node, name, value)
    node.status, node.name_sort = kept["status"], sort_key(node.name_zh)
    node.save()
    _codes(node, kept["codes"])
    _parties(node, kept["parties"])
    _classes(node, set(kept["classes"]))
    AccountTier.objects.filter(node=node).exclude(year__in=kept["tiers"]).delete()
    for year, tier in kept["tiers"].items():
        AccountTier.objects.update_or_create(node=node, year=int(year), defaults={"tier": tier})
    after = snapshot(node)
    record_audit(
        "account.put_back",
        by=by,
        at=now,
        subject=account(node.pk),
        reason=reason,
        before={name: before[name] for name in before if before[name] != after[name]},
        after={name: after[name] for name in before if before[name] != after[name]},
    )
    index_accounts([node.pk])


def _codes(node: AccountNode, kept: list[list[Any]]) -> None:
    AccountCode.objects.filter(node=node).exclude(pk__in=[number for number, _from, _until in kept]).delete()
    for number, starts, ends in kept:
        AccountCode.objects.filter(pk=number).update(starts_on=_day(starts), ends_before=_day(ends))


def _parties(node: AccountNode, kept: list[list[Any]]) -> None:
    PartyRoles.objects.filter(store=node).exclude(pk__in=[number for number, _until in kept]).delete()
    for number, ends in kept:
        PartyRoles.objects.filter(pk=number).update(ends_before=_day(ends))


def _classes(node: AccountNode, kept: set[int]) -> None:
    held = Classification.objects.filter(node=node)
    held.exclude(value__in=kept).delete()
    there = set(held.values_list("value", flat=True))
    Classification.objects.bulk_create(Classification(node=node, value_id=value) for value in sorted(kept - there))


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None
