"""Does anything depend on these accounts, so that they can no longer be taken away?"""

from collections.abc import Collection

from keytally.accounts.models import (
    AccountGrant,
    AccountMeasure,
    AccountMerge,
    AccountNode,
    AccountPromise,
    CompetitorSighting,
    Contact,
    CoordinationMatter,
    CreditGrade,
    DedicatedManager,
    DevelopmentStep,
    PartyRoles,
    ScoreJudgement,
    SettlementProcedure,
    Visit,
)

_KEPT = (
    AccountGrant,
    AccountMeasure,
    AccountPromise,
    CompetitorSighting,
    Contact,
    CoordinationMatter,
    CreditGrade,
    DedicatedManager,
    DevelopmentStep,
    ScoreJudgement,
    SettlementProcedure,
    Visit,
)


def dependents_of(nodes: Collection[int]) -> list[str]:
    """List what was kept with some accounts since, and what outside them points at them."""
    found = [model.__name__ for model in _KEPT if model.objects.filter(node__in=nodes).exists()]
    outside = AccountNode.objects.exclude(pk__in=nodes)
    if outside.filter(parent__in=nodes).exists() or outside.filter(merged_into__in=nodes).exists():
        found.append("AccountNode")
    if outside.filter(served_from__in=nodes).exists() or AccountMerge.objects.filter(alias__in=nodes).exists():
        found.append("AccountMerge")
    parties = PartyRoles.objects.exclude(store__in=nodes)
    if any(parties.filter(**{f"{name}__in": nodes}).exists() for name in ("buyer", "ship_to", "bill_to")):
        found.append("PartyRoles")
    return found
