"""What is kept of prospecting."""

from keytally.prospecting.models.campaigns import Campaign, Occasion, OccasionGuest, Segment
from keytally.prospecting.models.leads import Lead
from keytally.prospecting.models.work import CounterPlan, LeadTouch, NextAction, PreparedItem

__all__ = [
    "Campaign",
    "CounterPlan",
    "Lead",
    "LeadTouch",
    "NextAction",
    "Occasion",
    "OccasionGuest",
    "PreparedItem",
    "Segment",
]
