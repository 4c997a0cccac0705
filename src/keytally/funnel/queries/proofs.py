"""The evidence of opportunities as the rules judge it: what is kept, and what is found on the spot."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from keytally.funnel.models import GateEvidence, Opportunity, StageEntry
from keytally.funnel.queries.finding import Found, found_for
from keytally.funnel.rules.evidence import Proof, Qualification, qualification
from keytally.funnel.rules.gates import GateProfile
from keytally.funnel.rules.stages import CustomerSize, Direction, Stage

LETS_IN = frozenset({Direction.OVERRIDE.value, Direction.REPEAT.value})


@dataclass(frozen=True, slots=True)
class Shown:
    """A piece of evidence as a page shows it: a row that is kept, or something found that is not kept yet."""

    proof: Proof
    row: GateEvidence | None
    found: Found | None = None


def kept_proofs(numbers: Collection[int]) -> dict[int, list[Proof]]:
    """Read the evidence that is kept for opportunities, in one query."""
    proofs: dict[int, list[Proof]] = defaultdict(list)
    rows = GateEvidence.objects.filter(opportunity__in=numbers).order_by()
    columns = ("opportunity", "criterion", "happened_on", "ends_before", "voided_on")
    for number, criterion, happened_on, ends_before, voided_on in rows.values_list(*columns):
        proofs[number].append(Proof(criterion, happened_on, ends_before, voided_on))
    return proofs


def let_in(numbers: Collection[int]) -> set[int]:
    """List the opportunities that came into their stage by an override or as a repeat purchase."""
    current = StageEntry.objects.filter(opportunity__in=numbers, left_on=None, direction__in=LETS_IN)
    return set(current.values_list("opportunity", flat=True))


def evidence_shown(opportunity: Opportunity, *, as_of: date) -> list[Shown]:
    """List the evidence of an opportunity as it would be judged now: kept, and found though not kept yet."""
    rows = list(opportunity.evidence.select_related("recorded_by", "voided_by"))
    found = {one.key: one for one in found_for([opportunity], as_of=as_of)[opportunity.pk]}
    shown = []
    for row in rows:
        is_gone = bool(row.finder) and row.voided_on is None and base_key(row) not in found
        found.pop(base_key(row), None) if row.voided_on is None else None
        proof = Proof(row.criterion, row.happened_on, row.ends_before, as_of if is_gone else row.voided_on)
        shown.append(Shown(proof, row))
    fresh = [Shown(Proof(one.criterion, one.happened_on, one.ends_before), None, one) for one in found.values()]
    return sorted([*fresh, *shown], key=lambda one: one.proof.happened_on, reverse=True)


def base_key(row: GateEvidence) -> str:
    """Name the finding behind a row, whichever time it was found."""
    return f"{row.finder}:{row.criterion}:{row.subject_kind}:{row.subject_id}"


def judged(opportunities: Sequence[Opportunity], *, profile: GateProfile, as_of: date) -> Mapping[int, Qualification]:
    """Judge opportunities by the evidence that is kept, in two queries."""
    numbers = [one.pk for one in opportunities]
    proofs, welcomed = kept_proofs(numbers), let_in(numbers)
    return {
        one.pk: qualification(
            Stage(one.stage) if one.stage else None,
            size=CustomerSize(one.customer_size) if one.customer_size else CustomerSize.GOVERNMENT,
            profile=profile,
            proofs=proofs.get(one.pk, []),
            is_let_in=one.pk in welcomed,
            as_of=as_of,
        )
        for one in opportunities
    }
