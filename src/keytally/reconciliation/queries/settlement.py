"""What do the accounts say of a chain's codes and parties, and what did people's corrections add? Read for a run."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.db.models import Q
from django.db.models.functions import Coalesce

from keytally.accounts.labels import CodeSide
from keytally.accounts.models import AccountCode, AccountNode, PartyRoles
from keytally.accounts.queries.matching import kept_of
from keytally.accounts.rules.parties import NodeKind
from keytally.core.models import User

OFFICE, STORE = "office", "store"


@dataclass(frozen=True, slots=True)
class DatedCode:
    """That a code of theirs means one of ours in a half-open span of days."""

    ours: str
    theirs: str
    starts_on: date | None
    ends_before: date | None


@dataclass(frozen=True, slots=True)
class MeetingPoint:
    """Where the lines of a code meet, in a half-open span of days."""

    code: str
    meets: str
    kind: str
    starts_on: date | None
    ends_before: date | None


def chain_of(account: AccountNode) -> int:
    """Name the chain of an account, or the account itself where it stands in none; of an alias that of the kept one."""
    kept = kept_of(account)
    return kept.chain_id or kept.pk


def store_codes(account: AccountNode) -> list[DatedCode]:
    """List the codes by which a chain knows our accounts in it."""
    rows = AccountCode.objects.filter(
        Q(node__chain=chain_of(account)) | Q(node=chain_of(account)), side=CodeSide.THEIRS
    ).exclude(node__merged_into__isnull=False)
    values = rows.order_by("pk").values_list("node__code", "code", "starts_on", "ends_before")
    return [DatedCode(*row) for row in values]


def meeting_points(account: AccountNode) -> list[MeetingPoint]:
    """List where the stores, warehouses and head offices of a chain meet: at who pays for them (B02-B04)."""
    rows = PartyRoles.objects.filter(store__chain=chain_of(account)).order_by("store", "starts_on")
    # A party that was merged into another meets under the code of the one that was kept.
    ship_to, bill_to = (Coalesce(f"{name}__merged_into__code", f"{name}__code") for name in ("ship_to", "bill_to"))
    values = rows.values_list(
        "store__code", ship_to, "ship_to__kind", bill_to, "bill_to__kind", "starts_on", "ends_before"
    )
    points: dict[MeetingPoint, None] = {}
    for store, received_by, ship_kind, paid_by, bill_kind, starts_on, ends_before in values:
        points[MeetingPoint(store, paid_by, STORE, starts_on, ends_before)] = None
        for code, kind in ((received_by, ship_kind), (paid_by, bill_kind)):
            if kind != NodeKind.STORE:
                points[MeetingPoint(code, paid_by, OFFICE, None, None)] = None
    return list(points)


def names_of(codes: Sequence[str]) -> dict[str, tuple[int, str]]:
    """Find the accounts of some of our codes: number and name."""
    found = AccountNode.objects.filter(code__in=codes)
    return {node.code: (node.pk, node.name) for node in found}


def chain_owner(account: AccountNode) -> User | None:
    """Find who keeps an account, else who keeps its chain."""
    if account.owner is not None:
        return account.owner
    return account.chain.owner if account.chain else None
