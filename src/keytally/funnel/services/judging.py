"""Judge opportunities anew and keep with them what the board shows of their gates."""

from collections.abc import Sequence
from datetime import date, datetime

from django.db import transaction

from keytally.core.clock import business_date
from keytally.core.turns import let_others_write
from keytally.funnel.models import Opportunity
from keytally.funnel.queries.proofs import judged, kept_proofs
from keytally.funnel.rule_data import gate_profile
from keytally.funnel.rules.closing import completeness
from keytally.funnel.rules.evidence import Qualification, shown_by
from keytally.funnel.rules.stages import State
from keytally.funnel.services.gathering import gather

KEPT = ("is_qualified", "qualifies_before", "criteria_met", "criteria_missing", "closing_facts")
AT_ONCE = 500


@transaction.atomic
def judge_again(opportunities: Sequence[Opportunity], *, as_of: date) -> int:
    """Judge opportunities by the evidence that is kept; answers how many stand otherwise than before."""
    verdicts = judged(opportunities, profile=gate_profile(as_of=as_of), as_of=as_of)
    proofs = kept_proofs([one.pk for one in opportunities])
    changed = []
    for one in opportunities:
        before = tuple(getattr(one, name) for name in KEPT)
        _keep(one, verdicts[one.pk])
        one.closing_facts = len(completeness(shown_by(proofs.get(one.pk, []), as_of=as_of)).shown)
        if before != tuple(getattr(one, name) for name in KEPT):
            changed.append(one)
    Opportunity.objects.bulk_update(changed, KEPT, batch_size=AT_ONCE)
    return len(changed)


def refresh(opportunity: Opportunity, *, now: datetime) -> None:
    """Gather what is found about one opportunity and judge it."""
    gather([opportunity], now=now)
    judge_again([opportunity], as_of=business_date(now))


def refresh_all(*, now: datetime) -> int:
    """Gather and judge every open opportunity, and those won whose sale is not complete; answers how many changed."""
    numbers = list(
        Opportunity.objects.filter(state__in=[State.OPEN, State.WON], is_history=False)
        .exclude(state=State.WON, closing_facts=3)
        .order_by("pk")
        .values_list("pk", flat=True)
    )
    changed = 0
    for start in range(0, len(numbers), AT_ONCE):
        with transaction.atomic():
            batch = list(Opportunity.objects.select_for_update().filter(pk__in=numbers[start : start + AT_ONCE]))
            gather(batch, now=now)
            changed += judge_again(batch, as_of=business_date(now))
        if start + AT_ONCE < len(numbers):
            let_others_write()
    return changed


@transaction.atomic
def judge_all(*, as_of: date) -> int:
    """Judge every open opportunity by the evidence that is kept, as when other gates take effect."""
    numbers = list(Opportunity.objects.filter(state=State.OPEN, is_history=False).values_list("pk", flat=True))
    changed = 0
    for start in range(0, len(numbers), AT_ONCE):
        batch = list(Opportunity.objects.select_for_update().filter(pk__in=numbers[start : start + AT_ONCE]))
        changed += judge_again(batch, as_of=as_of)
    return changed


def _keep(opportunity: Opportunity, found: Qualification) -> None:
    opportunity.is_qualified = found.is_qualified
    opportunity.qualifies_before = found.ends_before
    opportunity.criteria_met = len(found.verdict.met) if found.verdict else 0
    opportunity.criteria_missing = sum(one.short_by for one in found.verdict.missing) if found.verdict else 0
