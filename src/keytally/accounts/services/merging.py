"""Make one account of two, take that back, or say that they are two."""

from datetime import datetime
from typing import TYPE_CHECKING

from django.db import transaction

from keytally.accounts.labels import KINDS
from keytally.accounts.models import AccountMerge, AccountNode, NotDuplicate
from keytally.accounts.refusals import UnableToKeepAccount
from keytally.accounts.rules.parties import NodeKind
from keytally.accounts.services.merging_trees import hang_back, hang_below
from keytally.accounts.subjects import account
from keytally.core.clock import business_date
from keytally.core.services import record_audit

if TYPE_CHECKING:
    from keytally.core.models import User


@transaction.atomic
def merge(kept: AccountNode, *, alias: AccountNode, reason: str, by: "User", now: datetime) -> AccountMerge:
    """Make an account the alias of another: a pointer is set, no document is rewritten; what lies below moves over."""
    if not reason.strip():
        raise UnableToKeepAccount("REASON_MISSING")
    kept, alias = _held(kept, alias)
    _check(kept, alias)
    done = AccountMerge.objects.create(
        kept=kept, alias=alias, reason=reason.strip(), merged_at=now, merged_by=by, status_before=alias.status
    )
    alias.merged_into = kept
    alias.save(update_fields=["merged_into"])
    hang_below(done, by=by, on=business_date(now), now=now)
    facts = {"alias": alias.pk, "alias_code": alias.code, "merge": done.pk, "moved": moved_count(done)}
    record_audit("account.merge", by=by, at=now, subject=account(kept.pk), reason=done.reason, after=facts)
    record_audit(
        "account.merged", by=by, at=now, subject=account(alias.pk), reason=done.reason, after={"into": kept.pk}
    )
    return done


@transaction.atomic
def undo_merge(done: AccountMerge, *, by: "User", now: datetime) -> None:
    """Make two of what was made one; both are as they were, with what came since."""
    done = AccountMerge.objects.select_for_update().get(pk=done.pk)
    done.kept, done.alias = _held(done.kept, done.alias)
    if done.undone_at:
        raise UnableToKeepAccount("ALREADY_UNDONE")
    done.undone_at, done.undone_by = now, by
    done.save(update_fields=["undone_at", "undone_by"])
    hang_back(done, by=by, now=now)
    AccountNode.objects.filter(pk=done.alias_id).update(merged_into=None)
    facts = {"alias": done.alias_id, "merge": done.pk, "moved": moved_count(done)}
    record_audit("account.merge_undo", by=by, at=now, subject=account(done.kept_id), after=facts)
    record_audit("account.merge_undo", by=by, at=now, subject=account(done.alias_id), after={"merge": done.pk})


@transaction.atomic
def say_two(first: AccountNode, *, second: AccountNode, by: "User", now: datetime) -> None:
    """Say that two accounts are two; they are not proposed again."""
    low, high = sorted((first.pk, second.pk))
    NotDuplicate.objects.get_or_create(first_id=low, second_id=high, defaults={"said_by": by, "said_at": now})
    record_audit("account.two", by=by, at=now, subject=account(low), after={"other": high})


def _check(kept: AccountNode, alias: AccountNode) -> None:
    if kept.pk == alias.pk:
        raise UnableToKeepAccount("MERGE_WITH_ITSELF")
    if kept.kind != alias.kind:
        names = {"one": KINDS[NodeKind(kept.kind)], "other": KINDS[NodeKind(alias.kind)]}
        raise UnableToKeepAccount(("MERGE_KINDS_DIFFER", names))
    for node in (kept, alias):
        if node.merged_into_id:
            raise UnableToKeepAccount(("ALREADY_ALIAS", {"name": node.name}))


def moved_count(done: AccountMerge) -> int:
    """Count what hung directly below the alias."""
    return len(done.moved.get("children", ()))


def _held(kept: AccountNode, alias: AccountNode) -> tuple[AccountNode, AccountNode]:
    """Hold two accounts, so that who merges them at once comes one after the other; answers them as they stand."""
    held = AccountNode.objects.select_for_update(of=("self",)).filter(pk__in={kept.pk, alias.pk}).order_by("pk")
    by_number = {node.pk: node for node in held}
    return by_number[kept.pk], by_number[alias.pk]
