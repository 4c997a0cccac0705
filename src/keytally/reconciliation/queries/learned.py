"""What did people's corrections teach of a chain, and what of it is kept?"""

from datetime import date

from django.db.models import Q, QuerySet

from keytally.core.models import User
from keytally.reconciliation.models import LearnedRule, Reconciliation
from keytally.reconciliation.queries.lists import visible_reconciliations
from keytally.reconciliation.queries.settlement import chain_of
from keytally.reconciliation.queries.work import latest_run

RUNS_REPLAYED = 6


def kept_rules(found: Reconciliation) -> list[LearnedRule]:
    """List the rules kept for the chain of a reconciliation, withdrawn ones up to their last day too."""
    if found.account is None:
        return []
    kept = LearnedRule.objects.filter(
        Q(state=LearnedRule.State.KEPT) | Q(state=LearnedRule.State.WITHDRAWN, ends_before__isnull=False),
        account=chain_of(found.account),
        starts_on__isnull=False,
    )
    return list(kept.order_by("pk"))


def rules_since(found: Reconciliation) -> int:
    """Count the rules of a chain that were kept or withdrawn since the run that is shown began."""
    run = latest_run(found)
    if found.account is None or found.is_signed or run is None:
        return 0
    decided = LearnedRule.objects.filter(account=chain_of(found.account), decided_at__gte=run.began_at)
    return decided.filter(state__in=[LearnedRule.State.KEPT, LearnedRule.State.WITHDRAWN]).count()


def rules_proposed(found: Reconciliation) -> int:
    """Count the rules of a chain on which nobody has decided."""
    if found.account is None or found.is_signed:
        return 0
    return LearnedRule.objects.filter(account=chain_of(found.account), state=LearnedRule.State.PROPOSED).count()


def visible_rules(person: User, as_of: date) -> QuerySet[LearnedRule]:
    """List the learned rules of reconciliations that a person may see, the newest first."""
    seen = visible_reconciliations(person, as_of).order_by()
    found = LearnedRule.objects.filter(learned_from__in=seen.values("pk"))
    return found.select_related("account", "learned_from", "decided_by").order_by("-proposed_at", "-pk")


def rule_for_update(number: int) -> LearnedRule:
    """Hold a learned rule until the transaction ends."""
    return LearnedRule.objects.select_for_update(of=("self",)).select_related("learned_from").get(pk=number)


def rules_of(found: Reconciliation) -> QuerySet[LearnedRule]:
    """List what a reconciliation taught."""
    return LearnedRule.objects.filter(learned_from=found).order_by("pk")


def runs_to_replay(found: Reconciliation) -> list[Reconciliation]:
    """List the last reconciliations of the same chain that have a result, the latest first."""
    if found.account is None:
        return []
    of_chain = Q(account=chain_of(found.account)) | Q(account__chain=chain_of(found.account))
    kept = Reconciliation.objects.filter(of_chain, run_number__gt=0).select_related("account")
    return list(kept.order_by("-month", "-pk")[:RUNS_REPLAYED])
