"""What is known of the size of accounts, how they score, and how much hangs on how few? (K01, K02)"""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from django.db.models import Count, Max, Q, QuerySet, Sum

from keytally.accounts.labels import Status
from keytally.accounts.models import AccountMeasure, AccountNode, ScoreJudgement, ScoreRecord
from keytally.accounts.rules.concentration import Concentration, concentration, securing
from keytally.accounts.rules.four_bigs import Judgement, Known, Part
from keytally.accounts.rules.parties import NodeKind
from keytally.accounts.rules.regions import area

if TYPE_CHECKING:
    from collections.abc import Mapping

MONTHS = 12
_LATEST = ("REGISTERED_CAPITAL", "SKUS_NOT_LISTED", "STORES_NOT_SERVED")


@dataclass(frozen=True, slots=True)
class Span:
    """The twelve months before a day's month, and the twelve before those."""

    before_on: date
    starts_on: date
    ends_before: date


def trailing(as_of: date) -> Span:
    """Name the trailing twelve whole months of a day."""
    ends = as_of.replace(day=1)
    return Span(ends.replace(year=ends.year - 2), ends.replace(year=ends.year - 1), ends)


def known_of_all(*, as_of: date) -> "Mapping[int, Known]":
    """Gather what is known of every chain that is not closed, in a constant number of queries."""
    chains = list(_chains().values_list("pk", "legal_party__registered_capital_minor"))
    span = trailing(as_of)
    figures: dict[int, dict[str, int]] = {chain: {} for chain, _capital in chains}
    sums = {name: sums_by_chain(name, span.starts_on, span.ends_before) for name in ("SALES", "PROFIT")}
    earlier = sums_by_chain("SALES", span.before_on, span.starts_on)
    stores = _stores_by_chain()
    latest = _latest_by_chain(as_of)
    for chain, capital in chains:
        own = figures[chain]
        own.update({name: by_chain[chain] for name, by_chain in sums.items() if chain in by_chain})
        if chain in stores:
            count, floor, traffic = stores[chain]
            own["STORES"] = count
            own.update({"FLOOR_AREA": floor} if floor else {})
            own.update({"TRAFFIC": traffic} if traffic else {})
        own.update({"REGISTERED_CAPITAL": capital} if capital else {})
        if earlier.get(chain, 0) > 0 and "SALES" in own:
            own["GROWTH"] = (own["SALES"] - earlier[chain]) * 1_000_000 // earlier[chain]
        own.update(latest.get(chain, {}))
    until = _known_until()
    judged = _judgements(as_of)
    return {chain: Known(own, until[chain], judged.get(chain)) for chain, own in figures.items()}


def sums_by_chain(measure: str, starts_on: date, ends_before: date, *, currency: str = "CNY") -> dict[int, int]:
    """Add a measure up over each chain and everything below it, in one currency."""
    rows = AccountMeasure.objects.filter(measure=measure, starts_on__gte=starts_on, ends_before__lte=ends_before)
    kept = rows.filter(currency__in=["", currency], node__chain__isnull=False).values_list("node__chain")
    return {chain or 0: int(total) for chain, total in kept.annotate(total=Sum("figure")).order_by()}


def score_history(node: int) -> QuerySet[ScoreRecord]:
    """List the scores of an account, newest first."""
    return ScoreRecord.objects.filter(node=node)


@dataclass(frozen=True, slots=True)
class GrowthSpace:
    """Where an account could still grow: stores we do not supply, SKUs it does not list; None where it is unknown."""

    stores_not_served: int | None
    skus_not_listed: int | None
    growth_ppm: int | None


def growth_space(chain: AccountNode, *, as_of: date) -> GrowthSpace:
    """Tell the white space of a chain: as it was measured, else the stores we know there and do not supply yet."""
    latest = _latest_by_chain(as_of, chain=chain.pk).get(chain.pk, {})
    prospects = AccountNode.objects.filter(kind=NodeKind.STORE, chain=chain, merged_into=None, status=Status.PROSPECT)
    sales, earlier = _sales_of(chain, span=trailing(as_of))
    return GrowthSpace(
        stores_not_served=latest.get("STORES_NOT_SERVED", prospects.count() or None),
        skus_not_listed=latest.get("SKUS_NOT_LISTED"),
        growth_ppm=(sales - earlier) * 1_000_000 // earlier if sales is not None and earlier > 0 else None,
    )


def _sales_of(chain: AccountNode, *, span: Span) -> tuple[int | None, int]:
    rows = AccountMeasure.objects.filter(measure="SALES", currency__in=["", "CNY"], node__chain=chain)
    latest = Q(starts_on__gte=span.starts_on, ends_before__lte=span.ends_before)
    before = Q(starts_on__gte=span.before_on, ends_before__lte=span.starts_on)
    found = rows.filter(latest | before).aggregate(
        latest=Sum("figure", filter=latest), before=Sum("figure", filter=before)
    )
    return None if found["latest"] is None else int(found["latest"]), int(found["before"] or 0)


@dataclass(frozen=True, slots=True)
class Dependence:
    """How much of a measure hangs on how few accounts, in all and for each province."""

    measure: str
    whole: Concentration | None
    names: "Mapping[int, str]"
    regions: tuple[tuple[str, tuple[str, ...], int], ...]
    nowhere: int = 0
    other_currencies: tuple[str, ...] = ()


def dependence(measure: str, *, as_of: date, nodes: QuerySet[AccountNode], currency: str = "CNY") -> Dependence:
    """Compute the concentration of a measure over the chains of some nodes, and who secures each province.

    Amounts of another currency are not added, and are named; what lies in no province is counted apart.
    """
    span = trailing(as_of)
    rows = AccountMeasure.objects.filter(
        measure=measure, starts_on__gte=span.starts_on, ends_before__lte=span.ends_before, node__in=nodes
    ).exclude(node__chain=None)
    whole: dict[int, int] = defaultdict(int)
    by_region: dict[str, dict[int, int]] = defaultdict(lambda: defaultdict(int))
    kept = rows.filter(currency__in=["", currency]).values_list("node__chain", "node__area_code")
    for chain, code, total in kept.annotate(total=Sum("figure")).order_by():
        whole[chain] += int(total)
        by_region[f"{code[:2]}0000" if code else ""][chain] += int(total)
    names = {node.pk: node.name for node in AccountNode.objects.filter(pk__in=whole)}
    regions = []
    for code, figures in sorted(by_region.items(), key=lambda entry: -sum(entry[1].values())):
        found = area(code)
        if found:
            regions.append((found.name, tuple(names[one] for one in securing(figures)), sum(figures.values())))
    others = (
        rows.exclude(currency__in=["", currency]).values_list("currency", flat=True).distinct().order_by("currency")
    )
    nowhere = sum(sum(figures.values()) for code, figures in by_region.items() if not area(code))
    return Dependence(measure, concentration(whole), names, tuple(regions), nowhere, tuple(others))


def _chains() -> QuerySet[AccountNode]:
    return AccountNode.objects.filter(kind=NodeKind.CHAIN, merged_into=None).exclude(status=Status.CLOSED)


def _stores_by_chain() -> dict[int, tuple[int, int, int]]:
    stores = AccountNode.objects.filter(kind=NodeKind.STORE, merged_into=None, chain__isnull=False)
    rows = stores.exclude(status=Status.CLOSED).values("chain")
    rows = rows.annotate(count=Count("pk"), floor=Sum("floor_area"), traffic=Sum("traffic")).order_by()
    return {row["chain"] or 0: (row["count"], int(row["floor"] or 0), int(row["traffic"] or 0)) for row in rows}


def _latest_by_chain(as_of: date, *, chain: int | None = None) -> dict[int, dict[str, int]]:
    rows = AccountMeasure.objects.filter(
        measure__in=_LATEST, starts_on__lte=as_of, node__kind=NodeKind.CHAIN, currency__in=["", "CNY"]
    )
    rows = rows.filter(node=chain) if chain else rows
    found: dict[int, dict[str, int]] = defaultdict(dict)
    for node, measure, figure in rows.order_by("starts_on").values_list("node", "measure", "figure"):
        found[node][measure] = figure
    return found


def _known_until() -> dict[int, dict[str, date]]:
    rows = AccountMeasure.objects.filter(node__chain__isnull=False).values_list("node__chain", "measure")
    found: dict[int, dict[str, date]] = defaultdict(dict)
    for chain, measure, until in rows.annotate(until=Max("ends_before")).order_by():
        found[chain or 0][measure] = until
    for days in found.values():
        days.update({"GROWTH": days["SALES"]} if "SALES" in days else {})
    return found


def _judgements(as_of: date) -> dict[int, dict[Part, Judgement]]:
    found: dict[int, dict[Part, Judgement]] = defaultdict(dict)
    for one in ScoreJudgement.objects.filter(judged_on__lte=as_of).order_by("judged_on", "pk"):
        found[one.node_id][Part(one.part)] = Judgement(one.points, one.judged_on, one.reason)
    return found
