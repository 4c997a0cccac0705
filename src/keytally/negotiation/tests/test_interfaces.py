"""Programs prepare, begin and end a negotiation; it is found by its sound; pages take a constant number of queries."""

import json
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from keytally.core.search import found
from keytally.identity.services.tokens import make_token
from keytally.negotiation.models import Negotiation
from keytally.negotiation.services import preparing
from keytally.negotiation.services.rounds import Offer, RoundFacts, record_round

from .conftest import DAYS, NOW, PRICE, TODAY, about, person, ready

ISSUE = {
    "name": "供价", "unit": "元", "decimals": 1, "step": 5,
    "our_opening": 1000, "our_target": 970, "our_walk_away": 940,
    "their_opening": 900, "their_target": 930, "their_walk_away": 970,
    "our_weight": 60, "their_weight": 30,
}  # fmt: skip


def caller(who):
    _made, token = make_token(who, name="x", permissions=who.permissions, days=1, now=datetime.now(UTC))

    def call(method, path, payload=None, key="k1"):
        headers = {"Authorization": f"Bearer {token}", "Idempotency-Key": key, "Accept-Language": "en"}
        body = json.dumps(payload or {})
        return Client().generic(method, f"/api/v1{path}", body, content_type="application/json", headers=headers)

    return call


@pytest.fixture
def program(manager):
    return caller(manager)


@pytest.fixture
def opened(opportunity, manager):
    return preparing.open_negotiation(opportunity, by=manager, now=NOW)


def day(after):
    return (datetime.now(UTC).date() + timedelta(days=after)).isoformat()


def test_a_program_takes_a_negotiation_from_its_issues_to_a_deal(program, opened):
    one = f"/negotiations/{opened.pk}"
    issue = program("POST", f"{one}/issues", ISSUE).json()["id"]
    assert program("POST", f"{one}/issues", ISSUE).json()["id"] == issue, "the same key puts it there once"
    again = program("POST", f"{one}/issues", ISSUE, key="k2")
    assert (again.status_code, again.json()["codes"]) == (422, ["ISSUE_TWICE"])
    assert program("PUT", f"{one}/issues/{issue}", {**ISSUE, "our_target": 965}).status_code == 200
    assert opened.issues.get().our_target == 965
    known = program("PUT", f"{one}/people", {"name": "王总", "decides": True, "confirmed_on": day(-1)}).json()
    assert (known["ready"], known["state"]) == (False, "PREPARING")
    facts = {"way": "SEVERAL_ROUNDS", "route": "IN_TURN", "suppliers": 2, "starts_on": day(0), "finishes_on": day(20)}
    kept = program("PATCH", f"{one}/preconditions", {**facts, "dates_confirmed": True}).json()
    assert (kept["ready"], kept["missing"]) == (True, [])
    assert program("POST", f"{one}/begin").json()["state"] == "RUNNING"
    used = program(
        "POST", f"{one}/tactics", {"tactic": "TRADE", "note": "账期换价格", "result": "HELPED"}, key="t"
    ).json()
    assert (used["tactic"], used["result"]) == ("TRADE", "HELPED")
    end = {"how": "DEAL", "note": "签意向", "debrief_title": "复盘", "debrief": "先换议题，再谈价"}
    beyond = program("POST", f"{one}/end", {**end, "agreed": [{"issue": issue, "level": 900}]})
    assert beyond.json()["codes"] == ["WALK_AWAY_PASSED"]
    done = program("POST", f"{one}/end", {**end, "agreed": [{"issue": issue, "level": 965}]}).json()
    assert (done["state"], done["agreed"][0]["text"], len(done["agreed_hash"])) == ("DEAL", "96.5 元", 64)


def test_a_program_passes_no_readiness_and_no_word_of_an_end(program, opened, rep):
    one = f"/negotiations/{opened.pk}"
    preparing.keep_issue(opened.pk, PRICE, by=rep, now=NOW)
    assert program("POST", f"{one}/begin").json()["codes"] == ["NOT_READY"]
    assert caller(rep)("POST", f"{one}/begin", {"reason": "now"}).json()["codes"] == ["OVERRIDE_NOT_YOURS"]
    assert program("POST", f"{one}/begin", {"reason": "the buyer leaves on Friday"}).json()["state"] == "RUNNING"
    end = {"how": "LOST", "note": "x", "debrief_title": "x", "debrief": "x"}
    for wrong in ({**end, "how": "RUNNING"}, {**end, "note": " "}, {**end, "how": "STOPPED"}):
        assert program("POST", f"{one}/end", wrong).status_code == 422
    assert Negotiation.objects.get().state == "RUNNING"
    assert program("POST", f"{one}/end", {**end, "reason": "PRICE", "lost_to": "纳爱斯"}).json()["state"] == "LOST"
    opened.opportunity.refresh_from_db()
    assert (opened.opportunity.state, opened.opportunity.lost_to) == ("LOST", "纳爱斯")


def test_who_may_not_set_the_mandate_puts_no_issue_on_the_table(opened, rep):
    answer = caller(rep)("POST", f"/negotiations/{opened.pk}/issues", ISSUE)
    assert (answer.status_code, opened.issues.count()) == (403, 0)
    stranger = person("stranger", "SALES_REP")
    assert caller(stranger)("PATCH", f"/negotiations/{opened.pk}/preconditions").status_code == 404


@pytest.mark.parametrize("text", ["永盛年度", "yongsheng", "ysnd", "Yongsheng", "niandu"])
def test_it_is_found_as_it_is_written_and_as_it_sounds(opened, manager, text):
    hits = [hit for hit in found(manager, text, as_of=TODAY, most=9) if "/negotiation/" in hit.url]
    assert [hit.label for hit in hits] == ["永盛年度合同"]


def test_what_is_not_there_is_not_found(opened, manager):
    assert not [hit for hit in found(manager, "xyzzy", as_of=TODAY, most=9) if "/negotiation/" in hit.url]


def test_the_list_and_a_negotiation_take_a_constant_number_of_queries(manager, rep):
    client = Client()
    client.force_login(manager)
    counts = {"list": [], "show": []}
    first = None
    for more in range(2):
        for number in range(1 + 4 * more):
            one = about(rep, name=f"合同 {more} {number}") if not first else _another(first, rep, number)
            first = first or one
            made = preparing.open_negotiation(one, by=manager, now=NOW)
            for facts in (PRICE, DAYS):
                preparing.keep_issue(made.pk, facts, by=manager, now=NOW)
        shown = Negotiation.objects.order_by("pk").first()
        if not more:
            ready(shown, manager)
            preparing.begin(shown.pk, by=manager, now=NOW, as_of=TODAY, may_override=False)
        for turn in range(1 + 3 * more):
            offer = Offer(shown.issues.get(name="账期").pk, "THEM", 60 - 3 * more - turn)
            facts = RoundFacts(held_on=TODAY, who="王总", offers=[offer], notes="x")
            record_round(shown.pk, facts, by=manager, now=NOW, as_of=TODAY, is_acknowledged=True)
            preparing.keep_person(shown.pk, name=f"x{more}{turn}", decides=False, confirmed_on=None, by=rep, now=NOW)
        for name, address in (
            ("list", reverse("negotiation:list")),
            ("show", reverse("negotiation:show", args=[shown.pk])),
        ):
            client.get(address)
            with CaptureQueriesContext(connection) as captured:
                assert client.get(address).status_code == 200
            counts[name].append(len(captured))
    assert counts["list"][0] == counts["list"][1]
    assert counts["show"][0] == counts["show"][1]


def _another(first, owner, number):
    from keytally.funnel.services.opening import NewOpportunity, open_opportunity

    wanted = NewOpportunity(first.account, f"续约 {number}", owner, TODAY, amount_minor=100)
    return open_opportunity(wanted=wanted, by=owner, now=NOW)
