"""Which segments are there, and how many leads were found in each?"""

from datetime import date
from typing import TYPE_CHECKING, Any

from django.db.models import Count, Q

from keytally.prospecting.labels import LeadState
from keytally.prospecting.models import Segment
from keytally.prospecting.queries.reach import visible_leads

if TYPE_CHECKING:
    from keytally.core.models import User


def with_counts(person: "User", *, as_of: date) -> list[tuple[Segment, int, int]]:
    """List the segments with the leads and targets in them that a person may see, in two queries."""
    counted = visible_leads(person, as_of=as_of).exclude(segment=None).order_by().values("segment")
    counts: dict[int | None, Any] = {
        row["segment"]: row
        for row in counted.annotate(leads=Count("pk"), targets=Count("pk", filter=Q(state=LeadState.CONVERTED)))
    }
    return [
        (one, counts.get(one.pk, {}).get("leads", 0), counts.get(one.pk, {}).get("targets", 0))
        for one in Segment.objects.select_related("assessed_by")
    ]
