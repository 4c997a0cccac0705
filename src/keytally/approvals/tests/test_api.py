"""Programs read the inbox, decide in it, and are told why they may not."""

import json
from datetime import UTC, datetime

import pytest
from django.test import Client

from keytally.approvals import services
from keytally.approvals.models import Slot
from keytally.approvals.tests import cast
from keytally.approvals.tests import definitions as given
from keytally.approvals.tests.cast import draft
from keytally.identity.services.tokens import make_token


@pytest.fixture
def company(db):
    now = datetime.now(UTC)
    made = cast.make_company(now=now)
    cast.accept(*given.EVERY, by=made.admin, now=now)
    services.start("spend_request", draft=draft(made, "15000"), by=made["REP"], now=now)
    return made


def program(person):
    _kept, text = make_token(person, name="all", permissions=person.permissions, days=1, now=datetime.now(UTC))
    return Client(headers={"authorization": f"Bearer {text}"}, raise_request_exception=False)


def decide(person, **body):
    address = f"/api/v1/approvals/inbox/{Slot.objects.get().pk}"
    return program(person).post(address, json.dumps(body), content_type="application/json")


def test_the_inbox_lists_what_waits(company):
    found = program(company["RKM"]).get("/api/v1/approvals/inbox").json()["items"]
    assert [(one["request"]["title"], one["request"]["amount"]) for one in found] == [
        ("端架费", {"minor": 1_500_000, "currency": "CNY"})
    ]
    assert program(company.outsider).get("/api/v1/approvals/inbox").json()["items"] == []


def test_a_program_decides_for_its_person(company):
    answer = decide(company["RKM"], outcome="APPROVED")
    assert (answer.status_code, answer.json()["state"]) == (200, "APPROVED")
    assert decide(company["RKM"], outcome="APPROVED").json()["state"] == "APPROVED"


def test_it_is_told_why_not(company):
    refused = decide(company["RKM"], outcome="REFUSED")
    assert (refused.status_code, refused.json()["code"]) == (409, "reason_missing")
    assert decide(company["REP"], outcome="APPROVED").json()["code"] == "not_yours"
    assert decide(company.outsider, outcome="APPROVED").status_code == 404
    assert decide(company["RKM"], outcome="WHATEVER").status_code == 422
