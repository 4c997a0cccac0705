"""Hang what lies below one account under the one that it is merged into, and back under it when the merge is undone.

Nothing below is written anew but where it hangs: each keeps its owner, codes, parties, classes and papers. The account
that became the alias still counts among what lies above, so that whoever was let in on it sees what they saw before.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime
from typing import TYPE_CHECKING, Any, TypeVar

from django.db.models import Max

from keytally.accounts.models import (
    AccountAncestor,
    AccountCode,
    AccountMerge,
    AccountNode,
    AccountPlacement,
    PartyRoles,
)
from keytally.accounts.queries import merging as queries
from keytally.accounts.refusals import UnableToKeepAccount
from keytally.accounts.services.words import index_accounts
from keytally.accounts.subjects import account
from keytally.core.services import Recorded, record_audits

if TYPE_CHECKING:
    from keytally.core.models import User

AT_ONCE = 500
Item = TypeVar("Item")
Moved = Mapping[str, Any]


def hang_below(done: AccountMerge, *, by: "User", on: date, now: datetime) -> None:
    """Hang all that lies below the alias under the account that is kept, or raise `UnableToKeepAccount`."""
    kept, alias = done.kept, done.alias
    children = list(AccountNode.objects.filter(parent=alias).order_by("pk").values_list("pk", flat=True))
    if not children:
        return
    if AccountAncestor.objects.filter(ancestor=alias, node=kept).exists():
        raise UnableToKeepAccount(("PARENT_IS_BELOW", {"name": kept.name}))
    below = dict(AccountAncestor.objects.filter(ancestor=alias, depth__gt=0).values_list("node", "depth"))
    queries.check_codes(kept, alias=alias, below=below)
    old, new = queries.chain_number(alias), queries.chain_number(kept)
    codes = [one for some in _cut([alias.pk, *below]) for one in queries.codes_in(old, nodes=some)]
    done.moved = {
        "children": _placed(children, parent=kept, on=on),
        "codes": codes if new != old else [],
        "last_code": AccountCode.objects.aggregate(last=Max("pk"))["last"] or 0,
        "last_parties": PartyRoles.objects.aggregate(last=Max("pk"))["last"] or 0,
    }
    done.save(update_fields=["moved"])
    above = _above(kept)
    virtual = (alias.pk, max(above.values()) + 1)
    chains = (old, new)
    _rehang(below, leaves=set(_above(alias)), above=[*above.items(), virtual], chains=chains, children=(children, kept))
    _set_chain(done.moved["codes"], new)
    queries.check_parties(below, chain=new)
    facts = {"parent": kept.pk, "from": on.isoformat(), "merge": done.pk}
    _record(children, before={"parent": alias.pk}, after=facts, by=by, now=now)
    index_accounts(below)


def hang_back(done: AccountMerge, *, by: "User", now: datetime) -> None:
    """Hang what a merge moved back under the alias, with what came below it since, or raise `UnableToKeepAccount`."""
    if not done.moved:
        return
    kept, alias, placed = done.kept, done.alias, done.moved["children"]
    children = [child for child, *_placements in placed]
    queries.check_still_there(done)
    below: dict[int, int] = {}
    for some in _cut(children):
        rows = AccountAncestor.objects.filter(ancestor__in=some)
        below |= {node: depth + 1 for node, depth in rows.values_list("node", "depth")}
    queries.check_not_mixed(done, below=below)
    old, new = queries.chain_number(alias), queries.chain_number(kept)
    _rehang(
        below,
        leaves={alias.pk, *_above(kept)},
        above=list(_above(alias).items()),
        chains=(new, old),
        children=(children, alias),
    )
    _placed_back(placed, parent=alias)
    since = AccountCode.objects.filter(chain=new, pk__gt=done.moved["last_code"])
    came = [one for some in _cut(below) for one in since.filter(node__in=some).values_list("pk", flat=True)]
    if old != new:
        _set_chain([*done.moved["codes"], *came], old)
    facts = {"parent": alias.pk, "merge": done.pk}
    _record(children, before={"parent": kept.pk}, after=facts, by=by, now=now)
    index_accounts(below)


def _placed(children: Sequence[int], *, parent: AccountNode, on: date) -> list[list[int | None]]:
    """Date that accounts hang under another parent; answers for each which placement was ended, added or changed."""
    open_ones = {
        one.node_id: one
        for some in _cut(children)
        for one in AccountPlacement.objects.filter(node__in=some, ends_before=None)
    }
    ended = [one for one in open_ones.values() if one.starts_on < on]
    # What only begins on this day or later has hung nowhere yet.
    changed = {node: one.pk for node, one in open_ones.items() if one.starts_on >= on}
    for some in _cut(ended):
        AccountPlacement.objects.filter(pk__in=[one.pk for one in some]).update(ends_before=on)
    for numbers in _cut(list(changed.values())):
        AccountPlacement.objects.filter(pk__in=numbers).update(parent=parent)
    added = AccountPlacement.objects.bulk_create(
        [AccountPlacement(node_id=child, parent=parent, starts_on=on) for child in children if child not in changed],
        batch_size=AT_ONCE,
    )
    there = {one.node_id: one.pk for one in added}
    was = {one.node_id: one.pk for one in ended}
    return [[child, was.get(child), there.get(child), changed.get(child)] for child in children]


def _placed_back(placed: Sequence[Sequence[int | None]], *, parent: AccountNode) -> None:
    for some in _cut(placed):
        AccountPlacement.objects.filter(pk__in=[added for _child, _was, added, _changed in some if added]).delete()
        ended = [was for _child, was, _added, _changed in some if was]
        AccountPlacement.objects.filter(pk__in=ended).update(ends_before=None)
        changed = [number for *_others, number in some if number]
        AccountPlacement.objects.filter(pk__in=changed).update(parent=parent)


def _rehang(
    below: Mapping[int, int],
    *,
    leaves: set[int],
    above: Sequence[tuple[int, int]],
    chains: tuple[int, int],
    children: tuple[Sequence[int], AccountNode],
) -> None:
    """Write what lies above some accounts anew, each by its depth below the parent; a chain stays its own."""
    left, chain = chains
    for some in _cut(below):
        AccountAncestor.objects.filter(node__in=some, ancestor__in=leaves).delete()
        AccountAncestor.objects.bulk_create(
            AccountAncestor(node_id=number, ancestor_id=ancestor, depth=up + below[number])
            for number in some
            for ancestor, up in above
        )
        AccountNode.objects.filter(pk__in=some, chain=left).update(chain=chain)
    numbers, parent = children
    for some in _cut(numbers):
        AccountNode.objects.filter(pk__in=some).update(parent=parent)


def _above(node: AccountNode) -> dict[int, int]:
    """Measure how far what lies above an account is, itself at 0."""
    return dict(AccountAncestor.objects.filter(node=node).values_list("ancestor", "depth"))


def _set_chain(codes: Sequence[int], chain: int) -> None:
    for some in _cut(codes):
        AccountCode.objects.filter(pk__in=some).update(chain=chain)


def _record(children: Sequence[int], *, before: Moved, after: Moved, by: "User", now: datetime) -> None:
    record_audits((Recorded("account.place", account(one), before, after) for one in children), by=by, at=now)


def _cut(items: Iterable[Item]) -> Iterator[list[Item]]:
    """Cut many into as many as one question may name."""
    whole = list(items)
    for place in range(0, len(whole), AT_ONCE):
        yield whole[place : place + AT_ONCE]
