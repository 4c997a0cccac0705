"""Move opportunities from stage to stage: the one way, whoever asks - board, form, import, program.

Every gate on the way is judged; a manager may override closed ones with a reason, which is counted. Back is always
open. Each stage that is passed is entered in the history.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from django.db import transaction

from keytally.core.clock import business_date
from keytally.core.rule_sets import used_rule_set
from keytally.funnel.labels import stage_name
from keytally.funnel.models import Opportunity, StageEntry
from keytally.funnel.queries.proofs import kept_proofs
from keytally.funnel.queries.reach import OVERRIDE, visible_to
from keytally.funnel.refusals import GateClosed, UnableToKeepOpportunity
from keytally.funnel.rule_data import GATES, gate_profile
from keytally.funnel.rules.evidence import shown_by
from keytally.funnel.rules.gates import GateProfile, GateVerdict, judge_gate
from keytally.funnel.rules.stages import CustomerSize, Direction, Stage, gates_between, is_back
from keytally.funnel.services.gathering import gather
from keytally.funnel.services.going_on import keep_going_on
from keytally.funnel.services.handing_over import hand_over_after, lapse
from keytally.funnel.services.judging import judge_again
from keytally.funnel.services.locking import held_open, tell

if TYPE_CHECKING:
    from keytally.core.models import RuleSetVersion, User


@dataclass(frozen=True, slots=True)
class Step:
    """How an opportunity comes into a stage: which way, why, and what its gate missed."""

    stage: Stage
    direction: Direction
    reason: str = ""
    missing: tuple[str, ...] = ()


@transaction.atomic
def move(
    *, opportunity_id: int, to: Stage, by: "User | None", now: datetime, seen_in: str | None = None, reason: str = ""
) -> Opportunity:
    """Move an opportunity to a stage, or raise `GateClosed` with what every closed gate on the way misses.

    `seen_in` is the stage in which whoever moves saw it: somebody who looked at an old page moves nothing.
    """
    opportunity = held_open(opportunity_id)
    _need_seen(opportunity, to=to, seen_in=seen_in)
    _need_known(opportunity)
    if is_back(opportunity.stage, to):
        return _walk(opportunity, [Step(to, Direction.BACK, reason.strip())], by=by, now=now)
    gather([opportunity], now=now)
    profile = gate_profile(as_of=business_date(now))
    closed = {
        stage: verdict for stage, verdict in _verdicts(opportunity, to, profile, now).items() if not verdict.passed
    }
    if closed:
        raise GateClosed(closed, profile=profile)
    steps = [Step(stage, Direction.FORWARD, reason.strip()) for stage in gates_between(opportunity.stage, to)]
    return _walk(opportunity, steps, by=by, now=now)


@transaction.atomic
def override(*, opportunity_id: int, to: Stage, reason: str, by: "User", now: datetime) -> Opportunity:
    """Let an opportunity past closed gates, or stay where its gate has closed, by a manager with a reason; counted."""
    opportunity = held_open(opportunity_id)
    today = business_date(now)
    _need_known(opportunity)
    if not visible_to(by, as_of=today, permission=OVERRIDE).filter(pk=opportunity.pk).exists():
        raise UnableToKeepOpportunity("OVERRIDE_NOT_PERMITTED")
    if not reason.strip():
        raise UnableToKeepOpportunity("REASON_MISSING")
    if is_back(opportunity.stage, to):
        raise UnableToKeepOpportunity("OVERRIDE_GOES_BACK")
    gather([opportunity], now=now)
    profile = gate_profile(as_of=today)
    verdicts = _verdicts(opportunity, to, profile, now)
    if all(verdict.passed for verdict in verdicts.values()):
        raise UnableToKeepOpportunity("OVERRIDE_NOT_NEEDED")
    steps = [_step(stage, verdict, reason.strip()) for stage, verdict in verdicts.items()]
    opportunity.override_count += sum(step.direction is Direction.OVERRIDE for step in steps)
    opportunity.save(update_fields=["override_count"])
    return _walk(opportunity, steps, by=by, now=now)


def enter(
    opportunity: Opportunity, step: Step, *, by: "User | None", now: datetime, rules: "RuleSetVersion"
) -> StageEntry:
    """Leave the stage an opportunity stands in and enter another in its history."""
    today = business_date(now)
    last = opportunity.entries.order_by("-number").first()
    if last and last.left_on is None:
        last.left_on = max(today, last.entered_on)
        last.save(update_fields=["left_on"])
        lapse(last, now=now)
    return StageEntry.objects.create(
        opportunity=opportunity,
        number=last.number + 1 if last else 1,
        stage=step.stage,
        direction=step.direction,
        entered_on=today,
        entered_at=now,
        by=by,
        reason=step.reason[:500],
        missing=list(step.missing),
        judged_by=rules,
    )


def _verdicts(opportunity: Opportunity, to: Stage, profile: GateProfile, now: datetime) -> Mapping[Stage, GateVerdict]:
    """Judge every gate on the way; of the stage it stands in already, where that is where it is to stay."""
    evidence = shown_by(kept_proofs([opportunity.pk]).get(opportunity.pk, []), as_of=business_date(now))
    size = CustomerSize(opportunity.customer_size)
    stages = gates_between(opportunity.stage, to) or [to]
    return {stage: judge_gate(profile.gate(stage, size=size), evidence) for stage in stages}


def _need_known(opportunity: Opportunity) -> None:
    """Refuse to judge imported history of which nobody knows the account, the owner or the customer's size."""
    if not (opportunity.account_id and opportunity.owner_id and opportunity.customer_size):
        raise UnableToKeepOpportunity("HISTORY_INCOMPLETE")


def _step(stage: Stage, verdict: GateVerdict, reason: str) -> Step:
    if verdict.passed:
        return Step(stage, Direction.FORWARD)
    return Step(stage, Direction.OVERRIDE, reason, tuple(code for one in verdict.missing for code in one.criteria))


def _walk(opportunity: Opportunity, steps: list[Step], *, by: "User | None", now: datetime) -> Opportunity:
    today, before = business_date(now), opportunity.stage
    rules = used_rule_set(GATES, as_of=today, now=now)
    for step in steps:
        entry = enter(opportunity, step, by=by, now=now, rules=rules)
    keep_going_on([opportunity.pk])
    opportunity.stage, opportunity.stage_since = steps[-1].stage, today
    opportunity.touched_on = max(opportunity.touched_on, today)
    opportunity.save(update_fields=["stage", "stage_since", "touched_on"])
    hand_over_after(entry, before=before, by=by, now=now)
    judge_again([opportunity], as_of=today)
    tell(
        "override" if any(step.direction is Direction.OVERRIDE for step in steps) else "move",
        opportunity,
        by=by,
        now=now,
        reason=steps[-1].reason,
        before={"stage": before},
        after={"stage": opportunity.stage, "direction": steps[-1].direction},
    )
    return opportunity


def _need_seen(opportunity: Opportunity, *, to: Stage, seen_in: str | None) -> None:
    if seen_in is not None and seen_in != opportunity.stage:
        raise UnableToKeepOpportunity(("MOVED_MEANWHILE", {"stage": stage_name(opportunity.stage)}))
    if opportunity.stage == to:
        raise UnableToKeepOpportunity(("SAME_STAGE", {"stage": stage_name(to)}))
