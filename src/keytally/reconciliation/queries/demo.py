"""What do the accounts of the demo company say that its ledgers are made from?"""

from dataclasses import dataclass
from datetime import date

from django.db.models import Q

from keytally.accounts.labels import CodeSide
from keytally.accounts.models import AccountCode, AccountNode, PartyRoles
from keytally.accounts.rules.parties import Mode, NodeKind
from keytally.jobs.models import Job
from keytally.reconciliation.models import Reconciliation


@dataclass(frozen=True, slots=True)
class DemoChain:
    """A chain with its mode, its stores (our code, theirs, name), its head office and its warehouse."""

    code: str
    name: str
    mode: Mode
    stores: tuple[tuple[str, str, str], ...]
    head_office: str
    warehouse: str


def chains(*, as_of: date) -> list[DemoChain]:
    """List the chains with stores that have parties and a code of theirs, in the order they were added."""
    nodes = AccountNode.objects.filter(merged_into=None)
    tops = list(nodes.filter(kind=NodeKind.CHAIN).order_by("pk"))
    offices = dict(nodes.filter(kind=NodeKind.HEAD_OFFICE).order_by("-pk").values_list("chain", "code"))
    warehouses = dict(nodes.filter(kind=NodeKind.DC).order_by("-pk").values_list("chain", "code"))
    codes = AccountCode.objects.filter(side=CodeSide.THEIRS, node__kind=NodeKind.STORE).order_by("node")
    held = codes.exclude(ends_before__lte=as_of).values_list("node__chain", "node__code", "code", "node__name_zh")
    stores: dict[int, list[tuple[str, str, str]]] = {}
    for chain, ours, theirs, name in held:
        stores.setdefault(chain or 0, []).append((ours, theirs, name))
    return [
        DemoChain(
            code=top.code,
            name=top.name_zh,
            mode=_mode(top.pk, as_of=as_of),
            stores=tuple(stores[top.pk]),
            head_office=offices.get(top.pk, f"{top.code}-HO"),
            warehouse=warehouses.get(top.pk, f"{top.code}-DC"),
        )
        for top in tops
        if top.pk in stores
    ]


def _mode(chain: int, *, as_of: date) -> Mode:
    """Read the mode of a chain's first store."""
    roles = PartyRoles.objects.filter(store__chain=chain, starts_on__lte=as_of).order_by("pk").first()
    if roles is None or roles.bill_to_id == roles.store_id:
        return Mode.A
    return Mode.B if roles.ship_to_id == roles.store_id else Mode.C


def chain_account(code: str) -> AccountNode:
    """Find a chain by its code."""
    return AccountNode.objects.select_related("owner").get(code=code, kind=NodeKind.CHAIN)


def has_month(code: str, month: str) -> bool:
    """Tell whether a chain's month has a reconciliation."""
    of_chain = Q(account__code=code) | Q(account__chain__code=code)
    return Reconciliation.objects.filter(of_chain, month=month).exists()


def codes_as_listed(*, as_of: date) -> list[str]:
    """List the codes of the chains in the order of the month board."""
    known = {chain.code for chain in chains(as_of=as_of)}
    tops = AccountNode.objects.filter(kind=NodeKind.CHAIN, code__in=known).order_by("name_sort", "pk")
    return list(tops.values_list("code", flat=True))


def months_at_work(kind: str) -> Job | None:
    """Find the job that lays the demo's months out, while it waits or works."""
    return Job.objects.filter(kind=kind, state__in=Job.ACTIVE).first()


def are_months_asked_for(kind: str) -> bool:
    """Tell whether a job for the demo's months was asked for, whatever became of it."""
    return Job.objects.filter(kind=kind).exists()
