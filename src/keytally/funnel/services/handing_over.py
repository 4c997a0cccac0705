"""A stage change waits for the role that leads the new stage; somebody in it accepts."""

from datetime import datetime
from typing import TYPE_CHECKING

from django.db import transaction

from keytally.core.clock import business_date
from keytally.funnel.labels import TEAM_ROLE_LABELS
from keytally.funnel.models import StageEntry, StageHandOver, TeamMember
from keytally.funnel.queries.team import running_team
from keytally.funnel.refusals import UnableToKeepOpportunity
from keytally.funnel.rule_data import gate_profile
from keytally.funnel.rules.stages import Stage, TeamRole
from keytally.funnel.services.locking import held_open, named, tell, touch
from keytally.funnel.subjects import opportunity as subject_of
from keytally.worklist.services import close_item, open_item

if TYPE_CHECKING:
    from keytally.core.models import User
    from keytally.funnel.models import Opportunity

WAITING = "funnel.hand_over"


def hand_over_after(entry: StageEntry, *, before: str, by: "User | None", now: datetime) -> StageHandOver | None:
    """Ask the role that leads the new stage to accept it; nothing is asked where the same roles lead both."""
    profile = gate_profile(as_of=business_date(now))
    roles = profile.stages[Stage(entry.stage)].led_by
    if before and set(profile.stages[Stage(before)].led_by) == set(roles):
        return None
    asked = StageHandOver.objects.create(entry=entry, roles=[role.value for role in roles], asked_at=now, asked_by=by)
    own = next((one for one in _leaders(asked, now=now) if by and one.person_id == by.pk), None)
    if own:
        _accept(asked, member=own, now=now)
    else:
        tell_leaders(asked, now=now)
    return asked


@transaction.atomic
def accept_hand_over(*, opportunity_id: int, by: "User", now: datetime) -> StageHandOver:
    """Accept the stage an opportunity stands in, as somebody whose role leads it."""
    opportunity = held_open(opportunity_id)
    asked = waiting_hand_over(opportunity)
    if asked is None:
        raise UnableToKeepOpportunity("HAND_OVER_NOT_WAITING")
    member = next((one for one in _leaders(asked, now=now) if one.person_id == by.pk), None)
    if member is None:
        roles = ", ".join(str(TEAM_ROLE_LABELS[TeamRole(role)]) for role in asked.roles)
        raise UnableToKeepOpportunity(("HAND_OVER_NOT_YOURS", {"roles": roles}))
    _accept(asked, member=member, now=now)
    touch(opportunity, today=business_date(now))
    tell("hand_over", opportunity, by=by, now=now, after={"stage": opportunity.stage, "role": member.role})
    return asked


def waiting_hand_over(opportunity: "Opportunity") -> StageHandOver | None:
    """Find the hand-over that waits for an opportunity's stage."""
    waiting = StageHandOver.objects.filter(
        entry__opportunity=opportunity, entry__left_on=None, accepted_at=None, lapsed_at=None
    )
    return waiting.select_related("entry").first()


def tell_leaders(asked: StageHandOver, *, now: datetime) -> None:
    """Let the hand-over wait for those whose role leads the stage; where nobody has it, for the owner, to name one."""
    opportunity = asked.entry.opportunity
    leaders = [member.person for member in _leaders(asked, now=now)]
    code = "ACCEPT" if leaders else "NAME_LEADER"
    if leaders:
        close_item(kind=WAITING, subject=subject_of(opportunity.pk), now=now)
    for owner in leaders or ([opportunity.owner] if opportunity.owner else []):
        open_item(
            kind=WAITING,
            subject=subject_of(opportunity.pk),
            owner=owner,
            deadline=None,
            reason_code=code,
            parameters=named(opportunity),
            now=now,
        )


def lapse(entry: StageEntry, *, now: datetime) -> None:
    """End a hand-over that nobody accepted before the opportunity moved on."""
    waiting = StageHandOver.objects.filter(entry=entry, accepted_at=None, lapsed_at=None)
    if waiting.update(lapsed_at=now):
        close_item(kind=WAITING, subject=subject_of(entry.opportunity_id), now=now)


def _accept(asked: StageHandOver, *, member: TeamMember, now: datetime) -> None:
    asked.accepted_by, asked.accepted_as, asked.accepted_at = member.person, member.role, now
    asked.save(update_fields=["accepted_by", "accepted_as", "accepted_at"])
    close_item(kind=WAITING, subject=subject_of(asked.entry.opportunity_id), now=now, by=member.person)


def _leaders(asked: StageHandOver, *, now: datetime) -> list[TeamMember]:
    team = running_team(asked.entry.opportunity_id, as_of=business_date(now))
    return [member for member in team if member.role in asked.roles]
