"""No way leads around a gate: not the board, not a form, not a program, not a new opportunity; and pages stay quick."""

import json
from copy import deepcopy
from datetime import UTC, datetime

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from keytally.core.rule_sets import rule_set
from keytally.core.search import found
from keytally.funnel.models import Opportunity, StageEntry
from keytally.funnel.rules.stages import Stage
from keytally.funnel.services.watching import watch
from keytally.identity.services.tokens import make_token
from keytally.worklist.models import WorkItem

from .conftest import NOW, OPENS, TODAY, opened, shows, timedelta


@pytest.fixture
def page(cast):
    client = Client()
    client.force_login(cast.director)
    return client


@pytest.fixture
def program(cast):
    _made, token = make_token(
        cast.director, name="x", permissions=cast.director.permissions, days=1, now=datetime.now(UTC)
    )

    def call(method, path, payload=None, key="k1"):
        return Client().generic(
            method,
            f"/api/v1{path}",
            json.dumps(payload or {}),
            content_type="application/json",
            headers={"Authorization": f"Bearer {token}", "Idempotency-Key": key, "Accept-Language": "en"},
        )

    return call


@pytest.fixture
def at_target(cast):
    return opened(cast, evidence=OPENS[Stage.TARGET])


def stage_of(one):
    return Opportunity.objects.get(pk=one.pk).stage


def test_a_dropped_card_does_not_pass_a_closed_gate(page, at_target):
    answer = page.post(
        reverse("funnel:drop", args=[at_target.pk]),
        {"to": "INTENT", "seen_in": "TARGET"},
        headers={"HX-Request": "true"},
    )
    assert (answer.status_code, stage_of(at_target)) == (204, "TARGET")
    assert "edit/evidence/?to=INTENT&then=INTENT" in answer.headers["HX-Redirect"]


def test_a_form_does_not_pass_a_closed_gate_and_leads_to_the_evidence(page, at_target):
    answer = page.post(reverse("funnel:move", args=[at_target.pk]), {"to": "CLOSING"})
    assert (answer.status_code, stage_of(at_target)) == (302, "TARGET")
    assert "edit/evidence" in answer.url
    form = page.get(answer.url)
    assert form.status_code == 200


def test_evidence_that_opens_the_gate_goes_on_with_the_move(page, at_target):
    shows(at_target, "need_stated")
    address = f"{reverse('funnel:edit', args=[at_target.pk, 'evidence'])}?to=INTENT&then=INTENT"
    said = {"criterion": "visited", "happened_on": "2026-08-03", "source_kind": "VISIT_NOTE", "note": "at their office"}
    answer = page.post(address, said)
    assert (answer.url, stage_of(at_target)) == (reverse("funnel:board"), "INTENT")


def test_a_program_does_not_pass_a_closed_gate(program, at_target):
    answer = program("POST", f"/opportunities/{at_target.pk}/move", {"to": "INTENT"})
    assert (answer.status_code, answer.json()["code"], stage_of(at_target)) == (422, "GATE_CLOSED", "TARGET")
    assert program("POST", f"/opportunities/{at_target.pk}/end", {"how": "WON"}).status_code == 422
    assert (
        program("POST", f"/opportunities/{at_target.pk}/override", {"to": "INTENT", "reason": " "}).status_code == 422
    )


def test_a_program_opens_proves_and_moves(program, cast):
    made = program(
        "POST",
        "/opportunities",
        {
            "account": cast.chain.pk,
            "name": "From outside",
            "amount": {"minor": 500, "currency": "CNY"},
            "evidence": [{"criterion": code, "happened_on": "2026-08-03", "note": "x"} for code in OPENS[Stage.TARGET]],
        },
    ).json()
    assert made["stage"] == "TARGET"
    number = made["id"]
    for code in OPENS[Stage.INTENT]:
        said = {"criterion": code, "happened_on": "2026-08-03", "note": "x"}
        assert program("POST", f"/opportunities/{number}/evidence", said, key=code).status_code == 200
    seen = program("GET", f"/opportunities/{number}").json()
    assert [(gate["stage"], gate["passed"]) for gate in seen["gates"]] == [("TARGET", True), ("INTENT", True)]
    assert program("POST", f"/opportunities/{number}/move", {"to": "INTENT"}).json()["stage"] == "INTENT"
    assert [one["id"] for one in program("GET", "/opportunities").json()["items"]] == [number]


def test_nothing_that_is_typed_sets_a_stage(page, program, cast, at_target):
    facts = {"name": "x", "currency": "CNY", "stage": "CLOSING", "state": "WON"}
    page.post(reverse("funnel:edit", args=[at_target.pk, "facts"]), facts)
    page.post(
        reverse("funnel:new"),
        {**facts, "account": cast.chain.code, "owner": cast.rep.pk, "source": "OTHER", "opened_on": "2026-08-03"},
    )
    program("POST", "/opportunities", {"account": cast.chain.pk, "name": "y", "stage": "CLOSING"})
    assert set(Opportunity.objects.values_list("stage", "state")) == {("", "OPEN"), ("TARGET", "OPEN")}
    assert not StageEntry.objects.exclude(stage="TARGET").exists()


def test_the_editor_shows_what_would_happen_before_it_keeps_it(page, cast, at_target):
    address = reverse("funnel:gate", args=["TARGET"])
    content = rule_set("funnel.gates", as_of=TODAY)["stages"]["TARGET"]
    said = {
        "weight": 10,
        "led_by": content["led_by"],
        "purpose_zh": "x",
        "purpose_en": "x",
        "stale_days": 30,
        "starts_on": TODAY.isoformat(),
        "reason": "stricter",
    }
    for size, gate in content["gates"].items():
        said |= {f"needed_{size}": 3, f"of_{size}": gate["of"]}
    said["starts_on"] = page.get(address).context["form"].initial["starts_on"].isoformat()
    shown = page.post(address, said)
    assert [one.pk for one in shown.context["effect"].stops] == [at_target.pk]
    assert rule_set("funnel.gates", as_of=TODAY + timedelta(days=999))["stages"]["TARGET"] == content
    unseen = page.post(address, {**said, "seen": "x", "weight": 11})
    assert unseen.context["effect"].judged == 1
    kept = page.post(address, {**said, "seen": shown.context["seen"]})
    assert kept.url == reverse("funnel:gates")
    at_target.refresh_from_db()
    assert not at_target.is_qualified
    assert rule_set("funnel.gates", as_of=TODAY)["stages"]["TARGET"] == content, "history is not rewritten"
    wrong = deepcopy(said) | {"needed_GOVERNMENT": 9}
    assert page.post(address, wrong).status_code == 422


def test_pages_take_a_constant_number_of_queries(page, cast):
    names = ("board", "list", "picture", "stale", "reviews")
    opened(cast, evidence=OPENS[Stage.TARGET])
    counts = {}
    for _round in range(2):
        for name in names:
            with CaptureQueriesContext(
                connection,
            ) as captured:
                assert page.get(reverse(f"funnel:{name}")).status_code == 200
            counts.setdefault(name, []).append(len(captured))
        for number in range(6):
            opened(cast, name=f"more {number}", evidence=OPENS[Stage.TARGET])
    assert {name: first for name, (first, _second) in counts.items()} == {
        name: second for name, (_first, second) in counts.items()
    }


def test_it_is_found_shown_on_the_account_and_taken_away(page, cast, at_target):
    assert [hit.label for hit in found(cast.director, "Shelf", as_of=TODAY, most=5)] == ["Shelf programme"]
    assert "Shelf programme" in page.get(reverse("accounts:show", args=[cast.chain.pk])).content.decode()
    assert page.get(reverse("core:take", args=["opportunities"])).status_code == 200
    assert page.get(reverse("funnel:show", args=[at_target.pk])).status_code == 200


def test_what_nobody_touched_and_what_expired_waits_for_its_owner(cast):
    one = opened(cast, evidence=["contact_made"])
    shows(one, "visit_agreed", holds_through=TODAY + timedelta(days=6))
    one.refresh_from_db()
    from keytally.funnel.services.moving import move

    move(opportunity_id=one.pk, to=Stage.TARGET, by=cast.manager, now=NOW)
    watch(now=NOW + timedelta(days=40))
    waiting = set(WorkItem.objects.filter(state="OPEN", owner=cast.manager).values_list("kind", flat=True))
    assert {"funnel.no_longer_qualifies", "funnel.stale"} <= waiting
    shows(one, "accepts_material", now=NOW + timedelta(days=41))
    watch(now=NOW + timedelta(days=41))
    left = set(WorkItem.objects.filter(state="OPEN", owner=cast.manager).values_list("kind", flat=True))
    assert not {"funnel.no_longer_qualifies", "funnel.stale"} & left
