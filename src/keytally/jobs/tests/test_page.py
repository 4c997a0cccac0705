from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse

from keytally.jobs import services
from keytally.jobs.models import Job
from keytally.jobs.templatetags.jobs import duration, error_sentence, percent, percent_point
from keytally.jobs.tests.conftest import NOW


def client_of(person):
    client = Client()
    client.force_login(person)
    return client


def ask(owner, minutes=0):
    return services.enqueue(kind="copy", owner=owner, parameters={}, now=NOW + timedelta(minutes=minutes))


def test_a_person_sees_their_own_jobs(rep, colleague):
    own, other = ask(rep), ask(colleague)
    page = client_of(rep).get(reverse("jobs:list")).content.decode()
    assert reverse("jobs:page", args=[own.pk]) in page
    assert reverse("jobs:page", args=[other.pk]) not in page
    assert client_of(rep).get(reverse("jobs:page", args=[other.pk])).status_code == 404


def test_the_administrator_sees_everyones_jobs(rep, administrator):
    job = ask(rep)
    page = client_of(administrator).get(reverse("jobs:list")).content.decode()
    assert reverse("jobs:page", args=[job.pk]) in page
    assert "李娜" in page


def test_it_stops_and_resumes(rep):
    job = ask(rep)
    client = client_of(rep)
    assert client.post(reverse("jobs:stop", args=[job.pk])).status_code == 302
    job.refresh_from_db()
    assert job.state == Job.State.STOPPED
    client.post(reverse("jobs:resume", args=[job.pk]), {"back": "list"})
    job.refresh_from_db()
    assert job.state == Job.State.QUEUED


def test_it_stops_nobody_elses_job(rep, colleague):
    job = ask(rep)
    assert client_of(colleague).post(reverse("jobs:stop", args=[job.pk])).status_code == 404
    job.refresh_from_db()
    assert job.state == Job.State.QUEUED


def test_stopping_what_has_ended_says_so(rep):
    job = ask(rep)
    services.finish(services.claim_next(now=NOW), result={}, now=NOW)
    page = client_of(rep).post(reverse("jobs:stop", args=[job.pk]), follow=True).content.decode()
    assert "already ended" in page


def test_it_asks_again_only_while_something_is_at_work(rep):
    ask(rep)
    client = client_of(rep)
    part = client.get(reverse("jobs:list"), headers={"HX-Request": "true"}).content.decode()
    assert 'hx-trigger="every 1s"' in part
    assert "<html" not in part
    services.finish(services.claim_next(now=NOW), result={}, now=NOW)
    assert "hx-trigger" not in client.get(reverse("jobs:list"), headers={"HX-Request": "true"}).content.decode()


def test_the_badge_counts_what_is_at_work(rep, colleague):
    ask(rep), ask(rep), ask(colleague)
    assert ">2<" in client_of(rep).get(reverse("jobs:badge")).content.decode()


@pytest.mark.parametrize("many", [1, 40])
def test_the_list_takes_the_same_number_of_queries_however_long(
    rep, colleague, administrator, many, django_assert_num_queries
):
    for number in range(many):
        ask((rep, colleague)[number % 2], minutes=number)
    client = client_of(administrator)
    # session, person, roles, number of jobs, jobs with their owners
    with django_assert_num_queries(6):
        client.get(reverse("jobs:list"))


def test_the_list_is_paged_newest_first(rep):
    for number in range(60):
        ask(rep, minutes=number)
    page = client_of(rep).get(reverse("jobs:list"), {"page": 2}).content.decode()
    assert page.count("<tr>") == 1 + 10


def test_an_error_is_worded_in_the_readers_language_with_its_parameters(rep):
    ask(rep)
    services.fail(services.claim_next(now=NOW), code="NO_FILE", parameters={"name": "a.csv"}, now=NOW)
    assert error_sentence(Job.objects.get()) == "There is no file a.csv."


def test_an_error_that_lost_its_words_is_still_a_sentence(rep):
    ask(rep)
    services.fail(services.claim_next(now=NOW), code="GONE", parameters={}, now=NOW)
    assert "GONE" in error_sentence(Job.objects.get())


@pytest.mark.parametrize(
    ("number", "of", "done", "total", "state", "expected"),
    [
        (0, 0, 0, 0, "RUNNING", 0),
        (1, 4, 50, 100, "RUNNING", 12),
        (4, 4, 100, 100, "RUNNING", 99),
        (0, 0, 30, 60, "RUNNING", 50),
        (1, 4, 0, 0, "DONE", 100),
    ],
)
def test_percent_counts_whole_steps_and_rows_within(number, of, done, total, state, expected):
    job = Job(step_number=number, step_count=of, rows_done=done, rows_total=total, state=state)
    assert percent(job) == expected


def test_a_step_that_knows_how_far_it_is_needs_no_rows_and_tenths_of_a_per_cent_show_it():
    job = Job(step_number=2, step_count=3, step_part=40, rows_done=9, rows_total=10, state="RUNNING")
    assert (percent(job), percent_point(job)) == (34, "34.6")


@pytest.mark.parametrize(
    ("seconds", "shown"), [(None, ""), (0, "0 s"), (59, "59 s"), (75, "1 min 15 s"), (7260, "2 h 1 min")]
)
def test_durations_read_as_people_say_them(seconds, shown):
    from django.utils import translation

    with translation.override("en"):
        assert duration(seconds) == shown
