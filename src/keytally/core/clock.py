"""Which day is it for the company?"""

from datetime import date, datetime
from zoneinfo import ZoneInfo

from django.conf import settings


def business_date(now: datetime) -> date:
    """Name the company's day at an instant; views read the clock once and ask this."""
    return now.astimezone(ZoneInfo(settings.TIME_ZONE)).date()
