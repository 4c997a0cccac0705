from datetime import UTC, datetime, timedelta

import pytest
from django.core.cache import cache
from django.test import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from keytally.core.models import AuditEntry
from keytally.core.roles import Role, Scope, permissions_of
from keytally.core.services import add_person, set_roles
from keytally.identity import operations
from keytally.identity.models import ApiToken
from keytally.identity.rules import is_token_like, new_token, usable_permissions
from keytally.identity.services import tokens

from .conftest import NOW, log_in


def make(person, *permissions, days=30, now=None):
    return tokens.make_token(person, name="script", permissions=permissions, days=days, now=now or datetime.now(UTC))


def call(token, path="/api/v1/me", **headers):
    return Client(headers={"authorization": f"Bearer {token}", **headers}).get(path)


@pytest.fixture
def clerk(db):
    return add_person(
        "clerk", name="王磊", password="x", roles=[Role.RECEIVABLES_ACCOUNTANT], by=None, now=NOW, language="en"
    )


def test_a_token_is_shown_once_and_only_its_digest_is_kept(rep):
    client = log_in()
    asked = {"name": "night run", "permissions": ["jobs.view"], "days": "30"}
    page = client.post("/me/tokens/", asked).content.decode()
    text = page.split('<code class="secret">')[1].split("<")[0]
    assert is_token_like(text)
    assert call(text).json()["username"] == "rep"
    again = client.get("/me/tokens/").content.decode()
    assert text not in again
    assert text[:9] in again
    assert text not in repr(list(ApiToken.objects.values())) + repr(list(AuditEntry.objects.values()))


def test_only_what_some_operation_takes_is_offered(administrator):
    from django.urls import get_resolver

    assert get_resolver().url_patterns
    page = log_in(username="root").get("/me/tokens/").content.decode()
    assert 'value="jobs.view"' in page
    assert "users.change" in administrator.permissions
    assert 'value="users.change"' not in page


def test_it_says_who_it_acts_for_and_what_it_may(clerk):
    _kept, text = make(clerk, "jobs.view")
    said = call(text).json()
    assert (said["username"], said["roles"]) == ("clerk", ["RECEIVABLES_ACCOUNTANT"])
    assert said["permissions"] == {"jobs.view": clerk.scopes["jobs.view"].value}


def test_nobody_makes_a_token_wider_than_themselves(rep):
    wider = sorted(permissions_of([Role.ADMINISTRATOR]) - rep.permissions)[0]
    with pytest.raises(tokens.UnableToMakeToken):
        make(rep, wider)
    client = log_in()
    assert client.post("/me/tokens/", {"name": "x", "permissions": [wider], "days": "30"}).status_code == 422
    assert not ApiToken.objects.exists()


def test_a_token_shrinks_with_its_person_and_never_grows(clerk, administrator):
    _kept, text = make(clerk, "jobs.view", "reconcile.view")
    assert call(text, "/api/v1/reconciliations").status_code == 200
    set_roles(clerk, roles=[Role.PROMOTER], by=administrator, now=NOW, reason="moved")
    left = set(call(text).json()["permissions"])
    assert left == {"jobs.view", "reconcile.view"} & permissions_of([Role.PROMOTER])
    assert call(text, "/api/v1/reconciliations").status_code == 403
    set_roles(clerk, roles=list(Role), by=administrator, now=NOW, reason="promoted")
    assert set(call(text).json()["permissions"]) == {"jobs.view", "reconcile.view"}


def test_the_reach_of_a_token_is_that_of_its_person(clerk):
    from keytally.jobs.models import Job

    other = add_person("other", name="O", password=None, roles=[Role.ACCOUNT_MANAGER], by=None, now=NOW)
    Job.objects.create(kind="reconcile", owner=clerk, queued_at=NOW)
    foreign = Job.objects.create(kind="reconcile", owner=other, queued_at=NOW)
    _kept, text = make(clerk, "jobs.view")
    assert clerk.scopes["jobs.view"] is not Scope.COMPANY
    assert [job["owner"] for job in call(text, "/api/v1/jobs").json()["items"]] == ["clerk"]
    assert call(text, f"/api/v1/jobs/{foreign.pk}").status_code == 404


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(st.sets(st.sampled_from("abcdef")), st.sets(st.sampled_from("abcdef")))
def test_usable_is_what_both_have(granted, held):
    usable = usable_permissions(granted, held=held)
    assert usable <= granted
    assert usable <= held
    assert usable_permissions(usable, held=held) == usable


def test_an_expired_or_revoked_token_or_one_of_a_leaver_is_refused(rep):
    _kept, expired = make(rep, days=1, now=datetime.now(UTC) - timedelta(days=2))
    revoked, text = make(rep)
    tokens.revoke_token(revoked.pk, person=rep, by=rep, now=NOW)
    _left, leaver = make(rep)
    assert call(leaver).status_code == 200
    rep.is_active = False
    rep.save()
    assert [call(one).status_code for one in (expired, text, leaver, new_token(), "kt_x", "", "x" * 5000)] == [401] * 7


def test_a_refusal_is_a_problem_in_the_callers_language(db):
    english = call("kt_wrong", **{"accept-language": "en"})
    chinese = call("kt_wrong", **{"accept-language": "zh-CN"})
    assert english.headers["Content-Type"] == "application/problem+json"
    assert english.headers["WWW-Authenticate"].startswith("Bearer")
    assert english.json()["code"] == "no_valid_token"
    assert "make one in your settings" in english.json()["detail"]
    assert "令牌" in chinese.json()["detail"]


def test_too_many_wrong_tokens_from_an_address_are_stopped(rep):
    _kept, text = make(rep)
    for _ in range(operations.FAILURES_AT_MOST):
        assert call(new_token()).status_code == 401
    stopped = call(text)
    assert stopped.status_code == 429
    assert stopped.headers["Retry-After"] == "600"
    cache.clear()
    assert call(text).status_code == 200


def test_a_token_in_the_address_is_not_read(rep):
    _kept, text = make(rep)
    assert Client().get(f"/api/v1/me?token={text}&access_token={text}").status_code == 401
    assert Client(headers={"authorization": f"Basic {text}"}).get("/api/v1/me").status_code == 401


def test_when_and_from_where_it_was_used_is_kept_once_a_minute(rep):
    kept, text = make(rep)
    call(text)
    kept.refresh_from_db()
    first = kept.last_used_at
    assert kept.last_used_from == "127.0.0.1"
    call(text)
    kept.refresh_from_db()
    assert kept.last_used_at == first


def test_a_token_does_not_open_pages(rep):
    _kept, text = make(rep)
    assert call(text, "/me/").status_code == 302


def test_its_person_or_an_administrator_revokes_it_and_nobody_else(rep, administrator):
    mine, _text = make(rep)
    theirs, text = make(administrator)
    client, root = log_in(), log_in(username="root")
    assert client.post(f"/me/tokens/{theirs.pk}/revoke/").status_code == 404
    assert client.post(f"/users/{administrator.pk}/tokens/{theirs.pk}/revoke/").status_code == 403
    assert call(text).status_code == 200
    root.post(f"/users/{rep.pk}/tokens/{mine.pk}/revoke/")
    mine.refresh_from_db()
    assert mine.revoked_at
    assert AuditEntry.objects.get(action="person.token_revoked").person == administrator


@pytest.mark.parametrize("days", ["0", "366", "x", ""])
def test_no_token_lives_for_ever(rep, days):
    client = log_in()
    response = client.post("/me/tokens/", {"name": "x", "permissions": ["jobs.view"], "days": days})
    assert response.status_code == 422
    assert 'value="x"' in response.content.decode()
