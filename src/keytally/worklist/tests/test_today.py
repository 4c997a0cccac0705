from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from keytally.jobs.models import Job
from keytally.worklist import kinds
from keytally.worklist.kinds import WorkKind, register_kind

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)


@pytest.fixture
def now():
    return datetime.now(UTC)


@pytest.fixture
def page_of(client):
    def page_of(person, query="", **headers):
        client.force_login(person)
        response = client.get(f"/today/{query}", headers=headers)
        assert response.status_code == 200
        return response.content.decode()

    return page_of


def test_it_is_the_first_page_of_everyone(client, lina):
    client.force_login(lina)
    assert client.get("/").headers["Location"] == "/today/"


def test_it_asks_strangers_to_log_in(client):
    assert client.get("/today/").headers["Location"] == "/log-in/?next=/today/"


def test_when_nothing_waits_it_says_what_will(page_of, lina):
    page = page_of(lina)
    assert "Nothing waits for you" in page
    assert "one click from done" in page


def test_each_thing_is_one_click_from_done_by_urgency(page_of, give, lina, wang, now):
    give(lina, 1, deadline=now + 60 * 24 * HOUR, title="a later thing")
    give(lina, 2, deadline=now - 9 * 24 * HOUR, title="a late thing")
    give(wang, 3, title="somebody else's")
    page = page_of(lina)
    assert page.index("Overdue") < page.index("a late thing") < page.index("Later") < page.index("a later thing")
    assert 'href="/requests/2/"' in page
    assert "somebody else" not in page
    assert "working days late" in page


def test_it_filters_by_kind_and_by_words(page_of, give, lina, monkeypatch, now):
    give(lina, 1, title="Suguo")
    give(lina, 2, title="永辉")
    assert "永辉" not in page_of(lina, "?text=suguo")
    assert "Suguo" in page_of(lina, "?text=suguo")
    assert "fits this filter" in page_of(lina, "?kind=other")
    assert "Suguo" in page_of(lina, "?kind=decision")


def test_a_failed_job_waits_until_it_is_run_again(page_of, lina, now):
    about = {"kind": "copy", "owner": lina, "queued_at": now, "subject_kind": "thing", "subject_id": 1}
    failed = Job.objects.create(state="FAILED", ended_at=now, error_code="DISK_FULL", **about)
    page = page_of(lina)
    assert f'href="/jobs/{failed.pk}/"' in page
    assert "Due today" in page
    Job.objects.create(state="DONE", ended_at=now, **about)
    assert f'href="/jobs/{failed.pk}/"' not in page_of(lina)


def test_it_is_put_off_and_shown_again(client, give, lina, now):
    item = give(lina, 1, title="Suguo")
    client.force_login(lina)
    assert client.post(f"/today/{item.pk}/snooze/", {"until": "tomorrow"}).status_code == 302
    page = client.get("/today/").content.decode()
    assert "1 thing put off" in page
    client.post(f"/today/{item.pk}/wake/")
    assert "put off</summary>" not in client.get("/today/").content.decode()


def test_nobody_puts_off_what_is_not_theirs(client, give, lina, wang):
    item = give(lina, 1)
    client.force_login(wang)
    assert client.post(f"/today/{item.pk}/snooze/", {"until": "tomorrow"}).status_code == 404
    assert client.post(f"/today/{item.pk}/wake/").status_code == 404
    item.refresh_from_db()
    assert item.snoozed_until is None


def test_what_is_due_before_cannot_be_put_off_so_long(client, give, lina, now):
    item = give(lina, 1, deadline=now + timedelta(minutes=1))
    client.force_login(lina)
    page = client.post(f"/today/{item.pk}/snooze/", {"until": "next_week"}, follow=True).content.decode()
    assert "cannot be put off so long" in page
    assert f"/today/{item.pk}/snooze/" not in page
    assert client.post(f"/today/{item.pk}/snooze/", {"until": "for ever"}).status_code == 404


def test_going_back_never_leads_to_another_site(client, give, lina):
    item = give(lina, 1)
    client.force_login(lina)
    answer = client.post(f"/today/{item.pk}/snooze/", {"until": "tomorrow", "next": "https://evil.example/"})
    assert answer.headers["Location"] == "/today/"


def test_a_swap_gets_only_the_groups(page_of, give, lina):
    give(lina, 1)
    part = page_of(lina, **{"HX-Request": "true"})
    assert part.startswith('<div id="today"')
    assert "<html" not in part


def test_a_kind_whose_capability_is_gone_still_shows_its_things(page_of, give, lina, monkeypatch):
    give(lina, 1, title="Suguo")
    monkeypatch.setattr(kinds, "_kinds", {})
    assert "Suguo" in page_of(lina)


@pytest.mark.parametrize(("language", "shown"), [("en", "Decide: Suguo"), ("zh-hans", "Decide: 苏果")])
def test_names_typed_in_two_languages_are_shown_in_the_readers(page_of, lina, give, monkeypatch, language, shown):
    register_kind(WorkKind("decision", label="D", icon="mail", sentences={"DECIDE": "Decide: %(title)s"}))
    give(lina, 1, title={"zh": "苏果", "en": "Suguo"})
    lina.language = language
    lina.save(update_fields=["language"])
    assert shown in page_of(lina)


def test_it_takes_the_same_number_of_queries_however_much_waits(client, give, lina, now):
    def queries():
        with CaptureQueriesContext(connection) as made:
            client.get("/today/")
        return len(made)

    client.force_login(lina)
    give(lina, 1)
    client.get("/today/")
    with_one = queries()
    for number in range(2, 60):
        give(lina, number, deadline=now + number * HOUR)
    assert queries() == with_one <= 25
