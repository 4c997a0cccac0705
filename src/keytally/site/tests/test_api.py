import functools
import json
import string
from datetime import UTC, datetime

import pytest
from django.core.cache import cache
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.test import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from keytally.core.roles import Role
from keytally.core.services import add_person
from keytally.identity.models import KeptAnswer
from keytally.identity.services.answers import KEPT_FOR, sweep_answers
from keytally.identity.services.tokens import make_token
from keytally.jobs.models import Job
from keytally.reconciliation.models import Reconciliation
from keytally.site import api

NOW = datetime(2026, 7, 1, 9, tzinfo=UTC)
OURS = "单号,日期,金额\nA1,2026-06-01,100.00\nA2,2026-06-02,200.00\n"
pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def empty_cache():
    cache.clear()


@pytest.fixture
def clerk():
    roles = [Role.RECEIVABLES_ACCOUNTANT, Role.ADMINISTRATOR]
    return add_person("clerk", name="王磊", password=None, roles=roles, by=None, now=NOW, language="en")


@pytest.fixture
def client(clerk):
    _kept, text = make_token(clerk, name="all", permissions=clerk.permissions, days=1, now=datetime.now(UTC))
    return Client(headers={"authorization": f"Bearer {text}"}, raise_request_exception=False)


def hand_in(client, key="k1", theirs=OURS, name="June"):
    files = {
        "ours": SimpleUploadedFile("ours.csv", OURS.encode()),
        "theirs": SimpleUploadedFile("theirs.csv", theirs.encode()),
    }
    headers = {"Idempotency-Key": key} if key else {}
    return client.post("/api/v1/reconciliations", {"name": name, **files}, headers=headers)


def test_lists_come_page_by_page_and_later_rows_do_not_shift_them(client, clerk):
    numbers = [Job.objects.create(kind="reconcile", owner=clerk, queued_at=NOW).pk for _ in range(7)]
    found, cursor = [], ""
    for _ in range(3):
        page = client.get("/api/v1/jobs", {"limit": 3, **({"cursor": cursor} if cursor else {})}).json()
        found += [job["id"] for job in page["items"]]
        Job.objects.create(kind="reconcile", owner=clerk, queued_at=NOW)
        cursor = page["next"]
    assert found == numbers[::-1]
    assert cursor is None


@pytest.mark.parametrize("query", [{"cursor": "!"}, {"cursor": "LTE"}, {"limit": 0}, {"limit": 201}, {"limit": "x"}])
def test_a_wrong_page_is_a_problem(client, query):
    response = client.get("/api/v1/jobs", query)
    assert response.status_code == 422
    assert response.headers["Content-Type"] == "application/problem+json"
    assert response.json()["code"] in ("bad_cursor", "invalid")


def test_a_list_takes_the_same_number_of_queries_however_long(client, clerk, django_assert_num_queries):
    client.get("/api/v1/jobs")
    Job.objects.bulk_create(Job(kind="reconcile", owner=clerk, queued_at=NOW) for _ in range(60))
    with django_assert_num_queries(3):
        assert len(client.get("/api/v1/jobs").json()["items"]) == 50


def test_what_did_not_change_is_not_sent_again(client):
    first = client.get("/api/v1/me")
    again = client.get("/api/v1/me", headers={"If-None-Match": first.headers["ETag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert again.headers["ETag"] == first.headers["ETag"]
    assert client.get("/api/v1/me", headers={"If-None-Match": '"other"'}).status_code == 200
    assert "private" in first.headers["Cache-Control"]


def test_two_sides_are_handed_in_and_run(client):
    made = hand_in(client)
    assert made.status_code == 200, made.content
    number = made.json()["id"]
    assert made.json()["state"] == "DRAFT"
    assert client.get(f"/api/v1/reconciliations/{number}").json()["name"] == "June"
    assert client.get(f"/api/v1/reconciliations/{number}/residuals").json()["classes"] == []
    ran = client.post(f"/api/v1/reconciliations/{number}/run").json()
    assert ran["state"] == "RUNNING"
    assert client.get(f"/api/v1/jobs/{ran['job']}").json()["state"] == "QUEUED"
    assert client.post(f"/api/v1/reconciliations/{number}/stop").status_code == 200
    assert client.post(f"/api/v1/jobs/{ran['job']}/resume").json()["state"] == "QUEUED"


def test_the_same_call_sent_twice_creates_once(client):
    first, second = hand_in(client), hand_in(client)
    assert first.json() == second.json()
    assert Reconciliation.objects.count() == 1
    assert hand_in(client, key="k2").json()["id"] != first.json()["id"]


def test_a_key_stands_for_one_call(client):
    hand_in(client)
    other = hand_in(client, theirs=OURS.replace("200.00", "201.00"))
    assert (other.status_code, other.json()["code"]) == (422, "idempotency_key_reused")
    assert Reconciliation.objects.count() == 1


def test_a_call_that_failed_may_be_sent_again_with_its_key(client):
    assert hand_in(client, theirs="").status_code == 422
    assert not KeptAnswer.objects.exists()
    assert hand_in(client).status_code == 200


def test_a_key_of_someone_else_is_another_key(client):
    hand_in(client)
    other = add_person("two", name="T", password=None, roles=[Role.RECEIVABLES_ACCOUNTANT], by=None, now=NOW)
    _kept, text = make_token(other, name="x", permissions=other.permissions, days=1, now=datetime.now(UTC))
    assert hand_in(Client(headers={"authorization": f"Bearer {text}"})).status_code == 200
    assert Reconciliation.objects.count() == 2


def test_what_creates_needs_a_key(client):
    response = hand_in(client, key="")
    assert (response.status_code, response.json()["code"]) == (400, "no_idempotency_key")


def test_kept_answers_are_forgotten_after_a_while(client):
    hand_in(client)
    assert sweep_answers(now=datetime.now(UTC)) == 0
    assert sweep_answers(now=datetime.now(UTC) + KEPT_FOR * 2) == 1


def test_money_is_minor_units_and_currency(client, clerk):
    number = hand_in(client).json()["id"]
    bars = [{"cause": "RETURN", "amount_minor": -5}]
    bridge = {"currency": "CNY", "opening_minor": 0, "ours_minor": 12_345, "bars": bars, "theirs_minor": 12_340}
    Reconciliation.objects.filter(pk=number).update(state="OPEN", run_number=1, summary={"bridges": [bridge]})
    said = client.get(f"/api/v1/reconciliations/{number}/residuals").json()["bridges"][0]
    assert said["ours"] == {"minor": 12_345, "currency": "CNY"}
    assert said["bars"] == [{"cause": "RETURN", "amount": {"minor": -5, "currency": "CNY"}}]


def test_what_is_not_there_or_not_ones_own_is_the_same_problem(client):
    missing = client.get("/api/v1/reconciliations/999999")
    assert (missing.status_code, missing.json()["code"]) == (404, "not_found")
    assert client.get("/api/v1/").json()["code"] == "not_found"


def test_a_refused_action_says_why(client, clerk):
    job = Job.objects.create(kind="reconcile", owner=clerk, queued_at=NOW, state="DONE", ended_at=NOW)
    response = client.post(f"/api/v1/jobs/{job.pk}/stop")
    assert (response.status_code, response.json()["code"]) == (409, "job_ended")


def test_a_fault_is_a_problem_too(client, monkeypatch):
    from keytally.jobs import queries

    monkeypatch.setattr(queries, "visible_jobs", lambda *_args: 1 / 0)
    response = client.get("/api/v1/jobs")
    assert (response.status_code, response.json()["code"]) == (500, "broken")


def test_the_description_is_openapi_and_names_the_permission_of_each_operation():
    said = Client().get("/api/openapi.json").json()
    assert said["openapi"].startswith("3.1")
    every = [operation for methods in said["paths"].values() for operation in methods.values()]
    assert len({operation["operationId"] for operation in every}) == len(every) > 10
    assert all(operation["x-permission"] and operation["summary"] for operation in every)
    assert all(operation["security"] == [{"TokenAuth": []}] for operation in every)
    post = said["paths"]["/api/v1/reconciliations"]["post"]
    assert "Idempotency-Key" in [parameter["name"] for parameter in post["parameters"]]


TEXT = st.one_of(
    st.text(max_size=40),
    st.integers().map(str),
    st.sampled_from(["", "0", "-1", "9" * 30, "null", "\x00", "2026-13-45", "true", "' or 1=1 --", "%00", "MQ"]),
)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=10),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)


@functools.cache
def addresses():
    paths = api.api.get_openapi_schema(path_prefix="/api/v1/")["paths"]
    return [(method, path, said) for path, methods in paths.items() for method, said in methods.items()]


@settings(
    max_examples=150,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(data=st.data())
def test_nothing_that_is_sent_breaks_an_operation(client, data):
    method, path, said = data.draw(st.sampled_from(addresses()))
    number = data.draw(st.sampled_from([0, 1, 7, 2**31, 2**63 - 1, 2**63, 2**80]))
    names = [parameter["name"] for parameter in said.get("parameters", ()) if parameter["in"] == "query"]
    query = {name: data.draw(TEXT) for name in names if data.draw(st.booleans())}
    place = "".join(str(number) if part.startswith("{") else part for part in _parts(path))
    body = data.draw(JSON)
    headers = {"Idempotency-Key": data.draw(st.text(string.ascii_letters, max_size=5))}
    sent = json.dumps(body).encode()
    with transaction.atomic():
        response = client.generic(
            method.upper(), place, sent, content_type="application/json", query_params=query, headers=headers
        )
        transaction.set_rollback(True)
    assert response.status_code < 500, (method, place, query, body)
    is_problem = response.headers["Content-Type"] == "application/problem+json"
    assert is_problem == (response.status_code >= 400)


def _parts(path):
    return [part for piece in path.split("{") for part in _cut(piece)] if "{" in path else [path]


def _cut(piece):
    name, closing, rest = piece.partition("}")
    return ["{" + name, rest] if closing else [name]
