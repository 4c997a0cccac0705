from datetime import UTC, datetime

import pytest
from django.conf import settings as project_settings
from django.test import Client

from keytally.core.roles import Role
from keytally.core.services import add_person

NOW = datetime(2026, 7, 1, 9, tzinfo=UTC)
PASSWORD = "a-long-enough-password"
pytestmark = pytest.mark.django_db


@pytest.fixture
def rep():
    return add_person(
        "rep", name="李娜", password=PASSWORD, roles=[Role.SALES_REP], by=None, now=NOW, language="zh-hans"
    )


def log_in(client, password=PASSWORD, **more):
    return client.post("/log-in/", {"username": "rep", "password": password, **more})


def test_it_leads_to_the_page_that_was_asked_for(rep):
    client = Client()
    assert client.get("/jobs/").headers["Location"] == "/log-in/?next=/jobs/"
    assert log_in(client, next="/jobs/").headers["Location"] == "/jobs/"
    assert client.get("/jobs/").status_code == 200


@pytest.mark.parametrize("elsewhere", ["https://evil.example/", "//evil.example/", "javascript:alert(1)"])
def test_it_never_leads_to_another_site(rep, elsewhere):
    assert log_in(Client(), next=elsewhere).headers["Location"] == "/"


def test_a_wrong_password_says_what_to_check_and_keeps_the_name(rep):
    response = Client(headers={"accept-language": "en"}).post("/log-in/", {"username": "rep", "password": "wrong"})
    page = response.content.decode()
    assert response.status_code == 422
    assert "do not fit together" in page
    assert 'value="rep"' in page


def test_ten_wrong_passwords_lock_the_log_in_even_for_the_right_one(rep):
    client = Client()
    answers = [log_in(client, password="wrong").status_code for _ in range(project_settings.AXES_FAILURE_LIMIT)]
    assert answers[-1] == 429
    assert log_in(client).status_code == 429
    assert client.get("/jobs/").status_code == 302


def test_it_logs_out_only_by_post(rep):
    client = Client()
    log_in(client)
    assert client.get("/log-out/").status_code == 405
    client.post("/log-out/")
    assert client.get("/jobs/").status_code == 302


def test_the_language_switch_is_kept_in_a_cookie_before_log_in():
    client = Client(headers={"accept-language": "en"})
    assert 'lang="en"' in client.get("/log-in/").content.decode()
    client.post("/language/", {"language": "zh-hans", "next": "/log-in/"})
    page = client.get("/log-in/").content.decode()
    assert 'lang="zh-Hans"' in page
    assert "登录" in page


def test_the_language_switch_is_kept_on_the_person(rep):
    client = Client()
    client.force_login(rep)
    assert "任务" in client.get("/jobs/").content.decode()
    response = client.post("/language/", {"language": "en", "next": "/jobs/"})
    assert response.headers["Location"] == "/jobs/"
    rep.refresh_from_db()
    assert rep.language == "en"
    other_browser = Client(headers={"accept-language": "zh-CN"})
    other_browser.force_login(rep)
    assert "<h1>Jobs</h1>" in other_browser.get("/jobs/").content.decode()


def test_an_unknown_language_is_refused():
    assert Client().post("/language/", {"language": "xx"}).status_code == 400


def test_times_are_shown_in_the_persons_zone(rep):
    from keytally.jobs.models import Job

    Job.objects.create(kind="reconcile", owner=rep, queued_at=NOW)
    client = Client()
    client.force_login(rep)
    assert "2026-07-01 17:00" in client.get("/jobs/").content.decode()
    client.post("/me/", {"time_zone": "Europe/Berlin"})
    assert "2026-07-01 11:00" in client.get("/jobs/").content.decode()


@pytest.mark.parametrize("language", ["en", "zh-CN"])
@pytest.mark.parametrize(("path", "status"), [("/nowhere/", 404), ("/users/", 403)])
def test_error_pages_say_what_to_do(rep, path, status, language):
    rep.language = "en" if language == "en" else "zh-hans"
    rep.save()
    client = Client()
    client.force_login(rep)
    response = client.get(path)
    page = response.content.decode()
    assert response.status_code == status
    assert ("administrator" in page or "first page" in page) if language == "en" else ("首页" in page)


def test_a_fault_shows_a_page_that_says_what_to_do(rep, monkeypatch):
    from keytally.jobs import queries

    def broken(_person):
        raise RuntimeError

    monkeypatch.setattr(queries, "visible_jobs", broken)
    client = Client(raise_request_exception=False)
    client.force_login(rep)
    response = client.get("/jobs/")
    assert response.status_code == 500
    assert "管理员" in response.content.decode()


def test_people_change_their_own_password_with_the_old_one(rep):
    client = Client()
    log_in(client)
    assert client.post("/me/", {"old": "wrong", "new": "another-long-password"}).status_code == 422
    assert client.post("/me/", {"old": PASSWORD, "new": "12345"}).status_code == 422
    assert client.post("/me/", {"old": PASSWORD, "new": "another-long-password"}).status_code == 302
    assert client.get("/jobs/").status_code == 200
    rep.refresh_from_db()
    assert rep.check_password("another-long-password")


def test_health_answers_without_logging_in():
    assert Client().get("/health/").json() == {"status": "ok"}
