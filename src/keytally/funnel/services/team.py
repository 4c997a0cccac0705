"""Keep who works on an opportunity, what the customer needs, against whom, and what a review said."""

from datetime import date, datetime
from typing import TYPE_CHECKING

from django.db import transaction

from keytally.core.clock import business_date
from keytally.funnel.labels import NeedKind
from keytally.funnel.models import CustomerNeed, Opportunity, OpportunityCompetitor, ReviewNote, TeamMember
from keytally.funnel.queries.team import running_team
from keytally.funnel.refusals import UnableToKeepOpportunity
from keytally.funnel.rules.stages import TeamRole
from keytally.funnel.services.handing_over import tell_leaders, waiting_hand_over
from keytally.funnel.services.judging import refresh
from keytally.funnel.services.locking import held_open, tell, touch

if TYPE_CHECKING:
    from collections.abc import Sequence

    from keytally.core.models import User


@transaction.atomic
def add_member(*, opportunity_id: int, person: "User", role: TeamRole, by: "User | None", now: datetime) -> TeamMember:
    """Let somebody into the team of an opportunity with a role; a hand-over that waited for the role reaches them."""
    opportunity, today = held_open(opportunity_id), business_date(now)
    team: Sequence[TeamMember] = list(running_team(opportunity.pk, as_of=today))
    if any(one.person_id == person.pk and one.role == role for one in team):
        raise UnableToKeepOpportunity(("MEMBER_TWICE", {"person": str(person)}))
    member = TeamMember.objects.create(opportunity=opportunity, person=person, role=role, starts_on=today)
    waiting = waiting_hand_over(opportunity)
    if waiting and role in waiting.roles:
        tell_leaders(waiting, now=now)
    _changed(opportunity, now=now)
    tell("team", opportunity, by=by, now=now, after={"person": person.pk, "role": role})
    return member


@transaction.atomic
def end_member(*, member_id: int, by: "User", now: datetime) -> TeamMember:
    """End somebody's role in a team from today on."""
    member = TeamMember.objects.select_related("person").get(pk=member_id)
    opportunity = held_open(member.opportunity_id)
    if member.ends_before:
        raise UnableToKeepOpportunity(("MEMBER_GONE", {"day": member.ends_before}))
    member.ends_before = business_date(now)
    member.save(update_fields=["ends_before"])
    waiting = waiting_hand_over(opportunity)
    if waiting:
        tell_leaders(waiting, now=now)
    _changed(opportunity, now=now)
    tell("team_end", opportunity, by=by, now=now, before={"person": member.person_id, "role": member.role})
    return member


@transaction.atomic
def add_need(
    *, opportunity_id: int, kind: NeedKind, text: str, how_known: str, by: "User | None", now: datetime
) -> CustomerNeed:
    """Keep a need of the customer by its kind (N09)."""
    opportunity = held_open(opportunity_id)
    if not text.strip():
        raise UnableToKeepOpportunity("NOTE_MISSING")
    if kind is NeedKind.UNSPOKEN and not how_known.strip():
        raise UnableToKeepOpportunity("UNSPOKEN_NEEDS_SOURCE")
    need = CustomerNeed.objects.create(
        opportunity=opportunity,
        kind=kind,
        text=text.strip()[:300],
        how_known=how_known.strip()[:300],
        recorded_by=by,
        recorded_on=business_date(now),
    )
    _changed(opportunity, now=now)
    tell("need", opportunity, by=by, now=now, after={"kind": kind, "text": need.text})
    return need


@transaction.atomic
def add_competitor(
    *, opportunity_id: int, name: str, standing: str, by: "User | None", now: datetime
) -> OpportunityCompetitor:
    """Keep a competitor for an opportunity and how they stand."""
    opportunity, name = held_open(opportunity_id), name.strip()[:80]
    if not name:
        raise UnableToKeepOpportunity("NOTE_MISSING")
    if opportunity.competitors.filter(name=name).exists():
        raise UnableToKeepOpportunity(("COMPETITOR_TWICE", {"name": name}))
    competitor = OpportunityCompetitor.objects.create(
        opportunity=opportunity,
        name=name,
        standing=standing.strip()[:300],
        recorded_by=by,
        recorded_on=business_date(now),
    )
    _changed(opportunity, now=now)
    tell("competitor", opportunity, by=by, now=now, after={"name": name, "standing": competitor.standing})
    return competitor


@transaction.atomic
def keep_review(
    *, opportunity_id: int, note: str, next_step: str, due_on: date | None, by: "User", now: datetime
) -> ReviewNote:
    """Keep what a weekly review said of an opportunity and what is done next."""
    opportunity = held_open(opportunity_id)
    if not note.strip():
        raise UnableToKeepOpportunity("NOTE_MISSING")
    kept = ReviewNote.objects.create(
        opportunity=opportunity,
        reviewed_on=business_date(now),
        note=note.strip()[:500],
        next_step=next_step.strip()[:200],
        due_on=due_on,
        by=by,
    )
    tell("review", opportunity, by=by, now=now, after={"note": kept.note, "next": kept.next_step})
    return kept


def _changed(opportunity: Opportunity, *, now: datetime) -> None:
    touch(opportunity, today=business_date(now))
    refresh(opportunity, now=now)
