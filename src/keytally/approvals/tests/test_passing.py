"""What a requester hands over: requests that came back, and nothing that people decide."""

import pytest

from keytally.approvals import services
from keytally.approvals.models import Request, Slot
from keytally.approvals.tests.cast import NOW, draft
from keytally.people.queries import handover as queries
from keytally.people.services import handover as handovers
from keytally.worklist.models import WorkItem

pytestmark = pytest.mark.django_db


def hand_over(giver, receiver, *, ends_access=False):
    handover = handovers.propose_handover(
        giver=giver, receiver=receiver, chosen=None, ends_access=ends_access, by=giver, now=NOW, reason="moves"
    )
    fingerprint = queries.item_rows(handover)[1].fingerprint
    return handovers.confirm_handover(handover.pk, fingerprint=fingerprint, by=receiver, now=NOW, remarks={})


def returned(company):
    request = services.start("spend_request", draft=draft(company, "5000", by="AKM"), by=company.people["AKM"], now=NOW)
    slot = Slot.objects.filter(step__request=request, outcome="", step__state="OPEN", step__mode="DECIDE").first()
    person = slot.seats.order_by("pk").first().person
    services.return_for_change(slot.pk, by=person, now=NOW, comment="which stores?")
    return request, person


def test_a_request_that_came_back_goes_on_in_the_receivers_name(company):
    request, _decider = returned(company)
    giver, receiver = company.people["AKM"], company.people["ASS"]
    handover = hand_over(giver, receiver)
    assert [item.kind for item in handover.items.all()] == ["approval_request"]
    assert Request.objects.get().requester == receiver
    waiting = WorkItem.objects.filter(kind="approval_own", state="OPEN")
    assert [item.owner for item in waiting] == [receiver]
    assert queries.holds(giver) == []
    assert Request.objects.get().pk == request.pk


def test_decisions_stay_with_the_position(company):
    request = services.start("spend_request", draft=draft(company, "5000", by="AKM"), by=company.people["AKM"], now=NOW)
    decider = WorkItem.objects.filter(kind="approval", state="OPEN").first().owner
    assert queries.holds(decider) == []
    assert queries.holds(company.people["AKM"]) == []
    assert request.is_running


def test_what_comes_back_to_somebody_who_left_goes_to_whoever_took_over(company):
    request = services.start("spend_request", draft=draft(company, "5000", by="AKM"), by=company["AKM"], now=NOW)
    hand_over(company["AKM"], company["ASS"], ends_access=True)
    request.refresh_from_db()
    assert (request.state, request.requester) == ("RUNNING", company["AKM"])
    slot = Slot.objects.get(step__request=request, outcome="")
    services.return_for_change(slot.pk, by=slot.seats.get().person, now=NOW, comment="which stores?")
    request.refresh_from_db()
    assert (request.state, request.requester) == ("RETURNED", company["ASS"])
    assert WorkItem.objects.get(kind="approval_own", state="OPEN").owner == company["ASS"]
