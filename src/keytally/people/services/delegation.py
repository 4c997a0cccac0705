"""Let someone decide in a person's place while they are away."""

from datetime import datetime
from typing import TYPE_CHECKING

from django.db import transaction

from keytally.core.events import publish
from keytally.core.services import record_audit
from keytally.core.subjects import Subject
from keytally.people.events import DelegationChanged
from keytally.people.models import Delegation
from keytally.people.rules.history import Edge, Refusal, closes_circle
from keytally.people.services.changes import UnableToOrganise, begin_change

if TYPE_CHECKING:
    from keytally.core.models import User


@transaction.atomic
def delegate(
    person: "User",
    *,
    to: "User",
    starts_at: datetime,
    ends_at: datetime,
    by: "User",
    now: datetime,
    reason: str = "",
) -> Delegation:
    """Let another decide in a person's place from one instant to another, or raise `UnableToOrganise`.

    One delegate at a time; nobody oneself, and no circle of people who stand in for one another.
    """
    begin_change()
    first = max(starts_at, now)
    if ends_at <= first:
        raise UnableToOrganise(Refusal.ENDS_FIRST, starts_on=first.date())
    if person.pk == to.pk:
        raise UnableToOrganise(Refusal.ONESELF)
    if not to.is_active:
        raise UnableToOrganise(Refusal.NOT_ACTIVE, name=to.name)
    running = Delegation.objects.filter(starts_at__lt=ends_at, ends_at__gt=first)
    edges = [Edge(*row) for row in running.values_list("person_id", "delegate_id", "starts_at", "ends_at")]
    if any(edge.below == person.pk for edge in edges):
        raise UnableToOrganise(Refusal.OVERLAPS)
    if closes_circle(edges, new=Edge(person.pk, to.pk, first, ends_at)):
        raise UnableToOrganise(Refusal.CIRCLE)
    kept = Delegation.objects.create(
        person=person, delegate=to, starts_at=first, ends_at=ends_at, reason=reason, added_by=by, added_at=now
    )
    _record("delegation.add", kept, by=by, now=now, reason=reason)
    return kept


@transaction.atomic
def end_delegation(delegation: Delegation, *, by: "User", now: datetime) -> None:
    """End a delegation at once; one that has not begun is dropped."""
    begin_change()
    if delegation.ends_at <= now:
        raise UnableToOrganise(Refusal.ENDED)
    if delegation.starts_at >= now:
        _record("delegation.drop", delegation, by=by, now=now, reason="")
        delegation.delete()
        return
    delegation.ends_at = now
    delegation.save(update_fields=["ends_at"])
    _record("delegation.end", delegation, by=by, now=now, reason="")


def _record(action: str, delegation: Delegation, *, by: "User", now: datetime, reason: str) -> None:
    after = {
        "delegate": delegation.delegate_id,
        "from": delegation.starts_at.isoformat(),
        "until": delegation.ends_at.isoformat(),
    }
    subject = Subject("person", delegation.person_id)
    record_audit(action, by=by, at=now, subject=subject, reason=reason, after=after)
    publish(
        DelegationChanged(
            delegation.person_id, delegation.delegate_id, delegation.starts_at, delegation.ends_at, now=now
        )
    )
