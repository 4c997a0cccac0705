"""Keep segments, campaigns, occasions, and who was invited and came (F02, F05, D06)."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from django.db import IntegrityError, transaction

from keytally.core.services import record_audit
from keytally.core.subjects import Subject
from keytally.prospecting.labels import Assessment, OccasionKind
from keytally.prospecting.models import Campaign, Lead, Occasion, OccasionGuest, Segment
from keytally.prospecting.refusals import UnableToProspect
from keytally.prospecting.rules.sources import LeadSource
from keytally.prospecting.subjects import CAMPAIGN, OCCASION, SEGMENT

if TYPE_CHECKING:
    from keytally.accounts.models import Contact
    from keytally.core.models import User


@transaction.atomic
def keep_segment(kept: Segment | None, *, facts: Mapping[str, Any], by: "User", on: date, now: datetime) -> Segment:
    """Add a segment or change it; a first assessment carries who made it and when."""
    segment = kept or Segment()
    before = None if kept is None else _shown(segment, ("name_zh", "fits", "result"))
    is_assessed_anew = facts["result"] != segment.result or kept is None
    for name, value in facts.items():
        setattr(segment, name, value)
    if segment.result == Assessment.OPEN:
        segment.assessed_by = segment.assessed_on = None
    elif is_assessed_anew:
        segment.assessed_by, segment.assessed_on = by, on
    try:
        with transaction.atomic():
            segment.save()
    except IntegrityError as fault:
        raise UnableToProspect("SEGMENT_KNOWN") from fault
    after = _shown(segment, ("name_zh", "fits", "result"))
    record_audit("segment.keep", by=by, at=now, subject=Subject(SEGMENT, segment.pk), before=before, after=after)
    return segment


@transaction.atomic
def keep_campaign(kept: Campaign | None, *, facts: Mapping[str, Any], by: "User", now: datetime) -> Campaign:
    """Add a campaign or change it."""
    if facts["ends_before"] <= facts["starts_on"]:
        raise UnableToProspect("ENDS_EARLY")
    campaign = kept or Campaign(owner=by)
    before = None if kept is None else _campaign(campaign)
    for name, value in facts.items():
        setattr(campaign, name, value)
    campaign.source = LeadSource(campaign.source)
    campaign.save()
    record_audit(
        "campaign.keep",
        by=by,
        at=now,
        subject=Subject(CAMPAIGN, campaign.pk),
        before=before,
        after=_campaign(campaign),
    )
    return campaign


@transaction.atomic
def hold_occasion(
    *, kind: OccasionKind, title: str, held_on: date, campaign: Campaign | None, by: "User", now: datetime
) -> Occasion:
    """Set an occasion on a day: of the company, or of a campaign."""
    if kind is OccasionKind.CAMPAIGN and campaign is None:
        raise UnableToProspect("CAMPAIGN_MISSING")
    kept = Occasion.objects.create(
        kind=kind,
        title=title.strip(),
        held_on=held_on,
        campaign=campaign if kind is OccasionKind.CAMPAIGN else None,
        owner=by,
    )
    after = {"kind": kind, "title": kept.title, "held_on": held_on.isoformat()}
    record_audit("occasion.hold", by=by, at=now, subject=Subject(OCCASION, kept.pk), after=after)
    return kept


@transaction.atomic
def invite(
    occasion: Occasion, *, lead: Lead | None = None, contact: "Contact | None" = None, by: "User", now: datetime
) -> OccasionGuest:
    """Invite a lead or a contact."""
    guest = lead or contact
    if occasion.guests.filter(lead=lead, contact=contact).exists():
        raise UnableToProspect(("GUEST_KNOWN", {"name": str(guest)}))
    kept = OccasionGuest.objects.create(occasion=occasion, lead=lead, contact=contact)
    after = {"guest": kept.pk, "lead": lead.pk if lead else None, "contact": contact.pk if contact else None}
    record_audit("occasion.invite", by=by, at=now, subject=Subject(OCCASION, occasion.pk), after=after)
    return kept


@transaction.atomic
def mark_came(guest: OccasionGuest, *, came: bool, by: "User", on: date, now: datetime) -> None:
    """Say whether a guest came; known only when the day has come."""
    if guest.occasion.held_on > on:
        raise UnableToProspect("NOT_HELD_YET")
    guest.came = came
    guest.save(update_fields=["came"])
    after = {"guest": guest.pk, "came": came}
    record_audit("occasion.came", by=by, at=now, subject=Subject(OCCASION, guest.occasion_id), after=after)


def _campaign(campaign: Campaign) -> dict[str, Any]:
    spans = {"starts_on": campaign.starts_on.isoformat(), "ends_before": campaign.ends_before.isoformat()}
    return {**_shown(campaign, ("name_zh", "source", "cost_minor", "currency")), **spans}


def _shown(row: Segment | Campaign, names: tuple[str, ...]) -> dict[str, Any]:
    return {name: getattr(row, name) for name in names}
