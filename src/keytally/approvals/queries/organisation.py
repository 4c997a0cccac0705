"""For which organisation were the running requests routed last?"""

from keytally.approvals.models import RouteCheck
from keytally.people.models import OrganisationVersion


def organisation_mark() -> str:
    """Name the organisation as it stands; another name means that something changed."""
    return str(OrganisationVersion.objects.values_list("version", flat=True).first() or "")


def route_check() -> RouteCheck | None:
    """Find what was last checked."""
    return RouteCheck.objects.first()
