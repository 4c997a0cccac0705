"""What the page of one opportunity shows: its gates with the evidence for each criterion, its people, its history."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.db.models import QuerySet

from keytally.core.models import Attachment
from keytally.funnel.models import Opportunity, OpportunityPaper, StageEntry
from keytally.funnel.queries.finding import EvidenceFinder, evidence_finders
from keytally.funnel.queries.proofs import LETS_IN, Shown
from keytally.funnel.rules.closing import Completeness, completeness
from keytally.funnel.rules.evidence import counts, shown_by
from keytally.funnel.rules.gates import Criterion, GateProfile, GateVerdict, StageRule, judge_gate
from keytally.funnel.rules.stages import STAGES, CustomerSize, Stage, position


@dataclass(frozen=True, slots=True)
class Line:
    """A criterion on the checklist: whether it has to be there, what meets it, and what looks for it by itself."""

    criterion: Criterion
    is_required: bool
    meets: Sequence[Shown]
    finder: EvidenceFinder | None

    @property
    def is_met(self) -> bool:
        """Tell whether something meets it."""
        return bool(self.meets)


@dataclass(frozen=True, slots=True)
class GateShown:
    """A gate as its checklist shows it."""

    rule: StageRule
    verdict: GateVerdict
    lines: Sequence[Line]
    needed: int
    is_here: bool
    # How it came in although the gate was closed: OVERRIDE or REPEAT.
    let_in: str = ""


def gates_of(opportunity: Opportunity, *, shown: Sequence[Shown], profile: GateProfile, as_of: date) -> list[GateShown]:
    """Show the gate of the stage an opportunity stands in, and of the next one."""
    here = position(opportunity.stage)
    stages = [stage for stage in STAGES if position(stage) in (here, here + 1)]
    entry = current_entry(opportunity)
    return [
        _gate(
            stage,
            opportunity=opportunity,
            shown=shown,
            profile=profile,
            as_of=as_of,
            entry=entry if stage == opportunity.stage else None,
        )
        for stage in stages
    ]


def closing_of(shown: Sequence[Shown], *, as_of: date) -> Completeness:
    """Show which of the three facts of a complete sale are on file."""
    return completeness(shown_by([one.proof for one in shown], as_of=as_of))


def current_entry(opportunity: Opportunity) -> StageEntry | None:
    """Find how an opportunity came into the stage it stands in."""
    return opportunity.entries.filter(left_on=None).select_related("by").first()


def history_of(opportunity: Opportunity) -> QuerySet[StageEntry]:
    """List the stages an opportunity went through, with who took it over."""
    entries = StageEntry.objects.filter(opportunity=opportunity)
    return entries.select_related("by", "hand_over__accepted_by", "judged_by").order_by("-number")


def papers_of(opportunity: Opportunity) -> QuerySet[OpportunityPaper]:
    """List the papers of an opportunity with their files."""
    return OpportunityPaper.objects.filter(opportunity=opportunity).select_related("attachment")


def other_files(opportunity: Opportunity, files: QuerySet[Attachment]) -> QuerySet[Attachment]:
    """Leave out the files that are papers."""
    return files.exclude(pk__in=OpportunityPaper.objects.filter(opportunity=opportunity).values("attachment"))


def _gate(
    stage: Stage,
    *,
    opportunity: Opportunity,
    shown: Sequence[Shown],
    profile: GateProfile,
    as_of: date,
    entry: StageEntry | None,
) -> GateShown:
    size = CustomerSize(opportunity.customer_size) if opportunity.customer_size else CustomerSize.GOVERNMENT
    gate = profile.gate(stage, size=size)
    verdict = judge_gate(gate, shown_by([one.proof for one in shown], as_of=as_of))
    finders = {code: finder for finder in evidence_finders().values() for code in finder.criteria}
    lines = [
        Line(
            criterion=profile.criteria[code],
            is_required=code in gate.required,
            meets=[one for one in shown if one.proof.criterion == code and counts(one.proof, as_of=as_of)],
            finder=finders.get(code),
        )
        for code in gate.criteria
    ]
    is_let_in = entry is not None and entry.direction in LETS_IN
    return GateShown(
        rule=profile.stages[stage],
        verdict=verdict,
        lines=lines,
        needed=gate.needed,
        is_here=stage == opportunity.stage,
        let_in=entry.direction if entry and is_let_in else "",
    )
