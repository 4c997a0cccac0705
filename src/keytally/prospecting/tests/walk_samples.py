"""A stranger's lead with touches and a plan, a campaign with an occasion and a guest, for the walk of every route."""

from datetime import timedelta

from keytally.core.clock import business_date
from keytally.core.tests.samples import Samples, Secret
from keytally.prospecting.labels import ActionKind, Assessment, OccasionKind
from keytally.prospecting.rules.cadence import Outcome, TouchKind
from keytally.prospecting.rules.preparation import Personality, Willingness
from keytally.prospecting.rules.sources import LeadSource
from keytally.prospecting.services import campaigns, leads, touches
from keytally.prospecting.views.deeds import DEEDS

NAME, PHONE, TEXT = "secretnameoflead", "18811secretlead", "secrettextoftouch"


def samples(stranger, *, now):
    today = business_date(now)
    segment, campaign = _markets(stranger, today=today, now=now)
    lead = _lead(stranger, campaign, today=today, now=now)
    occasion = campaigns.hold_occasion(
        kind=OccasionKind.CAMPAIGN, title="x", held_on=today, campaign=campaign, by=stranger, now=now
    )
    guest = campaigns.invite(occasion, lead=lead, by=stranger, now=now)
    return Samples(
        values={
            "prospecting:number": lead.pk,
            "prospecting:deed:what": list(DEEDS),
            "api/leads:number": lead.pk,
            "prospecting:segment_id": segment.pk,
            "prospecting:campaign_id": campaign.pk,
            "prospecting:occasion_id": occasion.pk,
            "prospecting:guest_id": guest.pk,
        },
        secrets=[
            Secret(NAME, "prospecting.view"),
            Secret(PHONE, "prospecting.view", also=("data.personal",)),
            Secret(TEXT, "prospecting.view"),
        ],
        # A segment is the company's, not anybody's.
        things_of_all=frozenset({"prospecting:segment"}),
        subjects={
            "lead": (lead.pk, "prospecting.view"),
            "campaign": (campaign.pk, "prospecting.markets"),
            "occasion": (occasion.pk, "prospecting.markets"),
            "segment": (segment.pk, "prospecting.markets"),
        },
    )


def _markets(stranger, *, today, now):
    segment_facts = {"name_zh": "x", "name_en": "", "fits": "", "size_note": "", "result_note": ""}
    segment = campaigns.keep_segment(
        None, facts={**segment_facts, "result": Assessment.OPEN}, by=stranger, on=today, now=now
    )
    facts = {"name_zh": "x", "name_en": "", "source": LeadSource.PRESS, "note": "", "cost_minor": 1}
    days = {"starts_on": today, "ends_before": today + timedelta(days=1)}
    return segment, campaigns.keep_campaign(None, facts={**facts, **days}, by=stranger, now=now)


def _lead(stranger, campaign, *, today, now):
    plan = leads.Plan(ActionKind.CALL, today, stranger)
    wanted = leads.NewLead(
        {"name": NAME, "phone": PHONE, "contact_name": "x"},
        LeadSource.PRESS,
        stranger,
        plan,
        {"campaign": campaign},
        is_another=True,
    )
    lead = leads.add_lead(wanted, by=stranger, on=today, now=now)
    said = touches.Said(TouchKind.CALL, now, "x", Outcome.INTERESTED, TEXT, plan, exception_reason="x")
    touches.record_touch(lead, said=said, by=stranger, now=now)
    touches.write_plan(
        lead,
        willingness=Willingness.OPEN,
        personality=Personality.EXACT,
        plan="x",
        review_on=today,
        by=stranger,
        on=today,
        now=now,
    )
    return lead
