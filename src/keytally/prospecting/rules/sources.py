"""Where may a lead come from? (F04, F05)"""

from enum import StrEnum


class Family(StrEnum):
    """Information that we gather, or activity in the market."""

    INFORMATION = "INFORMATION"
    MARKET = "MARKET"


class LeadSource(StrEnum):
    """Where a lead came from; each shows what it yielded."""

    INDUSTRY_DATABASE = "INDUSTRY_DATABASE"
    REFINED_LIST = "REFINED_LIST"
    EXISTING_GROUP = "EXISTING_GROUP"
    SUPPLY_CHAIN = "SUPPLY_CHAIN"
    INDUSTRY_PARTNER = "INDUSTRY_PARTNER"
    WEB_SEARCH = "WEB_SEARCH"
    INDUSTRY_EVENT = "INDUSTRY_EVENT"
    EXPERIENCE_EVENT = "EXPERIENCE_EVENT"
    CUSTOMER_CLUB = "CUSTOMER_CLUB"
    ACCEPTANCE_MEETING = "ACCEPTANCE_MEETING"
    SEMINAR = "SEMINAR"
    PRESS = "PRESS"
    OTHER = "OTHER"


_INFORMATION = frozenset(
    {
        LeadSource.INDUSTRY_DATABASE,
        LeadSource.REFINED_LIST,
        LeadSource.EXISTING_GROUP,
        LeadSource.SUPPLY_CHAIN,
        LeadSource.INDUSTRY_PARTNER,
        LeadSource.WEB_SEARCH,
    }
)


def family(source: LeadSource) -> Family:
    """Tell whether a source is information that we gather or activity in the market."""
    return Family.INFORMATION if source in _INFORMATION else Family.MARKET


def needs_referrer(source: LeadSource) -> bool:
    """Tell whether a source names an account that led to the lead: its group, or its supply chain.

    >>> needs_referrer(LeadSource.SUPPLY_CHAIN), needs_referrer(LeadSource.PRESS)
    (True, False)
    """
    return source in (LeadSource.EXISTING_GROUP, LeadSource.SUPPLY_CHAIN)
