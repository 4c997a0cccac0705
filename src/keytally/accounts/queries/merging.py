"""What stands against making one account of two that both have accounts below them, or against undoing it?"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence

from django.db.models import Q, QuerySet

from keytally.accounts.labels import CodeSide
from keytally.accounts.models import AccountCode, AccountMerge, AccountNode, AccountPlacement, PartyRoles
from keytally.accounts.queries.matching import kept_of
from keytally.accounts.refusals import UnableToKeepAccount
from keytally.accounts.rules.codes import overlap

AT_ONCE = 500
_PARTIES = ("buyer", "ship_to", "bill_to")


def chain_number(node: AccountNode) -> int:
    """Name the chain in which an account and what lies below it stand."""
    return node.chain_id or node.pk


def codes_in(chain: int, *, nodes: Collection[int]) -> list[int]:
    """List the codes that some accounts have, or had, in a chain."""
    return list(AccountCode.objects.filter(chain=chain, node__in=nodes).order_by("pk").values_list("pk", flat=True))


def check_codes(kept: AccountNode, *, alias: AccountNode, below: Collection[int]) -> None:
    """Refuse to make one chain of two in which one code means two accounts in one time."""
    old, new = chain_number(alias), chain_number(kept)
    if old == new:
        return
    clashes = [
        (mine, theirs)
        for some in _cut([alias.pk, *below])
        for mine, theirs in _meeting(_theirs(old).filter(node__in=some), chain=new)
        if kept_of(theirs.node) != kept_of(mine.node)
    ]
    if clashes:
        mine, theirs = clashes[0]
        names = {"code": mine.code, "one": theirs.node.name, "other": mine.node.name, "count": len(clashes)}
        raise UnableToKeepAccount(("MERGE_CODES_MEET", names))


def check_parties(below: Collection[int], *, chain: int) -> None:
    """Refuse to move stores of whose parties in force or to come one would stay behind in another chain."""
    for some in _cut(below):
        for roles in _crossing(some, chain=chain):
            for party in (roles.buyer, roles.ship_to, roles.bill_to):
                if chain_number(kept_of(party)) != chain:
                    raise UnableToKeepAccount(("MERGE_PARTY_STAYS", {"name": roles.store.name, "party": party.name}))


def check_still_there(done: AccountMerge) -> None:
    """Refuse to undo a merge of which something was moved, or merged further, since."""
    if done.kept.merged_into:
        names = {"name": done.kept.name, "other": done.kept.merged_into.name}
        raise UnableToKeepAccount(("MERGED_FURTHER", names))
    placed: dict[int, int] = {child: added or changed for child, _was, added, changed in done.moved["children"]}
    for some in _cut(placed):
        numbers = {child: placed[child] for child in some}
        stands = AccountPlacement.objects.filter(node__in=numbers, ends_before=None)
        there = dict(stands.values_list("node", "pk"))
        for node in AccountNode.objects.filter(pk__in=numbers).order_by("pk"):
            if node.parent_id != done.kept_id or there.get(node.pk) != numbers[node.pk]:
                raise UnableToKeepAccount(("MOVED_SINCE", {"name": node.name}))


def check_not_mixed(done: AccountMerge, *, below: Collection[int]) -> None:
    """Refuse to undo a merge where accounts of the two sides were tied together since."""
    within = set(below)
    later = AccountMerge.objects.filter(pk__gt=done.pk, undone_at=None).select_related("kept", "alias")
    for one in later.order_by("pk"):
        if (one.kept_id in within) != (one.alias_id in within):
            raise UnableToKeepAccount(("MERGED_FURTHER", {"name": one.alias.name, "other": one.kept.name}))
    old, new = chain_number(done.alias), chain_number(done.kept)
    if old == new:
        return
    since = PartyRoles.objects.filter(pk__gt=done.moved["last_parties"]).select_related("store", *_PARTIES)
    for roles in since.filter(store__chain=new).order_by("pk"):
        for name in _PARTIES:
            party = getattr(roles, name)
            if party.pk != done.alias_id and (party.pk in within) != (roles.store_id in within):
                raise UnableToKeepAccount(("PARTY_SINCE", {"name": roles.store.name, "party": party.name}))


def _theirs(chain: int) -> QuerySet[AccountCode]:
    return AccountCode.objects.filter(chain=chain, side=CodeSide.THEIRS).select_related("node__merged_into")


def _meeting(mine: Iterable[AccountCode], *, chain: int) -> list[tuple[AccountCode, AccountCode]]:
    """List which codes mean something else in another chain in one time."""
    by_code: dict[str, list[AccountCode]] = defaultdict(list)
    for one in mine:
        by_code[one.code_plain].append(one)
    return [
        (one, other)
        for other in _theirs(chain).filter(code_plain__in=list(by_code)).order_by("pk")
        for one in by_code[other.code_plain]
        if one.node_id != other.node_id and overlap(one.days, other.days)
    ]


def _crossing(stores: Sequence[int], *, chain: int) -> QuerySet[PartyRoles]:
    """List the parties in force of some stores of whom one stands in another chain, or is an alias that does."""
    strange = Q(*((f"{name}__chain", chain) for name in _PARTIES), _negated=True)
    found = PartyRoles.objects.filter(strange, store__in=stores, store__chain=chain, ends_before=None)
    return found.select_related("store", *(f"{name}__merged_into" for name in _PARTIES)).order_by("pk")


def _cut(items: Iterable[int]) -> Iterable[list[int]]:
    whole = list(items)
    return (whole[place : place + AT_ONCE] for place in range(0, len(whole), AT_ONCE))
