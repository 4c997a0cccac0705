"""What would other gates do to today's funnel? Which opportunities stop qualifying, which newly qualify."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from keytally.core.rule_sets import Content
from keytally.funnel.models import Opportunity
from keytally.funnel.queries.proofs import kept_proofs, let_in
from keytally.funnel.rule_data import gate_profile
from keytally.funnel.rules.changing import Change, change_for
from keytally.funnel.rules.gate_data import read_profile
from keytally.funnel.rules.gates import GateProfile
from keytally.funnel.rules.stages import CustomerSize, Stage, State

AT_ONCE = 1000


@dataclass(frozen=True, slots=True)
class Effect:
    """What a change of gates would do: how many were judged, which stop qualifying, which newly qualify."""

    judged: int
    stops: Sequence[Opportunity]
    newly: Sequence[Opportunity]


def effect_of(content: Content, *, as_of: date) -> Effect:
    """Judge today's open opportunities by other gates; those that a manager let in stay in."""
    before, after = gate_profile(as_of=as_of), read_profile(content)
    touched = [stage.value for stage in Stage if before.stages[stage].gates != after.stages[stage].gates]
    open_ones = Opportunity.objects.filter(state=State.OPEN, stage__in=touched, is_history=False)
    numbers = list(open_ones.order_by("pk").values_list("pk", flat=True))
    stops: list[Opportunity] = []
    newly: list[Opportunity] = []
    for start in range(0, len(numbers), AT_ONCE):
        batch = list(open_ones.filter(pk__in=numbers[start : start + AT_ONCE]).select_related("account", "owner"))
        for one, change in _changes(batch, before=before, after=after, as_of=as_of):
            if change is not Change.STAYS:
                (stops if change is Change.STOPS else newly).append(one)
    return Effect(len(numbers), stops, newly)


def _changes(
    batch: Sequence[Opportunity], *, before: GateProfile, after: GateProfile, as_of: date
) -> list[tuple[Opportunity, Change]]:
    numbers = [one.pk for one in batch]
    proofs, welcomed = kept_proofs(numbers), let_in(numbers)
    return [
        (
            one,
            change_for(
                Stage(one.stage),
                size=CustomerSize(one.customer_size),
                proofs=proofs.get(one.pk, []),
                before=before,
                after=after,
                as_of=as_of,
            ),
        )
        for one in batch
        if one.pk not in welcomed
    ]
