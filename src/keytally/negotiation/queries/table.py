"""What lies on the table: moves, packages scored for both sides, what is used up, what was approved."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from keytally.approvals.models import Request
from keytally.negotiation.models import Negotiation, NegotiationIssue, RoundMove, TacticUse
from keytally.negotiation.rule_data import tactics
from keytally.negotiation.rules.issues import Issue, Side, Zone, is_opening_modest, value, zone
from keytally.negotiation.rules.packages import Alternatives, Package, Score, fairest, frontier, score
from keytally.negotiation.rules.pattern import Move, concessions
from keytally.negotiation.rules.phases import Phase, PhaseFound, Record, Suggestion, phase_of, suggestions
from keytally.negotiation.rules.trades import Swap, swaps

WALK_AWAY = "walk_away"
ISSUE = "negotiation_issue"
MOST_SWAPS = 6


@dataclass(frozen=True, slots=True)
class OnTable:
    """An issue as it lies on the table now."""

    issue: NegotiationIssue
    zone: Zone
    ours: int
    theirs: int
    is_modest: bool
    approved: int | None

    @property
    def our_text(self) -> str:
        """Our last offer in words."""
        return self.issue.words(self.ours)

    @property
    def their_text(self) -> str:
        """Their last demand in words."""
        return self.issue.words(self.theirs)


@dataclass(frozen=True, slots=True)
class Picture:
    """Everything that is computed of a negotiation's issues."""

    table: Sequence[OnTable]
    frontier: tuple[Package, ...]
    fairest: tuple[Package, ...]
    ours: Score | None
    theirs: Score | None
    swaps: tuple[Swap, ...]
    gaps: Sequence[OnTable]


def issues_of(negotiation: Negotiation) -> list[NegotiationIssue]:
    """List the issues on the table, those that weigh most for us first."""
    return list(negotiation.issues.all())


def rules_of(issues: Sequence[NegotiationIssue]) -> dict[str, Issue]:
    """Read issues as the rules take them."""
    return {str(issue.pk): issue.rule for issue in issues}


def moves_of(negotiation: Negotiation) -> list[Move]:
    """List the moves of all rounds in their order."""
    rows = (
        RoundMove.objects.filter(round__negotiation=negotiation)
        .select_related("round")
        .order_by("round__number", "-side", "id")
    )
    return [Move(one.round.number, Side(one.side), str(one.issue_id), one.level, one.in_return) for one in rows]


def on_table(negotiation: Negotiation) -> list[OnTable]:
    """List the issues with the last level of both sides; before the first round their openings."""
    issues, approved = issues_of(negotiation), approved_levels(negotiation)
    last = {(one.issue, one.side): one.level for one in moves_of(negotiation)}
    return [
        OnTable(
            issue,
            zone(issue.rule),
            last.get((str(issue.pk), Side.US), issue.our_opening),
            last.get((str(issue.pk), Side.THEM), issue.their_opening),
            is_opening_modest(issue.rule),
            approved.get(issue.pk),
        )
        for issue in issues
    ]


def picture_of(negotiation: Negotiation) -> Picture:
    """Score the offers of both sides and find the efficient packages, the fairest, and swaps at no loss."""
    table = on_table(negotiation)
    rules = [one.issue.rule for one in table]
    best = alternatives_of(negotiation)
    found = frontier(rules, alternatives=best)
    ours = {str(one.issue.pk): one.ours for one in table}
    theirs = {str(one.issue.pk): one.theirs for one in table}
    return Picture(
        table=table,
        frontier=found,
        fairest=fairest(found, alternatives=best),
        ours=score(rules, ours) if table else None,
        theirs=score(rules, theirs) if table else None,
        swaps=swaps(rules, ours)[:MOST_SWAPS] if table else (),
        gaps=[one for one in table if one.zone.is_empty],
    )


def alternatives_of(negotiation: Negotiation) -> Alternatives:
    """Read the best alternatives as utilities."""
    return Alternatives(
        Fraction(negotiation.our_alternative_ppm, 1_000_000), Fraction(negotiation.their_alternative_ppm, 1_000_000)
    )


def approved_levels(negotiation: Negotiation) -> dict[int, int]:
    """List for each issue the furthest level beyond the walk-away that was approved."""
    issues = {issue.pk: issue for issue in issues_of(negotiation)}
    granted = Request.objects.filter(
        kind=WALK_AWAY, subject_kind=ISSUE, subject_id__in=issues, state=Request.State.APPROVED
    )
    found: dict[int, int] = {}
    for number, facts in granted.values_list("subject_id", "facts"):
        level = int(str(facts["level"]).removeprefix("number:"))
        rule = issues[number].rule
        if number not in found or value(rule, level, side=Side.US) < value(rule, found[number], side=Side.US):
            found[number] = level
    return found


def is_granted(issue: NegotiationIssue, level: int, approved: Mapping[int, int]) -> bool:
    """Tell whether a level beyond the walk-away lies within what was approved."""
    rule = issue.rule
    return issue.pk in approved and value(rule, level, side=Side.US) >= value(rule, approved[issue.pk], side=Side.US)


def requests_about(negotiation: Negotiation) -> list[Request]:
    """List the requests to go beyond a walk-away, the newest first."""
    numbers = [issue.pk for issue in issues_of(negotiation)]
    found = Request.objects.filter(kind=WALK_AWAY, subject_kind=ISSUE, subject_id__in=numbers)
    return list(found.select_related("requester").order_by("-pk"))


def phase_now(negotiation: Negotiation, *, as_of: date) -> PhaseFound:
    """Name the phase: chosen by hand, or proposed with its reason."""
    if negotiation.phase:
        return PhaseFound(Phase(negotiation.phase), "CHOSEN")
    rules, moves = rules_of(issues_of(negotiation)), moves_of(negotiation)
    used = sum((one.weighted for one in concessions(moves, rules)), Fraction(0))
    has_offered = any(one.side is Side.US for one in moves)
    return phase_of(has_offered=has_offered, used=used, deadline=negotiation.deadline, as_of=as_of)


def records() -> dict[str, Record]:
    """Count how often each tactic was used with a known end, and how often it helped."""
    counted: dict[str, list[int]] = {}
    for tactic, result in TacticUse.objects.exclude(result="").values_list("tactic", "result"):
        kept = counted.setdefault(tactic, [0, 0])
        kept[0] += 1
        kept[1] += result == "HELPED"
    return {tactic: Record(used, helped) for tactic, (used, helped) in counted.items()}


def tactics_now(negotiation: Negotiation, *, as_of: date) -> tuple[Suggestion, ...]:
    """Suggest tactics for the phase and what was marked."""
    return suggestions(
        tactics(as_of=as_of),
        phase=phase_now(negotiation, as_of=as_of).phase,
        difficulties=negotiation.difficulties,
        methods=negotiation.methods,
        records=records(),
    )
