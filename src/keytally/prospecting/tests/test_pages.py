"""Pages of prospecting: who may, what is refused, and how many queries lists take."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from keytally.prospecting.models import Lead
from keytally.prospecting.rule_data import search_lists
from keytally.prospecting.views.deeds import DEEDS

from .conftest import TODAY, found, tick_all


@pytest.fixture
def rep_client(client, rep):
    client.force_login(rep)
    return client


def url(name, *args):
    return reverse(f"prospecting:{name}", args=args)


def fields(rep, **more):
    plan = {"next_kind": "CALL", "next_on": "2099-01-05", "next_owner": rep.pk}
    return {"source": "WEB_SEARCH", **plan, **more}


@pytest.mark.parametrize(
    "name", ["turn", "leads", "new", "paste", "searches", "segments", "campaigns", "occasions", "habits"]
)
def test_every_page_opens_without_any_lead_and_with_one(rep_client, name, rep):
    assert rep_client.get(url(name)).status_code == 200
    found(rep)
    assert rep_client.get(url(name)).status_code == 200


@pytest.mark.parametrize(
    ("query", "count"),
    [
        ("", 2),
        ("text=好又", 1),
        ("text=haoyouduo", 1),
        ("text=hyd", 1),
        ("text=5550001", 0),
        ("text=02155550001", 1),
        ("text=%00%27", 0),
        ("state=DROPPED", 0),
        ("state=ALL", 2),
        ("due=NONE", 0),
        ("advice=WORK", 0),
        ("source=PRESS", 0),
        ("segment=99999999999999999", 2),
        ("sort=name&owner=1x", 2),
    ],
)
def test_the_address_says_which_leads_are_listed(rep_client, rep, query, count):
    found(rep, phone="021-5555 0001")
    found(rep, "甲记食品")
    assert rep_client.get(f"{url('leads')}?{query}").context["sums"].count == count


@pytest.mark.parametrize("name", ["turn", "leads", "habits", "campaigns", "segments", "occasions"])
def test_a_list_takes_as_many_queries_for_many_as_for_few(rep_client, rep, name):
    found(rep)
    rep_client.get(url(name))
    with CaptureQueriesContext(connection) as few:
        rep_client.get(url(name))
    for number in range(20):
        found(rep, f"{chr(0x4E10 + number * 11)}{chr(0x5E10 + number * 7)}食品{number}", is_another=True)
    with CaptureQueriesContext(connection) as many:
        rep_client.get(url(name))
    assert len(many) <= len(few) + 1
    assert len(many) < 25


def test_somebody_elses_lead_is_nobodys_business(client, lead, director, rep):
    other = found(director, "丙铺")
    client.force_login(rep)
    assert client.get(url("lead", lead.pk)).status_code == 200
    for name in ("lead", "touch"):
        assert client.get(url(name, other.pk)).status_code == 404
    for what in (*DEEDS, "nothing"):
        assert client.get(url("deed", other.pk, what)).status_code == 404
    assert client.get(url("deed", lead.pk, "nothing")).status_code == 404
    client.force_login(director)
    assert client.get(url("lead", lead.pk)).status_code == 200


def test_what_is_refused_keeps_what_was_typed(rep_client, rep, lead):
    answer = rep_client.post(url("new"), fields(rep, name="好又多便利", note="typed"))
    assert answer.status_code == 422
    assert "is known already: same name" in answer.content.decode()
    assert "typed" in answer.content.decode()
    assert Lead.objects.count() == 1


def test_a_table_is_looked_at_before_it_is_kept(rep_client, rep):
    table = "Company\tPhone\n甲记\t1\n\tnobody\n"
    looked = rep_client.post(url("paste"), fields(rep, table=table, step="look"))
    assert "2 rows read: 1 new, 0 in doubt, 1 that cannot be taken" in looked.content.decode()
    assert not Lead.objects.exists()
    key = {"key": "k"}
    for _time in range(2):
        assert rep_client.post(url("paste"), fields(rep, table=table, step="keep", **key)).status_code == 302
    assert Lead.objects.count() == 1
    refused = rep_client.post(url("paste"), fields(rep, table="x\n1\n", step="look"))
    assert refused.status_code == 422
    assert "names the company" in refused.content.decode()


def test_a_call_is_written_down_on_its_page_with_what_comes_next(rep_client, rep, lead):
    tick_all(lead, rep)
    facts = {"kind": "CALL", "happened_at": "2026-08-31T10:00", "contact_name": "Li", "outcome": "INTERESTED"}
    answer = rep_client.post(url("touch", lead.pk), {**fields(rep), **facts, "text": "asked for samples"})
    assert answer.status_code == 302
    page = rep_client.get(url("lead", lead.pk)).content.decode()
    assert "asked for samples" in page
    assert "2099-01-05" in page


def test_the_search_builder_builds_and_never_asks_anybody(rep_client):
    country = search_lists(as_of=TODAY).countries[1]
    page = rep_client.get(url("searches"), {"product_en": "juice", "local": "de Saft", "countries": [country.code]})
    text = page.content.decode()
    assert country.edition.replace("{query}", "%22Saft%22") in text
    assert 'rel="noopener noreferrer"' in text
    assert rep_client.get(url("searches"), {"product_en": "", "countries": ["ZZ"]}).status_code == 422


def test_rules_are_for_those_who_may_and_hold_from_a_day_on(client, rep, director):
    client.force_login(rep)
    assert client.get(url("rules")).status_code == 403
    client.force_login(director)
    form = client.get(url("rules")).context["form"]
    said = {name: value for name, value in form.initial.items() if value is not None}
    assert client.post(url("rules"), {**said, "reason": "x", "weight_trigger": 90}).status_code == 422
    assert client.post(url("rules"), {**said, "reason": "x", "searches": "["}).status_code == 422
    assert client.post(url("rules"), {**said, "reason": "x", "calls": 12}).status_code == 302
    assert client.get(url("rules")).context["form"].initial["calls"] == 12
