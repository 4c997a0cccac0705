"""The shell in a real browser: strict policy, keyboard, phone, live progress, names and contrast."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from keytally.core.roles import Role
from keytally.core.services import add_person
from keytally.jobs.models import Job
from keytally.site import serving
from keytally.site.tests.browsing import let_in

PASSWORD = "a-long-enough-password"
BUNDLE = serving.PACKAGE / "site" / "static" / "bundle"
AUDIT = (Path(__file__).parent / "accessibility.js").read_text(encoding="utf-8")
pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(not (BUNDLE / "app.js").is_file(), reason="the front end is not built: npm ci && npm run build"),
]


@pytest.fixture
def people(transactional_db):
    now = datetime.now(UTC)
    return {
        language: add_person(
            f"person-{language}", name="李娜", password=PASSWORD, roles=list(Role), by=None, now=now, language=language
        )
        for language in ("en", "zh-hans")
    }


@pytest.fixture
def complaints(page, live_server):
    """What the browser complains of, and every request that leaves the site."""
    found = []
    page.on("console", lambda message: found.append(message.text) if message.type in ("error", "warning") else None)
    page.on("pageerror", lambda error: found.append(str(error)))
    page.on(
        "request",
        lambda request: None if request.url.startswith((live_server.url, "data:")) else found.append(request.url),
    )
    return found


def enter(page, live_server, people, language="en", path="/jobs/"):
    let_in(page, live_server.url, people[language])
    page.goto(f"{live_server.url}{path}")


def running_job(owner, **figures):
    now = datetime.now(UTC)
    facts = {"state": "RUNNING", "claim": "x", "step": "read", "step_number": 1, "step_count": 2}
    return Job.objects.create(
        kind="reconcile", owner=owner, queued_at=now, started_at=now, heartbeat_at=now, **{**facts, **figures}
    )


def look(page):
    """Audit a page at a desk and on a phone."""
    for width in (1440, 390):
        page.set_viewport_size({"width": width, "height": 844})
        assert page.evaluate(AUDIT) == [], (page.url, width)
        assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth"), page.url


@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_pages_have_names_contrast_room_and_nothing_from_outside(page, live_server, people, complaints, language):
    running_job(people[language], rows_done=5_000, rows_total=10_000)
    Job.objects.create(
        kind="reconcile", owner=people[language], queued_at=datetime.now(UTC), state="FAILED", error_code="DISK_FULL"
    )
    page.goto(f"{live_server.url}/log-in/")
    look(page)
    enter(page, live_server, people, language)
    for path in ("/jobs/", f"/jobs/{Job.objects.first().pk}/", "/users/", "/users/add/", "/me/"):
        page.goto(f"{live_server.url}{path}")
        look(page)
    assert complaints == []


def test_progress_moves_by_itself_and_ends_by_itself(page, live_server, people, complaints):
    job = running_job(people["en"], rows_done=1_000, rows_total=10_000)
    enter(page, live_server, people)
    page.get_by_text("1,000", exact=True).wait_for()
    Job.objects.filter(pk=job.pk).update(rows_done=9_000)
    page.get_by_text("9,000", exact=True).wait_for()
    assert page.locator(".badge-count").inner_text() == "1"
    page.get_by_role("button", name=f"Stop job {job.pk}").click()
    page.get_by_text("Stopping").wait_for()
    Job.objects.filter(pk=job.pk).update(state="STOPPED", claim="", ended_at=datetime.now(UTC))
    page.get_by_role("button", name=f"Resume job {job.pk}").wait_for()
    assert complaints == []


def test_polling_leaves_the_keyboard_where_it_was(page, live_server, people):
    job = running_job(people["en"], rows_done=1_000, rows_total=10_000)
    enter(page, live_server, people)
    page.get_by_role("button", name=f"Stop job {job.pk}").focus()
    Job.objects.filter(pk=job.pk).update(rows_done=2_000)
    page.get_by_text("2,000", exact=True).wait_for()
    assert page.evaluate("document.activeElement.dataset.keep") == f"stop-{job.pk}"


def test_the_language_is_switched_by_one_click_and_stays(page, live_server, people):
    enter(page, live_server, people)
    page.get_by_role("button", name="中文").click()
    page.get_by_role("heading", name="后台任务").wait_for()
    assert page.get_attribute("html", "lang") == "zh-Hans"
    page.goto(f"{live_server.url}/me/")
    page.get_by_role("heading", name="我的设置").wait_for()


def test_the_menu_of_the_phone_opens_and_closes_by_keyboard(page, live_server, people):
    page.set_viewport_size({"width": 390, "height": 844})
    page.emulate_media(reduced_motion="no-preference")
    enter(page, live_server, people)
    link = page.locator("#side-bar").get_by_role("link", name="Jobs")
    assert not link.is_visible()
    page.get_by_role("button", name="Menu").press("Enter")
    link.wait_for()
    page.keyboard.press("Escape")
    link.wait_for(state="hidden")
    assert page.evaluate("document.activeElement.hasAttribute('data-menu-toggle')")


def test_the_first_tab_leads_to_the_content(page, live_server, people):
    enter(page, live_server, people)
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "content"


def test_it_logs_out_from_the_menu(page, live_server, people):
    enter(page, live_server, people)
    page.locator("details.menu summary").click()
    page.get_by_role("button", name="Log out").click()
    page.wait_for_url("**/log-in/")
