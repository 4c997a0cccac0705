"""Which opportunities has nobody touched for longer than their stage allows?"""

from datetime import date, timedelta

from django.db.models import Q, QuerySet

from keytally.funnel.models import Opportunity
from keytally.funnel.rule_data import gate_profile
from keytally.funnel.rules.stages import IN_FRONT, STAGES, Stage, State
from keytally.worklist.models import WorkItem


def stale(found: QuerySet[Opportunity], *, as_of: date) -> QuerySet[Opportunity]:
    """Keep open opportunities that nothing happened with for as many days as their stage says."""
    profile = gate_profile(as_of=as_of)
    fits = Q(stage=IN_FRONT, touched_on__lte=as_of - timedelta(days=profile.stages[Stage.TARGET].stale_days))
    for stage in STAGES:
        fits |= Q(stage=stage, touched_on__lte=as_of - timedelta(days=profile.stages[stage].stale_days))
    return found.filter(fits, state=State.OPEN, is_history=False)


def waiting_subjects(kind: str, *, subject_kind: str) -> set[int]:
    """List the subjects for which work of a kind waits."""
    items = WorkItem.objects.filter(kind=kind, subject_kind=subject_kind, state=WorkItem.State.OPEN)
    return set(items.values_list("subject_id", flat=True))
