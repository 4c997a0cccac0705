"""A stranger's place in the organisation, for the walk of every route; the walk itself has set the company up."""

from datetime import timedelta

from keytally.core.clock import business_date
from keytally.core.tests.samples import Samples
from keytally.people.models import Delegation, Holding, OrganisationVersion, ReportingLine


def samples(stranger, *, now):
    holding = Holding.objects.get(person=stranger)
    line = ReportingLine.objects.filter(position=holding.position).first()
    other = Holding.objects.exclude(person=stranger).filter(starts_on__lte=business_date(now)).first()
    delegation = Delegation.objects.create(
        person=stranger,
        delegate=other.person,
        starts_at=now + timedelta(days=9),
        ends_at=now + timedelta(days=10),
        added_by=stranger,
        added_at=now,
    )
    version = OrganisationVersion.objects.get()
    return Samples(
        values={
            "people:position_id": holding.position_id,
            "api/positions:position_id": holding.position_id,
            "people:unit_id": holding.position.unit_id,
            "people:holding_id": holding.pk,
            "people:line_id": line.pk,
            "people:person_id": stranger.pk,
            "people:delegation_id": delegation.pk,
        },
        subjects={
            "position": (holding.position_id, "people.view"),
            "unit": (holding.position.unit_id, "people.view"),
            "organisation": (version.pk, "people.view"),
        },
    )
