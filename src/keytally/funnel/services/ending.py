"""End an opportunity won, lost or stopped, and take a stopped one up again."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING

from django.db import transaction

from keytally.core.clock import business_date
from keytally.core.rule_sets import used_rule_set
from keytally.funnel.labels import EndReason, stage_name
from keytally.funnel.models import Opportunity
from keytally.funnel.queries.proofs import judged
from keytally.funnel.refusals import MissingWords, UnableToKeepOpportunity
from keytally.funnel.rule_data import GATES, gate_profile
from keytally.funnel.rules.stages import Direction, Stage, State
from keytally.funnel.services.going_on import keep_going_on
from keytally.funnel.services.handing_over import lapse
from keytally.funnel.services.judging import refresh
from keytally.funnel.services.locking import held, held_open, tell
from keytally.funnel.services.moving import Step, enter
from keytally.funnel.subjects import opportunity as subject_of
from keytally.worklist.services import close_item

if TYPE_CHECKING:
    from keytally.core.models import User

NO_LONGER, STALE, LOOK_AGAIN = "funnel.no_longer_qualifies", "funnel.stale", "funnel.look_again"


@dataclass(frozen=True, slots=True)
class Ending:
    """Why an opportunity ends, who won it instead, and what is learnt."""

    reason: EndReason
    note: str = ""
    lost_to: str = ""
    lesson: str = ""


@transaction.atomic
def close_won(*, opportunity_id: int, by: "User", now: datetime, note: str = "") -> Opportunity:
    """Win an opportunity that stands in closing and qualifies for it; payment and shipment may still be due (F11)."""
    opportunity = held_open(opportunity_id)
    if opportunity.stage != Stage.CLOSING:
        raise UnableToKeepOpportunity(("NOT_IN_CLOSING", {"stage": stage_name(opportunity.stage)}))
    refresh(opportunity, now=now)
    profile = gate_profile(as_of=business_date(now))
    found = judged([opportunity], profile=profile, as_of=business_date(now))[opportunity.pk]
    if not found.is_qualified and found.verdict:
        raise UnableToKeepOpportunity(
            ("NO_LONGER_QUALIFIES", {"missing": MissingWords(found.verdict.missing, profile)})
        )
    opportunity.end_note = note.strip()[:500]
    return _end(opportunity, State.WON, by=by, now=now)


@transaction.atomic
def close_lost(*, opportunity_id: int, ending: Ending, by: "User", now: datetime) -> Opportunity:
    """Lose an opportunity, with the reason, the competitor and the lesson."""
    opportunity = held_open(opportunity_id)
    _say(opportunity, ending)
    return _end(opportunity, State.LOST, by=by, now=now)


@transaction.atomic
def stop(*, opportunity_id: int, ending: Ending, look_again_on: date, by: "User", now: datetime) -> Opportunity:
    """Stop an opportunity, with the reason and the day on which to look again."""
    opportunity = held_open(opportunity_id)
    if look_again_on <= business_date(now):
        raise UnableToKeepOpportunity("LOOK_AGAIN_NOT_LATER")
    _say(opportunity, ending)
    opportunity.look_again_on = look_again_on
    return _end(opportunity, State.STOPPED, by=by, now=now)


@transaction.atomic
def resume(*, opportunity_id: int, by: "User", now: datetime) -> Opportunity:
    """Take a stopped opportunity up again in the stage it stood in; whether it still qualifies is judged anew."""
    opportunity, today = held(opportunity_id), business_date(now)
    if opportunity.state != State.STOPPED:
        raise UnableToKeepOpportunity("NOT_STOPPED")
    opportunity.state, opportunity.closed_on, opportunity.look_again_on = State.OPEN, None, None
    opportunity.end_reason, opportunity.touched_on = "", today
    opportunity.stage_since = today
    opportunity.save()
    if opportunity.stage:
        step = Step(Stage(opportunity.stage), _direction_of_last(opportunity))
        enter(opportunity, step, by=by, now=now, rules=used_rule_set(GATES, as_of=today, now=now))
        keep_going_on([opportunity.pk])
    refresh(opportunity, now=now)
    close_item(kind=LOOK_AGAIN, subject=subject_of(opportunity.pk), now=now, by=by)
    tell("resume", opportunity, by=by, now=now, after={"stage": opportunity.stage})
    return opportunity


def _direction_of_last(opportunity: Opportunity) -> Direction:
    """Come back as what an opportunity stood there: an override does not outlive the pause."""
    last = opportunity.entries.order_by("-number").first()
    return Direction.HISTORY if last and last.direction == Direction.HISTORY else Direction.BACK


def _say(opportunity: Opportunity, ending: Ending) -> None:
    if not ending.note.strip():
        raise UnableToKeepOpportunity("REASON_MISSING")
    opportunity.end_reason = ending.reason
    opportunity.end_note = ending.note.strip()[:500]
    opportunity.lost_to = ending.lost_to.strip()[:80]
    opportunity.lesson = ending.lesson.strip()[:500]


def _end(opportunity: Opportunity, state: State, *, by: "User", now: datetime) -> Opportunity:
    today = business_date(now)
    opportunity.state, opportunity.closed_on = state, today
    opportunity.touched_on = today
    opportunity.save()
    last = opportunity.entries.filter(left_on=None).first()
    if last:
        last.left_on = max(today, last.entered_on)
        last.save(update_fields=["left_on"])
        lapse(last, now=now)
    keep_going_on([opportunity.pk])
    for kind in (NO_LONGER, STALE):
        close_item(kind=kind, subject=subject_of(opportunity.pk), now=now, by=by)
    tell(
        state.value.lower(),
        opportunity,
        by=by,
        now=now,
        reason=opportunity.end_note,
        after={"stage": opportunity.stage, "reason": opportunity.end_reason, "lost_to": opportunity.lost_to},
    )
    return opportunity
