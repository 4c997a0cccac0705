"""Programs find accounts, add them, and are refused what people are refused."""

from datetime import UTC, datetime

import pytest
from django.test import Client

from keytally.accounts.models import AccountNode, PartyRoles
from keytally.identity.services.tokens import make_token


def program(person):
    _kept, text = make_token(person, name="all", permissions=person.permissions, days=1, now=datetime.now(UTC))
    return Client(headers={"authorization": f"Bearer {text}"}, raise_request_exception=False)


@pytest.fixture
def caller(cast, director):
    return program(director)


def parties(cast, **changed):
    chosen = {"buyer": cast.store.pk, "ship_to": cast.store.pk, "bill_to": cast.head.pk, "starts_on": "2026-01-01"}
    return {**chosen, **changed}


def put(caller, store, said):
    return caller.post(f"/api/v1/accounts/{store.pk}/parties", said, content_type="application/json")


def test_it_lists_and_shows_what_the_caller_may_see(caller, cast, rep):
    assert len(caller.get("/api/v1/accounts", {"kind": "STORE"}).json()["items"]) == 2
    assert caller.get("/api/v1/accounts", {"text": "zsd"}).json()["items"][0]["code"] == cast.store.code
    assert caller.get(f"/api/v1/accounts/{cast.store.pk}").json()["parties"] is None
    assert program(rep).get(f"/api/v1/accounts/{cast.store.pk}").status_code == 404


def test_it_keeps_parties_and_refuses_the_forbidden_ones(caller, cast):
    assert put(caller, cast.store, parties(cast)).json()["mode"] == "B"
    refused = put(caller, cast.store, parties(cast, ship_to=cast.dc.pk, bill_to=cast.store.pk, starts_on="2026-02-01"))
    assert (refused.status_code, refused.json()["code"]) == (422, "SHIP_TO_HEAD_OFFICE_BILL_TO_STORE")
    stranger = put(caller, cast.store, parties(cast, bill_to=cast.stranger.pk, starts_on="2026-02-01"))
    assert (stranger.status_code, stranger.json()["code"]) == (422, "PARTY_OF_ANOTHER_CHAIN")
    assert PartyRoles.objects.count() == 1


def test_it_adds_an_account_once_for_a_key(caller, cast):
    said = {"kind": "STORE", "name_zh": "永盛新店", "parent": cast.company.pk, "address": "上海市徐汇区漕溪路1号"}
    for _time in range(2):
        answer = caller.post(
            "/api/v1/accounts", said, content_type="application/json", headers={"Idempotency-Key": "k1"}
        )
        assert answer.status_code == 200
    assert AccountNode.objects.get(name_zh="永盛新店").area_code == "310104"
    wrong = caller.post(
        "/api/v1/accounts",
        {**said, "gln": "4012345000008"},
        content_type="application/json",
        headers={"Idempotency-Key": "k2"},
    )
    assert (wrong.status_code, wrong.json()["code"]) == (422, "GLN_WRONG")
