"""Who works on an opportunity on a day?"""

from datetime import date

from django.db.models import Q, QuerySet

from keytally.funnel.models import TeamMember


def running_team(opportunity_id: int, *, as_of: date) -> QuerySet[TeamMember]:
    """List the team of a day, by role."""
    running = Q(ends_before=None) | Q(ends_before__gt=as_of)
    members = TeamMember.objects.filter(running, opportunity=opportunity_id, starts_on__lte=as_of)
    return members.select_related("person").order_by("role", "starts_on", "pk")
