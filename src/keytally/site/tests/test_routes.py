import re
from datetime import UTC, datetime

import pytest
from django.http import HttpResponse
from django.test import Client
from django.urls import path

from keytally.core.access import public, requires
from keytally.core.roles import Role, permissions_of
from keytally.core.services import add_person
from keytally.identity.confirmation import CONFIRMED_KEY
from keytally.identity.services.tokens import make_token
from keytally.site import routes
from keytally.site.routes import PUBLIC_ROUTES, faults

NOW = datetime(2026, 7, 1, 9, tzinfo=UTC)
EXAMPLES = {"int": "1", "uuid": "00000000-0000-0000-0000-000000000001", "slug": "x", "str": "x", "path": "x"}
METHODS = ("get", "post")
CALLER = Client()

# What the leak test plants; a url module of its own.
urlpatterns = [
    path("log-in/", public(lambda request: HttpResponse()), name="log_in"),
    path("guarded/", requires("jobs.view")(lambda request: HttpResponse()), name="guarded"),
    path("leak/", lambda request: HttpResponse("prices"), name="leak"),
    path("open/", public(lambda request: HttpResponse()), name="open"),
    path("typo/", requires("jobs.veiw")(lambda request: HttpResponse()), name="typo"),
]


def example(route):
    return re.sub(r"<(?:(\w+):)?\w+>", lambda found: EXAMPLES[found[1] or "str"], route.path)


def every_route():
    return [route for route in routes.routes() if not route.method]


def every_operation():
    return [route for route in routes.routes() if route.method]


def test_there_is_something_to_walk():
    assert {"home", "log_in", "jobs:list", "jobs:stop", "users:list", "core:attachment"} <= {
        r.name for r in every_route()
    }


def test_every_page_and_operation_says_who_may_call_it():
    assert {"api:jobs", "api:stop_job"} <= {route.name for route in every_operation()}
    assert faults(every_route()) == []
    assert faults(every_operation()) == []


def test_the_check_finds_a_planted_leak():
    found = faults(routes.routes(__name__))
    assert [sentence.split(" ")[0] for sentence in found] == ["/leak/", "/open/", "/typo/"]


@pytest.mark.django_db
def test_the_walk_finds_a_planted_leak(settings):
    settings.ROOT_URLCONF = __name__
    assert walk_as(None) == ["get /leak/", "post /leak/"] + [f"{method} /open/" for method in METHODS]


def walk_as(role):
    """List the calls that went through although they should not, or were refused although they should not."""
    client = Client()
    held = permissions_of([role]) if role else frozenset()
    if role:
        client.force_login(add_person("one", name="One", password=None, roles=[role], by=None, now=NOW))
        session = client.session
        session[CONFIRMED_KEY] = datetime.now(UTC).timestamp()
        session.save()
    return [
        f"{method} {route.path}"
        for route in every_route()
        for method in METHODS
        if not _is_right(client, route, method, held=held, is_known=role is not None)
    ]


def _is_right(client, route, method, *, held, is_known):
    if route.name in PUBLIC_ROUTES:
        return True
    if not is_known:
        response = getattr(client, method)(example(route))
        return response.status_code == 302 and response.headers["Location"].startswith("/log-in/")
    if route.permission == routes.SIGNED_IN or route.permission in held:
        return method != "get" or client.get(example(route)).status_code not in (302, 403) or route.name == "home"
    return getattr(client, method)(example(route)).status_code == 403


@pytest.mark.django_db
def test_nobody_gets_in_without_logging_in():
    assert walk_as(None) == []


@pytest.mark.django_db
@pytest.mark.parametrize("role", list(Role))
def test_each_role_opens_what_it_may_and_nothing_else(role):
    assert walk_as(role) == []


@pytest.mark.django_db
def test_someone_who_may_no_longer_log_in_is_outside():
    person = add_person("gone", name="Gone", password=None, roles=list(Role), by=None, now=NOW)
    client = Client()
    client.force_login(person)
    assert client.get("/jobs/").status_code == 200
    person.is_active = False
    person.save()
    assert client.get("/jobs/").status_code == 302


def call(route, headers, client=CALLER):
    client.cookies.clear()
    headers = {"Idempotency-Key": "x", **headers}
    return client.generic(
        route.method, example(route), b"{}", content_type="application/json", headers=headers
    ).status_code


@pytest.mark.django_db
def test_no_operation_answers_without_a_token(client):
    person = add_person("all", name="All", password=None, roles=list(Role), by=None, now=NOW)
    client.force_login(person)
    assert every_operation()
    assert {call(route, {}) for route in every_operation()} == {401}
    # Nor to a browser that is logged in: its cookie is no token.
    assert {client.generic(route.method, example(route)).status_code for route in every_operation()} == {401}


@pytest.mark.django_db
@pytest.mark.parametrize("role", list(Role))
def test_each_role_calls_what_it_may_and_nothing_else(role):
    person = add_person("one", name="One", password=None, roles=[role], by=None, now=NOW)
    _kept, token = make_token(person, name="all", permissions=person.permissions, days=1, now=datetime.now(UTC))
    for route in every_operation():
        may = route.permission == routes.SIGNED_IN or route.permission in person.permissions
        status = call(route, {"Authorization": f"Bearer {token}"})
        assert (status not in (401, 403)) if may else (status == 403), (route, status)


@pytest.mark.django_db
def test_a_token_without_permissions_calls_nothing_but_who_it_is():
    person = add_person("all", name="All", password=None, roles=list(Role), by=None, now=NOW)
    _kept, token = make_token(person, name="none", permissions=[], days=1, now=datetime.now(UTC))
    for route in every_operation():
        expected = 200 if route.permission == routes.SIGNED_IN else 403
        assert call(route, {"Authorization": f"Bearer {token}"}) == expected, route
