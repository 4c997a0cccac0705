"""A large forecast is watched to its end in a browser: its worker dies in the middle; one is stopped by a button."""

import os
import signal
from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import expect

from keytally.accounts.rules.parties import NodeKind
from keytally.accounts.services.nodes import NewAccount, add_account
from keytally.core.clock import business_date
from keytally.core.roles import Role
from keytally.core.services import add_person
from keytally.funnel.models import ForecastRun, Opportunity
from keytally.funnel.queries.measures_slice import slice_of
from keytally.funnel.rules.stages import STAGES
from keytally.funnel.services.forecasts import make_forecast
from keytally.jobs import services as jobs
from keytally.jobs.chores import chores
from keytally.jobs.models import ChoreTurn, Job
from keytally.kernel.periods import Period
from keytally.site.tests.test_browser import AUDIT

from .conftest import PASSWORD
from .test_killed_processes import process, wait_for

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("bundle", "no_chores")]
# So many that drawing takes seconds: a worker can then be killed, and a button pressed, in the middle of it.
COUNT = 20_000
TOLD = ("weighted_minor", "calibrated_minor", "p10_minor", "p50_minor", "p90_minor", "mean_minor", "opportunity_count")


@pytest.fixture
def director(transactional_db):
    now = datetime.now(UTC)
    return add_person("liu", name="刘建国", password=PASSWORD, roles=[Role.SALES_DIRECTOR], by=None, now=now)


@pytest.fixture
def funnel(director):
    now = datetime.now(UTC)
    today = business_date(now)
    chain = NewAccount(kind=NodeKind.CHAIN, name_zh="永盛超市", owner=director)
    account = add_account(chain, by=director, on=today, now=now)
    made = [
        Opportunity(
            account=account,
            name=f"商机 {number}",
            amount_minor=1_000_000 + number * 1_000,
            owner=director,
            stage=STAGES[number % len(STAGES)],
            customer_size="SMALL_MEDIUM",
            state="OPEN",
            is_qualified=True,
            opened_on=today - timedelta(days=40),
            stage_since=today - timedelta(days=number % 30),
            touched_on=today,
            expected_on=today + timedelta(days=number % 60),
            source="OTHER",
            created_at=now,
        )
        for number in range(COUNT)
    ]
    Opportunity.objects.bulk_create(made, batch_size=2_000)


@pytest.fixture
def no_chores(transactional_db):
    """Let the workers of this test do nothing but its jobs."""
    later = datetime.now(UTC) + timedelta(days=1)
    ChoreTurn.objects.bulk_create([ChoreTurn(code=code, due_at=later) for code in chores()])


def ask(page, live_server):
    """Ask for the forecast of the month and come to the page that tells how far it is."""
    page.goto(f"{live_server.url}/funnel/forecasts/")
    page.click("form[action*='/forecasts/make/'] button")
    page.wait_for_url("**/forecasts/making/*/")
    return Job.objects.latest("pk")


def is_drawing(job):
    return Job.objects.filter(pk=job.pk, state="RUNNING", step_number=2, rows_done__gt=0).exists()


def test_a_forecast_whose_worker_dies_begins_again_and_tells_the_same_and_another_is_stopped(
    page, live_server, director, funnel, folders
):
    page.set_viewport_size({"width": 390, "height": 844})
    page.goto(f"{live_server.url}/funnel/forecasts/")
    page.fill("#id_username", "liu")
    page.fill("#id_password", PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url(f"{live_server.url}/funnel/forecasts/")

    killed = ask(page, live_server)
    with process(folders, "-m", "django", "work") as worker:
        wait_for(lambda: is_drawing(killed))
        os.kill(worker.pid, signal.SIGKILL)
        worker.wait()
    expect(page.locator("#making")).to_contain_text("20,000")
    assert page.evaluate(AUDIT) == []
    assert not ForecastRun.objects.filter(owner=director).exists()
    # Half a minute later nobody has heard of that worker.
    Job.objects.update(heartbeat_at=datetime.now(UTC) - jobs.STALE_AFTER - timedelta(seconds=1))
    with process(folders, "-m", "django", "work"):
        page.wait_for_url(lambda url: "/making/" not in url, timeout=60_000)
        made = ForecastRun.objects.get(owner=director)
        assert page.url.endswith(f"/funnel/forecasts/{made.pk}/")
        killed.refresh_from_db()
        assert (killed.state, killed.attempt, killed.result) == ("DONE", 2, {"forecast": made.pk})

        stopped = ask(page, live_server)
        wait_for(lambda: is_drawing(stopped))
        page.click(f"form[action='/jobs/{stopped.pk}/stop/'] button")
        wait_for(lambda: Job.objects.filter(pk=stopped.pk, state="STOPPED").exists())
        expect(page.locator(f"form[action='/jobs/{stopped.pk}/resume/'] button")).to_be_visible()
    assert ForecastRun.objects.filter(owner=director).get() == made

    period = Period(made.starts_on, made.ends_before)
    wanted = slice_of({}, today=business_date(killed.queued_at))
    undisturbed = make_forecast(wanted, period=period, by=director, now=killed.queued_at)
    assert {name: getattr(made, name) for name in TOLD} == {name: getattr(undisturbed, name) for name in TOLD}
