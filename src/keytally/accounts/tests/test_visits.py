"""Visits are planned, made or fail; who was met stays on their rung; competitors are seen and kept."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from keytally.accounts.belongings import _move_visits, _visits
from keytally.accounts.models import Competitor, CompetitorSighting, RungEvidence, Visit
from keytally.accounts.queries.visits import competitors, may_be_met, visits
from keytally.accounts.refusals import UnableToKeepAccount
from keytally.accounts.rules.ladder import EvidenceKind, Rung
from keytally.accounts.rules.parties import NodeKind
from keytally.accounts.rules.visits import VisitFacts, VisitState, visit_faults
from keytally.accounts.services.contacts import add_contact, record_evidence
from keytally.accounts.services.keepers import give_over
from keytally.accounts.services.visits import (
    NewVisit,
    Sighting,
    answer_visit,
    record_competitor,
    record_visit,
    write_notes,
)
from keytally.accounts.services.warnings import PLANNED, remind_of_visits
from keytally.core.clock import business_date
from keytally.identity.services.tokens import make_token
from keytally.worklist.models import WorkItem

from .conftest import NOW, TODAY, add

MADE, FAILED, PLAN = VisitState.MADE, VisitState.FAILED, VisitState.PLANNED
LATER = TODAY + timedelta(days=3)


@pytest.mark.parametrize(
    ("on", "state", "said", "faults"),
    [
        (TODAY, PLAN, {}, ()),
        (LATER, PLAN, {}, ()),
        (TODAY - timedelta(days=1), PLAN, {}, ("VISIT_PLANNED_IN_PAST",)),
        (TODAY, PLAN, {"notes": "x"}, ("NOTES_BEFORE_VISIT",)),
        (TODAY, MADE, {}, ()),
        (date(2020, 1, 1), MADE, {"notes": "x"}, ()),
        (LATER, MADE, {}, ("VISIT_IN_FUTURE",)),
        (LATER, FAILED, {"reason": "the buyer was ill"}, ()),
        (TODAY, FAILED, {}, ("VISIT_NEEDS_REASON",)),
        (TODAY, FAILED, {"reason": "  "}, ("VISIT_NEEDS_REASON",)),
    ],
)
def test_a_visit_is_kept_as_it_can_have_been(on, state, said, faults):
    assert visit_faults(VisitFacts(on, state, **said), today=TODAY) == faults


@pytest.fixture
def buyer(cast, director):
    facts = {"name": "王建国", "title": "采购", "decision_role": "BUYER", "weight": 40}
    return add_contact(cast.chain, facts=facts, holder=director, by=director, now=NOW)


def keep(node, by, **said):
    wanted = NewVisit(**{"visitor": by, "on": TODAY, "state": MADE, **said})
    return record_visit(node, wanted=wanted, by=by, today=TODAY, now=NOW)


def test_a_planned_visit_waits_and_is_answered_once(cast, director, buyer):
    visit = keep(cast.chain, director, state=PLAN, contacts=[buyer], aim="annual plan")
    assert remind_of_visits(now=NOW) == 1
    assert WorkItem.objects.filter(kind=PLANNED, owner=director, state="OPEN").exists()
    said = {"by": director, "today": TODAY, "now": NOW}
    with pytest.raises(UnableToKeepAccount) as refused:
        answer_visit(visit, state=PLAN, **said)
    assert refused.value.codes == ("VISIT_ANSWER_OPEN",)
    answer_visit(visit, state=MADE, contacts=[buyer], notes="agreed on two end caps", **said)
    assert not WorkItem.objects.filter(kind=PLANNED, state="OPEN").exists()
    kept = Visit.objects.get()
    assert (kept.state, kept.notes_at, list(kept.contacts.all())) == (MADE, NOW, [buyer])
    with pytest.raises(UnableToKeepAccount) as refused:
        answer_visit(visit, state=FAILED, reason="no", **said)
    assert refused.value.codes == ("VISIT_ANSWERED",)


def test_a_planned_visit_that_failed_says_why(cast, director, buyer):
    visit = keep(cast.chain, director, state=PLAN, on=LATER, contacts=[buyer])
    said = {"by": director, "today": TODAY, "now": NOW}
    with pytest.raises(UnableToKeepAccount):
        answer_visit(visit, state=FAILED, **said)
    answer_visit(visit, state=FAILED, reason="the buyer was ill", **said)
    assert [one.state for one in visits([cast.chain.pk])] == [FAILED]
    assert not RungEvidence.objects.exists()


def test_whoever_was_met_stays_on_their_rung(cast, director, buyer):
    said = {"kind": EvidenceKind.MEAL, "note": "x", "by": director, "today": TODAY, "now": NOW}
    record_evidence(buyer, on=TODAY - timedelta(days=80), rung=Rung.FAMILIAR, **said)
    keep(cast.store, director, contacts=[buyer], notes="met at the shelf")
    evidence = buyer.evidence.get(on=TODAY)
    assert (evidence.kind, evidence.rung, evidence.note) == (EvidenceKind.VISIT, Rung.KNOWN, "met at the shelf")
    page = Client()
    page.force_login(director)
    text = page.get(reverse("accounts:evidence", args=[buyer.pk])).content.decode()
    assert "met at the shelf" in text


def test_nobody_of_another_chain_is_met(cast, director, buyer):
    with pytest.raises(UnableToKeepAccount) as refused:
        keep(cast.stranger, director, contacts=[buyer])
    assert refused.value.codes == ("CONTACT_OF_ANOTHER",)
    assert not Visit.objects.exists()


def test_only_contacts_that_one_sees_are_offered(cast, director, rep, buyer):
    give_over(cast.store, to=rep, by=director, now=NOW, reason="hers")
    assert list(may_be_met(cast.store, person=director, as_of=TODAY)) == [buyer]
    assert list(may_be_met(cast.store, person=rep, as_of=TODAY)) == []


def test_a_visit_sent_twice_is_one_visit(cast, director):
    assert keep(cast.chain, director, key="phone-1") == keep(cast.chain, director, key="phone-1")
    assert Visit.objects.count() == 1


def test_the_database_itself_asks_for_reason_and_time(cast, director):
    visit = keep(cast.chain, director)
    for wrong in ({"state": "FAILED"}, {"state": "DREAMT"}, {"notes": "x"}):
        with pytest.raises(IntegrityError), transaction.atomic():
            Visit.objects.filter(pk=visit.pk).update(**wrong)


def test_notes_are_written_after_the_visit_with_their_time(cast, director):
    visit = keep(cast.chain, director, on=TODAY - timedelta(days=2))
    write_notes(visit, notes="they open two stores", by=director, now=NOW)
    assert Visit.objects.get().notes_at == NOW
    with pytest.raises(UnableToKeepAccount):
        write_notes(visit, notes=" ", by=director, now=NOW)
    planned = keep(cast.chain, director, state=PLAN)
    with pytest.raises(UnableToKeepAccount) as refused:
        write_notes(planned, notes="too early", by=director, now=NOW)
    assert refused.value.codes == ("NOTES_BEFORE_VISIT",)


def test_planned_visits_pass_over_with_the_visitor(cast, director, rep):
    keep(cast.chain, director)
    planned = keep(cast.chain, director, state=PLAN)
    assert [one.id for one in _visits(director)] == [planned.pk]
    _move_visits([planned.pk], giver=director, receiver=rep, by=director, now=NOW)
    assert Visit.objects.get(pk=planned.pk).visitor == rep


def see(node, by, **said):
    seen = Sighting(**{"competitor": "海飞雪", "seen_on": TODAY, "offer": "12 % rebate", **said})
    return record_competitor(node, seen=seen, by=by, today=TODAY, now=NOW)


def test_competitors_are_seen_at_accounts_and_named_once(cast, director):
    see(cast.chain, director, strength="price", weakness="late deliveries", floor="15 % at most", learned_from="buyer")
    see(cast.store, director, offer="end cap for a month")
    assert (Competitor.objects.count(), CompetitorSighting.objects.count()) == (1, 2)
    assert [one.floor for one in competitors([cast.chain.pk])] == ["15 % at most"]


@pytest.mark.parametrize(
    ("said", "code"),
    [
        ({"competitor": " "}, "COMPETITOR_MISSING"),
        ({"offer": ""}, "OFFER_MISSING"),
        ({"seen_on": LATER}, "SEEN_IN_FUTURE"),
    ],
)
def test_what_was_seen_says_who_what_and_when(cast, director, said, code):
    with pytest.raises(UnableToKeepAccount) as refused:
        see(cast.chain, director, **said)
    assert refused.value.codes == (code,)


def test_the_pages_keep_visits_and_competitors(client, cast, director, buyer):
    client.force_login(director)
    form = reverse("accounts:keep_visit", args=[cast.chain.pk, "visit"])
    assert "王建国 · 采购" in client.get(form).content.decode()
    said = {"state": "MADE", "on": "2026-07-01", "visitor": director.pk, "contacts": [buyer.pk], "notes": "two caps"}
    refused = client.post(form, {**said, "state": "FAILED"})
    assert refused.status_code == 422
    assert "two caps" in refused.content.decode() and "Say why the visit failed" in refused.content.decode()
    assert client.post(form, said).status_code == 302
    seen = {"competitor": "海飞雪", "seen_on": "2026-07-01", "offer": "12 % rebate", "floor": "15 %"}
    assert client.post(reverse("accounts:keep_visit", args=[cast.chain.pk, "competitor"]), seen).status_code == 302
    text = client.get(reverse("accounts:show", args=[cast.chain.pk])).content.decode()
    assert all(word in text for word in ("two caps", "海飞雪", "12 % rebate", "15 %"))
    visit = Visit.objects.get()
    assert "two caps" in client.get(reverse("accounts:visit", args=[visit.pk])).content.decode()
    assert client.get(reverse("accounts:answer_visit", args=[visit.pk, "dance"])).status_code == 404
    notes = {"notes": "three caps"}
    assert client.post(reverse("accounts:answer_visit", args=[visit.pk, "notes"]), notes).status_code == 302
    assert Visit.objects.get().notes == "three caps"


def test_who_may_not_see_the_account_sees_no_visit(client, cast, director, rep, auditor):
    visit = keep(cast.chain, director, state=PLAN)
    client.force_login(rep)
    assert client.get(reverse("accounts:visit", args=[visit.pk])).status_code == 404
    assert client.post(reverse("accounts:answer_visit", args=[visit.pk, "answer"])).status_code == 404
    client.force_login(auditor)
    assert client.get(reverse("accounts:visit", args=[visit.pk])).status_code == 200
    assert client.get(reverse("accounts:keep_visit", args=[cast.chain.pk, "visit"])).status_code == 403


def test_programs_keep_visits_and_are_refused_as_people_are(cast, director, buyer):
    _kept, token = make_token(director, name="x", permissions=director.permissions, days=1, now=datetime.now(UTC))
    caller = Client(headers={"authorization": f"Bearer {token}"}, raise_request_exception=False)
    path = f"/api/v1/accounts/{cast.chain.pk}/visits"

    def post(where, said, key):
        return caller.post(where, said, content_type="application/json", headers={"Idempotency-Key": key})

    planned = {"state": "PLANNED", "on": business_date(datetime.now(UTC)).isoformat(), "contacts": [buyer.pk]}
    first = post(path, planned, "v1").json()
    assert first == post(path, planned, "v1").json()
    stranger = add_contact(
        cast.stranger, facts={"name": "x", "decision_role": "BUYER"}, holder=None, by=director, now=NOW
    )
    assert post(path, {**planned, "contacts": [stranger.pk]}, "v2").json()["code"] == "CONTACT_UNKNOWN"
    assert post(path, {**planned, "state": "FAILED"}, "v3").json()["code"] == "VISIT_NEEDS_REASON"
    said = {"state": "MADE", "contacts": [buyer.pk], "notes": "agreed"}
    answered = caller.post(f"/api/v1/visits/{first['id']}/answer", said, content_type="application/json")
    assert (answered.json()["state"], answered.json()["contacts"]) == ("MADE", [buyer.pk])
    assert [one["notes"] for one in caller.get(path).json()["items"]] == ["agreed"]
    seen = {"competitor": "海飞雪", "seen_on": "2026-07-01", "offer": "12 % rebate"}
    where = f"/api/v1/accounts/{cast.chain.pk}/competitors"
    assert post(where, seen, "c1").status_code == 200
    assert caller.get(where).json()["items"][0]["offer"] == "12 % rebate"


def test_a_store_shows_the_visits_of_its_alias_too(cast, director):
    other = add(NodeKind.STORE, "永盛中山路店", parent=cast.company)
    keep(other, director, notes="old name")
    assert [one.notes for one in visits([cast.store.pk, other.pk])] == ["old name"]


def test_the_list_of_visits_filters_sorts_and_counts_in_a_constant_number_of_queries(client, cast, director, buyer):
    client.force_login(director)
    keep(cast.chain, director, contacts=[buyer], notes="two caps")
    keep(cast.store, director, on=TODAY - timedelta(days=40))
    keep(cast.stranger, director, state=PLAN, on=LATER)

    def asked(**query):
        page = client.get(reverse("accounts:visits"), query)
        return [(one.node_id, one.state) for one in page.context["page"]]

    assert asked() == [(cast.stranger.pk, PLAN), (cast.chain.pk, MADE), (cast.store.pk, MADE)]
    assert asked(chain=cast.chain.pk, order="oldest") == [(cast.store.pk, MADE), (cast.chain.pk, MADE)]
    assert asked(notes="none") == [(cast.store.pk, MADE)]
    assert asked(state="PLANNED", since="2026-08-04", until="x", visitor="9" * 30) == [(cast.stranger.pk, PLAN)]
    with CaptureQueriesContext(connection) as few:
        asked()
    for number in range(20):
        keep(cast.store, director, on=TODAY - timedelta(days=number), contacts=[buyer])
    with CaptureQueriesContext(connection) as many:
        asked()
    assert len(many) == len(few)
    taken = client.post(f"{reverse('core:take', args=['visits'])}?notes=none", {"format": "csv"})
    assert "永盛中山店" in b"".join(taken.streaming_content).decode("utf-8-sig")
