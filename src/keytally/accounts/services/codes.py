"""Keep the codes by which an account is known, ours and theirs, each for a span of days; retailers renumber."""

from collections.abc import Iterable
from datetime import date, datetime
from typing import TYPE_CHECKING

from django.db import transaction

from keytally.accounts.labels import CodeSide
from keytally.accounts.models import AccountCode, AccountNode
from keytally.accounts.queries.matching import kept_of
from keytally.accounts.refusals import UnableToKeepAccount
from keytally.accounts.rules.codes import overlap, plain_code
from keytally.accounts.services.words import index_accounts
from keytally.accounts.subjects import account
from keytally.core.services import record_audit

if TYPE_CHECKING:
    from keytally.core.models import User


@transaction.atomic
def add_code(
    node: AccountNode,
    *,
    side: CodeSide,
    code: str,
    by: "User | None",
    now: datetime,
    starts_on: date | None = None,
    ends_before: date | None = None,
) -> AccountCode:
    """Keep another code of an account; theirs is of one account of the chain on any day."""
    wanted = new_code(node, side=side, code=code, starts_on=starts_on, ends_before=ends_before)
    known = _check(wanted)
    if known:
        return known
    wanted.save()
    record_audit("account.code", by=by, at=now, subject=account(node.pk), after=shown(wanted))
    index_accounts([node.pk])
    return wanted


def new_code(
    node: AccountNode, *, side: CodeSide, code: str, starts_on: date | None, ends_before: date | None
) -> AccountCode:
    """Write a code that is to be kept, or raise `UnableToKeepAccount`; whether it is free is asked later."""
    plain = plain_code(code)
    if not plain:
        raise UnableToKeepAccount("CODE_BLANK")
    if side is CodeSide.THEIRS and node.chain_id is None:
        raise UnableToKeepAccount("CODE_NEEDS_CHAIN")
    return AccountCode(
        node=node,
        chain_id=node.chain_id,
        side=side,
        code=code.strip()[:30],
        code_plain=plain[:30],
        starts_on=starts_on,
        ends_before=ends_before,
    )


@transaction.atomic
def date_code(
    kept: AccountCode, *, starts_on: date | None, ends_before: date | None, by: "User", now: datetime
) -> AccountCode:
    """Say from when and until when a code holds, such as the day on which a retailer renumbered."""
    before = shown(kept)
    kept.starts_on, kept.ends_before = starts_on, ends_before
    if shown(kept) == before:
        return kept
    _check(kept)
    kept.save(update_fields=["starts_on", "ends_before"])
    subject = account(kept.node_id)
    record_audit("account.code_dates", by=by, at=now, subject=subject, before=before, after=shown(kept))
    return kept


def held_already(wanted: AccountCode, same: Iterable[AccountCode]) -> AccountCode | None:
    """Refuse a code that is taken in its time; answers the one of this account that is there already."""
    if wanted.starts_on and wanted.ends_before and wanted.ends_before <= wanted.starts_on:
        raise UnableToKeepAccount("CODE_ENDS_EARLY")
    undated = not wanted.starts_on and not wanted.ends_before
    # Who says no days means the account that has the code now, not one that had it before.
    in_order = sorted(same, key=lambda one: one.starts_on or date.min, reverse=undated)
    taken = next((one for one in in_order if overlap(one.days, wanted.days)), None)
    if taken is None:
        return None
    is_own = kept_of(taken.node) == wanted.node
    days = (taken.starts_on, taken.ends_before)
    if is_own and wanted.pk is None and (undated or days == (wanted.starts_on, wanted.ends_before)):
        return taken
    code = "CODE_THERE" if is_own else "THEIR_CODE_TAKEN"
    raise UnableToKeepAccount((code, {"code": wanted.code, "name": taken.node.name}))


def _check(wanted: AccountCode) -> AccountCode | None:
    """Look whether a code is free, with the chain held: who gives one code at once comes one after the other."""
    list(AccountNode.objects.select_for_update().filter(pk=wanted.chain_id or wanted.node_id).order_by("pk"))
    if wanted.side == CodeSide.OURS:
        taken_by = AccountNode.objects.filter(code=wanted.code_plain).exclude(pk=wanted.node_id).first()
        if taken_by:
            raise UnableToKeepAccount(("CODE_TAKEN", {"code": wanted.code, "name": taken_by.name}))
    same = AccountCode.objects.filter(side=wanted.side, code_plain=wanted.code_plain).exclude(pk=wanted.pk)
    same = same.filter(chain=wanted.chain_id) if wanted.side == CodeSide.THEIRS else same
    return held_already(wanted, same.select_related("node__merged_into").order_by("pk"))


def shown(kept: AccountCode) -> dict[str, object]:
    """Write a code as the audit keeps it."""
    days = {"from": kept.starts_on, "ends_before": kept.ends_before}
    return {
        "side": kept.side,
        "code": kept.code,
        **{name: day.isoformat() if day else None for name, day in days.items()},
    }
