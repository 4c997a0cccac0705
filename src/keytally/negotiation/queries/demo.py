"""Is there an open opportunity of an account already? Asked by the demo."""

from keytally.funnel.models import Opportunity


def open_opportunity_of(account: int) -> Opportunity | None:
    """Find the newest open opportunity of an account that nobody negotiates about."""
    found = Opportunity.objects.filter(account=account, state="OPEN", is_history=False, negotiations=None)
    return found.order_by("-pk").first()
