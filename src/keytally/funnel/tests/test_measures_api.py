"""Programs read the four measures and make forecasts: the same as the pages, a large forecast by a job."""

import json
from datetime import UTC, datetime, timedelta

import pytest
from django.test import Client
from django.urls import reverse

from keytally.core.clock import business_date
from keytally.funnel.models import ForecastRun, Opportunity
from keytally.funnel.queries.measures_page import measures
from keytally.funnel.queries.measures_slice import slice_of
from keytally.funnel.services import asking
from keytally.funnel.tasks_measures import make_large_forecast
from keytally.identity.services.tokens import make_token
from keytally.jobs.models import Job
from keytally.jobs.registry import JobStopped

from . import made_history

NOW = datetime.now(UTC)
TODAY = business_date(NOW)


def caller(who):
    _made, token = make_token(who, name="x", permissions=who.permissions, days=1, now=NOW)

    def call(method, path, payload=None, key="k1"):
        headers = {"Authorization": f"Bearer {token}", "Idempotency-Key": key, "Accept-Language": "en"}
        body = "" if payload is None else json.dumps(payload)
        return Client().generic(method, f"/api/v1{path}", body, content_type="application/json", headers=headers)

    return call


@pytest.fixture
def made(cast):
    found = made_history.make(account=cast.chain, owner=cast.manager, today=TODAY, days=300, per_day=1)
    made_history.keep(found)
    return found


@pytest.fixture
def program(cast, made):
    return caller(cast.director)


def month(**more):
    days = {"period_starts_on": TODAY.isoformat(), "period_ends_before": (TODAY + timedelta(days=30)).isoformat()}
    return {**days, **more}


def test_a_program_reads_what_the_page_shows(program, cast):
    for asked in ({}, {"product": "tea"}, {"as_of": (TODAY - timedelta(days=40)).isoformat()}):
        query = "&".join(f"{name}={value}" for name, value in asked.items())
        told = program("GET", f"/funnel/measures?{query}").json()
        found = measures(cast.director, slice_of(asked, today=TODAY))
        assert (told["count"], told["amount"]["minor"]) == (found.capacity.count, found.capacity.amount_minor)
        assert told["weighted"]["minor"] == found.capacity.weighted_minor
        assert (told["entropy_ppm"], told["closeness_ppm"]) == (
            found.evenness.entropy_ppm,
            found.evenness.closeness_ppm,
        )
        assert told["win_rate_ppm"] == found.velocity.win_rate_ppm
        assert told["cycle_median_days"] == found.cycle.median_days
        for here, there in zip(told["stages"], found.stages, strict=True):
            assert (here["stage"], here["entered"], here["moved_on"]) == (
                there.stage, there.slope.entered, there.slope.moved_on,
            )  # fmt: skip
            assert (here["rate_ppm"], here["median_days"]) == (there.slope.rate_ppm, there.stay.median_days)
    assert told["count"] > 0


def test_who_sees_nothing_measures_nothing_and_rubbish_is_refused(program, cast):
    assert caller(cast.rep)("GET", "/funnel/measures").json()["count"] == 0
    for query in ("as_of=2026-13-01", "currency=yuan", "owner=0", "product=" + "x" * 81):
        assert program("GET", f"/funnel/measures?{query}").status_code == 422
    assert Client().get("/api/v1/funnel/measures").status_code == 401


def test_a_small_forecast_is_told_at_once_and_read_again(program, cast):
    told = program("POST", "/forecasts", month()).json()
    assert told["job"] is None
    one = told["forecast"]
    assert one["p10"]["minor"] <= one["p50"]["minor"] <= one["p90"]["minor"]
    assert program("POST", "/forecasts", month()).json()["forecast"]["id"] == one["id"], "once for one key"
    assert program("GET", f"/forecasts/{one['id']}").json() == one
    assert [each["id"] for each in program("GET", "/forecasts").json()["items"]] == [one["id"]]
    assert caller(cast.rep)("GET", f"/forecasts/{one['id']}").status_code == 404
    over = month(period_starts_on="2026-01-01", period_ends_before="2026-02-01")
    assert program("POST", "/forecasts", over, key="k2").json()["code"] == "PERIOD_OVER"
    turned = month(period_ends_before="2026-01-01")
    assert program("POST", "/forecasts", turned, key="k3").status_code == 422


class Context:
    def __init__(self, job, *, stops_at=None):
        self.job_id, self.parameters, self.stops_at, self.told = job.pk, job.parameters, stops_at, []

    def progress(self, **figures):
        self.told.append(figures)

    def is_stopped(self):
        return self.stops_at is not None and len(self.told) >= self.stops_at


def test_a_large_forecast_is_left_to_a_job_that_tells_how_far_it_is(program, cast, monkeypatch, client):
    small = program("POST", "/forecasts", month()).json()["forecast"]
    monkeypatch.setattr(asking, "MOST_AT_ONCE", 3)
    told = program("POST", "/forecasts", month(), key="k2").json()
    assert (told["forecast"], ForecastRun.objects.count()) == (None, 1)
    job = Job.objects.get(pk=told["job"], owner=cast.director)
    with pytest.raises(JobStopped):
        make_large_forecast(Context(job, stops_at=5))
    assert ForecastRun.objects.count() == 1, "who stops it keeps nothing"
    context = Context(job)
    made = make_large_forecast(context)["forecast"]
    drawn = Opportunity.objects.filter(state="OPEN", amount_minor__gt=0).count()
    assert [one["step"] for one in context.told] == ["history", *["draws"] * drawn, "keep"]
    assert context.told[-2] == {"step": "draws", "number": 2, "of": 3, "done": drawn, "total": drawn}
    large = program("GET", f"/forecasts/{made}").json()
    assert {**large, "id": 0} == {**small, "id": 0}, "the same figures, the same draws"
    assert make_large_forecast(Context(job))["forecast"] == made, "a job that comes again makes it once"

    client.force_login(cast.director)
    page = client.post(
        reverse("funnel:make_forecast"),
        {"starts_on": TODAY.isoformat(), "last_on": (TODAY + timedelta(days=29)).isoformat()},
    )
    waiting = Job.objects.latest("pk")
    assert page.url == reverse("funnel:forecast_making", args=[waiting.pk])
    shown = client.get(page.url)
    assert (shown.status_code, b'hx-trigger="every 1s"' in shown.content) == (200, True)
    Job.objects.filter(pk=waiting.pk).update(state="DONE", result={"forecast": made})
    assert client.get(page.url).url == reverse("funnel:forecast", args=[made])
    swapped = client.get(page.url, headers={"HX-Request": "true"})
    assert swapped.headers["HX-Redirect"] == reverse("funnel:forecast", args=[made])
    client.force_login(cast.rep)
    assert client.get(page.url).status_code == 404
